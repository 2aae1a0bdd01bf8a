//! Where the shop sends: to every country.

use std::sync::LazyLock;

use crate::domain::countries;

const OWN: &str = "GB";

/// Their codes with their names, the shop's own country first.
pub static COUNTRIES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let mut all = countries::COUNTRIES.to_vec();
    // stable: the others stay in the order of their names
    all.sort_by_key(|(code, _)| *code != OWN);
    all
});

/// The name of a country, or the code itself where it is none of them.
pub fn country_name(code: &str) -> &str {
    COUNTRIES.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shops_own_country_is_first_and_no_other_is_lost() {
        assert_eq!(COUNTRIES[..2], [("GB", "United Kingdom"), ("AF", "Afghanistan")]);
        assert_eq!(COUNTRIES.len(), countries::COUNTRIES.len());
    }

    #[test]
    fn every_country_of_iso_3166_is_there_once() {
        let codes: std::collections::BTreeSet<_> = COUNTRIES.iter().map(|(code, _)| code).collect();
        assert_eq!((codes.len(), COUNTRIES.len()), (249, 249));
        assert_eq!((country_name("CI"), country_name("XK")), ("Côte d’Ivoire", "XK"));
    }
}
