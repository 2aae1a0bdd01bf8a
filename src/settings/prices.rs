//! The tables that prices depend on, of `[tax]` and `[delivery]`.

use crate::domain::CountryCode;
use crate::domain::quote::{
    BadDelivery, DeliveryTable, Method, PriceTables, Step, TaxTable, Zone, vat_in_the_eu, vat_rates,
};
use crate::partners::carrier::embedded_zones;

use super::price_lines::ZoneSetting;
use super::{BadSettings, Settings, ShopKind};

/// All countries of the European Union, in `tax.vat`.
const EU: &str = "EU";
const ZONES_MAX: usize = 200;
const GRAMS_MAX: u32 = 1_000_000;
/// In pence, as the demo's books are priced.
const DEMO_SHIPPING: i64 = 299;

impl Settings {
    /// All that prices depend on beside the catalogue. What the settings do not say a demo has of its own; in a shop nothing is made up:
    /// no tax is taken that is not said, and nothing is delivered that has no price.
    pub(super) fn prices(&self, kind: ShopKind) -> Result<PriceTables, BadSettings> {
        Ok(PriceTables {
            currency: self.shop.currency,
            tax: self.tax_table(kind)?,
            delivery: self.delivery(kind)?,
        })
    }

    /// What delivery costs an order where there are no zones. A shop opens only where it is said.
    fn shipping(&self, kind: ShopKind) -> i64 {
        self.shop.shipping.in_a(kind, DEMO_SHIPPING)
    }

    /// Where goods go as long as nobody has said where.
    pub fn home(&self) -> CountryCode {
        let named = self.delivery.zones.iter().flat_map(|zone| zone.countries.first());
        self.shop.countries.first().or_else(|| named.into_iter().next()).copied().unwrap_or(CountryCode::GB)
    }

    fn tax_table(&self, kind: ShopKind) -> Result<TaxTable, BadSettings> {
        let tax = &self.tax;
        let mut rates = vec![];
        for name in &tax.vat {
            match name.as_str() {
                EU => rates.extend(vat_in_the_eu().flat_map(vat_rates)),
                code => {
                    let known = CountryCode::parse(code).map(vat_rates).unwrap_or_default();
                    if known.is_empty() {
                        let why = "no rates of this country ship with the shop: EU, or countries of Europe such as GB are expected; say another's \
                                   rates under [[tax.rates]]";
                        return Err(BadSettings::value("tax.vat", name, why));
                    }
                    rates.extend(known);
                }
            }
        }
        if kind.is_demo() && tax.vat.is_empty() && tax.rates.is_empty() {
            rates.extend(vat_rates(CountryCode::GB));
        }
        for said in &tax.rates {
            rates.push(said.line()?);
        }
        Ok(TaxTable::new(tax.included, rates))
    }

    fn delivery(&self, kind: ShopKind) -> Result<DeliveryTable, BadSettings> {
        let said = &self.delivery;
        if !said.zones.is_empty() && self.shop.shipping.said().is_some() {
            let why = "the zones of [delivery] say what delivery costs: take one of both out";
            return Err(BadSettings::value("shop.shipping", self.shipping(kind), why));
        }
        if said.zones.len() > ZONES_MAX {
            return Err(BadSettings::value(
                "delivery.zones",
                said.zones.len(),
                "at most 200 zones are expected",
            ));
        }
        if !(1..=GRAMS_MAX).contains(&said.unknown_grams) {
            let why = "grams, from 1 to 1000000, are expected";
            return Err(BadSettings::value("delivery.unknown_grams", said.unknown_grams, why));
        }
        let zones = match said.zones.is_empty() {
            false => said.zones.iter().map(ZoneSetting::zone).collect::<Result<_, _>>()?,
            true => self.usual_zones(kind),
        };
        let bad = |bad: BadDelivery| {
            BadSettings::value("delivery.zones", format!("{} zones", said.zones.len()), bad.to_string())
        };
        DeliveryTable::new(zones, said.unknown_grams).map_err(bad)
    }

    /// One price, and one number of days: a demo's carrier takes longer abroad.
    fn usual_zones(&self, kind: ShopKind) -> Vec<Zone> {
        let (price, days) = (self.shipping(kind), self.warehouse.delivery_days);
        if kind.is_demo() {
            return embedded_zones(price, days);
        }
        let steps = vec![Step { grams_max: None, price }];
        let days = (1.min(days), days);
        let method = Method { id: "standard".into(), title: "Delivery".into(), days, free_from: None, steps };
        vec![Zone { name: "everywhere".to_owned(), places: vec![], methods: vec![method] }]
    }
}

#[cfg(test)]
mod tests;
