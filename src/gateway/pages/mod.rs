//! The shop as a customer sees it: pages rendered here. All of them work without script; the order's page has one, which keeps it up to
//! date.
//!
//! Guarantees:
//! - whatever came from outside is escaped by the templates; the policy of each page lets nothing run (of the order's page: our one
//!   script), load or frame it, and lets forms go here and to the payment page only;
//! - nothing that is for the operator (a case, a message that was given up) and no word of the shop's own is on a page;
//! - a form that another site sends is refused before it is read;
//! - the cart, the checkout and the order carry `no-store`, and an order is shown to its key only;
//! - no form loses what was typed, also beside what was changed, and each can be sent twice without harm: a line is set, not added to; the return from
//!   the payment page is one order by its nonce, or one payment of an order by its number; a cancelled order stays cancelled.

mod another_card;
mod basket_form;
mod cart;
mod checkout;
mod checkout_form;
mod crawlers;
mod error_pages;
mod form;
pub(super) mod format;
mod invitation;
mod layout;
mod listing;
mod order;
mod order_cancel;
mod order_status;
mod payment_return;
mod same_origin;
mod stock;
mod story;
mod text;
mod timeline;
mod visitor;

#[cfg(test)]
mod tests;

use actix_web::Error;
use actix_web::dev::ServiceRequest;
use actix_web::error::InternalError;
use actix_web::web::{self, ServiceConfig};

use super::site::{get, resource};
use super::{App, TEXT_PATHS, card_number_filter, security};

pub use error_pages::error_pages;
pub(super) use same_origin::is_same_origin;

/// Advertisements add parameters that may look like card numbers. A browser that asks for a page with one that no page reads
/// is redirected to the same page without it. `None`: the request is refused as it is.
pub(super) fn redirect_without_unread_parameters(app: &App, request: &ServiceRequest) -> Option<Error> {
    let is_page = !request.match_info().as_str().starts_with("/api/") && request.method().is_safe();
    let to = is_page
        .then(|| card_number_filter::without_unread_parameters(request.uri(), &app.catalogue.now()))
        .flatten()?;
    let mut response = layout::see_other(&to);
    security::harden(response.headers_mut());
    Some(InternalError::from_response("a parameter that no page reads", response).into())
}

/// The pages' addresses, and what they load. The site must be wrapped in [`error_pages`], so that a problem is a page too.
pub fn configure(site: &mut ServiceConfig) {
    site.service(resource("/", "GET, HEAD").route(get().to(listing::list)))
        .service(resource("/books/{sku}", "GET, HEAD").route(get().to(listing::book)))
        .service(
            resource("/cart", "GET, HEAD, POST")
                .route(get().to(cart::show))
                .route(web::post().to(basket_form::send)),
        )
        .service(resource("/cart/forget", "POST").route(web::post().to(visitor::forget)))
        .service(resource("/cart/lines", "POST").route(web::post().to(cart::set_line)))
        .service(resource("/cart/lines/{sku}/remove", "POST").route(web::post().to(basket_form::remove_line)))
        .service(
            resource("/checkout", "GET, HEAD, POST")
                .route(get().to(checkout::show))
                .route(web::post().to(checkout::begin)),
        )
        // not HEAD: coming back from the payment page places the order
        .service(resource("/checkout/return", "GET").route(web::get().to(payment_return::come_back)))
        .service(resource("/orders/{order}", "GET, HEAD").route(get().to(order::show)))
        .service(
            resource("/orders/{order}/cancel", "GET, HEAD, POST")
                .route(get().to(order_cancel::ask))
                .route(web::post().to(order_cancel::cancel)),
        )
        .service(resource("/orders/{order}/card", "POST").route(web::post().to(another_card::begin)))
        // not HEAD: coming back from the payment page pays
        .service(resource("/orders/{order}/card/return", "GET").route(web::get().to(another_card::come_back)))
        .service(resource("/robots.txt", "GET, HEAD").route(get().to(crawlers::robots)))
        .configure(super::assets::configure);
    for path in TEXT_PATHS {
        site.service(resource(path, "GET, HEAD").route(get().to(text::show)));
    }
}
