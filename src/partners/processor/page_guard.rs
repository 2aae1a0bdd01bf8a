use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};
use futures_util::FutureExt;

use crate::access::{Notice, WrongHost};

use super::CardPage;
use super::page_message::message;

const REQUEST_MS_MAX: u64 = 15_000;
/// After this a customer tries again.
const RETRY_S: u32 = 5;

/// The `Content-Security-Policy` of every answer, but for `form-action`.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Middleware around the card page: a request for another host is refused, every request ends in time, a panic ends nothing else,
/// and every answer carries the security headers.
pub async fn guarded<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if let Some(refusal) = misdirected(&request) {
        return Err(refused(refusal));
    }
    let handling = AssertUnwindSafe(next.call(request)).catch_unwind();
    let refusal = match tokio::time::timeout(Duration::from_millis(REQUEST_MS_MAX), handling).await {
        Ok(Ok(response)) => {
            let mut response = response?.map_into_boxed_body();
            harden(response.headers_mut());
            if response.status() == StatusCode::SERVICE_UNAVAILABLE {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_S));
            }
            return Ok(response);
        }
        Ok(Err(_)) => {
            tracing::error!("the card page panicked, and its request was answered 500: report this");
            let text = "Nothing was charged.";
            with_retry_after(message(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here", text))
        }
        Err(_) => {
            let text = "Nothing was charged. Please go back and try again in a moment.";
            with_retry_after(message(StatusCode::SERVICE_UNAVAILABLE, "That took too long", text))
        }
    };
    Err(refused(refusal))
}

/// The answer to a request that is not for this page's host.
fn misdirected(request: &ServiceRequest) -> Option<HttpResponse> {
    let page = request.app_data::<Data<CardPage>>()?;
    let status = match page.origins.of_head(request.head()) {
        Ok(_) => return None,
        Err(WrongHost::Missing) => StatusCode::BAD_REQUEST,
        Err(WrongHost::Other) => {
            page.clients.notice(Notice::OtherHost, request.head(), String::new);
            StatusCode::MISDIRECTED_REQUEST
        }
    };
    let text = "Please go back to the shop and begin the payment again. Nothing was charged.";
    Some(message(status, "This is not the address of the payment page", text))
}

fn with_retry_after(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_S));
    response
}

fn refused(mut response: HttpResponse) -> Error {
    harden(response.headers_mut());
    InternalError::from_response("the card page gave a request up", response).into()
}

/// Adds the security headers. An answer without a `Cache-Control` of its own gets `no-store`.
fn harden(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(policy) = HeaderValue::try_from(format!("{POLICY}; form-action 'none'"))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
