use icu_normalizer::ComposingNormalizerBorrowed;

/// ITU-T E.164: the longest number there is; the shortest that a carrier can do something with.
const DIGITS: std::ops::RangeInclusive<usize> = 5..=15;

const ARABIC_ZERO: u32 = 0x660;
const PERSIAN_ZERO: u32 = 0x6f0;
const HINDI_ZERO: u32 = 0x966;

/// What people write before an extension; the longest of those that begin alike first.
const EXTENSIONS: [&str; 5] = ["extension", "ext.", "ext", "x", "#"];
/// ITU-T E.164 knows none; longer ones are no office's.
const EXTENSION_DIGITS_MAX: usize = 7;

/// A telephone number as people write it, in one line: digits, with a `+` before them or none, and spaces, dashes, dots, slashes and
/// brackets between; perhaps an extension. `None` where it cannot be one.
pub fn phone(typed: &str) -> Option<String> {
    // `０３` as well as `03`
    let typed = ComposingNormalizerBorrowed::new_nfkc().normalize(typed.trim()).to_lowercase();
    let typed: String = typed.chars().map(plain).collect();
    let Some((at, sign)) = EXTENSIONS.iter().find_map(|sign| Some((typed.find(sign)?, sign))) else {
        return number(&typed);
    };
    let extension = typed[at + sign.len()..].trim();
    let is_one = (1..=EXTENSION_DIGITS_MAX).contains(&extension.len())
        && extension.bytes().all(|c| c.is_ascii_digit());
    let number = number(typed[..at].trim_end_matches([' ', ',', ';'])).filter(|_| is_one)?;
    Some(format!("{number} ext. {extension}"))
}

/// The digits of Arabic, Persian and Hindi, and the dashes that programs set, as a telephone's keys have them.
fn plain(typed: char) -> char {
    let zero = [ARABIC_ZERO, PERSIAN_ZERO, HINDI_ZERO]
        .into_iter()
        .find(|zero| (*zero..*zero + 10).contains(&(typed as u32)));
    match zero {
        Some(zero) => char::from(b'0' + (typed as u32 - zero) as u8),
        None if matches!(typed, '\u{2010}'..='\u{2015}' | '\u{2212}') => '-',
        None => typed,
    }
}

fn number(number: &str) -> Option<String> {
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
            ("０３－１２３４－５６７８", "03-1234-5678"),
            ("٠٢٠ ٧٩٤٦ ٠٠١٨", "020 7946 0018"),
            ("020\u{2011}7946\u{2011}0018", "020-7946-0018"),
            ("020 7946 0018 ext 3", "020 7946 0018 ext. 3"),
            ("212-555-0100, Extension 42", "212-555-0100 ext. 42"),
            ("212-555-0100x42", "212-555-0100 ext. 42"),
            ("212 555 0100 #42", "212 555 0100 ext. 42"),
        ] {
            assert_eq!(phone(typed).as_deref(), Some(written), "{typed}");
        }
        for bad in [
            "",
            "1234",
            "+1234567890123456",
            "call me",
            "020 7946 0018 ext",
            "ext 3",
            "x",
            "020 7946 0018 x 3 x 4",
            "++4915123456",
        ] {
            assert_eq!(phone(bad), None, "{bad}");
        }
    }
}
