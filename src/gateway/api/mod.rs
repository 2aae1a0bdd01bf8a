//! The API for programs, under `/api/v1`.

use actix_web::web::{ServiceConfig, delete, post, put};

use super::site::{get, resource};

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
