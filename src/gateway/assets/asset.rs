use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use xxhash_rust::xxh3::xxh3_64;

use crate::domain::{Logo, LogoKind};

/// A file, and where it is served.
pub struct Asset {
    pub path: String,
    kind: &'static str,
    content: Bytes,
}

const FOR_EVER: &str = "public, max-age=31536000, immutable";

impl Asset {
    pub fn new(name: &str, extension: &str, kind: &'static str, content: impl Into<Bytes>) -> Asset {
        let content = content.into();
        let hash = xxh3_64(&content);
        Asset { path: format!("/assets/{name}-{hash:016x}.{extension}"), kind, content }
    }

    pub fn response(&self) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, self.kind))
            .insert_header((header::CACHE_CONTROL, FOR_EVER))
            .body(self.content.clone())
    }

    /// The shop's own logo, as its settings name it.
    pub fn of_logo(logo: &Logo) -> Asset {
        let (extension, kind) = match logo.kind {
            LogoKind::Svg => ("svg", "image/svg+xml"),
            LogoKind::Png => ("png", "image/png"),
        };
        Asset::new("logo", extension, kind, logo.bytes.clone())
    }
}
