use std::net::TcpListener;

use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App as Site, Resource, guard};

use crate::http::{self, Server};

use super::{App, Code, Problem, RequestGuard, api, health, pages};

/// Puts every address of the shop in its place. The site must hold `Data<App>` and be wrapped in [`RequestGuard`].
pub fn configure(site: &mut ServiceConfig) {
    site.service(web::scope("/api/v1").configure(api::configure))
        .service(resource("/healthz", "GET, HEAD").route(get().to(health::alive)))
        .service(resource("/readyz", "GET, HEAD").route(get().to(health::ready)))
        .configure(pages::configure)
        .default_service(web::to(nothing_here));
}

/// An address that answers 405 to methods that it has no route for; `methods` are those it has.
pub(super) fn resource(path: &str, methods: &'static str) -> Resource {
    web::resource(path).default_service(web::to(move || async move {
        Err::<&'static str, Problem>(Problem::method_not_allowed(methods))
    }))
}

/// `GET`, and `HEAD`, which is answered alike but for the body.
pub(super) fn get() -> actix_web::Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

async fn nothing_here() -> Result<&'static str, Problem> {
    Err(Problem::new(Code::NotFound, "the shop has nothing at this address"))
}

/// Serves the shop on all of `listeners` by so many threads, until the server is dropped.
pub fn serve(listeners: Vec<TcpListener>, app: App, workers: usize) -> std::io::Result<Server> {
    let connections = app.limits.connections.clone();
    let app = Data::new(app);
    let site = move || {
        Site::new()
            .app_data(app.clone())
            .wrap(RequestGuard::new(&app))
            .wrap(from_fn(pages::error_pages))
            .configure(configure)
    };
    http::serve(listeners, workers, &connections, site)
}
