use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::domain::{ApiKey, ApiKeyHash, ProgramId};

use super::{Code, Problem};

/// Who a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    /// It brings no API key.
    Anonymous,
    /// The program whose API key it brings, and which is not revoked.
    Program(ProgramId),
}

/// The API keys that are good now: a copy of what the web session actor keeps, so that a request is checked without asking it.
/// Whoever adds or revokes a key updates the copy before he reports it done: no request that begins after that is let in by a
/// revoked key.
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
    pub fn replace_keys(&self, keys: impl IntoIterator<Item = (ProgramId, ApiKeyHash)>) {
        let keys = keys.into_iter().collect();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    pub(super) fn knows(&self, key: &ApiKey) -> bool {
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

    #[test]
    fn only_a_demo_takes_orders_without_a_key() {
        let (demo, shop) = (Programs::new(true), Programs::new(false));
        assert_eq!(demo.buyer(Principal::Anonymous).unwrap(), ProgramId::OPEN);
        assert_eq!(shop.buyer(Principal::Anonymous).unwrap_err().code(), Code::ApiKeyMissing);
        let program = ProgramId::new(3);
        assert_eq!(shop.buyer(Principal::Program(program)).unwrap(), program);
    }
}
