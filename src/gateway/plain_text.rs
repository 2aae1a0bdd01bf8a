//! Text that goes from one stranger to another: into a mail, onto a page, to a clerk. It says what it seems to say, and
//! carries nobody's message.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};

/// More marks on one letter than any script writes.
const MARKS_MAX: usize = 6;

/// Whether something in it cannot be seen, or turns or covers what stands beside it: controls, line breaks, marks of direction, what
/// has no width. Joiners between letters, and selectors of a letter's form, are parts of names in some scripts.
pub fn hides_something(text: &str) -> bool {
    let category = |c| CodePointMapData::<GeneralCategory>::new().get(c);
    let is_letter = |c: Option<char>| {
        c.is_some_and(|c| {
            let category = category(c);
            GeneralCategoryGroup::Letter.contains(category) || GeneralCategoryGroup::Mark.contains(category)
        })
    };
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let (mut before, mut marks) = (None, 0);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let hidden = match c {
            '\u{200c}' | '\u{200d}' => !is_letter(before) || !is_letter(rest.peek().copied()),
            '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => !is_letter(before),
            _ if c.is_ascii() => c.is_ascii_control(),
            _ => {
                let other = GeneralCategoryGroup::Other.contains(category(c));
                other || ignorable.contains(c) || matches!(c, '\u{2028}' | '\u{2029}')
            }
        };
        marks = if GeneralCategoryGroup::Mark.contains(category(c)) { marks + 1 } else { 0 };
        if hidden || marks > MARKS_MAX {
            return true;
        }
        before = Some(c);
    }
    false
}

/// Without controls, marks of direction and what has no width.
pub fn without_what_is_hidden(text: &str) -> String {
    let category = |c| CodePointMapData::<GeneralCategory>::new().get(c);
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    text.chars()
        .filter(|c| !ignorable.contains(*c) && !GeneralCategoryGroup::Other.contains(category(*c)))
        .collect()
}

/// Whether there is a letter in it, or a digit.
pub fn says_something(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// Whether a name has a letter in it, of whatever script.
pub fn has_letter(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// Whether a reader's program would make a link of something in it, or she would: `http://…`, `www.…`, `//…`.
pub fn has_link(text: &str) -> bool {
    let text = plain(text);
    text.contains("//") || text.contains(":\\") || text.contains("www.")
}

/// Whether something in a name is a link or an address without a scheme: `evil.com`, `evil.com/x`, `a@b`. A full stop with
/// a space after it, or after one letter, is none: `Dr. No`, `J.R.R. Tolkien`.
pub fn has_address(text: &str) -> bool {
    let text = plain(text);
    if text.contains('@') {
        return true;
    }
    let parts: Vec<&str> = text.split('.').collect();
    parts.windows(2).any(|pair| {
        let ends = pair[0].chars().rev().take_while(|c| c.is_alphanumeric() || *c == '-').count();
        let begins = pair[1].chars().take_while(|c| c.is_alphabetic() || *c == '-').count();
        ends >= 2 && begins >= 2
    })
}

/// Small letters, full-width ones and other dots made plain.
pub fn plain(text: &str) -> String {
    let normalised = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    normalised.to_lowercase().replace('\u{3002}', ".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAMES: [&str; 22] = [
        "Ada Lovelace",
        "O'Brien",
        "O\u{2019}Brien",
        "Jean-Luc",
        "José",
        "Jose\u{301}",
        "李小龙",
        "Dr. No",
        "Smith & Sons Ltd.",
        "St. John's",
        "J.R.R. Tolkien",
        "Martin Luther King, Jr.",
        "Nguyễn Thị Minh Khai",
        "محمد",
        "می\u{200c}خواهم",
        "ක්\u{200d}ෂ",
        "葛\u{e0100}西",
        "Ştefan cel Mare",
        "Владимир Ильич",
        "D’Angelo c/o Rossi S.p.A.",
        "X Æ A-12",
        "שלום",
    ];

    #[test]
    fn peoples_names_pass() {
        for name in NAMES {
            assert!(!hides_something(name) && has_letter(name), "{name}");
            assert!(!has_link(name) && !has_address(name), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_seen_does_not_pass() {
        for hidden in [
            "\u{200b}",
            "a\u{200b}b",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{200e}",
            "\u{feff}a",
            "a\u{ad}b",
            "a\u{2060}b",
            "\u{3164}",
            "\u{115f}",
            "\u{200d}",
            "a\u{200d}",
            "a \u{200c}b",
            "a\nb",
            "a\u{85}b",
            "a\u{2028}b",
            "a\0",
            "\u{e0041}",
            "\u{e000}",
            "\u{fe0f}",
            "a\u{34f}b",
        ] {
            assert!(hides_something(hidden), "{hidden:?}");
        }
        assert!(hides_something(&format!("a{}", "\u{301}".repeat(20))));
        assert!(!says_something("\u{2800} .-") && !has_letter("12"));
    }

    #[test]
    fn links_and_addresses_do_not_pass_as_names() {
        for link in [
            "http://evil.example",
            "see HTTPS://evil",
            "www.evil",
            "WWW.evil.com",
            "//evil",
            "ｗｗｗ．evil",
            "ftp://x",
            "Your parcel: //evil.com/x",
        ] {
            assert!(has_link(link), "{link}");
        }
        for address in [
            "evil.com",
            "Pay at evil.com/x now",
            "evil。com",
            "ｅｖｉｌ．ｃｏｍ",
            "a@b",
            "bücher.example",
            "Dr.Evil",
        ] {
            assert!(has_address(address), "{address}");
        }
    }

    proptest! {
        #[test]
        fn what_passes_is_seen_and_is_one_line(text in any::<String>()) {
            if !hides_something(&text) {
                prop_assert!(!text.contains(char::is_control));
                let forging = ['\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}', '\u{2028}'];
                prop_assert!(!text.contains(forging));
            }
        }

        #[test]
        fn no_link_hides_among_words(before in "[A-Za-z ]{0,9}", host in "[a-z]{2,9}\\.[a-z]{2,6}", after in "(/[a-z]{0,4})?( [A-Za-z ]{0,5})?") {
            let text = format!("{before} {host}{after}");
            prop_assert!(has_address(&text), "{}", text);
            let text = format!("{before} http://{host}{after}");
            prop_assert!(has_link(&text), "{}", text);
        }
    }
}
