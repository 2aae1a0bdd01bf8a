//! What the pages load: a stylesheet, an icon, and the one script, out of the binary.
//!
//! Guarantee: an address names its content, so a browser may keep it for ever; another content has another address.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::ServiceConfig;
use xxhash_rust::xxh3::xxh3_64;

use super::site::{get, resource};

/// A file of the binary, and where it is served.
pub struct Asset {
    pub path: String,
    kind: &'static str,
    content: &'static str,
}

pub static STYLESHEET: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("shop", "css", "text/css; charset=utf-8", include_str!("shop.css")));
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_str!("icon.svg")));

/// Of the order's page alone.
pub static LIVE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("live", "js", "text/javascript; charset=utf-8", include_str!("live.js")));

const FOR_EVER: &str = "public, max-age=31536000, immutable";

impl Asset {
    fn new(name: &str, extension: &str, kind: &'static str, content: &'static str) -> Asset {
        let hash = xxh3_64(content.as_bytes());
        Asset { path: format!("/assets/{name}-{hash:016x}.{extension}"), kind, content }
    }

    fn response(&self) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, self.kind))
            .insert_header((header::CACHE_CONTROL, FOR_EVER))
            .body(self.content)
    }
}

pub fn configure(site: &mut ServiceConfig) {
    for asset in [&*STYLESHEET, &*ICON, &*LIVE] {
        let serve = move || async move { asset.response() };
        site.service(resource(&asset.path, "GET, HEAD").route(get().to(serve)));
    }
}
