//! Answers that nobody should believe: of another question, or with figures that cannot be.

use rand::RngExt;
use rand::rngs::StdRng;

use crate::actors::calls::Outcome;
use crate::actors::{Answered, Call, What};
use crate::domain::{Currency, Date, Money, Timestamp};
use crate::partners::carrier::{CancelAnswer, Tracking};
use crate::partners::wholesaler::{QuoteAnswer, ShipNotice};

/// What is answered in the place of the truth. It says nothing that would change the partner's books: a wholesaler that
/// lies about what it sends is `SupplyShort`.
pub fn instead_of(call: &Call, truth: Outcome, rng: &mut StdRng) -> Outcome {
    if rng.random_bool(0.4) {
        return another_question(call);
    }
    match truth {
        Outcome::Quote(Answered::Yes(QuoteAnswer::Offer(mut offer))) => {
            match rng.random_range(0..4) {
                0 => offer.quantity = 0,
                1 => offer.quantity = u32::MAX,
                2 => offer.unit_cost = Money::new(-1, Currency::GBP),
                _ => offer.ships_on = if rng.random_bool(0.5) { Date(0) } else { Date(u32::MAX) },
            }
            Outcome::Quote(Answered::Yes(QuoteAnswer::Offer(offer)))
        }
        Outcome::ShipNotice(Answered::Yes(ShipNotice::NotYet { .. })) => {
            // asks to be asked again in the past, or at the end of days
            let ask_again_at = if rng.random_bool(0.5) { Timestamp(0) } else { Timestamp(u64::MAX) };
            Outcome::ShipNotice(Answered::Yes(ShipNotice::NotYet { ask_again_at }))
        }
        Outcome::Tracked(Answered::Yes(tracking)) => {
            let next_expected_at =
                [Some(Timestamp(0)), Some(Timestamp(u64::MAX)), None][rng.random_range(0..3)];
            Outcome::Tracked(Answered::Yes(Tracking { next_expected_at, ..tracking }))
        }
        other => other,
    }
}

fn another_question(call: &Call) -> Outcome {
    match call.what {
        What::Post { .. } => Outcome::CancelAnswered(Answered::Yes(CancelAnswer::Cancelled)),
        _ => Outcome::Posted(Answered::Yes(())),
    }
}
