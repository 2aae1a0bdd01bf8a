//! The API for programs, under `/api/v1`.

use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::web::{ServiceConfig, delete, post, put};

use super::body::is_json;
use super::pages::is_same_origin;
use super::rates::CrossOrigin;
use super::site::{get, resource};
use super::{Code, Problem};

mod carts;
mod checkout;
mod fields;
mod openapi;
mod orders;
mod parse;
mod price_views;
mod products;
mod values;
mod views;

#[cfg(test)]
pub use checkout::problem as checkout_problem;
#[cfg(test)]
pub use openapi::document;

/// Another site can have a visitor's browser send a POST with a body of text or none, which would count against her rate limits.
/// It is refused. A body of JSON needs a CORS preflight, which the shop grants to the apps that its settings name; so these may send
/// it too.
pub(super) fn check_origin(request: &HttpRequest, is_named: bool) -> Result<(), Problem> {
    let is_of_api = request.match_info().as_str().starts_with("/api/");
    let is_plain = !is_of_api || request.method().is_safe() || is_json(request.headers());
    if is_plain || is_named || is_same_origin(request) {
        return Ok(());
    }
    request.extensions_mut().insert(CrossOrigin);
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
        .service(resource("/orders/{order}/refunds", "POST").route(post().to(orders::refund)))
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
