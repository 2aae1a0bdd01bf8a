use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use crate::access::Notice;
use crate::domain::catalogue::Catalogue;
use crate::domain::{digits_at_most, has_too_few_digits};
use crate::gateway::{Body, Code, Problem, card_number_filter, notices};

/// A form as a browser sends it, read within the limits of [`Body`].
pub struct Form<T>(pub T);

/// The fields of a form.
pub trait Fields: DeserializeOwned + 'static {
    /// Told that these fields held a card number; each has come empty. `false`: the form is refused whole.
    fn without(&mut self, _names: Vec<String>) -> bool {
        false
    }
}

impl<T: Fields> FromRequest for Form<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Form<T>, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (is_form, request) = (is_form(request), request.clone());
        let body = Body::from_request(&request, payload);
        Box::pin(async move {
            let body = body.await?;
            if !is_form {
                let detail = "the header Content-Type is not application/x-www-form-urlencoded";
                return Err(Problem::new(Code::UnsupportedMediaType, detail));
            }
            screened(body.bytes(), &body.catalogue(), || {
                notices::of(body.app(), &request, Notice::CardNumber)
            })
        })
    }
}

/// What is left of a form when the fields with a card number in them are emptied, which `emptied` is told of.
fn screened<T: Fields>(
    body: &[u8],
    catalogue: &Catalogue,
    emptied: impl FnOnce(),
) -> Result<Form<T>, Problem> {
    if has_too_few_digits(body) {
        return parse(body);
    }
    let sent: Vec<_> = form_urlencoded::parse(body).collect();
    let Some(found) = card_number_filter::find_in_form(&sent, catalogue) else { return parse(body) };
    let mut names = vec![];
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (place, (name, value)) in sent.iter().enumerate() {
        // what stands between and has no digit is no part of it
        let held = found.contains(&place) && digits_at_most(value.as_bytes()) > 0;
        form.append_pair(name, if held { "" } else { value });
        if held {
            names.push(name.clone().into_owned());
        }
    }
    let Form(mut left) =
        parse::<T>(form.finish().as_bytes()).map_err(|_| card_number_filter::in_a_field())?;
    if !left.without(names) {
        return Err(card_number_filter::in_a_field());
    }
    emptied();
    Ok(Form(left))
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
