//! Card numbers never reach the shop: what looks like one is refused unseen, however it is written.
//!
//! - Digits are those of every script, and what looks like them (full-width, circled, superscript). Whatever is no letter
//!   may stand between them: spaces, dashes, points, what has no width.
//! - A card number is 13 to 19 of them that pass the Luhn check (ISO/IEC 7812-1, annex B), begin as some scheme's
//!   numbers do, and have a length that this scheme has. It begins where a group of digits begins and ends where one ends,
//!   or before an expiry that was typed on to it.
//! - So other numbers pass: ISBNs (978, 979), moments in milli- and microseconds (until 2033 they begin with 1), UUIDs and
//!   digests in hexadecimal.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

const DIGITS_MIN: usize = 13;
const DIGITS_MAX: usize = 19;

/// Whether `text` holds a card number.
pub fn holds_card_number(text: &str) -> bool {
    find_card_number([text]).is_some()
}

/// The first and the last of `texts` that a card number stands in: it may be split over several. Texts without a digit
/// between them do not part it.
pub fn find_card_number<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<RangeInclusive<usize>> {
    let mut run = Run::default();
    for (place, text) in texts.into_iter().enumerate() {
        if digits_at_most(text.as_bytes()) == 0 {
            continue;
        }
        run.between();
        if let Some(found) = run.read(text, place) {
            return Some(found);
        }
    }
    run.card_number()
}

/// A bound on the digits that a text in UTF-8 can hold; also where some are written as `%34` or `\u0034`. Cheap: it
/// tells nearly every text that holds no card number.
pub fn digits_at_most(text: &[u8]) -> usize {
    // no character becomes more than two digits; a bound must hold for it before its bytes are read
    text.iter().map(|byte| usize::from(byte.is_ascii_digit()) + 2 * usize::from(*byte >= 0xc0)).sum()
}

