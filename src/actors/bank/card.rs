use std::fmt;

use serde::{Deserialize, Serialize};

use crate::runtime::{Aggregate, TableKey};
use crate::storage::TreeName;

use super::Card;

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
