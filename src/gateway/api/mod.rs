//! The API for programs, under `/api/v1`.

use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::web::{ServiceConfig, delete, post, put};

use super::body::is_json;
use super::pages::is_from_here;
use super::rates::FromElsewhere;
use super::site::{get, resource};
use super::{Code, Problem};

mod carts;
mod checkout;
mod fields;
mod openapi;
mod orders;
mod parse;
mod products;
mod views;

#[cfg(test)]
pub use openapi::document;

/// A browser sends the POST of another site's page unasked, with a body of text or none, and it would count against its visitor. With
/// JSON the browser asks first, and is told no.
pub(super) fn check_origin(request: &HttpRequest) -> Result<(), Problem> {
    let is_of_api = request.match_info().as_str().starts_with("/api/");
    if !is_of_api || request.method().is_safe() || is_json(request.headers()) || is_from_here(request) {
        return Ok(());
    }
    request.extensions_mut().insert(FromElsewhere);
    let detail = "a browser sends it from another site, without application/json";
    Err(Problem::new(Code::UnsupportedMediaType, detail))
}

/// The table of routes.
pub fn configure(scope: &mut ServiceConfig) {
    scope
        .service(resource("/openapi.json", "GET, HEAD").route(get().to(openapi::show)))
        .service(resource("/orders", "POST").route(post().to(orders::place)))
        .service(resource("/orders/{order}", "GET, HEAD").route(get().to(orders::show)))
        .service(resource("/orders/{order}/timeline", "GET, HEAD").route(get().to(orders::timeline)))
        .service(resource("/orders/{order}/cancel", "POST").route(post().to(orders::cancel)))
        .service(resource("/products", "GET, HEAD").route(get().to(products::list)))
        .service(resource("/products/{sku}", "GET, HEAD").route(get().to(products::show)))
        .service(resource("/carts", "POST").route(post().to(carts::create)))
        .service(resource("/carts/{cart}", "GET, HEAD").route(get().to(carts::show)))
        .service(
            resource("/carts/{cart}/lines/{sku}", "PUT, DELETE")
                .route(put().to(carts::set_line))
                .route(delete().to(carts::remove_line)),
        )
        .service(resource("/carts/{cart}/checkout", "POST").route(post().to(carts::checkout)));
}
