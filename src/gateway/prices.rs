//! What goods cost now, by the catalogue and the shop's tables: the gateway's one way to [`PriceTables::quote`](crate::domain::quote::PriceTables).

use std::sync::Arc;

use crate::domain::quote::{Destination, Method, NoQuote, Quote, TaxClass};
use crate::domain::{CountryCode, Money, OrderLine, ShippingAddress};
use crate::planted::{self, Bug};

use super::{App, Code, Problem};

/// Where goods are to go, and by which method, as far as somebody has said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    pub country: CountryCode,
    pub region: Option<String>,
    pub postcode: String,
    /// `None`: the first that carries them.
    pub method: Option<String>,
}

impl Way {
    /// Where they go as long as nobody has said.
    pub fn home(app: &App) -> Way {
        Way::within(app.rules.home)
    }

    pub fn within(country: CountryCode) -> Way {
        Way { country, region: None, postcode: String::new(), method: None }
    }

    /// To an address, whose country has been checked.
    pub fn to(app: &App, address: &ShippingAddress, method: Option<String>) -> Way {
        let country = CountryCode::parse(&address.country).unwrap_or(app.rules.home);
        Way { country, region: address.region.clone(), postcode: address.postcode.clone(), method }
    }

    pub fn destination(&self) -> Destination<'_> {
        Destination { country: self.country, region: self.region.as_deref(), postcode: &self.postcode }
    }
}

/// What these cost at the prices that they have.
pub fn quote(app: &App, lines: &[OrderLine], way: &Way) -> Result<Arc<Quote>, NoQuote> {
    let catalogue = app.catalogue.now();
    let classed = lines.iter().map(|line| (line, class_of(&catalogue, line)));
    let prices = &app.rules.prices;
    let mut quote = prices.quote(classed, &way.destination(), way.method.as_deref(), (app.today)())?;
    if planted::is(Bug::TaxOnTop) && quote.tax_included {
        quote.totals.total.amount += quote.totals.tax.amount;
    }
    Ok(Arc::new(quote))
}

/// The ways in which these can go there, each with its price; none where nothing is delivered there.
pub fn methods<'a>(app: &'a App, lines: &[OrderLine], way: &Way) -> Vec<(&'a Method, Money)> {
    let catalogue = app.catalogue.now();
    let classed = lines.iter().map(|line| (line, class_of(&catalogue, line)));
    app.rules.prices.methods(classed, &way.destination(), (app.today)()).unwrap_or_default()
}

fn class_of(catalogue: &crate::domain::catalogue::Catalogue, line: &OrderLine) -> TaxClass {
    catalogue.get(&line.sku).map(|product| product.tax_class).unwrap_or_default()
}

/// Days to the doorstep where nobody has said which doorstep: for a book's page.
pub fn usual_days(app: &App) -> u32 {
    let zone = app.rules.prices.delivery.zone(&Destination::within(app.rules.home));
    zone.and_then(|zone| zone.methods.first()).map_or(0, |method| method.days.1)
}

/// Why nothing is bought.
pub fn problem(app: &App, why: NoQuote, way: &Way) -> Problem {
    match why {
        NoQuote::Nothing => Problem::new(Code::CartEmpty, "the cart has no line that is sold"),
        NoQuote::NotServed => {
            let place = [way.country.name(), way.region.as_deref().unwrap_or_default(), &way.postcode];
            let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
            Problem::new(Code::NotDelivered, format!("nothing is delivered to {}", place.join(", ")))
                .at("/shipping_address")
        }
        NoQuote::NoSuchMethod => {
            let zone = app.rules.prices.delivery.zone(&way.destination());
            let methods = zone.map_or(&[][..], |zone| &zone.methods);
            let ids: Vec<&str> = methods.iter().map(|method| &*method.id).collect();
            let detail = format!("there goods are delivered by {}", ids.join(", "));
            Problem::new(Code::BadField, detail).at("/delivery_method")
        }
        NoQuote::TooHeavy => Problem::new(Code::TooHeavy, "nothing that is delivered there weighs so much"),
        NoQuote::TooMuch => too_large(app),
    }
}

pub fn too_large(app: &App) -> Problem {
    let max = Money::new(crate::domain::limits::TOTAL_MINOR_MAX, app.rules.currency);
    Problem::new(Code::TotalTooLarge, format!("an order costs at most {max}")).at("/lines")
}
