use std::borrow::Cow;
use std::fmt;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde_json::{Map, Value, json};

use crate::access::{Limited, write_rate_headers};

use super::{AskError, Code, HttpLimits, security};

/// An answer that is not a success, after RFC 9457: `type`, `title`, `status`, `detail`, and beside them `code`,
/// `what_to_do`, for a bad field the JSON `pointer` to it, and what a code brings along, such as `decline_code`.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    detail: Cow<'static, str>,
    pointer: Option<String>,
    more: Vec<(&'static str, Value)>,
    retry_after_s: Option<u32>,
    allow: Option<&'static str>,
    replayed: bool,
    limited_by: Option<Box<Limited>>,
}

impl Problem {
    /// `detail` says what is wrong this time, for people.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem {
            code,
            detail: detail.into(),
            pointer: None,
            more: vec![],
            retry_after_s: None,
            allow: None,
            replayed: false,
            limited_by: None,
        }
    }

    /// Names the field of the body, as a JSON pointer (RFC 6901).
    pub fn at(mut self, pointer: impl Into<String>) -> Problem {
        self.pointer = Some(pointer.into());
        self
    }

    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Problem {
        self.more.push((name, value.into()));
        self
    }

    pub fn retry_after(mut self, seconds: u32) -> Problem {
        self.retry_after_s = Some(seconds);
        self
    }

    /// `methods` as the header `Allow` lists them.
    pub fn method_not_allowed(methods: &'static str) -> Problem {
        let mut problem = Problem::new(Code::MethodNotAllowed, format!("this address takes {methods}"));
        problem.allow = Some(methods);
        problem
    }

    /// It was answered before: this is the same answer again.
    pub fn replayed(mut self, replayed: bool) -> Problem {
        self.replayed = replayed;
        self
    }

    /// By which quota the client was too often here, and when she may come again.
    pub fn limited_by(mut self, limited: Limited) -> Problem {
        let retry_after_s = limited.retry_after_s;
        self.limited_by = Some(Box::new(limited));
        self.retry_after(retry_after_s)
    }

    /// To a question that changes nothing.
    pub fn no_answer() -> Problem {
        Problem::new(Code::NoAnswer, "the shop did not answer in time; nothing was changed")
    }

    /// To whoever would pay where nobody takes cards.
    pub fn payment_not_set_up() -> Problem {
        Problem::new(Code::PaymentNotSetUp, "nobody takes cards for this shop yet: it is open for looking")
    }

    /// The same for an order that does not exist and for one that the key does not open.
    pub fn no_such_order() -> Problem {
        Problem::new(Code::NoSuchOrder, "there is no order of this id that the key given opens")
    }

    /// Nobody outside can cause it; the log says more.
    pub fn internal() -> Problem {
        Problem::new(Code::Internal, "something went wrong in the shop, and was logged")
    }

    pub fn code(&self) -> Code {
        self.code
    }

    /// Of what it was too often, for whom, and until when.
    pub fn limited(&self) -> Option<&Limited> {
        self.limited_by.as_deref()
    }

    pub fn detail(&self) -> &str {
        &self.detail
    }

    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    fn document(&self) -> Value {
        let mut document = Map::new();
        let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
        put("type", format!("/problems/{}", self.code.name()).into());
        put("title", self.code.title().into());
        put("status", self.code.status().as_u16().into());
        put("detail", json!(self.detail));
        put("code", self.code.name().into());
        put("what_to_do", self.code.what_to_do().into());
        if let Some(pointer) = &self.pointer {
            put("pointer", json!(pointer));
        }
        for (name, value) in &self.more {
            put(name, value.clone());
        }
        Value::Object(document)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.status_code());
        response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(seconds) = self.retry_after_s {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if self.code.status() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"doorstep\""));
        }
        if let Some(methods) = self.allow {
            response.insert_header((header::ALLOW, methods));
        }
        if self.replayed {
            response.insert_header(("Idempotent-Replayed", "true"));
        }
        let mut response = response.body(self.document().to_string());
        if let Some(limited) = &self.limited_by {
            write_rate_headers(response.headers_mut(), &limited.standing);
        }
        security::harden(response.headers_mut());
        response
    }
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Problem {
        let detail = error.to_string();
        match error {
            AskError::Overloaded { retry_after_s } => {
                Problem::new(Code::Overloaded, detail).retry_after(retry_after_s)
            }
            AskError::Deadline => Problem::new(Code::OutcomeUnknown, detail),
            AskError::Closed => Problem::new(Code::Closing, detail).retry_after(HttpLimits::CLOSED_RETRY_S),
            AskError::GivenUp => {
                tracing::error!("an actor gave up on a request, see its dead letter");
                Problem::internal()
            }
        }
    }
}
