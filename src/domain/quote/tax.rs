use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Destination, Rate, TaxClass};
use crate::domain::{CountryCode, Date};

/// One line of the table: from a day on, until another of the same place and class begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxRate {
    pub country: CountryCode,
    /// `None`: in all of the country.
    pub region: Option<Arc<str>>,
    pub class: TaxClass,
    pub from: Date,
    pub rate: Rate,
}

/// What tax the shop takes, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaxTable {
    /// Whether the prices of the catalogue and of delivery include it.
    pub included: bool,
    countries: BTreeMap<CountryCode, Country>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Country {
    whole: Vec<InForce>,
    regions: BTreeMap<Arc<str>, Vec<InForce>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct InForce {
    class: TaxClass,
    from: Date,
    rate: Rate,
}

/// The rates of one place on one day.
pub(super) struct PlaceRates<'a> {
    /// The region, where the table has rates of its own for it.
    pub region: Option<Arc<str>>,
    layers: [&'a [InForce]; 2],
    day: Date,
}

impl TaxTable {
    /// Of several rates of one place, class and day the last counts.
    pub fn new(included: bool, rates: impl IntoIterator<Item = TaxRate>) -> TaxTable {
        let mut countries: BTreeMap<CountryCode, Country> = BTreeMap::new();
        for TaxRate { country, region, class, from, rate } in rates {
            let country = countries.entry(country).or_default();
            let place = match region {
                Some(region) => country.regions.entry(region).or_default(),
                None => &mut country.whole,
            };
            place.retain(|known| (known.class, known.from) != (class, from));
            place.push(InForce { class, from, rate });
        }
        TaxTable { included, countries }
    }

    /// Whether any tax is taken of what goes there.
    pub fn knows(&self, country: CountryCode) -> bool {
        self.countries.contains_key(&country)
    }

    /// The regions of a country that have rates of their own.
    pub fn regions(&self, country: CountryCode) -> impl Iterator<Item = &str> {
        self.countries.get(&country).into_iter().flat_map(|country| country.regions.keys().map(|key| &**key))
    }

    /// The rate that is said for this place and class, without one that stands in for it. `None`: nothing is said.
    pub fn said(&self, to: &Destination<'_>, class: TaxClass, day: Date) -> Option<Rate> {
        self.of(to, day).said(class)
    }

    pub(super) fn of(&self, to: &Destination<'_>, day: Date) -> PlaceRates<'_> {
        let country = self.countries.get(&to.country);
        let region = country.and_then(|country| country.regions.get_key_value(to.region?));
        PlaceRates {
            region: region.map(|(name, _)| name.clone()),
            layers: [
                region.map_or(&[], |(_, rates)| rates.as_slice()),
                country.map_or(&[], |country| country.whole.as_slice()),
            ],
            day,
        }
    }
}

impl PlaceRates<'_> {
    /// What is not told apart there is taxed as most goods are, and where nothing is known nothing is taken.
    pub fn rate(&self, class: TaxClass) -> Rate {
        if !class.has_rates() {
            return Rate::ZERO;
        }
        self.said(class).or_else(|| self.said(TaxClass::Standard)).unwrap_or(Rate::ZERO)
    }

    /// A region's own rate goes before the country's.
    fn said(&self, class: TaxClass) -> Option<Rate> {
        let in_layer = |rates: &&[InForce]| {
            let in_force = rates.iter().filter(|rate| rate.class == class && rate.from <= self.day);
            in_force.max_by_key(|rate| rate.from).map(|rate| rate.rate)
        };
        self.layers.iter().find_map(in_layer)
    }

    /// The next day on which a rate of this place changes.
    pub fn next_change(&self) -> Option<Date> {
        self.layers.iter().copied().flatten().map(|rate| rate.from).filter(|from| *from > self.day).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> CountryCode {
        CountryCode::parse(code).unwrap()
    }

    fn rate(place: &str, class: TaxClass, from: u32, percent: &str) -> TaxRate {
        let (code, region) =
            place.split_once('-').map_or((place, None), |(code, region)| (code, Some(region)));
        let rate = Rate::percent(percent).unwrap();
        TaxRate { country: country(code), region: region.map(Into::into), class, from: Date(from), rate }
    }

    fn table() -> TaxTable {
        let rates = [
            rate("GB", TaxClass::Standard, 0, "20"),
            rate("GB", TaxClass::Books, 0, "0"),
            rate("US-NY", TaxClass::Standard, 0, "4"),
            rate("US-NY", TaxClass::Standard, 100, "4.5"),
        ];
        TaxTable::new(true, rates)
    }

    fn of(table: &TaxTable, code: &str, region: Option<&str>, class: TaxClass, day: u32) -> String {
        let to = Destination { region, ..Destination::within(country(code)) };
        table.of(&to, Date(day)).rate(class).to_string()
    }

    #[test]
    fn a_rate_is_of_a_place_a_class_and_a_day_and_what_is_not_configured_is_not_taxed() {
        let table = table();
        use TaxClass::*;
        assert_eq!(
            [Books, Standard, Reduced, Zero, Exempt].map(|class| of(&table, "GB", None, class, 9)),
            ["0", "20", "20", "0", "0"]
        );
        assert_eq!([99, 100, 101].map(|day| of(&table, "US", Some("NY"), Books, day)), ["4", "4.5", "4.5"]);
        assert_eq!(of(&table, "US", Some("OR"), Standard, 9), "0");
        assert_eq!(of(&table, "FR", None, Standard, 9), "0");
        assert_eq!(table.said(&Destination::within(country("GB")), Reduced, Date(9)), None);
    }

    #[test]
    fn a_change_is_known_before_it_comes() {
        let table = table();
        let to = Destination { region: Some("NY"), ..Destination::within(country("US")) };
        assert_eq!(
            [9, 99, 100].map(|day| table.of(&to, Date(day)).next_change()),
            [Some(Date(100)), Some(Date(100)), None]
        );
    }

    #[test]
    fn a_line_of_the_shops_own_takes_the_place_of_an_earlier_one() {
        let rates = ["5", "6"].map(|percent| rate("GB", TaxClass::Standard, 0, percent));
        assert_eq!(of(&TaxTable::new(true, rates), "GB", None, TaxClass::Standard, 1), "6");
    }
}
