//! Answers that nobody should believe: such as make no sense at all, or with figures that cannot be.

use rand::RngExt;
use rand::rngs::StdRng;

use crate::actors::{Call, Message, stock_keeper, warehouse};
use crate::domain::{Currency, Date, Money, Timestamp};
use crate::partners::Answered;
use crate::partners::wholesaler::{Quote, QuoteAnswer, ShipNotice};

/// What is answered in the place of the truth. It says nothing that would change the partner's books: a wholesaler that
/// lies about what it sends is `SupplyShort`.
pub fn instead_of(call: &Call, mut truth: Message, rng: &mut StdRng) -> Message {
    use stock_keeper::Message::{QuoteAnswered, ShipNoticeAnswered};
    use warehouse::Message::Tracked;
    if rng.random_bool(0.4) {
        return call.unanswered("the answer makes no sense".to_owned());
    }
    match &mut truth {
        Message::StockKeeper(QuoteAnswered {
            result: Answered::Known(QuoteAnswer::Offer(offer)), ..
        }) => {
            too_good(offer, rng);
        }
        Message::StockKeeper(ShipNoticeAnswered {
            result: Answered::Known(ShipNotice::NotYet { ask_again_at }),
            ..
        }) => {
            // asks to be asked again in the past, or at the end of days
            *ask_again_at = if rng.random_bool(0.5) { Timestamp(0) } else { Timestamp(u64::MAX) };
        }
        Message::WarehouseActor(Tracked { result: Answered::Known(tracking), .. }) => {
            tracking.next_expected_at =
                [Some(Timestamp(0)), Some(Timestamp(u64::MAX)), None][rng.random_range(0..3)];
        }
        _ => {}
    }
    truth
}

fn too_good(offer: &mut Quote, rng: &mut StdRng) {
    match rng.random_range(0..4) {
        0 => offer.quantity = 0,
        1 => offer.quantity = u32::MAX,
        2 => offer.unit_cost = Money::new(-1, Currency::GBP),
        _ => offer.ships_on = if rng.random_bool(0.5) { Date(0) } else { Date(u32::MAX) },
    }
}
