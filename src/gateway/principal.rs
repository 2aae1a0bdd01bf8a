use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use actix_web::web::Data;
use actix_web::{HttpMessage as _, HttpRequest};

use crate::domain::{ApiKey, ApiKeyHash, ProgramId};

use super::auth::bearer;
use super::{App, Code, Problem};

/// Who a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    /// It brings no API key.
    Anonymous,
    /// The program whose API key it brings, and which is not revoked.
    Program(ProgramId),
}

impl Principal {
    /// Looked up once a request, however often it is asked for. A key that the shop does not know, or no more, is 401
    /// wherever it is brought: who has one does not mean to be taken for a stranger.
    pub fn of(request: &HttpRequest) -> Result<Principal, Problem> {
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

/// The API keys that are good now: what the shop's actors have of them, beside every request. Whoever has one made or
/// revoked says so here before he tells anyone, so a revoked key is good for nothing that begins after.
#[derive(Debug)]
pub struct Programs {
    /// A demo: who brings no key orders as [`ProgramId::OPEN`].
    open: bool,
    known: RwLock<HashMap<ProgramId, ApiKeyHash>>,
}

impl Programs {
    pub fn new(open: bool) -> Programs {
        Programs { open, known: RwLock::default() }
    }

    pub fn are_open(&self) -> bool {
        self.open
    }

    /// These are good from now on, and no others.
    pub fn know(&self, keys: impl IntoIterator<Item = (ProgramId, ApiKeyHash)>) {
        let keys = keys.into_iter().collect();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    fn knows(&self, key: &ApiKey) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&key.program()).copied();
        known.is_some_and(|hash| hash.is_of(key))
    }

    /// Under whose name `principal` orders.
    pub fn buyer(&self, principal: Principal) -> Result<ProgramId, Problem> {
        match principal {
            Principal::Program(program) => Ok(program),
            Principal::Anonymous if self.open => Ok(ProgramId::OPEN),
            Principal::Anonymous => {
                Err(Problem::new(Code::ApiKeyMissing, "an order of a program needs an API key"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::tests::kit::Kit;
    use actix_web::test::TestRequest;

    fn key(program: u32) -> ApiKey {
        ApiKey::new(ProgramId::new(program), [program as u8; 32])
    }

    fn request(kit: &Kit, header: &str) -> HttpRequest {
        let app = Data::new(kit.app.clone());
        TestRequest::get().app_data(app).insert_header(("Authorization", header)).to_http_request()
    }

    #[test]
    fn a_program_is_known_by_its_key_until_it_is_revoked() {
        let kit = Kit::new();
        let programs = &kit.app.programs;
        programs.know([(ProgramId::new(1), key(1).hash()), (ProgramId::new(2), key(2).hash())]);
        let with_key = |key: &ApiKey| request(&kit, &format!("Bearer {}", key.reveal()));
        let first = with_key(&key(1));
        assert_eq!(Principal::of(&first).unwrap(), Principal::Program(ProgramId::new(1)));
        assert_eq!(Principal::of(&with_key(&key(2))).unwrap(), Principal::Program(ProgramId::new(2)));
        programs.know([(ProgramId::new(2), key(2).hash())]);
        assert_eq!(Principal::of(&with_key(&key(1))).unwrap_err().code(), Code::ApiKeyUnknown);
        assert_eq!(Principal::of(&first).unwrap(), Principal::Program(ProgramId::new(1)), "it had begun");
        assert_eq!(Principal::of(&with_key(&key(2))).unwrap(), Principal::Program(ProgramId::new(2)));
    }

    #[test]
    fn another_secret_or_half_a_key_is_refused_and_an_orders_key_is_no_api_key() {
        let kit = Kit::new();
        kit.app.programs.know([(ProgramId::new(1), key(1).hash())]);
        let other = ApiKey::new(ProgramId::new(1), [9; 32]).reveal();
        for bad in [&other, &key(1).reveal()[..60], "dsk_"] {
            let refused = Principal::of(&request(&kit, &format!("Bearer {bad}"))).unwrap_err();
            assert_eq!(refused.code(), Code::ApiKeyUnknown, "{bad}");
        }
        for stranger in ["Bearer 01ARZ3NDEKTSV4RRFFQ69G5FAV", "Basic dsk_1", ""] {
            assert_eq!(Principal::of(&request(&kit, stranger)).unwrap(), Principal::Anonymous, "{stranger}");
        }
    }

    #[test]
    fn only_a_demo_takes_orders_without_a_key() {
        let (demo, shop) = (Programs::new(true), Programs::new(false));
        assert_eq!(demo.buyer(Principal::Anonymous).unwrap(), ProgramId::OPEN);
        assert_eq!(shop.buyer(Principal::Anonymous).unwrap_err().code(), Code::ApiKeyMissing);
        let program = ProgramId::new(3);
        assert_eq!(shop.buyer(Principal::Program(program)).unwrap(), program);
    }
}
