use std::collections::BTreeMap;
use std::sync::Arc;

use super::Destination;
use crate::domain::CountryCode;

pub const METHOD_CHARS_MAX: usize = 32;

/// Whether programs can name a method so.
pub fn is_method(text: &str) -> bool {
    let is_plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'_');
    (1..=METHOD_CHARS_MAX).contains(&text.len()) && text.bytes().all(is_plain)
}

/// Where the shop delivers to, how, and for how much. A destination without a zone is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryTable {
    zones: Vec<Zone>,
    /// Of each country the places of zones there, the narrowest first.
    places: BTreeMap<CountryCode, Vec<(Place, usize)>>,
    /// The zone of everywhere that no other one names.
    elsewhere: Option<usize>,
    /// What a product is taken to weigh that has no weight.
    unknown_grams: u32,
}

/// Destinations with the same prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    pub name: String,
    /// None: everywhere that no other zone names.
    pub places: Vec<Place>,
    /// In the order in which they are offered; the first is taken where nobody chooses. None: nothing is delivered there.
    pub methods: Vec<Method>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub country: CountryCode,
    /// As the country's post writes it. `None`: all of the country.
    pub region: Option<String>,
    /// How the postcodes there begin, without spaces. `""`: all of them.
    pub postcode: String,
}

/// One way to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// As programs name it: `standard`.
    pub id: Arc<str>,
    /// As customers read it.
    pub title: Arc<str>,
    /// Days from dispatch to the doorstep, from and to; promised is the last.
    pub days: (u32, u32),
    /// From so much for the goods on it costs nothing, in minor units.
    pub free_from: Option<i64>,
    /// By weight, the lightest first.
    pub steps: Vec<Step>,
}

/// Up to a weight, a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// `None`: whatever it weighs.
    pub grams_max: Option<u32>,
    /// In minor units.
    pub price: i64,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadDelivery {
    #[error("two zones, `{0}` and `{1}`, have {2}: name it in one of them")]
    TwoZones(String, String, String),
    #[error("two zones, `{0}` and `{1}`, are for everywhere else: name the countries of one of them")]
    TwoElsewhere(String, String),
    #[error("zone `{0}` has a method `{1}`: an id of 1 to {max} small letters, digits, - and _ is expected", max = METHOD_CHARS_MAX)]
    BadId(String, String),
    #[error("zone `{0}` has two methods `{1}`: give each its own id")]
    TwoMethods(String, String),
    #[error("method `{1}` of zone `{0}` has no price")]
    NoPrice(String, String),
    #[error(
        "the weights of method `{1}` of zone `{0}` do not rise: the lightest comes first, and one without a weight last"
    )]
    Unordered(String, String),
    #[error("method `{1}` of zone `{0}` takes {2} to {3} days: the fewer come first")]
    Days(String, String, u32, u32),
}

impl DeliveryTable {
    /// # Errors
    /// Zones that meet, or a method that says no price.
    pub fn new(zones: Vec<Zone>, unknown_grams: u32) -> Result<DeliveryTable, BadDelivery> {
        let mut places: BTreeMap<CountryCode, Vec<(Place, usize)>> = BTreeMap::new();
        let mut elsewhere: Option<usize> = None;
        for (nth, zone) in zones.iter().enumerate() {
            check(zone)?;
            if zone.places.is_empty()
                && let Some(other) = elsewhere.replace(nth)
            {
                return Err(BadDelivery::TwoElsewhere(zones[other].name.clone(), zone.name.clone()));
            }
            for place in &zone.places {
                let known = places.entry(place.country).or_default();
                if let Some((_, other)) = known.iter().find(|(other, _)| other == place) {
                    let (one, two) = (zones[*other].name.clone(), zone.name.clone());
                    return Err(BadDelivery::TwoZones(one, two, place.to_string()));
                }
                known.push((place.clone(), nth));
            }
        }
        for known in places.values_mut() {
            known.sort_by_key(|(place, _)| std::cmp::Reverse((place.postcode.len(), place.region.is_some())));
        }
        Ok(DeliveryTable { zones, places, elsewhere, unknown_grams })
    }

    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// The narrowest that has the destination: by its postcode before by its region before by its country.
    pub fn zone(&self, to: &Destination<'_>) -> Option<&Zone> {
        let places = self.places.get(&to.country).map_or(&[][..], Vec::as_slice);
        let here = places.iter().find(|(place, _)| place.has(to)).map(|(_, zone)| *zone);
        // another part of a country that zones name by its parts is no part of them
        let zone = &self.zones[here.or(self.elsewhere)?];
        (!zone.methods.is_empty()).then_some(zone)
    }

