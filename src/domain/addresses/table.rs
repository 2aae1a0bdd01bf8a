use std::sync::LazyLock;

use super::{Postcode, Regions};
use crate::domain::CountryCode;

/// The columns of `countries.tsv`, which `.ci/addresses` writes:
/// - `country`: ISO 3166-1;
/// - `asked`, `needed`: of city (`C`), region (`S`) and postcode (`Z`), those that an address there has and those that it must have;
/// - `postcode`: what it is called; `shapes`: what it looks like, `A` a letter, `9` a digit, `*` either; `pattern`: which are given out,
///   a regular expression; `examples`; `prefix`: what people write before it and the shop leaves out, as the `SE` of `SE-114 55`;
/// - `region`, `city`: what these are called; `town`: the order of city, region and postcode on a parcel, as in `Z C`; `regions`: as written on the parcel, with other names after `=`.
const TABLE: &str = include_str!("countries.tsv");
const COLUMNS: usize = 12;

static FORMS: LazyLock<Vec<AddressForm>> = LazyLock::new(|| {
    TABLE.lines().filter(|line| !line.starts_with('#')).skip(1).map(AddressForm::of_line).collect()
});

/// How addresses are written in one country.
pub struct AddressForm {
    pub country: &'static str,
    pub city: Asked,
    /// "city", "town", "suburb" or "district".
    pub city_name: &'static str,
    pub region: Asked,
    /// "state", "province", "county", …
    pub region_name: &'static str,
    pub regions: Regions,
    pub postcode: Asked,
    /// "postcode", "ZIP code", "PIN code" or "Eircode".
    pub postcode_name: &'static str,
    pub postcodes: Postcode,
    /// `C` the city, `S` the region, `Z` the postcode, and what is written between them.
    pub(super) town: &'static str,
}

/// Whether a part belongs to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The country has no such thing; what is typed is kept as it is.
    No,
    Optional,
    Needed,
}

impl AddressForm {
    pub fn of(country: CountryCode) -> &'static AddressForm {
        let forms: &'static [AddressForm] = &FORMS;
        let place = forms.binary_search_by_key(&country.as_str(), |form| form.country);
        &forms[place.expect("countries.tsv has every country of countries.rs, which a test holds")]
    }

    pub fn all() -> impl Iterator<Item = &'static AddressForm> {
        FORMS.iter()
    }

    fn of_line(line: &'static str) -> AddressForm {
        let columns: Vec<&'static str> = line.split('\t').collect();
        let Ok(
            [
                country,
                asked,
                needed,
                postcode,
                shapes,
                pattern,
                examples,
                prefix,
                region,
                city,
                town,
                regions,
            ],
        ) = <[&'static str; COLUMNS]>::try_from(columns)
        else {
            panic!("countries.tsv has {COLUMNS} columns: `{line}`");
        };
        let of = |part| match (needed.contains(part), asked.contains(part)) {
            (true, _) => Asked::Needed,
            (false, true) => Asked::Optional,
            (false, false) => Asked::No,
        };
        AddressForm {
            country,
            city: of('C'),
            city_name: spoken(city),
            region: of('S'),
            region_name: spoken(region),
            regions: Regions::of(regions),
            postcode: of('Z'),
            postcode_name: spoken(postcode),
            postcodes: Postcode::of(country, shapes, pattern, examples, prefix),
            town,
        }
    }
}

/// As it stands beside a field.
fn spoken(name: &'static str) -> &'static str {
    match name {
        "postal" => "postcode",
        "zip" => "ZIP code",
        "pin" => "PIN code",
        "eircode" => "Eircode",
        "post_town" => "town",
        "do_si" => "province",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::countries::COUNTRIES;

    fn form(country: &str) -> &'static AddressForm {
        AddressForm::of(CountryCode::parse(country).unwrap())
    }

    #[test]
    fn every_country_has_a_form_and_no_other() {
        let mut codes: Vec<_> = COUNTRIES.iter().map(|(code, _)| *code).collect();
        codes.sort_unstable();
        assert_eq!(AddressForm::all().map(|form| form.country).collect::<Vec<_>>(), codes);
    }

    #[test]
    fn a_country_asks_for_what_its_addresses_have() {
        use Asked::{Needed, No, Optional};
        let asked = |country| (form(country).city, form(country).region, form(country).postcode);
        assert_eq!(asked("GB"), (Needed, No, Needed));
        assert_eq!(asked("US"), (Needed, Needed, Needed));
        assert_eq!(asked("IE"), (Needed, Optional, Optional));
        assert_eq!(asked("HK"), (Optional, Needed, No));
        assert_eq!(asked("SG"), (No, No, Needed));
        assert_eq!(asked("DE"), (Needed, No, Needed));
    }

    #[test]
    fn parts_are_called_as_they_are_there() {
        let called = |country| {
            let form = form(country);
            (form.city_name, form.region_name, form.postcode_name)
        };
        assert_eq!(called("GB"), ("town", "province", "postcode"));
        assert_eq!(called("US"), ("city", "state", "ZIP code"));
        assert_eq!(called("IE"), ("city", "county", "Eircode"));
        assert_eq!(called("IN"), ("city", "state", "PIN code"));
        assert_eq!(called("KR").1, "province");
        for form in AddressForm::all() {
            for name in [form.city_name, form.region_name, form.postcode_name] {
                assert!(!name.is_empty() && !name.contains('_'), "{}: {name}", form.country);
            }
        }
    }
}
