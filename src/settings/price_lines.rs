//! The lines of `[tax]` and `[delivery]`, and what each is to the tables.

use serde::{Deserialize, Deserializer};

use crate::domain::addresses::{AddressForm, Asked};
use crate::domain::limits::TOTAL_MINOR_MAX;
use crate::domain::quote::{Method, Place, Rate, Step, TaxClass, TaxRate, Zone};
use crate::domain::{CountryCode, Date};
use crate::encoding;

use super::BadSettings;

const DAYS_MAX: u32 = 365;
const TITLE_CHARS_MAX: usize = 60;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxSettings {
    pub included: bool,
    pub vat: Vec<String>,
    pub rates: Vec<RateSetting>,
}

/// A line of the shop's own table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateSetting {
    pub country: CountryCode,
    #[serde(default)]
    pub region: String,
    pub class: TaxClass,
    #[serde(deserialize_with = "percent")]
    pub percent: Rate,
    #[serde(default, deserialize_with = "day")]
    pub from: Option<Date>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliverySettings {
    pub zones: Vec<ZoneSetting>,
    pub unknown_grams: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneSetting {
    pub name: String,
    #[serde(default)]
    pub countries: Vec<CountryCode>,
    /// `US-CA`
    #[serde(default)]
    pub regions: Vec<String>,
    /// `GB BT`
    #[serde(default)]
    pub postcodes: Vec<String>,
    #[serde(default)]
    pub methods: Vec<MethodSetting>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodSetting {
    pub id: String,
    pub title: String,
    pub days: [u32; 2],
    /// Whatever it weighs; or by `steps`.
    pub price: Option<i64>,
    #[serde(default)]
    pub steps: Vec<StepSetting>,
    pub free_from: Option<i64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepSetting {
    pub grams: u32,
    pub price: i64,
}

fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rate, D::Error> {
    encoding::parsed(deserializer, |text| Rate::percent(text.trim()))
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let read = |text: &str| Date::parse(text).map(Some).ok_or("a day is expected, as \"2026-12-24\"");
    encoding::parsed(deserializer, read)
}

impl RateSetting {
    pub fn line(&self) -> Result<TaxRate, BadSettings> {
        if !self.class.has_rates() {
            let why = "what is zero or exempt has no rate: leave the line out";
            return Err(BadSettings::value("tax.rates.class", self.class, why));
        }
        let region =
            (!self.region.is_empty()).then(|| region("tax.rates.region", self.country, &self.region));
        Ok(TaxRate {
            country: self.country,
            region: region.transpose()?.map(Into::into),
            class: self.class,
            from: self.from.unwrap_or(Date(0)),
            rate: self.percent,
        })
    }
}

impl ZoneSetting {
    pub fn zone(&self) -> Result<Zone, BadSettings> {
        let mut places: Vec<Place> = self.countries.iter().copied().map(Place::country).collect();
        for text in &self.regions {
            let key = "delivery.zones.regions";
            let (country, of) = parted(key, text, '-', "a country and its region are expected, as US-CA")?;
            places.push(Place { region: Some(region(key, country, of)?), ..Place::country(country) });
        }
        for text in &self.postcodes {
            let key = "delivery.zones.postcodes";
            let why = "a country and how its postcodes begin are expected, as \"GB BT\"";
            let (country, begins) = parted(key, text, ' ', why)?;
            let postcode: String =
                begins.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
            if postcode.is_empty() || AddressForm::of(country).postcode == Asked::No {
                return Err(BadSettings::value(key, text, why));
            }
            places.push(Place { postcode, ..Place::country(country) });
        }
        let methods =
            self.methods.iter().map(|method| method.method(&self.name)).collect::<Result<_, _>>()?;
        Ok(Zone { name: self.name.clone(), places, methods })
    }
}

impl MethodSetting {
    fn method(&self, zone: &str) -> Result<Method, BadSettings> {
        let named = || format!("{} of zone {zone}", self.id);
        let is_title = |text: &str| {
            (1..=TITLE_CHARS_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control)
        };
        if !is_title(&self.title) {
            let why = "a title of 1 to 60 characters is expected, which customers read";
            return Err(BadSettings::value("delivery.zones.methods.title", named(), why));
        }
        let steps = match (self.price, &self.steps[..]) {
            (Some(price), []) => vec![Step { grams_max: None, price }],
            (None, [_, ..]) => self
                .steps
                .iter()
                .map(|step| Step { grams_max: Some(step.grams), price: step.price })
                .collect(),
            _ => {
                let why = "either a price or steps are expected: price = 299, or steps = [{ grams = 2000, price = 299 }]";
                return Err(BadSettings::value("delivery.zones.methods.price", named(), why));
            }
        };
        let mut amounts = steps.iter().map(|step| step.price).chain(self.free_from);
        if amounts.any(|amount| !(0..=TOTAL_MINOR_MAX).contains(&amount)) {
            let why = "minor units (pence, cents) are expected, from 0 to what an order may cost";
            return Err(BadSettings::value("delivery.zones.methods.price", named(), why));
        }
        if self.days.iter().any(|days| *days > DAYS_MAX) {
            return Err(BadSettings::value("delivery.zones.methods.days", named(), "days, at most a year"));
        }
        let (id, title) = (self.id.as_str().into(), self.title.as_str().into());
        Ok(Method { id, title, days: (self.days[0], self.days[1]), free_from: self.free_from, steps })
    }
}

fn parted<'a>(
    key: &'static str,
    text: &'a str,
    sign: char,
    why: &'static str,
) -> Result<(CountryCode, &'a str), BadSettings> {
    let parts =
        text.split_once(sign).and_then(|(code, rest)| Some((CountryCode::parse(code).ok()?, rest.trim())));
    parts.ok_or_else(|| BadSettings::value(key, text, why))
}

/// As an address has it.
fn region(key: &'static str, country: CountryCode, typed: &str) -> Result<String, BadSettings> {
    let regions = &AddressForm::of(country).regions;
    match regions.find(typed) {
        Some(region) => Ok(region.written.to_owned()),
        None if regions.list().is_empty() => {
            let why = "addresses of this country name no region: leave it out, or name postcodes";
            Err(BadSettings::value(key, format!("{country}-{typed}"), why))
        }
        None => {
            let known: Vec<&str> = regions.list().iter().map(|region| region.written).take(8).collect();
            let why = format!(
                "a region as addresses of {} have it is expected, such as {}",
                country.name(),
                known.join(", ")
            );
            Err(BadSettings::value(key, format!("{country}-{typed}"), why))
        }
    }
}
