use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::domain::OrderLine;
use crate::domain::quote::Quote;

/// What somebody was shown: a price, and what it is the price of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub quote: Arc<Quote>,
    lines: u64,
}

impl Seen {
    pub fn of(lines: &[OrderLine], quote: Arc<Quote>) -> Seen {
        Seen { quote, lines: digest(lines) }
    }

    /// Whether these are what it is the price of.
    pub fn is_of(&self, lines: &[OrderLine]) -> bool {
        self.lines == digest(lines)
    }
}

fn digest(lines: &[OrderLine]) -> u64 {
    let mut digest = Xxh3::new();
    for line in lines {
        digest.update(line.sku.as_str().as_bytes());
        digest.update(&line.quantity.units().to_le_bytes());
        digest.update(&line.unit_price.amount.to_le_bytes());
    }
    digest.digest()
}
