//! How an amount is said to people, on pages, in mails and where a card is typed.

use super::Money;

/// Signs that name one currency to people; other signs are those of many, and the code stands instead.
const SIGNS: [(&str, &str); 4] = [("GBP", "£"), ("EUR", "€"), ("USD", "$"), ("JPY", "¥")];

/// `£1,234.50`, `¥1,200`, `−£0.05`; `KWD 1.234` where the currency has no sign of its own.
pub fn said(money: Money) -> String {
    let sign = if money.amount < 0 { "−" } else { "" };
    let (units, minor) = money.digits();
    let amount = format!("{}{minor}", grouped(units));
    let code = money.currency.code();
    match SIGNS.iter().find(|(known, _)| *known == code) {
        Some((_, of_currency)) => format!("{sign}{of_currency}{amount}"),
        None => format!("{sign}{code} {amount}"),
    }
}

/// `1,234,567`.
fn grouped(units: u64) -> String {
    let digits = units.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Currency;
    use proptest::prelude::*;

    fn shown(amount: i64, code: &str) -> String {
        said(Money::new(amount, Currency::parse(code).unwrap()))
    }

    #[test]
    fn amounts_are_said_as_people_write_them() {
        assert_eq!(shown(123_450, "GBP"), "£1,234.50");
        assert_eq!(shown(5, "GBP"), "£0.05");
        assert_eq!(shown(-5, "GBP"), "−£0.05");
        assert_eq!(shown(1_200, "JPY"), "¥1,200");
        assert_eq!(shown(0, "JPY"), "¥0");
        assert_eq!(shown(1_250, "EUR"), "€12.50");
        assert_eq!(shown(99_999_999, "USD"), "$999,999.99");
        assert_eq!(shown(1_234, "KWD"), "KWD 1.234");
        assert_eq!(shown(1_205, "CAD"), "CAD 12.05");
        assert_eq!(shown(-1_205, "CHF"), "−CHF 12.05");
    }

    proptest! {
        #[test]
        fn what_is_said_holds_every_digit_of_the_amount(amount: i64, place in 0_usize..4) {
            let code = ["GBP", "JPY", "KWD", "CHF"][place];
            let digits: String = shown(amount, code).chars().filter(char::is_ascii_digit).collect();
            prop_assert_eq!(digits.parse::<u64>().unwrap(), amount.unsigned_abs());
        }
    }
}
