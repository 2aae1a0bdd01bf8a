use serde::{Deserialize, Serialize};

use crate::domain::{Date, DeclineReason};

/// What was answered, as little as it takes to say it again: what an order's owner was told does not
/// change when the order does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerKind {
    Confirmed {
        promised: Date,
    },
    /// An accepted backorder; `held`: its money is held, not only its card verified.
    OnPromise {
        promised: Option<Date>,
        held: bool,
    },
    /// The only one that is not the same when it is asked for again: then it is the present state.
    Pending,
    Declined(DeclineReason),
    OutOfStock {
        earliest: Option<Date>,
    },
    UnknownToken,
    BackorderLimit,
}

impl AnswerKind {
    /// The checkout came to nothing.
    pub fn is_refusal(self) -> bool {
        match self {
            AnswerKind::Confirmed { .. } | AnswerKind::OnPromise { .. } | AnswerKind::Pending => false,
            AnswerKind::Declined(_)
            | AnswerKind::OutOfStock { .. }
            | AnswerKind::UnknownToken
            | AnswerKind::BackorderLimit => true,
        }
    }
}
