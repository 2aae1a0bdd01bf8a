/// ITU-T E.164: the longest number there is; the shortest that a carrier can do something with.
const DIGITS: std::ops::RangeInclusive<usize> = 5..=15;

/// A telephone number as people write it, in one line: digits, with a `+` before them or none, and spaces, dashes, dots, slashes and
/// brackets between. `None` where it cannot be one.
pub fn phone(typed: &str) -> Option<String> {
    let number = typed.trim();
    let (first, rest) = match number.strip_prefix('+') {
        Some(rest) => ("+", rest),
        None => ("", number),
    };
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '/' | '(' | ')');
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    if !rest.chars().all(allowed) || !DIGITS.contains(&digits) {
        return None;
    }
    let parts: Vec<&str> = rest.split_whitespace().collect();
    Some(format!("{first}{}", parts.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_digits_and_what_stands_between_them() {
        for (typed, written) in [
            ("+49 1512 3456789", "+49 1512 3456789"),
            (" 020 7946 0018 ", "020 7946 0018"),
            ("(212) 555-0100", "(212) 555-0100"),
            ("+1  212   555 0100", "+1 212 555 0100"),
            ("+123456789012345", "+123456789012345"),
        ] {
            assert_eq!(phone(typed).as_deref(), Some(written), "{typed}");
        }
        for bad in
            ["", "1234", "+1234567890123456", "call me", "020 7946 0018 ext 3", "++4915123456", "٠٢٠٧٩٤٦٠٠١٨"]
        {
            assert_eq!(phone(bad), None, "{bad}");
        }
    }
}
