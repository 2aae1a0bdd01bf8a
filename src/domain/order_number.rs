use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{SLOTS, Slot};

/// An order's number for people, shown as `100 0168`: the digits that count it, and one that tells when a digit was misheard or two
/// were swapped. It opens nothing: what opens an order is its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderNumber(u64);

#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadOrderNumber {
    #[error("this is no order number: at least seven digits are expected, as in 100 0168")]
    NotDigits,
    #[error("a digit of this number is wrong: its last digit does not belong to the others")]
    WrongDigit,
}

/// The first number has seven digits, so that none begins with a zero.
const FIRST: u64 = 100_000;
/// Of the first number, and more than any shop comes to: all of them fit into 64 bits.
const DIGITS: RangeInclusive<usize> = 7..=18;
const GROUP: usize = 4;

impl OrderNumber {
    /// The order that is the `count`th of its slot, from 0. Two slots never give the same.
    pub fn nth_of(slot: Slot, count: u64) -> OrderNumber {
        OrderNumber(FIRST + count * u64::from(SLOTS) + u64::from(slot.number()))
    }

    /// As people write and say it: with spaces, dashes or dots anywhere, and a `#` before it.
    pub fn parse(text: &str) -> Result<OrderNumber, BadOrderNumber> {
        let parts = |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '#' | '\u{2010}'..='\u{2015}');
        let digits: String = text.chars().filter(|&c| !parts(c)).collect();
        if !DIGITS.contains(&digits.len()) || !digits.bytes().all(|c| c.is_ascii_digit()) {
            return Err(BadOrderNumber::NotDigits);
        }
        let typed: u64 = digits.parse().map_err(|_| BadOrderNumber::NotDigits)?;
        let number = OrderNumber(typed / 10);
        let fits = number.0 >= FIRST && number.check_digit() == typed % 10 && !digits.starts_with('0');
        if fits { Ok(number) } else { Err(BadOrderNumber::WrongDigit) }
    }

    /// As [`OrderNumber::parse`], and with words before it: `no. 100 0168`, `Order #100 0168`.
    pub fn in_words(text: &str) -> Result<OrderNumber, BadOrderNumber> {
        let bare = text.trim().trim_end_matches(['.', ',']);
        let begins = bare.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
        let (words, number) = bare.split_at(begins);
        let is_apart = words.ends_with([' ', '.', ':', '#']);
        OrderNumber::parse(if is_apart { number } else { bare })
    }

    /// All digits without a space, for programs.
    pub fn digits(self) -> String {
        format!("{}{}", self.0, self.check_digit())
    }

    /// ISO/IEC 7064, MOD 11,10: every wrong digit shows.
    fn check_digit(self) -> u64 {
        let product = self.0.to_string().bytes().fold(10, |product, digit| {
            let sum = match (product + u64::from(digit - b'0')) % 10 {
                0 => 10,
                sum => sum,
            };
            sum * 2 % 11
        });
        (11 - product) % 10
    }
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        let first = digits.len() % GROUP;
        let (head, groups) = digits.split_at(if first == 0 { GROUP } else { first });
        f.write_str(head)?;
        for group in groups.as_bytes().chunks(GROUP) {
            write!(f, " {}", std::str::from_utf8(group).expect("ASCII digits"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(count: u64) -> OrderNumber {
        OrderNumber::nth_of(Slot::of(0), count)
    }

    #[test]
    fn a_number_is_shown_in_groups_with_its_check_digit() {
        assert_eq!(number(1).to_string(), "100 0168");
        assert_eq!(number(1).digits(), "1000168");
        assert_eq!(OrderNumber(1_000_016).to_string(), "1000 0166");
        assert_eq!(OrderNumber(10_000_016).to_string().len(), "1 0000 0168".len());
    }

    #[test]
    fn a_number_is_read_as_people_type_it() {
        for typed in ["100 0168", "1000168", " #100-0168 ", "100.01.68", "1 0 0 0 1 6 8", "100\u{a0}0168"] {
            assert_eq!(OrderNumber::parse(typed), Ok(number(1)), "{typed}");
        }
        for bad in ["", "ada", "0168", "10001685555555555555", "ord_1000168", "１０００１６８"] {
            assert_eq!(OrderNumber::parse(bad), Err(BadOrderNumber::NotDigits), "{bad}");
        }
        for wrong in ["1000165", "1000618", "1001068", "0000168"] {
            assert_eq!(OrderNumber::parse(wrong), Err(BadOrderNumber::WrongDigit), "{wrong}");
        }
    }

    #[test]
    fn no_two_orders_have_the_same_number() {
        let all = Slot::all().flat_map(|slot| (0..100).map(move |count| OrderNumber::nth_of(slot, count)));
        assert_eq!(all.collect::<std::collections::HashSet<_>>().len(), 1_600);
    }

    proptest! {
        #[test]
        fn a_number_reads_back_and_with_a_wrong_digit_does_not(count in 0_u64..1 << 50, place: usize, other in 1_u8..10) {
            let number = number(count);
            prop_assert_eq!(OrderNumber::parse(&number.to_string()), Ok(number));
            let mut digits = number.digits().into_bytes();
            let place = place % digits.len();
            digits[place] = b'0' + (digits[place] - b'0' + other) % 10;
            prop_assert!(OrderNumber::parse(std::str::from_utf8(&digits).unwrap()).is_err());
        }
    }
}
