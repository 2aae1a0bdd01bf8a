//! What the shop of a world takes for tax and delivery, and where its customers live.

use std::sync::Arc;

use rand::RngExt;
use rand::rngs::StdRng;

use crate::actors::Rules;
use crate::domain::quote::{
    DeliveryTable, Method, Place, PriceTables, Rate, Step, TaxClass, TaxRate, TaxTable, Zone, vat_rates,
};
use crate::domain::{CountryCode, Date};

/// In so many worlds the shop is the one that ships.
const AS_SHIPPED: f64 = 0.4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Market {
    /// One price everywhere, British VAT within it.
    AsShipped,
    /// The VAT of several countries within the prices, zones with steps of weight and a choice of methods.
    European,
    /// Sales tax on top, in one state; some regions are not served.
    American,
}

/// Where a customer lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doorstep {
    pub city: &'static str,
    pub region: &'static str,
    pub postcode: &'static str,
    pub country: &'static str,
}

pub const LONDON: Doorstep = Doorstep { city: "London", region: "", postcode: "SW1Y 4JH", country: "GB" };
const DOORSTEPS: [Doorstep; 7] = [
    LONDON,
    LONDON,
    LONDON,
    Doorstep { city: "Dublin", region: "Co. Dublin", postcode: "A65 F4E2", country: "IE" },
    Doorstep { city: "New York", region: "NY", postcode: "10001", country: "US" },
    Doorstep { city: "Anchorage", region: "AK", postcode: "99501", country: "US" },
    Doorstep { city: "Setagaya", region: "Tokyo", postcode: "154-0023", country: "JP" },
];

impl Doorstep {
    pub fn of_customer(number: u32) -> &'static Doorstep {
        &DOORSTEPS[number as usize % DOORSTEPS.len()]
    }
}

impl Market {
    pub fn draw(rng: &mut StdRng) -> Market {
        let others = if rng.random_bool(0.5) { Market::European } else { Market::American };
        if rng.random_bool(AS_SHIPPED) { Market::AsShipped } else { others }
    }

    /// Days are those that the embedded carrier keeps.
    pub fn prices(self) -> Arc<PriceTables> {
        let shipped = Rules::default().prices;
        let (tax, zones) = match self {
            Market::AsShipped => return shipped,
            Market::European => (european_tax(), european_zones()),
            Market::American => (american_tax(), american_zones()),
        };
        let delivery = DeliveryTable::new(zones, 500).expect("the world's zones are apart");
        Arc::new(PriceTables { currency: shipped.currency, tax, delivery })
    }
}

fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).expect("the world's countries are some")
}

fn method(id: &str, days: (u32, u32), steps: &[(Option<u32>, i64)], free_from: Option<i64>) -> Method {
    let steps =
        steps.iter().map(|(grams_max, price)| Step { grams_max: *grams_max, price: *price }).collect();
    Method { id: id.into(), title: id.into(), days, free_from, steps }
}

fn zone(name: &str, places: Vec<Place>, methods: Vec<Method>) -> Zone {
    Zone { name: name.to_owned(), places, methods }
}

fn european_tax() -> TaxTable {
    TaxTable::new(true, ["GB", "IE"].into_iter().flat_map(|code| vat_rates(country(code))))
}

/// Japan is not served.
fn european_zones() -> Vec<Zone> {
    let by_weight = [(Some(1_000), 299), (Some(2_000), 499), (None, 899)];
    vec![
        zone(
            "home",
            vec![Place::country(country("GB"))],
            vec![
                method("standard", (1, 2), &by_weight, Some(4_000)),
                method("courier", (1, 2), &[(None, 1_250)], None),
            ],
        ),
        zone(
            "neighbours",
            vec![Place::country(country("IE"))],
            vec![method("standard", (3, 4), &[(Some(5_000), 999)], None)],
        ),
        zone(
            "overseas",
            vec![Place::country(country("US"))],
            vec![method("air", (6, 7), &[(None, 1_899)], None)],
        ),
    ]
}

fn american_tax() -> TaxTable {
    let rate = |class, percent| TaxRate {
        country: country("US"),
        region: Some("NY".into()),
        class,
        from: Date(0),
        rate: Rate::percent(percent).expect("it is a rate"),
    };
    TaxTable::new(false, [rate(TaxClass::Standard, "8.875"), rate(TaxClass::Books, "4")])
}

/// Alaska is not served, and the rest of the world is one zone.
fn american_zones() -> Vec<Zone> {
    let alaska = Place { region: Some("AK".to_owned()), ..Place::country(country("US")) };
    vec![
        zone(
            "states",
            vec![Place::country(country("US"))],
            vec![method("media", (6, 7), &[(None, 499)], Some(5_000))],
        ),
        zone("not served", vec![alaska], vec![]),
        zone("world", vec![], vec![method("standard", (6, 7), &[(None, 1_299)], None)]),
    ]
}
