use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use crate::gateway::{Body, Code, Problem};

/// A form as a browser sends it, read within the limits of [`Body`].
pub struct Form<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Form<T>, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = is_form(request);
        let body = Body::from_request(request, payload);
        Box::pin(async move {
            let body = body.await?;
            if !is_form {
                let detail = "the header Content-Type is not application/x-www-form-urlencoded";
                return Err(Problem::new(Code::UnsupportedMediaType, detail));
            }
            parse(body.bytes())
        })
    }
}

/// A form is encoded like a query.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<Form<T>, Problem> {
    let bad = || {
        Problem::new(Code::BadField, "the form is not one of this page: a field is missing or there twice")
    };
    let text = std::str::from_utf8(body).map_err(|_| bad())?;
    Query::<T>::from_query(text).map(|Query(form)| Form(form)).map_err(|_| bad())
}

fn is_form(request: &HttpRequest) -> bool {
    let kind =
        request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// What of the address's query a page reads.
pub fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, Problem> {
    let bad = |_| Problem::new(Code::BadQuery, "a parameter is missing, there twice, or not in UTF-8");
    Query::<T>::from_query(request.query_string()).map(Query::into_inner).map_err(bad)
}

/// Text for a part of an address's query.
pub fn encoded(text: &str) -> String {
    let plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_' | b'~');
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, c| {
        match plain(c) {
            true => encoded.push(char::from(c)),
            false => encoded.push_str(&format!("%{c:02X}")),
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct One {
        a: String,
    }

    proptest! {
        #[test]
        fn what_is_encoded_reads_back(text in any::<String>()) {
            let Ok(Form(One { a })) = parse(format!("a={}", encoded(&text)).as_bytes()) else { panic!("{text}") };
            prop_assert_eq!(a, text);
        }
    }

    #[test]
    fn a_field_that_is_there_twice_is_refused() {
        assert!(parse::<One>(b"a=1&a=2").is_err());
        assert!(parse::<One>(b"b=1").is_err());
        assert!(parse::<One>(b"a=\xff").is_err());
    }
}
