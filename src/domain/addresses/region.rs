use crate::domain::catalogue::fold;

/// The regions that a country's addresses name; none where they name none, or too many to list.
pub struct Regions(Vec<Region>);

pub struct Region {
    /// As it is written on a parcel: `CA`, or a name in Latin letters.
    pub written: &'static str,
    /// As people know it: `California`. For lists.
    pub name: &'static str,
    others: Vec<&'static str>,
}

impl Regions {
    /// `CA=California~NY=New York`: what is written, then other names of the same.
    pub(super) fn of(listed: &'static str) -> Regions {
        let region = |names: &'static str| {
            let mut names = names.split('=');
            let written = names.next().unwrap_or_default();
            let others: Vec<_> = names.collect();
            let is_short = written.len() <= SHORT_MAX && written.is_ascii();
            let name = others.first().copied().filter(|_| is_short).unwrap_or(written);
            Region { written, name, others }
        };
        Regions(listed.split('~').filter(|names| !names.is_empty()).map(region).collect())
    }

    pub fn list(&self) -> &[Region] {
        &self.0
    }

    /// By what is written or by one of its names, whatever their case and accents, and whether or not it says what it is:
    /// `County Cork`, `Co Cork` and `Cork` are `Co. Cork`.
    pub fn find(&self, typed: &str) -> Option<&Region> {
        let typed = fold(typed.trim());
        let of_name = |said: fn(&str) -> String, typed: &str| {
            self.0.iter().find(|region| region.others.iter().any(|name| said(name) == typed))
        };
        let written = self.0.iter().find(|region| fold(region.written) == typed);
        let name = bare(&typed);
        let by_name = || {
            let written = self.0.iter().find(|region| bare(region.written) == name);
            written.or_else(|| of_name(bare, &name)).filter(|_| !name.is_empty())
        };
        written.or_else(|| of_name(fold, &typed)).or_else(by_name)
    }
}

/// Words that say what a region is, and not which.
const KINDS: [&str; 9] =
    ["co", "county", "state", "province", "prefecture", "department", "region", "district", "of"];

/// The name without such words before or after it.
fn bare(name: &str) -> String {
    let name = fold(name);
    let words: Vec<&str> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_kind = |word: &&&str| KINDS.contains(*word);
    let before = words.iter().take_while(is_kind).count();
    let after = words.iter().skip(before).rev().take_while(is_kind).count();
    words[before..words.len() - after].join(" ")
}

/// A code of its post, not its name.
const SHORT_MAX: usize = 3;

#[cfg(test)]
mod tests {
    use super::super::AddressForm;
    use crate::domain::CountryCode;

    fn find(country: &str, typed: &str) -> Option<(&'static str, &'static str)> {
        let found = AddressForm::of(CountryCode::parse(country).unwrap()).regions.find(typed);
        found.map(|region| (region.written, region.name))
    }

    #[test]
    fn a_region_is_found_by_its_code_and_by_its_names() {
        for typed in ["CA", "ca", "California", " california "] {
            assert_eq!(find("US", typed), Some(("CA", "California")), "{typed}");
        }
        assert_eq!(find("AU", "New South Wales"), Some(("NSW", "New South Wales")));
        assert_eq!(find("CA", "québec").map(|(written, _)| written), Some("QC"));
        assert_eq!(find("CA", "Quebec").map(|(written, _)| written), Some("QC"));
        assert_eq!(find("JP", "東京都"), Some(("Tokyo", "Tokyo")));
        assert_eq!(find("ES", "avila"), Some(("AV", "Ávila")));
        for typed in ["Cork", "Co. Cork", "Co Cork", "co.cork", "County Cork", "CO", "county cork "] {
            assert_eq!(find("IE", typed).map(|(written, _)| written), Some("Co. Cork"), "{typed}");
        }
        assert_eq!(find("US", "State of California").map(|(written, _)| written), Some("CA"));
        assert_eq!(find("JP", "Tokyo Prefecture").map(|(written, _)| written), Some("Tokyo"));
        assert_eq!(find("IE", "Dublin 4"), None);
        for nobodys in ["", "county", "of"] {
            assert_eq!(find("IE", nobodys), None, "{nobodys}");
        }
        assert_eq!(find("US", "Cali"), None);
        assert_eq!(find("GB", "Kent"), None);
    }

    #[test]
    fn every_region_is_found_as_it_is_written_and_by_its_name() {
        let mut regions = 0;
        for form in AddressForm::all() {
            for region in form.regions.list() {
                assert_eq!(
                    form.regions.find(region.written).unwrap().written,
                    region.written,
                    "{}",
                    form.country
                );
                assert!(form.regions.find(region.name).is_some(), "{} {}", form.country, region.name);
                regions += 1;
            }
        }
        assert!(regions > 1_300, "{regions}");
    }
}
