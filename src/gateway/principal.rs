use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::domain::{ApiKey, ApiKeyHash, KeyRole, ProgramId};

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
    known: RwLock<HashMap<ProgramId, (ApiKeyHash, KeyRole)>>,
}

impl Programs {
    pub fn new(open: bool) -> Programs {
        Programs { open, known: RwLock::default() }
    }

    pub fn are_open(&self) -> bool {
        self.open
    }

    /// These are good from now on, and no others.
    pub fn replace_keys(&self, keys: impl IntoIterator<Item = (ProgramId, ApiKeyHash, KeyRole)>) {
        let keys = keys.into_iter().map(|(program, hash, role)| (program, (hash, role))).collect();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    pub(super) fn knows(&self, key: &ApiKey) -> bool {
        self.known_of(key.program()).is_some_and(|(hash, _)| hash.is_of(key))
    }

    fn known_of(&self, program: ProgramId) -> Option<(ApiKeyHash, KeyRole)> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(&program).copied()
    }

    /// The program that does what a clerk does: also of a demo only one that was given such a key.
    pub fn clerk(&self, principal: Principal) -> Result<ProgramId, Problem> {
        match principal {
            Principal::Program(program) => match self.known_of(program) {
                Some((_, KeyRole::Clerk)) => Ok(program),
                _ => Err(Problem::new(Code::NotAClerk, "the API key is a program's that buys")),
            },
            Principal::Anonymous => {
                Err(Problem::new(Code::ApiKeyMissing, "money is given back by a clerk's API key"))
            }
        }
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

    #[test]
    fn only_a_clerks_key_gives_money_back_in_a_demo_too() {
        let programs = Programs::new(true);
        let hash = ApiKey::new(ProgramId::OPEN, [1; 32]).hash();
        let (buyer, clerk) = (ProgramId::new(1), ProgramId::new(2));
        programs.replace_keys([(buyer, hash, KeyRole::Buyer), (clerk, hash, KeyRole::Clerk)]);
        let code = |principal| programs.clerk(principal).map_err(|problem| problem.code());
        assert_eq!(code(Principal::Program(clerk)), Ok(clerk));
        assert_eq!(code(Principal::Program(buyer)), Err(Code::NotAClerk));
        assert_eq!(code(Principal::Anonymous), Err(Code::ApiKeyMissing));
    }
}
