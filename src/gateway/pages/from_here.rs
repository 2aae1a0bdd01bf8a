use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};

use crate::gateway::App;

use super::layout::Said;

/// Proof that a form was not sent by another site. Every POST of the pages takes it.
///
/// `Sec-Fetch-Site` decides where a browser sends it; else `Origin` must be this host. A request with neither comes
/// from no browser, so it brings no visitor's cookie against her will.
pub struct FromHere;

impl FromRequest for FromHere {
    type Error = Error;
    type Future = Ready<Result<FromHere, Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(if is_from_here(request) { Ok(FromHere) } else { Err(refused(request)) })
    }
}

/// `https://shop.example`, as the browser knows it.
pub fn own_origin(request: &HttpRequest) -> String {
    let connection = request.connection_info();
    format!("{}://{}", connection.scheme(), connection.host())
}

fn is_from_here(request: &HttpRequest) -> bool {
    let headers = request.headers();
    if let Some(site) = headers.get("Sec-Fetch-Site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    origin.to_str().is_ok_and(|origin| origin.eq_ignore_ascii_case(&own_origin(request)))
}

fn refused(request: &HttpRequest) -> Error {
    tracing::warn!(path = request.path(), "a form from another site was refused");
    let page = Said::new(
        "This did not come from our own page",
        vec!["Another site has sent this form, so we have done nothing with it.".to_owned()],
    )
    .link("/", "To the shop");
    let response = request
        .app_data::<Data<App>>()
        .and_then(|app| page.page(&app.pages, StatusCode::FORBIDDEN).ok())
        .unwrap_or_else(|| HttpResponse::Forbidden().finish());
    InternalError::from_response("a form from another site", response).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn passes(headers: &[(&'static str, &'static str)]) -> bool {
        let mut request = TestRequest::post().insert_header(("Host", "shop.example:8080"));
        for header in headers {
            request = request.insert_header(*header);
        }
        is_from_here(&request.to_http_request())
    }

    #[test]
    fn the_shops_own_forms_pass_and_no_other_sites() {
        assert!(passes(&[("Sec-Fetch-Site", "same-origin"), ("Origin", "null")]));
        assert!(passes(&[("Origin", "http://shop.example:8080")]));
        assert!(passes(&[]));
        for bad in ["cross-site", "same-site", "", "x"] {
            assert!(!passes(&[("Sec-Fetch-Site", bad), ("Origin", "http://shop.example:8080")]), "{bad}");
        }
        for bad in
            ["null", "http://shop.example", "https://shop.example:8080", "http://evil.example", "\u{e9}"]
        {
            assert!(!passes(&[("Origin", bad)]), "{bad}");
        }
    }
}
