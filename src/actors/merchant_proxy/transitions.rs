use serde::{Deserialize, Serialize};

use PaymentState::*;

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PaymentState {
    /// On record with its amount and key; the bank has not been asked.
    Intended,
    /// The bank was asked.
    AuthSent,
    /// The issuer wants a challenge answered.
    ActionRequired,
    /// No answer in time: asked again by the same key.
    Unknown,
    /// Given up: let go until the bank says that nothing is held.
    Reversing,
    /// The money is held; a verified card is authorised for nothing.
    Authorised,
    /// The issuer let go: the hold's window was over, or another hold took its place.
    Expired,
    Capturing,
    /// The bank says that it holds nothing to capture: the operator must find out.
    CaptureUnknown,
    Captured,
    Settled,
    Voiding,
    Voided,
    Refunding,
    Refunded,
    RefundFailed,
    Disputed,
    Won,
    Lost,
    Declined,
    /// The challenge was not answered.
    Abandoned,
}

impl PaymentState {
    pub const ALL: [PaymentState; 21] = [
        Intended,
        AuthSent,
        ActionRequired,
        Unknown,
        Reversing,
        Authorised,
        Expired,
        Capturing,
        CaptureUnknown,
        Captured,
        Settled,
        Voiding,
        Voided,
        Refunding,
        Refunded,
        RefundFailed,
        Disputed,
        Won,
        Lost,
        Declined,
        Abandoned,
    ];

    pub fn may_become(self, next: PaymentState) -> bool {
        TRANSITIONS.iter().any(|(from, to)| *from == self && to.contains(&next))
    }
}

/// From each state, the states that it leads to. Challenges, refunds and disputes are in the table and not yet
/// reached by a message.
pub const TRANSITIONS: [(PaymentState, &[PaymentState]); 21] = [
    (Intended, &[AuthSent]),
    // cancelled while the answer is out, or held for another amount than was asked: reversing
    (AuthSent, &[ActionRequired, Authorised, Declined, Unknown, Reversing]),
    (ActionRequired, &[AuthSent, Declined, Abandoned]),
    (Unknown, &[Authorised, Declined, Reversing]),
    (Reversing, &[Voided]),
    (Authorised, &[Capturing, Voiding, Expired]),
    (Expired, &[]),
    // asked for too late: nothing was taken
    (Capturing, &[Captured, CaptureUnknown, Expired]),
    (CaptureUnknown, &[Captured]),
    (Captured, &[Settled, Refunding, Disputed]),
    (Settled, &[Refunding, Disputed]),
    (Voiding, &[Voided]),
    (Voided, &[]),
    (Refunding, &[Refunded, RefundFailed]),
    (Refunded, &[]),
    (RefundFailed, &[]),
    (Disputed, &[Won, Lost]),
    (Won, &[]),
    (Lost, &[]),
    (Declined, &[]),
    (Abandoned, &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_one_line_in_the_table() {
        assert_eq!(TRANSITIONS.map(|(from, _)| from), PaymentState::ALL);
    }

    #[test]
    fn every_state_can_be_reached_from_the_intent_and_none_leads_back_to_it() {
        let mut reached = vec![Intended];
        let mut next = 0;
        while let Some(from) = reached.get(next).copied() {
            reached.extend(PaymentState::ALL.into_iter().filter(|to| from.may_become(*to)));
            reached.dedup();
            next += 1;
            assert!(next < 1000, "a cycle that is not through a challenge");
            let mut seen = vec![];
            reached.retain(|state| {
                !seen.contains(state) && {
                    seen.push(*state);
                    true
                }
            });
        }
        for state in PaymentState::ALL {
            assert!(reached.contains(&state), "{state:?}");
            assert!(!state.may_become(Intended), "{state:?}");
        }
    }

    #[test]
    fn money_that_was_let_go_or_refused_is_never_captured_under_the_same_key() {
        for end in [Voided, Declined, Expired, Abandoned, Refunded] {
            assert!(PaymentState::ALL.into_iter().all(|next| !end.may_become(next)), "{end:?}");
        }
    }
}
