use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use serde_json::json;

use super::{App, Code, HttpLimits, Problem};

/// Whether it is the path of a health check, which is answered under any host name.
pub fn is_asked_at(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

/// The process lives and serves.
pub async fn alive() -> HttpResponse {
    status("ok")
}

/// The shop takes work.
pub async fn ready(app: Data<App>) -> Result<HttpResponse, Problem> {
    if app.shop.ready() {
        return Ok(status("ready"));
    }
    let detail = "the shop is starting or closing, and takes no work now";
    Err(Problem::new(Code::NotReady, detail).retry_after(HttpLimits::CLOSED_RETRY_S))
}

fn status(word: &str) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(json!({ "status": word }))
}
