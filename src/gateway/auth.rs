use std::borrow::Cow;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Query;
use serde::Deserialize;

use crate::domain::ApiKey;

/// Longer ones open nothing: an order's key has 26 characters.
const KEY_CHARS_MAX: usize = 128;

#[derive(Deserialize)]
struct KeyInQuery {
    key: String,
}

/// The order's key that the request brings, as `Authorization: Bearer` or `?key=`: who brings an API key in the header
/// has the query for it.
pub fn order_key(request: &HttpRequest) -> Option<String> {
    let key = match bearer(request.headers()).filter(|key| !ApiKey::is_meant_by(key)) {
        Some(key) => Cow::Borrowed(key),
        None => Cow::Owned(Query::<KeyInQuery>::from_query(request.query_string()).ok()?.into_inner().key),
    };
    (1..=KEY_CHARS_MAX).contains(&key.len()).then(|| key.into_owned())
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_key_comes_in_the_header_or_the_query() {
        let bearer = TestRequest::get().insert_header(("Authorization", "bearer K1")).to_http_request();
        assert_eq!(order_key(&bearer).as_deref(), Some("K1"));
        let query = TestRequest::with_uri("/x?a=b&key=K2").to_http_request();
        assert_eq!(order_key(&query).as_deref(), Some("K2"));
        let program = TestRequest::with_uri("/x?key=K3")
            .insert_header(("Authorization", "Bearer dsk_1_ff"))
            .to_http_request();
        assert_eq!(order_key(&program).as_deref(), Some("K3"));
    }

    #[test]
    fn what_is_no_key_is_none() {
        for (uri, authorization) in
            [("/x", ""), ("/x?key=", "Basic K1"), ("/x?key", "Bearer"), ("/x?key=%FF%FE%ZZ=&&", "Bearer ")]
        {
            let request =
                TestRequest::with_uri(uri).insert_header(("Authorization", authorization)).to_http_request();
            assert_ne!(order_key(&request).as_deref(), Some(""), "{uri} {authorization}");
        }
    }
}
