use std::borrow::Cow;
use std::sync::OnceLock;

use icu_normalizer::ComposingNormalizerBorrowed;
use regex_lite::Regex;

/// What a country's postcodes look like.
pub struct Postcode {
    country: &'static str,
    /// `A9 9AA`: `A` a letter, `9` a digit, `*` either. None: the country has no postcodes.
    shapes: Vec<&'static str>,
    pattern: &'static str,
    /// Only pages need it, and most countries are nobody's.
    compiled: OnceLock<Option<Regex>>,
    examples: Vec<&'static str>,
    prefix: &'static str,
}

impl Postcode {
    pub(super) fn of(
        country: &'static str,
        shapes: &'static str,
        pattern: &'static str,
        examples: &'static str,
        prefix: &'static str,
    ) -> Postcode {
        let listed = |text: &'static str| text.split(',').filter(|part| !part.is_empty()).collect();
        let compiled = OnceLock::new();
        Postcode { country, shapes: listed(shapes), pattern, compiled, examples: listed(examples), prefix }
    }

    /// As it is written in the country: in capitals, spaces and dashes where they belong. `None` where it cannot be a postcode of the
    /// country, whatever its letters and digits are.
    pub fn read(&self, typed: &str) -> Option<String> {
        if self.shapes.is_empty() {
            return Some(typed.to_owned());
        }
        let bare = bare(typed);
        let sign = SIGNS.iter().find(|(country, _)| *country == self.country).map(|(_, sign)| *sign);
        let prefixes = [self.prefix, self.country].into_iter().chain(sign);
        let without_prefix = prefixes.filter_map(|prefix| bare.strip_prefix(prefix));
        // where every postcode begins with the country's letters people leave them out
        let lacks = self.examples.iter().all(|example| example.starts_with(self.country));
        let with_country = lacks.then(|| format!("{}{bare}", self.country));
        let mut ways = [bare.as_str()].into_iter().chain(without_prefix).chain(with_country.as_deref());
        ways.find_map(|way| self.shapes.iter().find_map(|shape| shaped(shape, way)))
    }

    /// Whether it looks like one, but is in no area that the data knows: she may know better.
    pub fn is_doubtful(&self, postcode: &str) -> bool {
        if self.shapes.is_empty() {
            return false;
        }
        let pattern = self.compiled.get_or_init(|| Regex::new(&format!("^(?:{})$", self.pattern)).ok());
        pattern.as_ref().is_some_and(|pattern| !pattern.is_match(postcode))
    }

    /// `EC1Y 8SY`.
    pub fn example(&self) -> Option<&'static str> {
        self.examples.first().copied()
    }
}

/// Countries of Europe whose sign on cars, which many still write before a postcode (`D-80331`), is not their code.
const SIGNS: [(&str, &str); 12] = [
    ("AT", "A"),
    ("BE", "B"),
    ("DE", "D"),
    ("ES", "E"),
    ("FI", "FIN"),
    ("FR", "F"),
    ("HU", "H"),
    ("IT", "I"),
    ("LU", "L"),
    ("NO", "N"),
    ("PT", "P"),
    ("SE", "S"),
];

/// Capitals and digits alone, in ASCII where they have such a form: `１５４－００２３` as well as `154-0023`.
fn bare(typed: &str) -> String {
    let plain = match typed.is_ascii() {
        true => Cow::Borrowed(typed),
        false => ComposingNormalizerBorrowed::new_nfkc().normalize(typed),
    };
    let separates =
        |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '〒' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    plain.chars().filter(|&c| !separates(c)).map(|c| c.to_ascii_uppercase()).collect()
}

/// The letters and digits in this shape, where they fit.
fn shaped(shape: &str, bare: &str) -> Option<String> {
    let mut rest = bare.chars();
    let mut written = String::with_capacity(shape.len());
    for place in shape.chars() {
        let fits: fn(&char) -> bool = match place {
            'A' => char::is_ascii_uppercase,
            '9' => char::is_ascii_digit,
            '*' => |c| c.is_ascii_uppercase() || c.is_ascii_digit(),
            separator => {
                written.push(separator);
                continue;
            }
        };
        written.push(rest.next().filter(fits)?);
    }
    rest.next().is_none().then_some(written)
}

#[cfg(test)]
mod tests {
    use super::super::AddressForm;
    use crate::domain::CountryCode;
    use proptest::prelude::*;

    fn read(country: &str, typed: &str) -> Option<String> {
        AddressForm::of(CountryCode::parse(country).unwrap()).postcodes.read(typed)
    }

