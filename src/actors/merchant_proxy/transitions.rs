//! Where each part of a payment stands, and what leads it where: a table for each, and the only way in which a state changes.

use serde::{Deserialize, Serialize};

/// Declares the states of a part, each with the states that it leads to.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $state:ident => [$($to:ident),*];)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$of])* $state),*
        }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$state),*];

            /// From each state, those that it leads to.
            pub const TABLE: &[($name, &[$name])] = &[$(($name::$state, &[$($name::$to),*])),*];

            pub fn may_become(self, next: $name) -> bool {
                $name::TABLE.iter().any(|(from, to)| *from == self && to.contains(&next))
            }
        }
    };
}

table! {
    /// Where the authorisation of a payment stands: an amount that is to be held, or a card that is only looked at.
    AuthorisationState {
        /// On record with its amount and key; the processor has not been asked.
        Intended => [Sent];
        /// The processor was asked. Cancelled while the answer is out, or held for another amount than was asked: reversing.
        Sent => [ActionRequired, Authorised, Declined, Unknown, Reversing];
        /// The issuer wants a challenge answered. No processor asks for one yet.
        ActionRequired => [Sent, Declined, Abandoned];
        /// No answer in time: asked again by the same key.
        Unknown => [Authorised, Declined, Reversing];
        /// Given up: let go until the processor says that nothing is held.
        Reversing => [Voided];
        /// The money is held, and captures use it; a verified card is authorised for nothing.
        Authorised => [Voiding, Expired];
        /// Let go: of all of it before a capture, or of the rest after the last one.
        Voiding => [Voided];
        Voided => [];
        /// The issuer let go: the hold's window was over, or another hold took its place.
        Expired => [];
        Declined => [];
        /// The challenge was not answered.
        Abandoned => [];
    }
}

table! {
    /// Where a capture stands: what is taken for one shipment, at its hand-over.
    CaptureState {
        /// The processor was asked.
        Sent => [Captured, Unknown, Failed];
        /// No answer in time: asked again by the same key. Or the processor says what cannot be, and the operator must find out.
        Unknown => [Captured, Failed];
        Captured => [Settled];
        /// It is paid out.
        Settled => [];
        /// Asked for too late: nothing was taken, nor will be.
        Failed => [];
    }
}

table! {
    /// Where a refund stands.
    RefundState {
        /// On record, with its amount, its reason and who wants it.
        Requested => [Sent];
        /// The processor was asked.
        Sent => [Refunded, Unknown, Failed];
        /// No answer in time: asked again by the same key. Or the processor says what cannot be, and the operator must find out.
        Unknown => [Refunded, Failed];
        Refunded => [];
        /// The processor does not give it back so: a case.
        Failed => [];
    }
}

impl RefundState {
    /// As JSON and the API write it.
    pub fn name(self) -> &'static str {
        match self {
            RefundState::Requested => "requested",
            RefundState::Sent => "sent",
            RefundState::Unknown => "unknown",
            RefundState::Refunded => "refunded",
            RefundState::Failed => "failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state has one line, each can be reached from the first, and none leads back to it.
    macro_rules! is_sound {
        ($name:ident) => {
            let first = $name::ALL[0];
            let lines: Vec<$name> = $name::TABLE.iter().map(|(from, _)| *from).collect();
            assert_eq!(lines, $name::ALL);
            let mut reached = vec![first];
            for at in 0.. {
                let Some(from) = reached.get(at).copied() else { break };
                let next = $name::ALL.iter().copied().filter(|to| from.may_become(*to));
                let new: Vec<$name> = next.filter(|to| !reached.contains(to)).collect();
                reached.extend(new);
            }
            for state in $name::ALL {
                assert!(reached.contains(state), "{state:?}");
                assert!(!state.may_become(first), "{state:?}");
            }
        };
    }

    #[test]
    fn every_state_has_one_line_and_can_be_reached_from_the_first() {
        is_sound!(AuthorisationState);
        is_sound!(CaptureState);
        is_sound!(RefundState);
    }

    #[test]
    fn what_was_let_go_refused_or_given_back_never_moves_again() {
        use AuthorisationState::*;
        for end in [Voided, Declined, Expired, Abandoned] {
            assert!(AuthorisationState::ALL.iter().all(|next| !end.may_become(*next)), "{end:?}");
        }
        for end in [RefundState::Refunded, RefundState::Failed] {
            assert!(RefundState::ALL.iter().all(|next| !end.may_become(*next)), "{end:?}");
        }
    }
}
