//! Where the shop sends, as forms offer it and refusals name it.

use crate::domain::{CountryCode, ShopIdentity, countries::COUNTRIES};

/// First in the list of a shop that sends everywhere.
const FIRST: &str = "GB";
/// So many are named one by one.
const NAMED_MAX: usize = 12;

/// Codes with their names: a shop's own countries as it lists them, or all there are in the order of their names.
pub fn offered(shop: &ShopIdentity) -> Vec<(&'static str, &'static str)> {
    if !shop.countries.is_empty() {
        return shop.countries.iter().map(|country| (country.as_str(), country.name())).collect();
    }
    let mut all = COUNTRIES.to_vec();
    // stable: the others stay in the order of their names
    all.sort_by_key(|(code, _)| *code != FIRST);
    all
}

/// `None` where the shop sends there; else where it does: `United Kingdom (GB), Ireland (IE)`.
pub fn served_instead(shop: &ShopIdentity, country: CountryCode) -> Option<String> {
    if shop.sends_to(country) {
        return None;
    }
    let name = |country: &CountryCode| format!("{} ({})", country.name(), country.as_str());
    let mut names: Vec<String> = shop.countries.iter().take(NAMED_MAX).map(name).collect();
    let more = shop.countries.len().saturating_sub(NAMED_MAX);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    Some(names.join(", "))
}

/// The name of a country, or the code itself where it is none of them.
pub fn country_name(code: &str) -> &str {
    CountryCode::parse(code).map_or(code, |country| country.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(country: &str) -> CountryCode {
        CountryCode::parse(country).unwrap()
    }

    #[test]
    fn a_shop_that_sends_everywhere_offers_every_country_once() {
        let offered = offered(&ShopIdentity::demo());
        assert_eq!(offered[..2], [("GB", "United Kingdom"), ("AF", "Afghanistan")]);
        let codes: std::collections::BTreeSet<_> = offered.iter().map(|(code, _)| code).collect();
        assert_eq!((codes.len(), offered.len()), (250, 250));
        assert_eq!((country_name("CI"), country_name("XA")), ("Côte d’Ivoire", "XA"));
        assert_eq!(served_instead(&ShopIdentity::demo(), code("FR")), None);
    }

    #[test]
    fn another_offers_its_own_as_it_lists_them_and_names_them_where_it_does_not_send() {
        let shop = ShopIdentity { countries: ["IE", "GB"].map(code).into(), ..ShopIdentity::demo() };
        assert_eq!(offered(&shop), [("IE", "Ireland"), ("GB", "United Kingdom")]);
        assert_eq!(served_instead(&shop, code("GB")), None);
        assert_eq!(served_instead(&shop, code("FR")).unwrap(), "Ireland (IE), United Kingdom (GB)");
        let most = COUNTRIES.iter().take(20).map(|(country, _)| code(country)).collect();
        let shop = ShopIdentity { countries: most, ..shop };
        assert!(served_instead(&shop, code("GB")).unwrap().ends_with("), 8 more"));
    }
}
