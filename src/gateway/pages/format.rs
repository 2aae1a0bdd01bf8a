//! Amounts, days, moments and decline reasons as the pages show them: moments by the shop's own clock.

use std::sync::Arc;

use jiff::tz::TimeZone;
use xxhash_rust::xxh3::xxh3_64;

pub use crate::domain::money_words::said as money;
use crate::domain::quote::{Quote, Rate};
use crate::domain::{Date, Money, Sku, Timestamp, Totals};

/// `Tuesday 24 November 2026`.
pub fn day(date: Date) -> String {
    date.said()
}

/// `24 Nov 2026, 09:05 GMT`.
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.calendar().to_zoned_datetime(zone.clone()).strftime("%-d %b %Y, %H:%M %Z").to_string()
}

/// `24 Nov 09:05`: for lists, where the year is plain.
pub fn short_moment(at: Timestamp, zone: &TimeZone) -> String {
    at.calendar().to_zoned_datetime(zone.clone()).strftime("%-d %b %H:%M").to_string()
}

/// A number below it is not taken for a year where nothing says so.
const YEAR_BY_ITSELF_MIN: i16 = 1000;

/// `1815`, `AD 8` or `750 BC`.
pub fn year(year: i16) -> String {
    if year < 0 {
        format!("{} BC", year.unsigned_abs())
    } else if year < YEAR_BY_ITSELF_MIN {
        format!("AD {year}")
    } else {
        year.to_string()
    }
}

/// `Ada, Grace and Mary`.
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// Which of the stylesheet's eight colours a book's cover has, always the same.
pub fn colour(sku: &Sku) -> u64 {
    xxh3_64(sku.as_str().as_bytes()) % 8
}

/// What an order costs, as it is shown.
pub struct Sums {
    pub goods: String,
    pub shipping: String,
    /// The way of it.
    pub delivery: Arc<str>,
    /// Only where there is any, and on top of the rest.
    pub tax: Option<String>,
    pub total: String,
    /// What of the total is tax, by rate, where prices include it.
    pub included: Vec<IncludedTax>,
}

pub struct IncludedTax {
    pub rate: String,
    pub tax: String,
}

impl Sums {
    pub fn of(quote: &Quote) -> Sums {
        let Totals { goods, shipping, tax, total } = quote.totals;
        Sums {
            goods: money(goods),
            shipping: money(shipping),
            delivery: quote.delivery.title.clone(),
            tax: (tax.amount != 0 && !quote.tax_included).then(|| money(tax)),
            total: money(total),
            included: if quote.tax_included { included(quote) } else { vec![] },
        }
    }
}

fn included(quote: &Quote) -> Vec<IncludedTax> {
    let mut rates: Vec<(Rate, i64)> = vec![];
    for sum in quote.tax_summary().into_iter().filter(|sum| sum.tax != 0) {
        match rates.iter_mut().find(|(rate, _)| *rate == sum.rate) {
            Some((_, tax)) => *tax += sum.tax,
            None => rates.push((sum.rate, sum.tax)),
        }
    }
    let shown = |(rate, tax): (Rate, i64)| IncludedTax {
        rate: rate.to_string(),
        tax: money(Money::new(tax, quote.currency())),
    };
    rates.into_iter().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_moment_and_every_day_can_be_said(ms: u64, date: u32) {
            for zone in ["UTC", "Pacific/Apia", "America/New_York"] {
                let zone = TimeZone::get(zone).unwrap();
                let at = Timestamp(ms);
                let _said = (day(Date(date)), moment(at, &zone), short_moment(at, &zone));
            }
        }
    }

    #[test]
    fn days_and_years_are_said_as_people_say_them() {
        assert_eq!(day(Timestamp(1_795_392_000_123).date()), "Monday 23 November 2026");
        assert_eq!(moment(Timestamp(1_795_392_300_123), &TimeZone::UTC), "23 Nov 2026, 00:05 UTC");
        assert_eq!((year(1815).as_str(), year(-750).as_str()), ("1815", "750 BC"));
        assert_eq!((year(8).as_str(), year(999).as_str(), year(1000).as_str()), ("AD 8", "AD 999", "1000"));
        let names = ["Ada", "Grace", "Mary"].map(str::to_owned);
        assert_eq!(listed(&names), "Ada, Grace and Mary");
        assert_eq!(listed(&names[..1]), "Ada");
    }

    #[test]
    fn a_moment_is_what_the_clock_on_the_shops_wall_shows() {
        let winter = Timestamp(1_795_392_300_123);
        let summer = winter.plus_ms(210 * Timestamp::DAY_MS);
        for (zone, in_winter, in_summer) in [
            ("Europe/London", "23 Nov 2026, 00:05 GMT", "21 Jun 2027, 01:05 BST"),
            ("America/New_York", "22 Nov 2026, 19:05 EST", "20 Jun 2027, 20:05 EDT"),
            ("Asia/Kolkata", "23 Nov 2026, 05:35 IST", "21 Jun 2027, 05:35 IST"),
        ] {
            let zone = TimeZone::get(zone).unwrap();
            assert_eq!([moment(winter, &zone), moment(summer, &zone)], [in_winter, in_summer]);
        }
        let kolkata = TimeZone::get("Asia/Kolkata").unwrap();
        assert_eq!(short_moment(winter, &kolkata), "23 Nov 05:35");
    }

    #[test]
    fn no_moment_is_too_far_to_be_shown() {
        assert!(moment(Timestamp(u64::MAX), &TimeZone::UTC).contains("9999"));
    }
}
