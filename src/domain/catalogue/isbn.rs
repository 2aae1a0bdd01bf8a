use std::fmt;

use super::spreadsheet::{is_rounded, unquoted, without_zero_fraction};

/// An International Standard Book Number whose check digit holds, kept as its thirteen digits.
///
/// Ten-digit numbers become their thirteen-digit form, so both find the same book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isbn([u8; 13]);

/// Why what stands in the place of an ISBN is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadIsbn {
    #[error("a spreadsheet has rounded it, format its column as text and export again")]
    Rounded,
    #[error("its last digit would be {expected}, so one of its digits is wrong")]
    CheckDigit { expected: char },
    #[error("an ISBN has ten or thirteen digits")]
    NotOne,
}

/// A code of the trade has at most so many digits: GTIN-14.
const DIGITS_MAX: usize = 14;

impl Isbn {
    /// The number in `text`, as people and spreadsheets write it: with any dash or space, `ISBN` before it, as a
    /// formula (`="9780141439846"`), with `.0` behind it, or without the zeros that a ten-digit one begins with.
    ///
    /// `None` where nothing stands there, or the code of something that is no book (any other EAN or UPC).
    pub fn read(text: &str) -> Result<Option<Isbn>, BadIsbn> {
        let bare = without_label(unquoted(text));
        if is_rounded(bare) {
            return Err(BadIsbn::Rounded);
        }
        let mut digits = Vec::with_capacity(DIGITS_MAX);
        for c in without_zero_fraction(bare).chars().filter(|&c| !is_filler(c)) {
            let is_digit = c.is_ascii_digit() || c.eq_ignore_ascii_case(&'x');
            if !is_digit || digits.len() == DIGITS_MAX {
                return Err(BadIsbn::NotOne);
            }
            digits.push(c.to_ascii_uppercase() as u8);
        }
        if digits.is_empty() { Ok(None) } else { Isbn::from_digits(&digits) }
    }

    /// The number in `text`, with anything around it that [`Isbn::read`] takes.
    pub fn parse(text: &str) -> Option<Isbn> {
        Isbn::read(text).ok().flatten()
    }

    fn from_digits(digits: &[u8]) -> Result<Option<Isbn>, BadIsbn> {
        match digits.len() {
            14 if digits[0] == b'0' => Isbn::from_digits(&digits[1..]),
            13 if is_of_books(digits) => Isbn::from_thirteen(digits).map(Some),
            10 => Isbn::from_ten(digits).map(Some),
            // with fewer, the check digit would bless too much noise
            7..=9 => from_trimmed(digits),
            12 | 13 if is_ean(digits) => Ok(None),
            _ => Err(BadIsbn::NotOne),
        }
    }

    fn from_ten(digits: &[u8]) -> Result<Isbn, BadIsbn> {
        if !digits[..9].iter().all(u8::is_ascii_digit) {
            return Err(BadIsbn::NotOne);
        }
        let weighted = |(position, c): (usize, &u8)| u32::from(c - b'0') * (10 - position as u32);
        let sum: u32 = digits[..9].iter().enumerate().map(weighted).sum();
        let expected = b"0123456789X"[((11 - sum % 11) % 11) as usize];
        if digits[9] != expected {
            return Err(BadIsbn::CheckDigit { expected: expected.into() });
        }
        let mut thirteen = *b"9780000000000";
        thirteen[3..12].copy_from_slice(&digits[..9]);
        thirteen[12] = check_digit(&thirteen[..12]);
        Ok(Isbn(thirteen))
    }

    fn from_thirteen(digits: &[u8]) -> Result<Isbn, BadIsbn> {
        let thirteen = <[u8; 13]>::try_from(digits).map_err(|_| BadIsbn::NotOne)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(BadIsbn::NotOne);
        }
        let expected = check_digit(&thirteen[..12]);
        if thirteen[12] != expected {
            return Err(BadIsbn::CheckDigit { expected: expected.into() });
        }
        Ok(Isbn(thirteen))
    }
}

/// Gives back the leading zeros that a spreadsheet took from a ten-digit number; some codes of eight digits are whole.
fn from_trimmed(digits: &[u8]) -> Result<Option<Isbn>, BadIsbn> {
    let mut ten = [b'0'; 10];
    ten[10 - digits.len()..].copy_from_slice(digits);
    match Isbn::from_ten(&ten) {
        Ok(isbn) => Ok(Some(isbn)),
        Err(_) if digits.len() == 8 && is_ean(digits) => Ok(None),
        Err(_) => Err(BadIsbn::NotOne),
    }
}

/// `ISBN`, `ISBN-13:` and what a library writes behind it, `(pbk.)`, go.
fn without_label(text: &str) -> &str {
    let number = text.split_once('(').map_or(text, |(number, _)| number).trim();
    let Some(labelled) = number.get(..4).filter(|label| label.eq_ignore_ascii_case("isbn")) else {
        return number;
    };
    let rest = number[labelled.len()..].trim_start_matches(is_punctuation);
    let digits = rest.chars().filter(|c| c.is_ascii_digit() || c.eq_ignore_ascii_case(&'x')).count();
    let kind = rest.strip_prefix("10").or_else(|| rest.strip_prefix("13"));
    // the 10 or 13 belongs to the label where the number is whole without it
    kind.filter(|_| matches!(digits, 12 | 15)).unwrap_or(rest).trim_start_matches(is_punctuation)
}

fn is_punctuation(c: char) -> bool {
    is_filler(c) || matches!(c, ':' | '.' | '#' | '=')
}

/// Dashes and spaces of every kind, and what cannot be seen.
fn is_filler(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}'
        )
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// The prefixes that books have among all EANs.
fn is_of_books(digits: &[u8]) -> bool {
    digits.starts_with(b"978") || digits.starts_with(b"979")
}

/// Whether the check digit of a code of any length holds.
fn is_ean(digits: &[u8]) -> bool {
    let Some((last, others)) = digits.split_last() else { return false };
    digits.iter().all(u8::is_ascii_digit) && *last == check_digit(others)
}

/// The last digit that the others ask for, weighted from the right as every EAN is.
fn check_digit(digits: &[u8]) -> u8 {
    let weighted =
        |(place, c): (usize, &u8)| u32::from(c.wrapping_sub(b'0')) * if place % 2 == 0 { 3 } else { 1 };
    let sum: u32 = digits.iter().rev().enumerate().map(weighted).sum();
    b'0' + ((10 - sum % 10) % 10) as u8
}

impl fmt::Display for Isbn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).expect("built from ASCII digits only"))
    }
}

#[cfg(test)]
#[path = "isbn_tests.rs"]
mod tests;
