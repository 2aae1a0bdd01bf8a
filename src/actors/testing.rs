//! For decision tests: one actor of the shop alone, on a Sunday at noon.

use crate::domain::Timestamp;
use crate::runtime::Alone;

use super::{Rules, Shop};

/// Sunday 2026-11-22, 12:00 UTC, by both clocks.
pub const NOON: Timestamp = Timestamp(1_795_348_800_000);

pub fn alone() -> Alone<Shop> {
    Alone::new(Rules::default(), NOON)
}
