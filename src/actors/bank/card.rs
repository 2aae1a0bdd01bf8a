use std::fmt;

use serde::{Deserialize, Serialize};

use xxhash_rust::xxh3::xxh3_128;

use crate::actors::{Context, Turn};
use crate::domain::Timestamp;
use crate::runtime::{Aggregate, TableKey, TimerId};
use crate::storage::TreeName;

use super::{Card, Event, Message, Reply, State};

/// What stands for a card number at this shop.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CardToken(String);

impl CardToken {
    pub fn new(token: &str) -> CardToken {
        CardToken(token.to_owned())
    }
}

/// It pays at this shop: it is not for logs.
impl fmt::Debug for CardToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardToken(…)")
    }
}

impl TableKey for CardToken {
    fn to_bytes(&self) -> Vec<u8> {
        self.0.as_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<CardToken> {
        String::from_utf8(bytes.to_vec()).ok().map(CardToken)
    }
}

/// Tree `cards`: those that were typed on the card page. Test cards have no row.
impl Aggregate for Card {
    const TREE: TreeName = TreeName("cards");
    type Key = CardToken;
}

/// A card that nothing was held or verified by is kept so long, real time: the shop may fetch it for half an hour after it
/// was typed, and asks within minutes.
pub const UNUSED_KEPT_MS: u64 = Timestamp::HOUR_MS;

/// Beside the window of a hold.
const TIMER_CARD: u8 = 3;

/// The first registration of a token stands; a repeat is answered alike.
pub(super) fn register(state: &State, token: &str, card: &Card, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    if state.cards.get(&CardToken::new(token)).is_none() {
        turn.event(Event::CardRegistered { token: token.to_owned(), card: card.clone() });
        let due = Message::CardDue { token: token.to_owned() };
        turn.timer(timer(token), context.real_in(UNUSED_KEPT_MS), due);
    }
    if let Some(request) = context.request() {
        turn.reply(request, Reply::CardRegistered);
    }
    turn
}

/// An order stands on it: it may be asked again, when supplies are in or a hold nears its end.
pub(super) fn keep(turn: &mut Turn, token: &str) {
    turn.cancel_timer(timer(token));
}

/// Nobody has bought by it in time.
pub(super) fn due(state: &State, token: &str) -> Turn {
    let mut turn = Turn::nothing();
    if state.cards.get(&CardToken::new(token)).is_some() {
        turn.event(Event::CardForgotten { token: token.to_owned() });
    }
    turn
}

fn timer(token: &str) -> TimerId {
    TimerId { kind: TIMER_CARD, of: xxh3_128(token.as_bytes()) }
}
