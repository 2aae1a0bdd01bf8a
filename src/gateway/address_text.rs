//! What in the parts of an address is no address of a street but one of the net: they go into mails too. Streets and towns have dots and
//! slashes of their own (`St.Gallen`, `Nr.5`, `12/3`, `c/o`), so less is refused than in a name.

use icu_properties::CodePointMapData;
use icu_properties::props::Script;

use super::plain_text;

/// What looks like a full stop or a slash, and is neither once it is normalised.
const DOTS: [char; 2] = ['\u{6d4}', '\u{a4f8}'];
const SLASHES: [char; 3] = ['\u{2044}', '\u{2215}', '\u{29f8}'];
/// Ends of names of the net that end no word of an address.
const ENDINGS: [&str; 8] = ["com", "net", "org", "info", "biz", "xyz", "online", "example"];

/// Whether it holds a mailbox, a name of the net with a path, one that ends as most do, or one in letters of two scripts that look
/// alike.
pub fn leads_elsewhere(text: &str) -> bool {
    let text = plain(text);
    text.contains('@')
        || dotted(&text).any(|(before, after, rest)| {
            let is_path = rest.strip_prefix('/').is_some_and(|path| path.starts_with(char::is_alphabetic));
            is_path || ENDINGS.contains(&after) || is_mixed(before) || is_mixed(after)
        })
}

/// Words of two letters or more with a full stop and nothing else between them: the one, the other, and what stands behind.
fn dotted(text: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '-';
    text.match_indices('.').filter_map(move |(at, _)| {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let begins = before
            .rfind(|c| !is_part(c))
            .map_or(0, |last| last + before[last..].chars().next().map_or(0, char::len_utf8));
        let ends = after.find(|c| !is_part(c)).unwrap_or(after.len());
        let (before, (after, rest)) = (&before[begins..], after.split_at(ends));
        let is_word = |word: &str| word.chars().nth(1).is_some();
        (is_word(before) && is_word(after) && after.starts_with(char::is_alphabetic))
            .then_some((before, after, rest))
    })
}

/// Letters of Latin beside such of Cyrillic or Greek.
fn is_mixed(word: &str) -> bool {
    let scripts = CodePointMapData::<Script>::new();
    let has = |script| word.chars().any(|c| scripts.get(c) == script);
    has(Script::Latin) && (has(Script::Cyrillic) || has(Script::Greek))
}

fn plain(text: &str) -> String {
    plain_text::plain(text).replace(DOTS, ".").replace(SLASHES, "/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn streets_and_towns_pass() {
        for part in [
            "St.Gallen",
            "Nr.5",
            "Bahnhofstr.5/7",
            "12/3",
            "c/o Smith",
            "12/34 High St",
            "St.James's Sq. 4",
            "Stiege 2/Top 5",
            "Stiege 2.Top 5",
            "ул.Ленина, д.5/2",
            "пр-т. Мира",
            "Av.Paulista 1000",
            "P.O.Box 12",
            "Bldg.B/12",
            "Haus.Nr/5",
            "C/Mayor 5",
            "Οδός Ερμού 3",
            "Unit 4.02",
            "L'Hôpital",
            "東京都千代田区。1-2",
            "Co.Cork",
            "1½ Mill Lane",
            "Apt. com 3",
        ] {
            assert!(!leads_elsewhere(part), "{part}");
        }
    }

    #[test]
    fn addresses_of_the_net_do_not() {
        for part in [
            "win at evil.example now",
            "x@evil.example",
            "x＠evil",
            "\u{435}vil.example",
            "\u{435}vil.to",
            "evil.\u{440}u-x",
            "evil．example/win",
            "evil。com",
            "evil\u{6d4}net",
            "go to evil.to/win",
            "evil.to\u{2215}win",
            "EVIL.COM",
            "a-b.evil.org 5",
        ] {
            assert!(leads_elsewhere(part), "{part}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a-zé.。/@\u{435}5 -]{0,20}|.*") {
            let _ = leads_elsewhere(&text);
        }
    }
}