    fn is_doubtful(country: &str, postcode: &str) -> bool {
        AddressForm::of(CountryCode::parse(country).unwrap()).postcodes.is_doubtful(postcode)
    }

    #[test]
    fn a_postcode_is_written_as_its_country_writes_it() {
        for (country, typed, written) in [
            ("GB", "sw1y4jh", "SW1Y 4JH"),
            ("GB", " SW1Y-4JH ", "SW1Y 4JH"),
            ("GB", "N1 1AA", "N1 1AA"),
            ("GB", "gir0aa", "GIR 0AA"),
            ("GB", "BFPO61", "BFPO 61"),
            ("US", "95014", "95014"),
            ("US", "221621010", "22162-1010"),
            ("US", "22162 1010", "22162-1010"),
            ("CA", "h3z2y7", "H3Z 2Y7"),
            ("IE", "a65f4e2", "A65 F4E2"),
            ("NL", "1234ab", "1234 AB"),
            ("SE", "SE-114 55", "11455"),
            ("CH", "CH-8001", "8001"),
            ("DE", "DE 10115", "10115"),
            ("DE", "D-80331", "80331"),
            ("FR", "F-75001", "75001"),
            ("AT", "a 1010", "1010"),
            ("FI", "FIN-00100", "00100"),
            ("JP", "〒154\u{2010}0023", "154-0023"),
            ("JP", "１５４－００２３", "154-0023"),
            ("LV", "lv1073", "LV-1073"),
            ("LV", "1010", "LV-1010"),
            ("AD", "500", "AD500"),
            ("IE", "d6wxh92", "D6W XH92"),
            ("PL", "00950", "00-950"),
            ("AD", "ad500", "AD500"),
        ] {
            assert_eq!(read(country, typed).as_deref(), Some(written), "{country} {typed}");
        }
    }

    #[test]
    fn what_does_not_look_like_one_is_refused() {
        for (country, typed) in [
            ("GB", "ZZZZ"),
            ("GB", "zzzz"),
            ("GB", "12345"),
            ("GB", "SW1Y 4JHX"),
            ("DE", "1234"),
            ("DE", "1234O"),
            ("US", "9501"),
            ("US", "SW1Y 4JH"),
            ("CA", "12345"),
            ("IE", "Dublin"),
            ("IE", "Dublin 2"),
            ("IE", "Kildare"),
            ("LV", "101"),
            ("FR", "٣٣٣٨٠"),
        ] {
            assert_eq!(read(country, typed), None, "{country} {typed}");
        }
        assert_eq!(
            read("HK", "999077").as_deref(),
            Some("999077"),
            "no postcodes there: nothing to hold it against"
        );
    }

    #[test]
    fn what_looks_like_one_and_is_in_no_known_area_is_doubted() {
        assert_eq!(read("GB", "zz1 1aa").as_deref(), Some("ZZ1 1AA"));
        assert_eq!([is_doubtful("GB", "ZZ1 1AA"), is_doubtful("GB", "SW1Y 4JH")], [true, false]);
        assert_eq!([is_doubtful("LI", "8001"), is_doubtful("LI", "9490")], [true, false]);
        assert!(!is_doubtful("HK", "anything"));
    }

    #[test]
    fn every_countrys_own_examples_pass_and_none_is_doubted() {
        let mut examples = 0;
        for form in AddressForm::all() {
            for example in &form.postcodes.examples {
                let written = form.postcodes.read(example);
                assert_eq!(written.as_deref(), Some(*example), "{}", form.country);
                assert!(!form.postcodes.is_doubtful(example), "{} {example}", form.country);
                examples += 1;
            }
            assert_eq!(
                form.postcodes.shapes.is_empty(),
                form.postcodes.example().is_none(),
                "{}",
                form.country
            );
        }
        assert!(examples > 400, "{examples}");
    }

    #[test]
    fn every_pattern_is_one() {
        for form in AddressForm::all().filter(|form| form.postcodes.example().is_some()) {
            assert!(form.postcodes.is_doubtful("no postcode"), "{}", form.country);
        }
    }

    proptest! {
        #[test]
        fn what_is_read_reads_again_as_it_is_written(place in 0_usize..250, typed in "[A-Za-z0-9 -]{0,9}|.{0,9}") {
            let form = AddressForm::all().nth(place).unwrap();
            if let Some(written) = form.postcodes.read(&typed) {
                prop_assert_eq!(form.postcodes.read(&written), Some(written));
            }
        }
    }
}
