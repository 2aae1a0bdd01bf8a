//! The stylesheet of the card page, and its pages that only carry a message.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;
use xxhash_rust::xxh3::xxh3_64;

/// Its path, which names its content.
pub static STYLESHEET: LazyLock<String> =
    LazyLock::new(|| format!("/card-{:016x}.css", xxh3_64(CSS.as_bytes())));
const CSS: &str = include_str!("../../../templates/processor/card.css");

#[derive(Template)]
#[template(path = "processor/message.html")]
struct MessagePage<'a> {
    stylesheet: &'a str,
    heading: &'a str,
    text: &'a str,
}

pub fn message(status: StatusCode, heading: &str, text: &str) -> HttpResponse {
    rendered(status, &MessagePage { stylesheet: &STYLESHEET, heading, text })
}

pub fn rendered(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(html) => HttpResponseBuilder::new(status)
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .body(html),
        Err(error) => {
            tracing::error!(%error, "the card page could not be rendered, report this");
            HttpResponse::InternalServerError().finish()
        }
    }
}

pub async fn stylesheet() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/css; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(CSS)
}
