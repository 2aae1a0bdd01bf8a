use serde::{Deserialize, Serialize};

use super::{ProgramId, SessionId};

/// Who buys: what one's idempotency keys say nothing to another, and an order is its own buyer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Buyer {
    /// By the API, with its key.
    Program(ProgramId),
    /// The session that keeps the cart, a browser's or a program's.
    Visitor(SessionId),
}

impl Buyer {
    /// The session that takes the answers.
    pub fn session(self) -> SessionId {
        match self {
            Buyer::Program(_) => SessionId::PROGRAMS,
            Buyer::Visitor(session) => session,
        }
    }
}
