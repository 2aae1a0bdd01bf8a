//! Numbers as people write them: `1234.5`, `1.234,50`, `1 234`, `1'234.50`.

/// A number, parted at its decimal point, whichever sign that was.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// Its digits without anything between them; may be empty, as in `.50`.
    pub whole: String,
    pub fraction: String,
    /// There is one point or comma and three digits behind it, so it may stand between thousands as well.
    pub may_be_thousands: bool,
    pub point: Option<char>,
}

const GROUP_DIGITS: usize = 3;

/// `None` where it is no number, or its digits are parted in a way that nobody would mean. Not negative.
pub(super) fn parted(text: &str) -> Option<Number> {
    let marks: Vec<(usize, char)> = text.char_indices().filter(|&(_, c)| is_mark(c)).collect();
    let Some(&(at, last)) = marks.last() else { return whole(text) };
    let alike = marks.iter().filter(|&&(_, mark)| mark == last).count();
    if alike > 1 {
        // a decimal point stands there once
        return if alike == marks.len() { whole(text) } else { None };
    }
    let (before, fraction) = (&text[..at], &text[at + last.len_utf8()..]);
    let digits = grouped(before)?;
    if fraction.is_empty() || !is_digits(fraction) {
        return None;
    }
    let is_bare = digits == before && (1..=GROUP_DIGITS).contains(&digits.len()) && !digits.starts_with('0');
    let may_be_thousands = is_bare && fraction.len() == GROUP_DIGITS;
    Some(Number { whole: digits, fraction: fraction.to_owned(), may_be_thousands, point: Some(last) })
}

fn whole(text: &str) -> Option<Number> {
    let digits = grouped(text).filter(|digits| !digits.is_empty())?;
    Some(Number { whole: digits, fraction: String::new(), may_be_thousands: false, point: None })
}

/// The digits of what stands before the point: bare, or in groups of three with one and the same sign between them.
fn grouped(text: &str) -> Option<String> {
    let Some(separator) = text.chars().find(|c| !c.is_ascii_digit()) else { return Some(text.to_owned()) };
    if !is_mark(separator) && !is_space(separator) && !matches!(separator, '\'' | '’') {
        return None;
    }
    let mut groups = text.split(separator);
    let first =
        groups.next().filter(|first| (1..=GROUP_DIGITS).contains(&first.len()) && is_digits(first))?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != GROUP_DIGITS || !is_digits(group) {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

fn is_mark(c: char) -> bool {
    matches!(c, '.' | ',')
}

/// The ones that stand between thousands.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}')
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<(String, String, bool)> {
        parted(text).map(|number| (number.whole, number.fraction, number.may_be_thousands))
    }

    #[test]
    fn the_last_sign_is_the_point_and_the_others_stand_between_thousands() {
        for (text, whole, fraction, may_be_thousands) in [
            ("12", "12", "", false),
            ("12.5", "12", "5", false),
            ("12,50", "12", "50", false),
            (".99", "", "99", false),
            ("1.234,50", "1234", "50", false),
            ("1,234.50", "1234", "50", false),
            ("1 234,50", "1234", "50", false),
            ("1'234.50", "1234", "50", false),
            ("1\u{202f}234", "1234", "", false),
            ("1,234,567", "1234567", "", false),
            ("1.234.567,891", "1234567", "891", false),
            ("1,234", "1", "234", true),
            ("1.234", "1", "234", true),
            ("0.340", "0", "340", false),
            ("1234.567", "1234", "567", false),
        ] {
            assert_eq!(read(text), Some((whole.into(), fraction.into(), may_be_thousands)), "{text}");
        }
    }

    #[test]
    fn what_nobody_would_mean_is_no_number() {
        for bad in [
            "",
            "-1",
            "12.",
            "1,23,456.00",
            "1.234.50",
            "12 50",
            "1,234.567,8",
            "1,2345.6",
            "a",
            "1'23",
            "1 2",
            "١",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[0-9., '’]{0,12}|.*") {
            if let Some(number) = parted(&text) {
                prop_assert!(is_digits(&number.whole) && is_digits(&number.fraction));
                prop_assert!(!(number.whole.is_empty() && number.fraction.is_empty()));
            }
        }
    }
}
