//! By which keys a request may do what it asks for: that of a program, or that of an order.

use std::borrow::Cow;

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Data, Query};
use actix_web::{HttpMessage as _, HttpRequest};
use serde::Deserialize;

use crate::domain::ApiKey;
use crate::domain::limits::KEY_CHARS_MAX;

use super::{App, Code, Principal, Problem};

#[derive(Deserialize)]
struct KeyInQuery {
    key: String,
}

impl Principal {
    /// Whose name a request acts in. A header that holds no key is refused, as is a key that the shop does not know: who brings one
    /// does not mean to be taken for a stranger.
    pub fn of(request: &HttpRequest) -> Result<Principal, Problem> {
        let principal = Principal::by_key(request)?;
        match misread(request, principal) {
            Some(wrong) => Err(Problem::new(Code::ApiKeyUnknown, wrong)),
            None => Ok(principal),
        }
    }

    /// Looked up once a request, however often it is asked for. A key that the shop does not know, or no more, is 401
    /// wherever it is brought.
    pub(super) fn by_key(request: &HttpRequest) -> Result<Principal, Problem> {
        // without a key, which is most requests, there is nothing to remember
        let Some(given) = bearer(request.headers()).filter(|given| ApiKey::is_meant_by(given)) else {
            return Ok(Principal::Anonymous);
        };
        if let Some(known) = request.extensions().get::<Principal>() {
            return Ok(*known);
        }
        let app = request.app_data::<Data<App>>().ok_or_else(Problem::internal)?;
        let program = ApiKey::parse(given).filter(|key| app.programs.knows(key)).map(|key| key.program());
        let Some(program) = program else {
            let detail = "the shop has no such API key, or it was revoked";
            return Err(Problem::new(Code::ApiKeyUnknown, detail));
        };
        request.extensions_mut().insert(Principal::Program(program));
        Ok(Principal::Program(program))
    }
}

/// Why a header of the API is none of those that it takes. A page is not the API: a proxy before the shop may ask for a password,
/// and passes that on.
fn misread(request: &HttpRequest, principal: Principal) -> Option<&'static str> {
    let (path, headers) = (request.match_info().as_str(), request.headers());
    let mut given = headers.get_all(header::AUTHORIZATION);
    let is_given = given.next().is_some();
    if !is_given || !path.starts_with("/api/") {
        return None;
    }
    if given.next().is_some() {
        return Some("the header Authorization is there more than once");
    }
    // the key of an order, which opens that alone
    let is_of_an_order = path.starts_with("/api/v1/orders/");
    match (principal, bearer(headers)) {
        (Principal::Program(_), _) => None,
        (_, None) => Some("the header Authorization is not `Bearer`, a space and a key"),
        (_, Some(_)) if is_of_an_order => None,
        (_, Some(_)) => Some("the header Authorization holds no API key: one begins with dsk_"),
    }
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

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{KeyRole, ProgramId};
    use crate::gateway::tests::test_gateway::TestGateway;
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

    fn key(program: u32) -> ApiKey {
        ApiKey::new(ProgramId::new(program), [program as u8; 32])
    }

    fn request(gateway: &TestGateway, header: &str) -> HttpRequest {
        let app = Data::new(gateway.app.clone());
        TestRequest::get().app_data(app).insert_header(("Authorization", header)).to_http_request()
    }

    #[test]
    fn a_program_is_known_by_its_key_until_it_is_revoked() {
        let gateway = TestGateway::new();
        let programs = &gateway.app.programs;
        programs.replace_keys([
            (ProgramId::new(1), key(1).hash(), KeyRole::Buyer),
            (ProgramId::new(2), key(2).hash(), KeyRole::Buyer),
        ]);
        let with_key = |key: &ApiKey| request(&gateway, &format!("Bearer {}", key.reveal()));
        let first = with_key(&key(1));
        assert_eq!(Principal::of(&first).unwrap(), Principal::Program(ProgramId::new(1)));
        assert_eq!(Principal::of(&with_key(&key(2))).unwrap(), Principal::Program(ProgramId::new(2)));
        programs.replace_keys([(ProgramId::new(2), key(2).hash(), KeyRole::Buyer)]);
        assert_eq!(Principal::of(&with_key(&key(1))).unwrap_err().code(), Code::ApiKeyUnknown);
        assert_eq!(Principal::of(&first).unwrap(), Principal::Program(ProgramId::new(1)), "it had begun");
        assert_eq!(Principal::of(&with_key(&key(2))).unwrap(), Principal::Program(ProgramId::new(2)));
    }

    #[test]
    fn a_header_that_holds_no_key_is_not_taken_for_none_by_the_api() {
        let asks = |path: &str, given: &[&str]| {
            let app = Data::new(TestGateway::new().app.clone());
            let request = given.iter().fold(TestRequest::with_uri(path).app_data(app), |request, one| {
                request.append_header(("Authorization", *one))
            });
            Principal::of(&request.to_http_request()).map_err(|problem| problem.code())
        };
        let refused = Err(Code::ApiKeyUnknown);
        for given in [
            &["Bearer a"][..],
            &["Basic dsk_1"],
            &["dsk_1_ff"],
            &[""],
            &["Bearer"],
            &["Bearer K", "Bearer K"],
        ] {
            assert_eq!(asks("/api/v1/orders", given), refused, "{given:?}");
            assert_eq!(asks("/books/PD-1", given), Ok(Principal::Anonymous), "{given:?}");
        }
        assert_eq!(asks("/api/v1/orders/ord_1", &["Bearer K"]), Ok(Principal::Anonymous));
        assert_eq!(asks("/api/v1/orders/ord_1", &["Basic K"]), refused);
        assert_eq!(asks("/api/v1/orders", &[]), Ok(Principal::Anonymous));
    }

    #[test]
    fn another_secret_or_half_a_key_is_refused_and_an_orders_key_is_no_api_key() {
        let gateway = TestGateway::new();
        gateway.app.programs.replace_keys([(ProgramId::new(1), key(1).hash(), KeyRole::Buyer)]);
        let other = ApiKey::new(ProgramId::new(1), [9; 32]).reveal();
        for bad in [&other, &key(1).reveal()[..60], "dsk_"] {
            let refused = Principal::of(&request(&gateway, &format!("Bearer {bad}"))).unwrap_err();
            assert_eq!(refused.code(), Code::ApiKeyUnknown, "{bad}");
        }
        for stranger in ["Bearer 01ARZ3NDEKTSV4RRFFQ69G5FAV", "Basic dsk_1", ""] {
            assert_eq!(
                Principal::of(&request(&gateway, stranger)).unwrap(),
                Principal::Anonymous,
                "{stranger}"
            );
        }
    }
}