/// Whether `text` can be passed over.
pub fn has_too_few_digits(text: &[u8]) -> bool {
    text.len() < DIGITS_MIN || digits_at_most(text) < DIGITS_MIN
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

/// Digits with nothing but separators between them.
#[derive(Default)]
struct Run {
    /// As ASCII.
    digits: Vec<u8>,
    /// Whether a group begins with this digit.
    begins: Vec<bool>,
    /// Which text it stands in.
    places: Vec<usize>,
    parted: bool,
}

impl Run {
    fn read(&mut self, text: &str, place: usize) -> Option<RangeInclusive<usize>> {
        let text = normalised(text);
        let mut at = 0;
        let mut in_word = false;
        while let Some(c) = text[at..].chars().next() {
            let opaque = if in_word { 0 } else { opaque_bytes(&text.as_bytes()[at..]) };
            let meaning = if opaque > 0 { Meaning::Letter } else { meaning(c) };
            in_word = c.is_ascii_alphanumeric();
            at += opaque.max(c.len_utf8());
            match meaning {
                Meaning::Digit(digit) => self.digit(digit, place),
                Meaning::Separator => self.between(),
                Meaning::Letter => {
                    if let Some(found) = self.card_number() {
                        return Some(found);
                    }
                    *self = Run { parted: true, ..Run::default() };
                }
            }
        }
        None
    }

    fn digit(&mut self, digit: u8, place: usize) {
        self.begins.push(self.parted || self.digits.is_empty());
        self.digits.push(b'0' + digit);
        self.places.push(place);
        self.parted = false;
    }

    fn between(&mut self) {
        self.parted = true;
    }

    fn card_number(&self) -> Option<RangeInclusive<usize>> {
        let begins = |at: usize| self.begins.get(at).copied().unwrap_or(true);
        (0..self.digits.len()).filter(|from| begins(*from)).find_map(|from| {
            let ends = from + DIGITS_MIN..=(from + DIGITS_MAX).min(self.digits.len());
            let is_end = |to: usize| {
                let group = (to..self.digits.len()).find(|at| begins(*at)).unwrap_or(self.digits.len());
                is_expiry(&self.digits[to..group])
            };
            let is_found = |to: &usize| is_end(*to) && is_card_number(&self.digits[from..*to]);
            let found = ends.into_iter().find(is_found);
            found.map(|to| self.places[from]..=self.places[to - 1])
        })
    }
}

/// What may follow a card number without a space: nothing, or its expiry as MMYY, with or without the security code.
fn is_expiry(digits: &[u8]) -> bool {
    let month = || (b"01".as_slice()..=b"12".as_slice()).contains(&&digits[..2]);
    match digits.len() {
        0 => true,
        4 | 7 | 8 => month(),
        _ => false,
    }
}

enum Meaning {
    Digit(u8),
    Separator,
    Letter,
}

fn meaning(c: char) -> Meaning {
    match c {
        '0'..='9' => return Meaning::Digit(c as u8 - b'0'),
        'a'..='z' | 'A'..='Z' => return Meaning::Letter,
        _ if c.is_ascii() => return Meaning::Separator,
        _ => {}
    }
    let categories = CodePointMapData::<GeneralCategory>::new();
    match categories.get(c) {
        GeneralCategory::DecimalNumber => Meaning::Digit(value(c)),
        GeneralCategory::OtherNumber => dingbat(c).map_or(Meaning::Letter, Meaning::Digit),
        GeneralCategory::LetterNumber => Meaning::Letter,
        category if GeneralCategoryGroup::Letter.contains(category) => Meaning::Letter,
        _ => Meaning::Separator,
    }
}

/// Decimal digits are encoded by tens, from 0 upwards (Unicode, section 4.6), and several tens may stand side by side.
fn value(digit: char) -> u8 {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let is_digit = |point: &u32| categories.get32(*point) == GeneralCategory::DecimalNumber;
    let before = (0..digit as u32).rev().take_while(is_digit).count();
    (before % 10) as u8
}

/// Circled digits that no normalisation makes plain.
fn dingbat(c: char) -> Option<u8> {
    let first = match c {
        '\u{24f5}'..='\u{24fd}' => '\u{24f5}',
        '\u{2776}'..='\u{277e}' => '\u{2776}',
        '\u{2780}'..='\u{2788}' => '\u{2780}',
        '\u{278a}'..='\u{2792}' => '\u{278a}',
        '\u{24ff}' | '\u{1f10b}' | '\u{1f10c}' => return Some(0),
        _ => return None,
    };
    u8::try_from(c as u32 - first as u32 + 1).ok()
}

/// Compatibility forms made plain (NFKC): `４` and `④` are `4`.
fn normalised(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    ComposingNormalizerBorrowed::new_nfkc().normalize(text)
}

/// Of a digest (MD5, SHA-1, SHA-2) or of an API key of ours, and of how a UUID is divided.
const DIGEST_CHARS: [usize; 7] = [32, 40, 56, 64, 72, 96, 128];
const UUID_CHARS: usize = 36;
const UUID_DASHES: [usize; 4] = [8, 13, 18, 23];
/// With fewer letters it may be digits that somebody has added a letter to.
const HEX_LETTERS_MIN: usize = 4;

/// How many bytes a UUID or a digest takes that begins here; 0 where there is none. By chance one in some ten thousand
/// has a card number's digits in it.
fn opaque_bytes(text: &[u8]) -> usize {
    let ends = |bytes: usize| !text.get(bytes).is_some_and(u8::is_ascii_alphanumeric);
    let is_hex = |at: usize| text.get(at).is_some_and(u8::is_ascii_hexdigit);
    let has_letters =
        |bytes: usize, min: usize| text[..bytes].iter().filter(|c| c.is_ascii_alphabetic()).count() >= min;
    let is_uuid = (0..UUID_CHARS)
        .all(|at| if UUID_DASHES.contains(&at) { text.get(at) == Some(&b'-') } else { is_hex(at) });
    let letters_min = if is_uuid && is_of_a_version(text) { 1 } else { HEX_LETTERS_MIN };
    if is_uuid && ends(UUID_CHARS) && has_letters(UUID_CHARS, letters_min) {
        return UUID_CHARS;
    }
    let word = text.iter().take_while(|c| c.is_ascii_hexdigit()).count();
    if DIGEST_CHARS.contains(&word) && ends(word) && has_letters(word, HEX_LETTERS_MIN) { word } else { 0 }
}

/// Where a UUID says how it was made (RFC 9562, sections 4.1 and 4.2): a version that there is, and the variant.
fn is_of_a_version(uuid: &[u8]) -> bool {
    (b'1'..=b'8').contains(&uuid[14]) && matches!(uuid[19].to_ascii_lowercase(), b'8' | b'9' | b'a' | b'b')
}

fn is_card_number(digits: &[u8]) -> bool {
    is_of_a_scheme(digits) && passes_luhn(digits)
}

/// Whether some scheme has numbers that begin so and are so long: Visa, Mastercard, American Express, Diners Club, JCB,
/// Discover, UnionPay, Maestro, Mir, RuPay, Troy, Uzcard, Humo. Those of UATP begin with 1, as moments do: they are left out.
fn is_of_a_scheme(digits: &[u8]) -> bool {
    let first = |count: usize| digits[..count].iter().fold(0, |number, c| number * 10 + u32::from(c - b'0'));
    let length = digits.len();
    match first(4) {
        4000..=4999 => matches!(length, 13 | 16 | 19),
        2221..=2720 | 5100..=5599 | 8200..=8299 | 8600 | 9792 | 9860 => length == 16,
        3400..=3499 | 3700..=3799 => length == 15,
        3000..=3059 | 3095 | 3600..=3699 | 3800..=3999 => (14..=DIGITS_MAX).contains(&length),
        2200..=2204 | 3528..=3589 | 8100..=8199 => (16..=DIGITS_MAX).contains(&length),
        5000..=5099 | 5600..=6999 => true,
        _ => false,
    }
}

#[cfg(test)]
#[path = "card_numbers_tests.rs"]
mod tests;
