//! Amounts as Stripe counts them. Mostly they are minor units, as ours; a few currencies differ.

use crate::domain::{Currency, Money};

/// Currencies that Stripe counts with another number of decimals than ISO 4217 does, with that number. Of ISK and UGX the last two digits
/// have to be 0, since nothing smaller than a unit is paid; of MGA there are no fifths.
const OTHER_DECIMALS: [(&str, u32); 3] = [("ISK", 2), ("UGX", 2), ("MGA", 0)];
/// Of a currency with three decimals the last has to be 0.
const THREE_DECIMALS: u32 = 3;
/// What is charged at the most, in minor units: eight digits.
const AMOUNT_MAX: i64 = 99_999_999;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadAmount {
    #[error("{0} is less than nothing, or nothing")]
    NotPositive(Money),
    #[error("{0} is more than Stripe charges at once")]
    TooLarge(Money),
    #[error("{0} cannot be charged: Stripe takes amounts in {1} only as multiples of {2} minor units")]
    NotInSteps(Money, Currency, i64),
    #[error("Stripe said an amount of {0} in {1}, which is no amount of that currency")]
    NotOurs(i64, Currency),
}

/// Digits behind the point that Stripe has more than we (less than nothing: fewer).
fn more_decimals(currency: Currency) -> i32 {
    let theirs =
        OTHER_DECIMALS.iter().find(|(code, _)| *code == currency.code()).map(|(_, decimals)| *decimals);
    theirs.map_or(0, |theirs| theirs as i32 - currency.decimals() as i32)
}

fn scale(currency: Currency) -> i64 {
    10_i64.pow(more_decimals(currency).unsigned_abs())
}

/// What is sent for `money`.
pub fn to_stripe(money: Money) -> Result<i64, BadAmount> {
    let Money { amount, currency } = money;
    if amount <= 0 {
        return Err(BadAmount::NotPositive(money));
    }
    let (more, scale) = (more_decimals(currency), scale(currency));
    let step = match more {
        more if more < 0 => scale,
        _ if currency.decimals() == THREE_DECIMALS => 10,
        // the step of a unit is kept by the scale
        _ => 1,
    };
    if amount % step != 0 {
        return Err(BadAmount::NotInSteps(money, currency, step));
    }
    let theirs = if more < 0 { Some(amount / scale) } else { amount.checked_mul(scale) };
    theirs.filter(|theirs| *theirs <= AMOUNT_MAX).ok_or(BadAmount::TooLarge(money))
}

/// What Stripe says as `amount` of `currency`, which may be less than nothing in a payout.
pub fn of_stripe(amount: i64, currency: Currency) -> Result<Money, BadAmount> {
    let (more, scale) = (more_decimals(currency), scale(currency));
    if more > 0 && amount % scale != 0 {
        return Err(BadAmount::NotOurs(amount, currency));
    }
    let ours = if more < 0 { amount.checked_mul(scale) } else { Some(amount / scale) };
    ours.map(|ours| Money::new(ours, currency)).ok_or(BadAmount::NotOurs(amount, currency))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(amount: i64, code: &str) -> Money {
        Money::new(amount, Currency::parse(code).unwrap())
    }

    #[test]
    fn amounts_go_over_as_stripe_counts_them() {
        for (ours, theirs) in [
            (money(1_250, "GBP"), 1_250),
            (money(500, "JPY"), 500),
            // five krónur are sent as 500
            (money(5, "ISK"), 500),
            (money(12, "UGX"), 1_200),
            (money(5_120, "KWD"), 5_120),
            (money(17_500, "HUF"), 17_500),
        ] {
            assert_eq!(to_stripe(ours), Ok(theirs), "{ours}");
            assert_eq!(of_stripe(theirs, ours.currency), Ok(ours));
        }
    }

    #[test]
    fn what_cannot_be_charged_is_refused() {
        for wrong in [money(0, "GBP"), money(-5, "GBP")] {
            assert_eq!(to_stripe(wrong), Err(BadAmount::NotPositive(wrong)));
        }
        let fine = money(5_124, "KWD");
        assert_eq!(to_stripe(fine), Err(BadAmount::NotInSteps(fine, fine.currency, 10)));
        for much in [money(100_000_000, "USD"), money(1_000_000, "ISK"), money(i64::MAX, "ISK")] {
            assert_eq!(to_stripe(much), Err(BadAmount::TooLarge(much)));
        }
        let isk = Currency::parse("ISK").unwrap();
        assert_eq!(of_stripe(150, isk), Err(BadAmount::NotOurs(150, isk)));
        assert_eq!(of_stripe(-300, isk), Ok(Money::new(-3, isk)));
    }

    proptest! {
        #[test]
        fn what_goes_over_comes_back(amount in 1_i64..200_000_000, code in "GBP|JPY|ISK|UGX|KWD|MGA|HUF|EUR") {
            let ours = money(amount, &code);
            if let Ok(theirs) = to_stripe(ours) {
                prop_assert!(theirs <= AMOUNT_MAX);
                prop_assert_eq!(of_stripe(theirs, ours.currency), Ok(ours));
            }
        }
    }
}
