//! The card page's form. A card number is only ever in memory that is wiped: its bytes are copied into one buffer and decoded
//! from there into fields that are zeroed when they are dropped; no library sees them in between. Before that they pass the
//! connection's buffer, which `http` wipes, and the kernel's.

use std::future::Future;
use std::io::ErrorKind;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::{InternalError, PayloadError};
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use futures_util::StreamExt;
use zeroize::Zeroizing;

use super::page_message::message;
use super::payment_request::RawPaymentRequest;

const BODY_BYTES_MAX: usize = 8 * 1024;

/// The card as it was typed. It cannot be printed.
#[derive(Default)]
pub struct CardForm {
    pub sent: RawPaymentRequest,
    pub number: Zeroizing<String>,
    pub expiry: Zeroizing<String>,
    pub cvv: Zeroizing<String>,
    pub name: Zeroizing<String>,
    /// Names the number that is kept for this form.
    pub kept: Zeroizing<String>,
}

impl CardForm {
    /// Reads a form or a query. `None`: it is not in UTF-8, or has a field twice.
    pub fn parse(form: &[u8]) -> Option<CardForm> {
        let mut typed = CardForm::default();
        let mut seen = 0_u16;
        for pair in form.split(|c| *c == b'&').filter(|pair| !pair.is_empty()) {
            let (name, value) = match pair.iter().position(|c| *c == b'=') {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &[][..]),
            };
            let mut value = decoded(value)?;
            let place = match name {
                b"checkout" => Place::Plain(0, &mut typed.sent.checkout),
                b"amount" => Place::Plain(1, &mut typed.sent.amount),
                b"currency" => Place::Plain(2, &mut typed.sent.currency),
                b"return" => Place::Plain(3, &mut typed.sent.back),
                b"expires" => Place::Plain(4, &mut typed.sent.expires),
                b"signature" => Place::Plain(5, &mut typed.sent.signature),
                b"number" => Place::Secret(6, &mut typed.number),
                b"expiry" => Place::Secret(7, &mut typed.expiry),
                b"cvv" => Place::Secret(8, &mut typed.cvv),
                b"name" => Place::Secret(9, &mut typed.name),
                b"kept" => Place::Secret(10, &mut typed.kept),
                _ => continue,
            };
            let bit = match place {
                Place::Plain(bit, field) => {
                    *field = std::mem::take(&mut *value);
                    bit
                }
                Place::Secret(bit, field) => {
                    *field = value;
                    bit
                }
            };
            if seen & 1 << bit != 0 {
                return None;
            }
            seen |= 1 << bit;
        }
        Some(typed)
    }
}

/// Where a field goes, and its number.
enum Place<'f> {
    Plain(u8, &'f mut String),
    Secret(u8, &'f mut Zeroizing<String>),
}

/// `4242+4242` and `4242%204242` as they were typed, in one buffer that does not grow.
fn decoded(value: &[u8]) -> Option<Zeroizing<String>> {
    let hex = |c: Option<&u8>| c.and_then(|c| char::from(*c).to_digit(16));
    let mut bytes = Zeroizing::new(Vec::with_capacity(value.len()));
    let mut at = 0;
    while let Some(c) = value.get(at) {
        match (c, hex(value.get(at + 1)), hex(value.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', ..) => bytes.push(b' '),
            (c, ..) => bytes.push(*c),
        }
        at += 1;
    }
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Some(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            None
        }
    }
}

impl FromRequest for CardForm {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<CardForm, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let payload = payload.take();
        Box::pin(async move {
            let read = if is_form { read(payload).await } else { Err(FormError::NoForm) };
            let typed =
                read.and_then(|form: Zeroizing<Vec<u8>>| CardForm::parse(&form).ok_or(FormError::Malformed));
            typed.map_err(|why| InternalError::from_response("a bad form", why.response()).into())
        })
    }
}

/// Why there is no form.
enum FormError {
    NoForm,
    TooLarge,
    TooSlow,
    Malformed,
}

impl FormError {
    /// Sizes and kinds, never content.
    fn response(self) -> HttpResponse {
        let (status, text) = match self {
            FormError::NoForm => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "This is not our own form."),
            FormError::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "Your browser has sent more than we read.")
            }
            FormError::TooSlow => {
                (StatusCode::REQUEST_TIMEOUT, "That took too long. Please go back and try again.")
            }
            FormError::Malformed => (StatusCode::BAD_REQUEST, "Please go back and type the card again."),
        };
        message(status, "We did not get that", text)
    }
}

async fn read(mut payload: Payload) -> Result<Zeroizing<Vec<u8>>, FormError> {
    // a buffer that grows would leave what it held behind
    let mut form = Zeroizing::new(Vec::with_capacity(BODY_BYTES_MAX));
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|error| match error {
            PayloadError::Io(error) if error.kind() == ErrorKind::TimedOut => FormError::TooSlow,
            _ => FormError::Malformed,
        })?;
        if form.len() + piece.len() > BODY_BYTES_MAX {
            return Err(FormError::TooLarge);
        }
        form.extend_from_slice(&piece);
    }
    Ok(form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_form_is_read_as_it_was_typed() {
        let typed =
            CardForm::parse(b"number=4242+4242%204242&name=Zo%C3%AB&checkout=n-1&other=1&&cvv").unwrap();
        assert_eq!((typed.number.as_str(), typed.name.as_str()), ("4242 4242 4242", "Zo\u{eb}"));
        assert_eq!((typed.sent.checkout.as_str(), typed.cvv.as_str()), ("n-1", ""));
        assert_eq!(CardForm::parse(b"name=100%&expiry=%4").unwrap().name.as_str(), "100%");
    }

    #[test]
    fn a_field_that_is_there_twice_or_no_text_is_refused() {
        for bad in [&b"number=1&number=2"[..], b"amount=1&amount=1", b"name=%FF", b"cvv=\xff"] {
            assert!(CardForm::parse(bad).is_none(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn it_reads_what_browsers_write(number in any::<String>(), name in any::<String>()) {
            let mut form = form_urlencoded::Serializer::new(String::new());
            let form = form.append_pair("number", &number).append_pair("name", &name).finish();
            let typed = CardForm::parse(form.as_bytes()).unwrap();
            prop_assert_eq!((typed.number.as_str(), typed.name.as_str()), (number.as_str(), name.as_str()));
        }
    }
}
