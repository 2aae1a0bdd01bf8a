use crate::domain::passes_luhn;
use std::fmt;

use zeroize::Zeroizing;

use super::Brand;

pub(super) const DIGITS_MIN: usize = 13;
pub(super) const DIGITS_MAX: usize = 19;

/// A card's number, as it was typed on the card page and nowhere else. It cannot be printed, and is wiped from memory at
/// its end.
#[derive(Clone, PartialEq, Eq)]
pub struct CardNumber {
    digits: Zeroizing<String>,
}

/// What is wrong with a card, without a digit of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCard {
    #[error(
        "a card number has {DIGITS_MIN} to {DIGITS_MAX} digits, with or without spaces: type it as on the card"
    )]
    NumberForm,
    #[error("the card number has a wrong digit: compare it with the card")]
    CheckDigit,
    #[error("the card number has a digit too many or too few: compare it with the card")]
    Length,
    #[error("the expiry is a month and a year, as in 09/27: type it as on the card")]
    ExpiryForm,
    #[error("the card has expired: use another one")]
    Expired,
    #[error("the security code is the {0} digits on the card: type it as on the card")]
    Cvv(usize),
}

impl CardNumber {
    /// As many digits as its brand has, 13 to 19, whose check digit (Luhn) is right; spaces and dashes between them are left out.
    pub fn parse(text: &str) -> Result<CardNumber, BadCard> {
        // a text that grows would leave what it held behind
        let mut digits = Zeroizing::new(String::with_capacity(text.len()));
        digits.extend(text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{3000}')).map(narrow));
        let is_number = digits.bytes().all(|c| c.is_ascii_digit());
        if !is_number || !(DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()) {
            return Err(BadCard::NumberForm);
        }
        if !passes_luhn(digits.as_bytes()) {
            return Err(BadCard::CheckDigit);
        }
        if !Brand::of(&digits).has_numbers_of(digits.len()) {
            return Err(BadCard::Length);
        }
        Ok(CardNumber { digits })
    }

    pub fn brand(&self) -> Brand {
        Brand::of(&self.digits)
    }

    /// The last four digits, which may be shown.
    pub fn last4(&self) -> &str {
        self.digits.get(self.digits.len().saturating_sub(4)..).unwrap_or_default()
    }
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CardNumber({} …{})", self.brand(), self.last4())
    }
}

/// `visa …4242`.
impl fmt::Display for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} …{}", self.brand(), self.last4())
    }
}

/// `５` as `5`: what a keyboard of East Asia types.
pub(super) fn narrow(typed: char) -> char {
    match typed {
        '０'..='９' => char::from(b'0' + (typed as u32 - '０' as u32) as u8),
        other => other,
    }
}

/// Checks the form of the security code; nothing keeps it.
pub fn check_cvv(text: &str, brand: Brand) -> Result<(), BadCard> {
    let digits = brand.cvv_digits();
    let is_code = text.chars().count() == digits && text.chars().map(narrow).all(|c| c.is_ascii_digit());
    if is_code { Ok(()) } else { Err(BadCard::Cvv(digits)) }
}

/// The documented test numbers, and the token of the test card that each behaves like.
const TEST_NUMBERS: [(&str, &str); 19] = [
    ("4242424242424242", "tok_visa"),
    ("5555555555554444", "tok_mastercard"),
    ("378282246310005", "tok_amex"),
    ("4000000000000002", "tok_declined"),
    ("4000000000009995", "tok_insufficient_funds"),
    ("4000000000000069", "tok_expired_card"),
    ("4000000000009979", "tok_stolen_card"),
    ("4000000000009987", "tok_lost_card"),
    ("4000000000004103", "tok_pick_up_card"),
    ("4000000000005902", "tok_suspected_fraud"),
    ("4000000000004087", "tok_timeout"),
    ("4000000000005993", "tok_timeout_declined"),
    ("4000000000005043", "tok_unreachable"),
    ("4000000000000341", "tok_never_renewed"),
    ("4000000000002685", "tok_approves_part"),
    ("4000000000006173", "tok_capture_lost"),
    ("4000000000007726", "tok_refund_lost"),
    ("4000000000005126", "tok_refund_rejected"),
    ("4000000000003089", "tok_never_settled"),
];

