//! Tracking numbers: `DS` and twelve characters, the last of which checks the others, so that
//! one wrong character, or two that changed places, never make another parcel's number.

use xxhash_rust::xxh3::xxh3_64;

/// Without `0 O 1 I L`, which people take for one another. Their number, 31, is a prime: that is
/// what makes the check sound.
const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const PREFIX: &str = "DS";
const BODY_LENGTH: usize = 11;

/// The tracking number of the booking with this key.
pub fn number(key: &str) -> String {
    let mut rest = xxh3_64(key.as_bytes());
    let mut digits = [0; BODY_LENGTH];
    for digit in &mut digits {
        *digit = (rest % 31) as usize;
        rest /= 31;
    }
    let body = digits.iter().copied().chain([check_digit(&digits)]);
    PREFIX.chars().chain(body.map(|digit| char::from(ALPHABET[digit]))).collect()
}

/// Whether it is a tracking number at all.
pub fn is_well_formed(text: &str) -> bool {
    let Some((check, body)) = text.strip_prefix(PREFIX).and_then(|body| body.as_bytes().split_last()) else {
        return false;
    };
    let value = |byte: &u8| ALPHABET.iter().position(|letter| letter == byte);
    let mut digits = [0; BODY_LENGTH];
    let read = |(digit, byte): (&mut usize, &u8)| value(byte).map(|value| *digit = value).is_some();
    body.len() == BODY_LENGTH
        && digits.iter_mut().zip(body).all(read)
        && value(check) == Some(check_digit(&digits))
}

/// Each place has a weight of its own, from 2 to 12; the check itself weighs 1.
fn check_digit(digits: &[usize]) -> usize {
    digits.iter().zip(2..).map(|(digit, weight)| digit * weight).sum::<usize>() % 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_number_reads_true_until_one_character_is_wrong(key in ".{0,40}", place in 2usize..14, letter in 0usize..31) {
            let number = number(&key);
            prop_assert_eq!(number.len(), 14);
            prop_assert!(is_well_formed(&number));
            let mut wrong = number.clone().into_bytes();
            wrong[place] = ALPHABET[letter];
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert_eq!(is_well_formed(&wrong), wrong == number);
        }

        #[test]
        fn two_characters_that_changed_places_are_noticed(key in ".{0,40}", one in 2usize..13, other in 2usize..13) {
            let number = number(&key);
            let mut wrong = number.clone().into_bytes();
            wrong.swap(one, other);
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert_eq!(is_well_formed(&wrong), wrong == number);
        }
    }

    #[test]
    fn what_is_no_number_is_told_apart() {
        for bad in ["", "DS", "DS222222222222X", "XX222222222222", "DS0", "DSé", "ds222222222222"] {
            assert!(!is_well_formed(bad), "{bad}");
        }
    }

    #[test]
    fn a_number_is_the_same_in_every_version() {
        assert_eq!(number("shp_1"), "DSD6B5JMFRYP6P");
    }
}
