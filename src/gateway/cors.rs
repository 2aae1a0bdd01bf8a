//! Cross-origin resource sharing: browser apps of other sites may ask the API, where `http.cors_origins` names them.
//!
//! - Of the API alone: a page answers no other site, whoever is named.
//! - Without credentials: the API reads no cookie, and an app sends its keys itself.
//! - A preflight is answered before anything is counted or asked. To an app that is not named it is a 403; whatever else it sends is
//!   answered as to any client, and its browser keeps that from it.

use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{Error, HttpRequest, HttpResponse};

use super::{App, Code, Problem, security};

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE");
/// What the API reads and a browser does not send by itself.
const HEADERS: HeaderValue = HeaderValue::from_static("Authorization, Content-Type, Idempotency-Key");
/// What an app may read of an answer, besides what every app may.
const SHOWN: HeaderValue = HeaderValue::from_static(
    "Location, Retry-After, RateLimit, RateLimit-Policy, Idempotent-Replayed, Allow",
);
/// How long a browser remembers a preflight.
const REMEMBERED_S: u32 = 600;

/// The origin of the app that asks the API, where it is named.
pub(super) fn named_origin(app: &App, request: &HttpRequest) -> Option<HeaderValue> {
    let origin = asking(request)?;
    origin.to_str().is_ok_and(|origin| app.cors_origins.hold(origin)).then(|| origin.clone())
}

/// The `Origin` of a request to the API.
fn asking(request: &HttpRequest) -> Option<&HeaderValue> {
    let origin = request.headers().get(header::ORIGIN)?;
    request.match_info().as_str().starts_with("/api/").then_some(origin)
}

/// Errs with the answer to a preflight.
pub(super) fn answer_preflight(app: &App, request: &HttpRequest) -> Result<(), Error> {
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !is_preflight || asking(request).is_none() {
        return Ok(());
    }
    if named_origin(app, request).is_none() {
        let detail = "this origin is not one of those that the shop's http.cors_origins names";
        return Err(Problem::new(Code::OriginNotAllowed, detail).into());
    }
    let mut response = HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, METHODS))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, REMEMBERED_S))
        .finish();
    security::harden(response.headers_mut());
    Err(InternalError::from_response("a preflight", response).into())
}

/// Lets the app read the answer.
pub(super) fn show_to(origin: Option<HeaderValue>, headers: &mut HeaderMap) {
    let Some(origin) = origin else { return };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, SHOWN);
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
}

/// The same of an answer that no handler has given.
pub(super) fn show_error_to(origin: Option<HeaderValue>, error: Error) -> Error {
    if origin.is_none() {
        return error;
    }
    let mut response = error.error_response();
    show_to(origin, response.headers_mut());
    InternalError::from_response(error.to_string(), response).into()
}
