use std::future::Future;
use std::io::ErrorKind;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;

use super::json::Json;
use super::{App, Code, HttpLimits, Problem, card_number_filter};
use crate::domain::catalogue::Catalogue;
use crate::domain::has_too_few_digits;
use crate::planted::{self, Bug};

/// A request's body, read whole; how long it may take is the connection's to say. Every handler that is not a GET takes
/// it, also where it looks at nothing in it, so that the connection can go on.
pub struct Body {
    bytes: Bytes,
    is_json: bool,
    app: Data<App>,
}

impl Body {
    /// The one JSON value that it is, without a card number in it.
    pub fn json(&self) -> Result<Json<'_>, Problem> {
        if !self.is_json {
            let detail = "the header Content-Type is not application/json, or there is a Content-Encoding";
            return Err(Problem::new(Code::UnsupportedMediaType, detail));
        }
        // the parser's words name places, never content
        let json =
            Json::parse(&self.bytes).map_err(|error| Problem::new(Code::MalformedJson, error.to_string()))?;
        // most bodies are not walked
        if has_too_few_digits(&self.bytes) {
            return Ok(json);
        }
        match card_number_filter::find_in_json(&json, &self.catalogue()) {
            Some(pointer) if planted::is(Bug::CardNumberEchoed) => {
                Err(card_number_filter::in_a_field().at(pointer).with("given", format!("{json:?}")))
            }
            Some(pointer) => Err(card_number_filter::in_a_field().at(pointer)),
            None => Ok(json),
        }
    }

    /// Where nothing is read of it: what is sent all the same must be JSON as elsewhere.
    pub fn is_empty_or_json(&self) -> Result<(), Problem> {
        if self.bytes.is_empty() { Ok(()) } else { self.json().map(drop) }
    }

    /// The catalogue, whose SKUs may look like card numbers.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.app.catalogue.now()
    }

    pub fn app(&self) -> &App {
        &self.app
    }

    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl FromRequest for Body {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Body, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let app = request.app_data::<Data<App>>().cloned();
        let is_json = is_json(request.headers());
        let announced = content_length(request.headers());
        let mut payload = payload.take();
        Box::pin(async move {
            let app = app.ok_or_else(Problem::internal)?;
            let limits = &app.limits;
            let max = limits.body_bytes_max;
            if announced.is_some_and(|bytes| bytes > max as u64) {
                return Err(too_large(max));
            }
            let bytes = read(&mut payload, max).await.map_err(|error| error.problem(limits))?;
            // a refusal must cost less than the work that it spares; its connection can go on, for the body is read
            app.shop.has_room()?;
            Ok(Body { bytes, is_json, app: app.clone() })
        })
    }
}

/// A body that came in one piece is not copied.
async fn read(payload: &mut Payload, max: usize) -> Result<Bytes, BodyError> {
    let Some(first) = payload.next().await else { return Ok(Bytes::new()) };
    let first = first?;
    if first.len() > max {
        return Err(BodyError::TooLarge);
    }
    let Some(second) = payload.next().await else { return Ok(first) };
    let mut whole = BytesMut::from(first);
    let mut next = Some(second);
    while let Some(chunk) = next {
        let chunk = chunk?;
        if whole.len() + chunk.len() > max {
            return Err(BodyError::TooLarge);
        }
        whole.extend_from_slice(&chunk);
        next = payload.next().await;
    }
    Ok(whole.freeze())
}

fn too_large(max: usize) -> Problem {
    Problem::new(Code::BodyTooLarge, format!("at most {max} bytes are read"))
}

/// Why a body was not read.
enum BodyError {
    TooLarge,
    TooSlow,
    Broken,
}

impl From<PayloadError> for BodyError {
    fn from(error: PayloadError) -> BodyError {
        match error {
            PayloadError::Io(error) if error.kind() == ErrorKind::TimedOut => BodyError::TooSlow,
            _ => BodyError::Broken,
        }
    }
}

impl BodyError {
    fn problem(self, limits: &HttpLimits) -> Problem {
        match self {
            BodyError::TooLarge => too_large(limits.body_bytes_max),
            BodyError::TooSlow => {
                let ms = limits.connections.body_ms_max;
                Problem::new(Code::BodyTooSlow, format!("the body was not complete after {ms} ms"))
            }
            BodyError::Broken => {
                let detail = "the connection broke, or the body's length or chunks are wrong";
                Problem::new(Code::BodyBroken, detail)
            }
        }
    }
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether the body is declared as JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(kind)) = headers.get(header::CONTENT_TYPE).map(|value| value.to_str()) else { return false };
    let essence = kind.split(';').next().unwrap_or_default().trim();
    let plain = headers.get(header::CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
    essence.eq_ignore_ascii_case("application/json") && plain
}
