use std::fmt;

/// An International Standard Book Number whose check digit holds, kept as its thirteen digits.
///
/// Ten-digit numbers become their thirteen-digit form, so both find the same book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isbn([u8; 13]);

impl Isbn {
    /// The number in `text`, with or without dashes and spaces; `None` where it is not an ISBN.
    pub fn parse(text: &str) -> Option<Isbn> {
        let mut digits = [0u8; 13];
        let mut length = 0;
        for c in text.bytes().filter(|c| !matches!(c, b'-' | b' ')) {
            *digits.get_mut(length)? = c.to_ascii_uppercase();
            length += 1;
        }
        match length {
            10 => Isbn::from_ten(&digits[..10]),
            13 => Isbn::from_thirteen(digits),
            _ => None,
        }
    }

    /// As `parse`, but gives back the leading zeros that a spreadsheet took from a ten-digit number.
    ///
    /// At least seven digits are expected: with fewer, the check digit would bless too much noise.
    pub fn parse_trimmed(text: &str) -> Option<Isbn> {
        let bare = text.trim();
        if (7..10).contains(&bare.len()) { Isbn::parse(&format!("{bare:0>10}")) } else { Isbn::parse(bare) }
    }

    fn from_ten(digits: &[u8]) -> Option<Isbn> {
        let mut sum = 0;
        for (position, &c) in digits.iter().enumerate() {
            let value = match c {
                b'0'..=b'9' => u32::from(c - b'0'),
                b'X' if position == 9 => 10,
                _ => return None,
            };
            sum += value * (10 - position as u32);
        }
        if sum % 11 != 0 {
            return None;
        }
        let mut thirteen = *b"9780000000000";
        thirteen[3..12].copy_from_slice(&digits[..9]);
        thirteen[12] = b'0' + check_digit(&thirteen);
        Some(Isbn(thirteen))
    }

    fn from_thirteen(digits: [u8; 13]) -> Option<Isbn> {
        let plain = digits.iter().all(u8::is_ascii_digit);
        let of_books = digits.starts_with(b"978") || digits.starts_with(b"979");
        (plain && of_books && digits[12] - b'0' == check_digit(&digits)).then_some(Isbn(digits))
    }
}

/// The last digit that the first twelve ask for.
fn check_digit(digits: &[u8; 13]) -> u8 {
    let weighted = |(position, c): (usize, &u8)| (c - b'0') as u32 * if position % 2 == 0 { 1 } else { 3 };
    let sum: u32 = digits[..12].iter().enumerate().map(weighted).sum();
    ((10 - sum % 10) % 10) as u8
}

impl fmt::Display for Isbn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).expect("built from ASCII digits only"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ten_and_thirteen_digits_of_one_book_are_the_same_isbn() {
        let thirteen = Isbn::parse("978-0-439-02348-1").unwrap();
        assert_eq!(Isbn::parse("0439023483"), Some(thirteen));
        assert_eq!(thirteen.to_string(), "9780439023481");
        assert!(Isbn::parse("043965548X").is_some());
    }

    #[test]
    fn zeros_that_a_spreadsheet_ate_come_back() {
        assert_eq!(Isbn::parse_trimmed("439023483"), Isbn::parse("0439023483"));
    }

    #[test]
    fn a_number_in_scientific_notation_or_with_a_wrong_check_digit_is_no_isbn() {
        for bad in ["9.78043902348e+12", "9780439023482", "0439023484", "", "0", "1234567", "X439023483"] {
            assert_eq!(Isbn::parse_trimmed(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_without_panic_and_what_is_shown_parses_back(text in "[0-9Xx -]{0,14}|.*") {
            if let Some(isbn) = Isbn::parse_trimmed(&text) {
                prop_assert_eq!(Isbn::parse(&isbn.to_string()), Some(isbn));
            }
        }
    }
}
