use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub use crate::time::Timestamp;

impl Timestamp {
    /// The day it falls on, in UTC: the shop's business day.
    pub fn date(self) -> Date {
        Date(u32::try_from(self.0 / Timestamp::DAY_MS).unwrap_or(u32::MAX))
    }
}

/// A calendar day in UTC: days since 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date(pub u32);

impl Date {
    pub fn plus_days(self, days: u32) -> Date {
        Date(self.0.saturating_add(days))
    }

    /// In the calendar, as [`Timestamp::calendar`].
    pub fn calendar(self) -> jiff::civil::Date {
        self.start().calendar().to_zoned_datetime(TimeZone::UTC).date()
    }

    /// The moment the day begins.
    pub fn start(self) -> Timestamp {
        Timestamp(u64::from(self.0) * Timestamp::DAY_MS)
    }
}

/// ISO 8601: `2026-11-22`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.calendar())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_moment_and_every_day_can_be_shown_and_counted_from(ms: u64, day: u32, days: u32) {
            let date = Timestamp(ms).date();
            prop_assert!(date.start().0 <= ms);
            let _shown = (Timestamp(ms).to_string(), date.to_string(), Date(day).to_string());
            prop_assert!(Date(day).plus_days(days) >= Date(day));
        }
    }

    #[test]
    fn a_moment_and_its_day_are_shown_in_utc() {
        let moment = Timestamp(1_795_392_000_123);
        assert_eq!(moment.to_string(), "2026-11-23T00:00:00.123Z");
        assert_eq!(moment.date().to_string(), "2026-11-23");
        assert_eq!(moment.date().start(), Timestamp(1_795_392_000_000));
        assert_eq!(moment.date().plus_days(8).to_string(), "2026-12-01");
    }

    #[test]
    fn what_is_beyond_the_calendar_is_shown_as_its_last_day() {
        for beyond in [253_402_300_800_000, u64::MAX] {
            assert!(Timestamp(beyond).to_string().starts_with("9999-12-30T"), "{}", Timestamp(beyond));
        }
        assert_eq!(Date(u32::MAX).to_string(), "9999-12-30");
    }
}