/// The token of the test card that this number is documented to behave like.
pub fn test_behaviour(number: &CardNumber) -> Option<&'static str> {
    TEST_NUMBERS.iter().find(|(digits, _)| *digits == number.digits.as_str()).map(|(_, token)| *token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_test_number_is_a_card_and_names_its_test_card() {
        for (digits, token) in TEST_NUMBERS {
            let number = CardNumber::parse(digits).unwrap();
            assert_eq!(test_behaviour(&number), Some(token));
        }
        assert_eq!(test_behaviour(&CardNumber::parse("4111111111111111").unwrap()), None);
    }

    #[test]
    fn a_number_may_be_typed_as_it_stands_on_the_card() {
        let plain = CardNumber::parse("4242424242424242").unwrap();
        for typed in [" 4242 4242-4242 4242 ", "４２４２　４２４２４２４２４２４２"] {
            assert_eq!(CardNumber::parse(typed), Ok(plain.clone()), "{typed}");
        }
    }

    #[test]
    fn a_digit_too_many_or_too_few_is_noticed_though_the_check_digit_fits() {
        for digits in ["424242424242424", "55555555555544408"] {
            assert_eq!(CardNumber::parse(digits), Err(BadCard::Length), "{digits}");
        }
    }

    #[test]
    fn what_is_no_card_number_is_refused_without_repeating_it() {
        for bad in ["", "4242", "4242424242424242x", "42424242424242424242"] {
            assert_eq!(CardNumber::parse(bad), Err(BadCard::NumberForm), "{bad}");
        }
        let wrong_digit = CardNumber::parse("4242424242424243").unwrap_err();
        assert_eq!(wrong_digit, BadCard::CheckDigit);
        assert!(!format!("{wrong_digit} {wrong_digit:?}").contains("4242"));
    }

    #[test]
    fn the_brand_follows_from_the_first_digits() {
        for (digits, brand) in [
            ("4242424242424242", "visa"),
            ("2223003122003222", "mastercard"),
            ("378282246310005", "amex"),
            ("6011111111111117", "discover"),
            ("36227206271667", "diners"),
            ("3566002020360505", "jcb"),
            ("6200000000000005", "unionpay"),
            ("9792030394440796", "other"),
        ] {
            assert_eq!(CardNumber::parse(digits).unwrap().brand().name(), brand);
        }
    }

    #[test]
    fn only_the_last_four_digits_are_ever_shown() {
        let number = CardNumber::parse("378282246310005").unwrap();
        assert_eq!(number.last4(), "0005");
        assert_eq!(format!("{number} {number:?}"), "amex …0005 CardNumber(amex …0005)");
    }

    #[test]
    fn the_security_code_has_three_digits_or_four_on_an_amex() {
        assert_eq!(check_cvv("123", Brand::Visa), Ok(()));
        assert_eq!(check_cvv("1234", Brand::Amex), Ok(()));
        assert_eq!(check_cvv("１２３", Brand::Visa), Ok(()), "as the number's digits");
        for (bad, brand) in
            [("1234", Brand::Visa), ("123", Brand::Amex), ("12x", Brand::Visa), ("", Brand::Visa)]
        {
            assert!(check_cvv(bad, brand).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_noticed(at in 0usize..16, by in 1u8..10) {
            let mut digits = b"4242424242424242".to_vec();
            digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
            let text = String::from_utf8(digits).unwrap();
            prop_assert_eq!(CardNumber::parse(&text), Err(BadCard::CheckDigit));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let _ = CardNumber::parse(&text);
        }
    }
}
