use std::fmt;

use serde::{Deserialize, Serialize};

/// Of a per cent there are so many millionths of the whole.
const MILLIONTHS_OF_A_PERCENT: u32 = 10_000;
const WHOLE: i128 = 1_000_000;
const DECIMALS_MAX: usize = 4;

/// A rate of tax, in millionths of a price before tax: 20 % is 200,000. Exact, with four decimals of a per cent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Rate(u32);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is no rate: a percentage from 0 to 100 with at most four decimals is expected, as in 20, 5.5 or 8.875"
)]
pub struct BadRate(String);

impl Rate {
    pub const ZERO: Rate = Rate(0);
    pub const MAX: Rate = Rate(1_000_000);

    /// As people write it: `20`, `5.5`, `8.875`.
    pub fn percent(text: &str) -> Result<Rate, BadRate> {
        Rate::read(text).ok_or_else(|| BadRate(text.chars().take(20).collect()))
    }

    fn read(text: &str) -> Option<Rate> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |digits: &str, most: usize| {
            (1..=most).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
        };
        if !is_number(whole, 3) || !is_number(decimals, DECIMALS_MAX) {
            return None;
        }
        let whole: u32 = whole.parse().ok()?;
        let decimals: u32 = format!("{decimals:0<DECIMALS_MAX$}").parse().ok()?;
        let rate = Rate(whole * MILLIONTHS_OF_A_PERCENT + decimals);
        (rate <= Rate::MAX).then_some(rate)
    }

    pub fn millionths(self) -> u32 {
        self.0
    }

    /// The tax that comes to a price without it, rounded half up. `None` where it leaves 64 bits.
    pub fn on(self, net: i64) -> Option<i64> {
        half_up(i128::from(net) * i128::from(self.0), WHOLE)
    }

    /// The tax that is in a price with it, rounded half up.
    pub fn within(self, gross: i64) -> Option<i64> {
        half_up(i128::from(gross) * i128::from(self.0), WHOLE + i128::from(self.0))
    }
}

fn half_up(dividend: i128, divisor: i128) -> Option<i64> {
    i64::try_from((2 * dividend + divisor).div_euclid(2 * divisor)).ok()
}

/// `20`, `5.5`: a percentage, without its sign.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / MILLIONTHS_OF_A_PERCENT, self.0 % MILLIONTHS_OF_A_PERCENT);
        let decimals = format!("{rest:0DECIMALS_MAX$}");
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{whole}"),
            decimals => write!(f, "{whole}.{decimals}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_rate_is_read_as_people_write_it_and_written_so_again() {
        for (text, millionths) in
            [("0", 0), ("20", 200_000), ("5.5", 55_000), ("8.875", 88_750), ("0.0001", 1), ("100", 1_000_000)]
        {
            let rate = Rate::percent(text).unwrap();
            assert_eq!((rate.millionths(), rate.to_string().as_str()), (millionths, text));
        }
        for bad in ["", "-1", "20%", "1,5", "100.1", ".5", "5.", "0.00001", "1e1", "२०", "0020"] {
            assert!(Rate::percent(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn half_a_minor_unit_is_rounded_up() {
        let half = Rate::percent("50").unwrap();
        assert_eq!([1, 2, 3].map(|net| half.on(net).unwrap()), [1, 1, 2]);
        // a fifth of what comes to it is a sixth of what it comes to
        let fifth = Rate::percent("20").unwrap();
        assert_eq!([3, 6, 9, 1_200].map(|gross| fifth.within(gross).unwrap()), [1, 1, 2, 200]);
        assert_eq!(Rate::MAX.on(i64::MAX), Some(i64::MAX));
    }

    proptest! {
        #[test]
        fn what_is_put_on_a_price_is_found_within_it(net in 0_i64..=1_000_000_000_000, millionths in 0_u32..=1_000_000) {
            let rate = Rate(millionths);
            let tax = rate.on(net).unwrap();
            prop_assert!((rate.within(net + tax).unwrap() - tax).abs() <= 1);
            // within half a minor unit of the exact quotient
            let exact_twice = 2 * i128::from(net) * i128::from(millionths);
            prop_assert!((2 * i128::from(tax) * WHOLE - exact_twice).abs() <= WHOLE);
            prop_assert_eq!(Rate::percent(&rate.to_string()), Ok(rate));
        }
    }
}
