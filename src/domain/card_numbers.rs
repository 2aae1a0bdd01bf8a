//! Card numbers never reach the shop: what looks like one is refused unseen.
//! Luhn: ISO/IEC 7812-1, annex B.

const DIGITS_MIN: usize = 13;
const DIGITS_MAX: usize = 19;

/// Whether `text` holds 13 to 19 digits that pass the Luhn check, written together or in groups with one space or
/// dash between. A run of more digits than a card has is none.
pub fn holds_card_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < DIGITS_MIN {
        return false;
    }
    let starts = |at: usize| bytes[at].is_ascii_digit() && (at == 0 || !bytes[at - 1].is_ascii_digit());
    (0..bytes.len()).any(|at| starts(at) && begins_with_card_number(&bytes[at..]))
}

/// Whether a card number begins here and ends where a group of digits ends.
fn begins_with_card_number(bytes: &[u8]) -> bool {
    let mut digits = [b'0'; DIGITS_MAX];
    let mut count = 0;
    let mut at = 0;
    while let Some(c) = bytes.get(at) {
        match c {
            b'0'..=b'9' if count == DIGITS_MAX => return false,
            b'0'..=b'9' => {
                digits[count] = *c;
                count += 1;
                let ends = !bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
                if ends && count >= DIGITS_MIN && passes_luhn(&digits[..count]) {
                    return true;
                }
            }
            b' ' | b'-' if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {}
            _ => return false,
        }
        at += 1;
    }
    false
}

/// The check that every card number passes; `digits`: ASCII decimal digits only.
pub fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(digit.wrapping_sub(b'0'))) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => 2 * digit - 9,
            (_, digit) => 2 * digit,
        })
        .sum();
    // all zeros are a placeholder, not a card
    sum != 0 && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_card_number_is_seen_however_it_is_written() {
        for text in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "my card is 378282246310005.",
            "n°5555555555554444, exp 12/27 123",
            "4111 1111 1111 1111 123",
            "6304000000000000000",
        ] {
            assert!(holds_card_number(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_pass() {
        for text in [
            "",
            "411111111111",
            "4111111111111112",
            "0000000000000000",
            "41111111111111110000000000",
            "+44 20 7946 0958",
            "4111 1111  1111 1111",
            "tok_01JDBZ3Q8X4111111111111112",
        ] {
            assert!(!holds_card_number(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}") {
            holds_card_number(&text);
        }
    }
}
