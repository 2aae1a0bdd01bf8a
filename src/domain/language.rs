//! Languages of books: as files name them, as BCP 47 has them, and as a reader knows them.

use isolang::Language;

/// The codes of ISO 639-2 for use in bibliographies that differ from those of ISO 639-3, and these. The standard has no others.
/// Source: <https://www.loc.gov/standards/iso639-2/php/code_list.php>, the entries marked (B).
const OF_BIBLIOGRAPHIES: [(&str, &str); 20] = [
    ("alb", "sqi"),
    ("arm", "hye"),
    ("baq", "eus"),
    ("bur", "mya"),
    ("chi", "zho"),
    ("cze", "ces"),
    ("dut", "nld"),
    ("fre", "fra"),
    ("geo", "kat"),
    ("ger", "deu"),
    ("gre", "ell"),
    ("ice", "isl"),
    ("mac", "mkd"),
    ("mao", "mri"),
    ("may", "msa"),
    ("per", "fas"),
    ("rum", "ron"),
    ("slo", "slk"),
    ("tib", "bod"),
    ("wel", "cym"),
];

/// Where ISO 639-3 has another name than readers: there a note of the years stands behind it, or a word before it.
const OF_READERS: [(&str, &str); 4] =
    [("ell", "Greek"), ("nor", "Norwegian"), ("nob", "Norwegian"), ("nno", "Norwegian")];

/// What a catalogue says of a book's language, as a BCP 47 tag with its shortest code: `eng`, `English` and `en` are `en`, `fre` is
/// `fr`, `en-US` stays. What is no language of ISO 639 stays as it is, in small letters.
pub fn tag_of(said: &str) -> String {
    let (primary, rest) = said.split_at(said.find('-').unwrap_or(said.len()));
    let lower = primary.to_lowercase();
    let by_name = || {
        let of_readers = OF_READERS.iter().find(|(_, name)| name.eq_ignore_ascii_case(&lower));
        let code = of_readers.map(|(code, _)| *code);
        code.map_or_else(|| Language::from_name_lowercase(&lower), Language::from_639_3)
    };
    let language = if lower.len() <= 3 { by_code(&lower) } else { by_name() };
    let code = language.map(|language| language.to_639_1().unwrap_or(language.to_639_3()));
    format!("{}{rest}", code.unwrap_or(&lower))
}

/// The English name of a tag's language, without the years in which it was spoken; of what ISO 639 does not know the tag.
pub fn name_of(tag: &str) -> &str {
    let Some(language) = by_code(tag.split('-').next().unwrap_or_default()) else { return tag };
    let of_readers = OF_READERS.iter().find(|(code, _)| *code == language.to_639_3());
    let name = of_readers.map_or(language.to_name(), |(_, name)| name);
    name.split(" (").next().unwrap_or(name)
}

/// Of two letters or three.
fn by_code(code: &str) -> Option<Language> {
    if code.len() == 2 {
        return Language::from_639_1(code);
    }
    let other = OF_BIBLIOGRAPHIES.iter().find(|(ours, _)| *ours == code);
    Language::from_639_3(other.map_or(code, |(_, code)| code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_one_tag_however_a_catalogue_says_it() {
        for (said, tag) in [
            ("eng", "en"),
            ("English", "en"),
            ("en-US", "en-US"),
            ("fre", "fr"),
            ("fra", "fr"),
            ("Greek", "el"),
            ("norwegian", "no"),
            ("fil", "fil"),
            ("ANG", "ang"),
            ("Elvish", "elvish"),
            ("mul", "mul"),
            ("x1", "x1"),
        ] {
            assert_eq!(tag_of(said), tag, "{said}");
        }
    }

    #[test]
    fn a_reader_is_told_a_name() {
        for (tag, name) in [
            ("en", "English"),
            ("pt-BR", "Portuguese"),
            ("ang", "Old English"),
            ("bn", "Bengali"),
            ("fi", "Finnish"),
            ("fro", "Old French"),
            ("akk", "Akkadian"),
            ("grc", "Ancient Greek"),
            ("el", "Greek"),
            ("nb", "Norwegian"),
            ("no", "Norwegian"),
            ("fa", "Persian"),
            ("ms", "Malay"),
            ("xx", "xx"),
            ("é", "é"),
        ] {
            assert_eq!(name_of(tag), name, "{tag}");
        }
    }

    #[test]
    fn every_code_of_bibliographies_is_a_language() {
        for (code, of_639_3) in OF_BIBLIOGRAPHIES {
            assert!(Language::from_639_3(of_639_3).is_some() && name_of(code) != code, "{code}");
        }
    }
}
