//! What the pages load: a stylesheet, an icon, and the one script, out of the binary; and the shop's own logo.
//!
//! Guarantee: an address names its content, so a browser may keep it for ever; another content has another address.

mod asset;

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::site::{get, resource};
use super::{App, Code, Problem};

pub use asset::Asset;

pub static STYLESHEET: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("shop", "css", "text/css; charset=utf-8", include_str!("shop.css")));
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("icon.svg")));

/// Of the order's page alone.
pub static LIVE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("live", "js", "text/javascript; charset=utf-8", include_str!("live.js")));

const FOR_A_DAY: &str = "public, max-age=86400";
/// What the operator has drawn runs nothing, and loads nothing, also where it is opened by itself.
const LOGO_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";
/// `GET /assets/{name}` of what is not in the binary.
async fn of_the_shop(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let logo = app.pages.frame.logo.as_ref().filter(|logo| logo.path == request.path());
    let logo =
        logo.ok_or_else(|| Problem::new(Code::NotFound, "no page loads anything from this address"))?;
    let mut response = logo.response();
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_static(LOGO_POLICY));
    Ok(response)
}

/// `GET /favicon.ico`: what asks for it has not read the pages, which name the icon by its content.
async fn favicon() -> HttpResponse {
    let mut response = ICON.response();
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static(FOR_A_DAY));
    response
}

pub fn configure(site: &mut ServiceConfig) {
    for asset in [&*STYLESHEET, &*ICON, &*LIVE] {
        let serve = move || async move { asset.response() };
        site.service(resource(&asset.path, "GET, HEAD").route(get().to(serve)));
    }
    site.service(resource("/favicon.ico", "GET, HEAD").route(get().to(favicon)));
    site.service(resource("/assets/{name}", "GET, HEAD").route(get().to(of_the_shop)));
}
