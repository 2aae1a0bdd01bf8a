//! What search engines are told: the catalogue is theirs to read, a basket, a checkout and an order are nobody's but hers.

use actix_web::HttpResponse;
use actix_web::http::header;

const ROBOTS: &str = "\
User-agent: *
Disallow: /api/
Disallow: /cart
Disallow: /checkout
Disallow: /orders/
";

/// `GET /robots.txt` (RFC 9309)
pub async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=86400"))
        .body(ROBOTS)
}
