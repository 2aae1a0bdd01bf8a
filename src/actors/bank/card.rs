use std::fmt;

use serde::{Deserialize, Serialize};

use crate::actors::Turn;
use crate::runtime::{Aggregate, TableKey};
use crate::storage::TreeName;

use super::test_cards::{self, TestCard};
use super::{Behaviour, Card};

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

/// Where test cards are good; in a shop their tokens are nobody's.
pub fn test_card(turn: &Turn<'_>, token: &str) -> Option<&'static TestCard> {
    if turn.rules().test_cards { test_cards::find(token) } else { None }
}

/// `None`: no card stands behind the token.
pub fn behaviour(turn: &mut Turn<'_>, token: &str) -> Option<Behaviour> {
    match test_card(turn, token) {
        Some(card) => Some(card.behaviour),
        None => turn.get::<Card>(&CardToken::new(token)).map(|card| card.behaviour),
    }
}