    /// The countries where it delivers, or to a part of them; `None`: everywhere.
    pub fn countries(&self) -> Option<Vec<CountryCode>> {
        if self.elsewhere.is_some_and(|zone| !self.zones[zone].methods.is_empty()) {
            return None;
        }
        let mut named = vec![];
        for place in self.zones.iter().filter(|zone| !zone.methods.is_empty()).flat_map(|zone| &zone.places) {
            if !named.contains(&place.country) {
                named.push(place.country);
            }
        }
        Some(named)
    }

    /// Whether a price depends on what is delivered.
    pub fn weighs(&self) -> bool {
        let mut steps = self.zones.iter().flat_map(|zone| &zone.methods).flat_map(|method| &method.steps);
        steps.any(|step| step.grams_max.is_some())
    }

    pub(super) fn grams(&self, one: Option<u32>, units: u32) -> u64 {
        u64::from(one.unwrap_or(self.unknown_grams)) * u64::from(units)
    }
}

fn check(zone: &Zone) -> Result<(), BadDelivery> {
    for (nth, method) in zone.methods.iter().enumerate() {
        let of = || (zone.name.clone(), method.id.to_string());
        if !is_method(&method.id) {
            return Err(BadDelivery::BadId(of().0, of().1));
        }
        if zone.methods[..nth].iter().any(|other| other.id == method.id) {
            return Err(BadDelivery::TwoMethods(of().0, of().1));
        }
        if method.steps.is_empty() {
            return Err(BadDelivery::NoPrice(of().0, of().1));
        }
        let rises = |pair: &[Step]| match (pair[0].grams_max, pair[1].grams_max) {
            (Some(lighter), Some(heavier)) => lighter < heavier,
            (lighter, _) => lighter.is_some(),
        };
        if !method.steps.windows(2).all(rises) {
            return Err(BadDelivery::Unordered(of().0, of().1));
        }
        if method.days.0 > method.days.1 {
            return Err(BadDelivery::Days(of().0, of().1, method.days.0, method.days.1));
        }
    }
    Ok(())
}

impl Place {
    pub fn country(country: CountryCode) -> Place {
        Place { country, region: None, postcode: String::new() }
    }

    fn has(&self, to: &Destination<'_>) -> bool {
        let of_region = self.region.as_deref().is_none_or(|region| to.region == Some(region));
        let typed = to.postcode.bytes().filter(|byte| *byte != b' ');
        of_region
            && self.postcode.bytes().zip(typed.chain(std::iter::repeat(0))).all(|(one, other)| one == other)
    }
}

/// `GB`, `US-NY`, `GB BT`.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.country.fmt(f)?;
        self.region.as_ref().map_or(Ok(()), |region| write!(f, "-{region}"))?;
        if self.postcode.is_empty() { Ok(()) } else { write!(f, " {}", self.postcode) }
    }
}

