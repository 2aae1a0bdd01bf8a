//! For decision tests: one actor of the shop alone, on a Sunday at noon.

use std::sync::Arc;

use crate::domain::quote::{Destination, Quote, TaxClass};
use crate::domain::{Date, OrderLine, Timestamp};
use crate::runtime::Alone;

use super::{Rules, Shop};

/// Sunday 2026-11-22, 12:00 UTC, by both clocks.
pub const NOON: Timestamp = Timestamp(1_795_348_800_000);

pub fn alone() -> Alone<Shop> {
    Alone::new(Rules::default(), NOON)
}

/// What these cost at home, by the rules that ship; of nothing, nothing.
pub fn quoted(lines: &[OrderLine]) -> Arc<Quote> {
    quoted_on(lines, NOON.date())
}

pub fn quoted_on(lines: &[OrderLine], day: Date) -> Arc<Quote> {
    let rules = Rules::default();
    let books = lines.iter().map(|line| (line, TaxClass::Books));
    let quote = rules.prices.quote(books, &Destination::within(rules.home), None, day);
    Arc::new(quote.unwrap_or_else(|_| Quote::of_nothing(rules.currency)))
}
