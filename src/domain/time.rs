use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub use crate::time::Timestamp;

const MINUTE_MS: u64 = 60_000;

impl Timestamp {
    /// The day it falls on in UTC: for records, and for whoever has no zone of his own.
    pub fn date(self) -> Date {
        Date(u32::try_from(self.0 / Timestamp::DAY_MS).unwrap_or(u32::MAX))
    }

    /// The day that a calendar on the wall shows at this moment, in that zone: what a customer is promised and reads is the shop's.
    pub fn day_in(self, zone: &TimeZone) -> Date {
        let ahead_ms = i64::from(zone.to_offset(self.calendar()).seconds()) * 1_000;
        Timestamp(self.0.saturating_add_signed(ahead_ms)).date()
    }
}

/// A day of the calendar, wherever it is reckoned: days since 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Date(pub u32);

impl Date {
    /// As ISO 8601 writes it, in full: `2026-11-22`. `None` where it is no day, or one before the days that are counted.
    pub fn parse(text: &str) -> Option<Date> {
        let day: jiff::civil::Date = text.parse().ok()?;
        let since = day.since(jiff::civil::date(1970, 1, 1)).ok()?;
        let date = Date(u32::try_from(since.get_days()).ok()?);
        (date.to_string() == text).then_some(date)
    }

    pub fn plus_days(self, days: u32) -> Date {
        Date(self.0.saturating_add(days))
    }

    /// In the calendar, as [`Timestamp::calendar`].
    pub fn calendar(self) -> jiff::civil::Date {
        self.start().calendar().to_zoned_datetime(TimeZone::UTC).date()
    }

    /// As people say it: `Tuesday 24 November 2026`.
    pub fn said(self) -> String {
        self.calendar().strftime("%A %-d %B %Y").to_string()
    }

    /// The moment the day begins in UTC.
    pub fn start(self) -> Timestamp {
        Timestamp(u64::from(self.0) * Timestamp::DAY_MS)
    }

    /// The moment at which a clock on the wall, in that zone, shows so many minutes after midnight. What the clock passes over is as
    /// long after the gap; what it shows twice is the first.
    pub fn at(self, minutes: u64, zone: &TimeZone) -> Timestamp {
        let shown = self.start().plus_ms(minutes.saturating_mul(MINUTE_MS));
        let on_the_wall = shown.calendar().to_zoned_datetime(TimeZone::UTC).datetime();
        // beyond the calendar there are no zones
        let moment = zone.to_timestamp(on_the_wall).map(|moment| moment.as_millisecond());
        moment.map_or(shown, |ms| Timestamp(u64::try_from(ms).unwrap_or(0)))
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
            prop_assert_eq!(Date::parse(&Date(day % 2_000_000).to_string()), Some(Date(day % 2_000_000)));
            for zone in ZONES {
                let zone = TimeZone::get(zone).unwrap();
                let _moments = (Timestamp(ms).day_in(&zone), Date(day).at(600, &zone));
            }
        }

        #[test]
        fn the_shops_day_is_that_of_its_wall_clock(ms in 86_400_000u64..4_000_000_000_000) {
            for zone in ZONES {
                let zone = TimeZone::get(zone).unwrap();
                let at = Timestamp(ms);
                let on_the_wall = at.calendar().to_zoned_datetime(zone.clone()).date();
                prop_assert_eq!(at.day_in(&zone).calendar(), on_the_wall);
                let ten = at.day_in(&zone).at(600, &zone);
                prop_assert_eq!(ten.day_in(&zone), at.day_in(&zone));
                let clock = ten.calendar().to_zoned_datetime(zone).time();
                prop_assert_eq!((clock.hour(), clock.minute()), (10, 0));
            }
        }
    }

    const ZONES: [&str; 6] = [
        "UTC",
        "Europe/London",
        "Pacific/Auckland",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "Asia/Kolkata",
    ];

    fn moment(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond() as u64)
    }

    #[test]
    fn on_both_sides_of_the_date_line_it_is_another_day() {
        let at = moment("2026-11-23T10:30:00Z");
        for (zone, day) in [
            ("UTC", "2026-11-23"),
            ("Pacific/Kiritimati", "2026-11-24"),
            ("Pacific/Auckland", "2026-11-23"),
            ("Pacific/Pago_Pago", "2026-11-22"),
        ] {
            assert_eq!(at.day_in(&TimeZone::get(zone).unwrap()).to_string(), day, "{zone}");
        }
        let auckland = TimeZone::get("Pacific/Auckland").unwrap();
        assert_eq!(moment("2026-11-23T11:00:00Z").day_in(&auckland).to_string(), "2026-11-24");
        assert_eq!(moment("2026-11-23T10:59:59Z").day_in(&auckland).to_string(), "2026-11-23");
    }

    #[test]
    fn the_hour_of_a_day_follows_summer_time() {
        let london = TimeZone::get("Europe/London").unwrap();
        for (day, hour, at) in [
            ("2027-03-27", 10, "2027-03-27T10:00:00Z"),
            ("2027-03-28", 10, "2027-03-28T09:00:00Z"),
            // one o'clock was not shown that day, and on the other it was twice
            ("2027-03-28", 1, "2027-03-28T01:00:00Z"),
            ("2027-10-31", 1, "2027-10-31T00:00:00Z"),
            ("2027-10-31", 10, "2027-10-31T10:00:00Z"),
        ] {
            let date = moment(&format!("{day}T00:00:00Z")).date();
            assert_eq!(date.at(hour * 60, &london), moment(at), "{day} {hour}");
        }
        // a day of 23 hours and one of 25
        assert_eq!(moment("2027-03-28T22:59:59Z").day_in(&london).to_string(), "2027-03-28");
        assert_eq!(moment("2027-03-28T23:00:00Z").day_in(&london).to_string(), "2027-03-29");
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
