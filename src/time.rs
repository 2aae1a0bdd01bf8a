//! A moment, which the runtime and the trade count alike.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00Z. In the trade's records it is the trade's
/// own time, which a demo lets run faster than the clock on the wall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(pub u64);

impl Timestamp {
    pub const HOUR_MS: u64 = 3_600_000;
    pub const DAY_MS: u64 = 24 * Timestamp::HOUR_MS;

    pub fn plus_ms(self, ms: u64) -> Timestamp {
        Timestamp(self.0.saturating_add(ms))
    }

    pub fn ms_since(self, earlier: Timestamp) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// In the calendar, which ends with the year 9999: what is beyond it is its last moment.
    pub fn calendar(self) -> jiff::Timestamp {
        let last = jiff::Timestamp::MAX;
        let ms = i64::try_from(self.0).unwrap_or(i64::MAX).min(last.as_millisecond());
        jiff::Timestamp::from_millisecond(ms).unwrap_or(last)
    }
}

/// RFC 3339 with milliseconds, in UTC.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.calendar())
    }
}
