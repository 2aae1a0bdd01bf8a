use actix_web::http::header::HeaderMap;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::domain::limits::IDEMPOTENCY_KEY_CHARS_MAX;

use super::{Code, Problem};

/// The request's `Idempotency-Key`: 1 to 128 visible ASCII characters, once.
pub fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut given = headers.get_all("Idempotency-Key");
    let Some(value) = given.next() else {
        return Err(Problem::new(Code::IdempotencyKeyMissing, "the header Idempotency-Key is missing"));
    };
    if given.next().is_some() {
        return Err(invalid("the header Idempotency-Key is there more than once"));
    }
    let bytes = value.as_bytes();
    if bytes.is_empty() || bytes.len() > IDEMPOTENCY_KEY_CHARS_MAX {
        return Err(invalid("the header Idempotency-Key is empty or too long"));
    }
    match std::str::from_utf8(bytes) {
        Ok(key) if !key.bytes().all(|c| c.is_ascii_graphic()) => {
            Err(invalid("the header Idempotency-Key has a character that is not visible ASCII"))
        }
        Ok(key) => Ok(key.to_owned()),
        Err(_) => Err(invalid("the header Idempotency-Key is not ASCII")),
    }
}

fn invalid(detail: &'static str) -> Problem {
    Problem::new(Code::IdempotencyKeyInvalid, detail)
}

/// Tells one parsed body from another: spaces and the order of fields do not count.
pub fn digest(parsed: &impl Serialize) -> u64 {
    let bytes = postcard::to_stdvec(parsed).expect("plain data always serialises to memory");
    xxh3_64(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn code_of(given: &[&'static [u8]]) -> Result<String, Code> {
        let mut headers = HeaderMap::new();
        for value in given {
            let value = HeaderValue::from_bytes(value).unwrap();
            headers.append(HeaderName::from_static("idempotency-key"), value);
        }
        key(&headers).map_err(|problem| problem.code())
    }

    #[test]
    fn a_key_is_visible_ascii_and_there_once() {
        assert_eq!(code_of(&[b"k-1"]), Ok("k-1".to_owned()));
        assert_eq!(code_of(&[&[b'k'; 128]]).map(|key| key.len()), Ok(128));
        assert_eq!(code_of(&[]), Err(Code::IdempotencyKeyMissing));
        assert_eq!(code_of(&[b"a", b"a"]), Err(Code::IdempotencyKeyInvalid));
        for bad in [&b""[..], &[b'k'; 129], b"a b", b"\xc3\xa9", b"\xff"] {
            assert_eq!(code_of(&[bad]), Err(Code::IdempotencyKeyInvalid), "{bad:?}");
        }
    }
}
