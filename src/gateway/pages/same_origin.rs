use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse};

use crate::access::Notice;
use crate::gateway::{App, notices, rates};

use super::layout::MessagePage;

/// The guard against cross-site request forgery, as an extractor: every POST of the pages takes it, and a form that another
/// site sends is answered 403.
///
/// - `Sec-Fetch-Site` decides where the browser sends it.
/// - Else `Origin` must be the origin that the settings give the shop.
/// - A request with neither header comes from no browser, so nobody's cookie is used against her will.
pub struct SameOrigin;

impl FromRequest for SameOrigin {
    type Error = Error;
    type Future = Ready<Result<SameOrigin, Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(if is_same_origin(request) { Ok(SameOrigin) } else { Err(refused(request)) })
    }
}

/// Whether no other site has sent it: by the rules of [`SameOrigin`].
pub fn is_same_origin(request: &HttpRequest) -> bool {
    let headers = request.headers();
    if let Some(site) = headers.get("Sec-Fetch-Site") {
        return matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let own = request.app_data::<Data<App>>().and_then(|app| app.origins.of_head(request.head()).ok());
    own.is_some_and(|own| origin.as_bytes().eq_ignore_ascii_case(own.as_bytes()))
}

fn refused(request: &HttpRequest) -> Error {
    if let Some(app) = request.app_data::<Data<App>>() {
        notices::of(app, request, Notice::CrossOrigin);
    }
    request.extensions_mut().insert(rates::CrossOrigin);
    let page = MessagePage::new(
        "This did not come from our own page",
        vec!["Another site has sent this form, so we have done nothing with it.".to_owned()],
    )
    .link("/", "To the shop");
    let response = request
        .app_data::<Data<App>>()
        .and_then(|app| page.response(&app.pages, StatusCode::FORBIDDEN).ok())
        .unwrap_or_else(|| HttpResponse::Forbidden().finish());
    InternalError::from_response("a form from another site", response).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::tests::test_gateway::TestGateway;
    use actix_web::test::TestRequest;

    fn passes(public_url: &str, headers: &[(&'static str, &'static str)]) -> bool {
        let app = TestGateway::new().at(public_url).app;
        let mut request = TestRequest::post().app_data(Data::new(app));
        for header in headers {
            request = request.insert_header(*header);
        }
        is_same_origin(&request.to_http_request())
    }

    #[test]
    fn the_shops_own_forms_pass_and_no_other_sites() {
        let shop = "http://shop.example:8080";
        let passes = |headers: &[(&'static str, &'static str)]| {
            passes(shop, &[&[("Host", "shop.example:8080")], headers].concat())
        };
        assert!(passes(&[("Sec-Fetch-Site", "same-origin"), ("Origin", "null")]));
        assert!(passes(&[("Origin", shop)]));
        assert!(passes(&[]));
        for bad in ["cross-site", "same-site", "", "x"] {
            assert!(!passes(&[("Sec-Fetch-Site", bad), ("Origin", shop)]), "{bad}");
        }
        for bad in
            ["null", "http://shop.example", "https://shop.example:8080", "http://evil.example", "\u{e9}"]
        {
            assert!(!passes(&[("Origin", bad)]), "{bad}");
        }
    }

    #[test]
    fn the_shops_origin_is_what_the_settings_say_and_not_what_the_request_says() {
        let through = [("Host", "127.0.0.1:8080")];
        let passes = |public_url: &str, origin: &'static str, more: &[(&'static str, &'static str)]| {
            passes(public_url, &[&through[..], &[("Origin", origin)], more].concat())
        };
        assert!(passes("https://shop.example", "https://shop.example", &[]));
        assert!(!passes("https://shop.example", "http://127.0.0.1:8080", &[]));
        assert!(passes("", "http://127.0.0.1:8080", &[]));
        // a name of this machine, but another origin than hers
        assert!(!passes("", "http://localhost:8080", &[]));
        let forwarded = [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https")];
        assert!(!passes("", "https://evil.example", &forwarded));
    }
}