impl Method {
    /// `None`: it carries nothing so heavy. Goods that cost enough go for nothing, if it carries them.
    pub fn price(&self, goods: i64, grams: u64) -> Option<i64> {
        let carries = |step: &&Step| step.grams_max.is_none_or(|most| grams <= u64::from(most));
        let step = self.steps.iter().find(carries)?;
        let is_free = self.free_from.is_some_and(|least| goods >= least);
        Some(if is_free { 0 } else { step.price })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> CountryCode {
        CountryCode::parse(code).unwrap()
    }

    fn method(id: &str, price: i64) -> Method {
        let steps = vec![Step { grams_max: None, price }];
        Method { id: id.into(), title: id.into(), days: (1, 2), free_from: None, steps }
    }

    fn zone(name: &str, places: &[(&str, Option<&str>, &str)], methods: Vec<Method>) -> Zone {
        let place = |(code, region, postcode): &(&str, Option<&str>, &str)| Place {
            country: country(code),
            region: region.map(str::to_owned),
            postcode: (*postcode).to_owned(),
        };
        Zone { name: name.to_owned(), places: places.iter().map(place).collect(), methods }
    }

    fn zone_of(table: &DeliveryTable, code: &str, region: Option<&str>, postcode: &str) -> Option<String> {
        table.zone(&Destination { country: country(code), region, postcode }).map(|zone| zone.name.clone())
    }

    #[test]
    fn the_narrowest_zone_counts_and_what_has_none_is_not_served() {
        let one = || vec![method("standard", 1)];
        let zones = vec![
            zone("uk", &[("GB", None, "")], one()),
            zone("islands", &[("GB", None, "HS"), ("GB", None, "ZE")], one()),
            zone("nowhere", &[("GB", None, "BT")], vec![]),
            zone("west", &[("US", Some("CA"), ""), ("US", Some("OR"), "")], one()),
        ];
        let table = DeliveryTable::new(zones, 500).unwrap();
        assert_eq!(zone_of(&table, "GB", None, "SW1Y 4JH").unwrap(), "uk");
        assert_eq!(zone_of(&table, "GB", None, "H S1 2AB").unwrap(), "islands");
        assert_eq!(zone_of(&table, "GB", None, "H").unwrap(), "uk");
        assert_eq!(zone_of(&table, "GB", None, "BT1 1AA"), None);
        assert_eq!(zone_of(&table, "US", Some("OR"), "97201").unwrap(), "west");
        assert_eq!([zone_of(&table, "US", Some("NY"), ""), zone_of(&table, "FR", None, "")], [None, None]);
        assert_eq!(table.countries().unwrap(), [country("GB"), country("US")]);
    }

    #[test]
    fn everywhere_else_is_a_zone_too() {
        let zones = vec![
            zone("uk", &[("GB", None, "")], vec![method("standard", 1)]),
            zone("world", &[], vec![method("standard", 2)]),
            zone("not there", &[("KP", None, "")], vec![]),
        ];
        let table = DeliveryTable::new(zones, 500).unwrap();
        assert_eq!(
            (zone_of(&table, "FR", None, "").unwrap().as_str(), zone_of(&table, "KP", None, "")),
            ("world", None)
        );
        assert_eq!(table.countries(), None);
    }

    #[test]
    fn a_price_goes_by_weight_and_is_nothing_from_a_sum_on() {
        let step = |grams_max, price| Step { grams_max, price };
        let steps = vec![step(Some(1_000), 300), step(Some(2_000), 500)];
        let by_weight = Method { free_from: Some(5_000), steps, ..method("standard", 0) };
        let prices = [0, 1_000, 1_001, 2_000, 2_001].map(|grams| by_weight.price(4_999, grams));
        assert_eq!(prices, [Some(300), Some(300), Some(500), Some(500), None]);
        assert_eq!([by_weight.price(5_000, 1_500), by_weight.price(5_000, 2_001)], [Some(0), None]);
    }

    #[test]
    fn zones_and_methods_that_cannot_be_meant_are_refused_by_name() {
        let refused = |zones| DeliveryTable::new(zones, 500).unwrap_err().to_string();
        let uk = || zone("uk", &[("GB", None, "")], vec![method("standard", 1)]);
        let all = || zone("all", &[], vec![method("standard", 1)]);
        assert!(
            refused(vec![uk(), Zone { name: "two".to_owned(), ..uk() }]).contains("`uk` and `two`, have GB")
        );
        assert!(refused(vec![all(), all()]).contains("everywhere else"));
        let twice = vec![method("standard", 1), method("standard", 2)];
        assert!(refused(vec![Zone { methods: twice, ..uk() }]).contains("two methods `standard`"));
        let step = |grams_max| Step { grams_max, price: 1 };
        for (steps, said) in [
            (vec![], "no price"),
            (vec![step(None), step(Some(1))], "do not rise"),
            (vec![step(Some(2)), step(Some(2))], "do not rise"),
        ] {
            assert!(
                refused(vec![Zone { methods: vec![Method { steps, ..method("m", 1) }], ..uk() }])
                    .contains(said)
            );
        }
        let slow = Method { days: (5, 3), ..method("m", 1) };
        assert!(refused(vec![Zone { methods: vec![slow], ..uk() }]).contains("5 to 3 days"));
    }
}
