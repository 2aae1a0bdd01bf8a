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

use super::page::{CardPage, message};

const REQUEST_MS_MAX: u64 = 15_000;
/// After this a customer tries again.
const RETRY_S: u32 = 5;

/// Stands around the card page: a request ends in time, a panic ends nothing else, and every answer carries the
/// headers that keep it private.
pub async fn guarded<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let policy = request.app_data::<Data<CardPage>>().map(|page| page.policy()).unwrap_or_default();
    let handling = AssertUnwindSafe(next.call(request)).catch_unwind();
    let refusal = match tokio::time::timeout(Duration::from_millis(REQUEST_MS_MAX), handling).await {
        Ok(Ok(response)) => {
            let mut response = response?.map_into_boxed_body();
            harden(response.headers_mut(), &policy);
            if response.status() == StatusCode::SERVICE_UNAVAILABLE {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_S));
            }
            return Ok(response);
        }
        Ok(Err(_)) => {
            tracing::error!("the card page panicked, and its request was answered 500: report this");
            message(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here", "Nothing was charged.")
        }
        Err(_) => {
            let text = "Nothing was charged. Please go back and try again in a moment.";
            message(StatusCode::SERVICE_UNAVAILABLE, "That took too long", text)
        }
    };
    Err(refused(refusal, &policy))
}

fn refused(mut response: HttpResponse, policy: &str) -> Error {
    harden(response.headers_mut(), policy);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_S));
    InternalError::from_response("the card page gave a request up", response).into()
}

/// What names its own keeping, the stylesheet, may be kept.
fn harden(headers: &mut HeaderMap, policy: &str) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
