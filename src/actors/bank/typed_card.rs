//! Cards that were typed on the card page, until somebody buys by them.

use xxhash_rust::xxh3::xxh3_128;

use crate::actors::Turn;
use crate::domain::Timestamp;
use crate::runtime::TimerId;

use super::{Card, CardToken, Event, Message, RegisterCard};

/// A card that nothing was held or verified by is kept so long, real time: the shop may fetch it for half an hour after it
/// was typed, and asks within minutes.
pub const UNUSED_KEPT_MS: u64 = Timestamp::HOUR_MS;

/// Beside the window of a hold.
const TIMER_CARD: u8 = 3;

/// The first registration of a token stands; a repeat is answered alike.
pub fn register(turn: &mut Turn<'_>, question: &RegisterCard) {
    let RegisterCard { token, card } = question;
    if turn.get::<Card>(&CardToken::new(token)).is_none() {
        turn.record(Event::CardRegistered { token: token.clone(), card: card.clone() });
        let due = Message::CardDue { token: token.clone() };
        turn.timer(timer(token), turn.real_in(UNUSED_KEPT_MS), due);
    }
    turn.answer(question, ());
}

/// An order stands on it: it may be asked again, when supplies are in or a hold nears its end.
pub fn keep(turn: &mut Turn<'_>, token: &str) {
    turn.cancel_timer(timer(token));
}

/// Nobody has bought by it in time.
pub fn due(turn: &mut Turn<'_>, token: &str) {
    if turn.get::<Card>(&CardToken::new(token)).is_some() {
        turn.record(Event::CardForgotten { token: token.to_owned() });
    }
}

fn timer(token: &str) -> TimerId {
    TimerId { kind: TIMER_CARD, of: xxh3_128(token.as_bytes()) }
}
