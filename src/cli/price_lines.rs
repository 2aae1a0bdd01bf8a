//! What `doorstep check` says of delivery and tax.

use crate::actors::Rules;
use crate::domain::quote::{Destination, TaxClass, VAT_SOURCE, Zone};
use crate::domain::{CountryCode, Date, Money};
use crate::runtime::system_time;
use crate::settings::{Settings, ShopKind};

use super::finding::Finding;

/// So many countries are named one by one.
const NAMED_MAX: usize = 12;

/// Each zone with its ways and prices.
pub fn delivery(settings: &Settings, kind: ShopKind, rules: &Rules) -> Finding {
    let is_said =
        kind.is_demo() || settings.shop.shipping.said().is_some() || !settings.delivery.zones.is_empty();
    if !is_said {
        let remedy = "set shop.shipping, or zones under [delivery]";
        return Finding::not_set_up("delivery", "nobody has said what it costs", remedy).needed_to_sell();
    }
    let unserved = unserved(settings, rules);
    if !unserved.is_empty() {
        let why = format!("no zone has {}, where shop.countries says that it sends to", named(&unserved));
        return Finding::not_set_up(
            "delivery",
            why,
            "name them in a zone under [delivery], or take them out of shop.countries",
        );
    }
    let zones: Vec<String> =
        rules.prices.delivery.zones().iter().map(|zone| zone_said(zone, rules)).collect();
    let same = settings.delivery.zones.is_empty();
    Finding::ready("delivery", if same { first_price(rules) } else { zones.join("; ") }).needed_to_sell()
}

/// Where there are no zones there is one price.
fn first_price(rules: &Rules) -> String {
    let methods = rules.prices.delivery.zones().iter().flat_map(|zone| &zone.methods);
    let price = methods.flat_map(|method| &method.steps).map(|step| step.price).next().unwrap_or_default();
    match price {
        0 => "free".to_owned(),
        price => format!("{} an order", Money::new(price, rules.currency)),
    }
}

/// `United Kingdom: Tracked 48 from 2.99 GBP, 2 to 3 days`
fn zone_said(zone: &Zone, rules: &Rules) -> String {
    let methods = zone.methods.iter().map(|method| {
        let price = method.steps.first().map_or(0, |step| step.price);
        let from = if method.steps.len() > 1 { "from " } else { "" };
        let (least, most) = method.days;
        format!("{} {from}{}, {least} to {most} days", method.title, Money::new(price, rules.currency))
    });
    let methods: Vec<String> = methods.collect();
    let methods = if methods.is_empty() { "not served".to_owned() } else { methods.join(", ") };
    format!("{}: {methods}", zone.name)
}

fn unserved(settings: &Settings, rules: &Rules) -> Vec<CountryCode> {
    let Some(served) = rules.prices.delivery.countries() else { return vec![] };
    settings.shop.countries.iter().filter(|country| !served.contains(country)).copied().collect()
}

/// Whether prices include it, for which countries it is taken, and for which of those that are served it is not.
pub fn tax(settings: &Settings, kind: ShopKind, rules: &Rules) -> Finding {
    let table = &rules.prices.tax;
    let how = if table.included { "within the prices" } else { "on top of the prices" };
    let served = served(settings, rules);
    let Some(served) = served else {
        let all: Vec<CountryCode> = crate::domain::countries::COUNTRIES
            .iter()
            .filter_map(|(code, _)| CountryCode::parse(code).ok())
            .filter(|country| table.knows(*country))
            .collect();
        return of(kind, how, &all, "everywhere else none", rules);
    };
    let (taxed, untaxed): (Vec<CountryCode>, Vec<CountryCode>) =
        served.into_iter().partition(|country| table.knows(*country));
    let rest = if untaxed.is_empty() { String::new() } else { format!("none in {}", named(&untaxed)) };
    of(kind, how, &taxed, &rest, rules)
}

fn of(kind: ShopKind, how: &str, taxed: &[CountryCode], rest: &str, rules: &Rules) -> Finding {
    if taxed.is_empty() && !kind.is_demo() {
        let remedy = "if it has to, set tax.vat, or rates under [[tax.rates]]; docs/prices.md has examples";
        return Finding::not_set_up("tax", "none is taken, wherever it goes", remedy);
    }
    let rest = if rest.is_empty() { String::new() } else { format!("; {rest}") };
    let books: Vec<String> = taxed.iter().take(NAMED_MAX).map(|country| rates(*country, rules)).collect();
    let more = taxed.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Finding::ready(
        "tax",
        format!("{how}: {}{more}{rest}; rates that ship are of {VAT_SOURCE}", books.join(", ")),
    )
}

/// `GB 20 %, books 0 %`; by region where these have rates of their own.
fn rates(country: CountryCode, rules: &Rules) -> String {
    let today = system_time().map_or(Date(0), |now| rules.day_of(now));
    let table = &rules.prices.tax;
    let said = |to: &Destination<'_>, class| table.said(to, class, today).map(|rate| format!("{rate} %"));
    let whole = Destination::within(country);
    let standard = said(&whole, TaxClass::Standard).unwrap_or_else(|| "nothing said".to_owned());
    let books = said(&whole, TaxClass::Books).map(|rate| format!(" (books {rate})")).unwrap_or_default();
    let regions: Vec<String> = table
        .regions(country)
        .filter_map(|region| {
            let to = Destination { region: Some(region), ..whole };
            Some(format!("{country}-{region} {}", said(&to, TaxClass::Standard)?))
        })
        .collect();
    match regions.is_empty() {
        true => format!("{country} {standard}{books}"),
        false => regions.join(", "),
    }
}

/// `None`: everywhere.
fn served(settings: &Settings, rules: &Rules) -> Option<Vec<CountryCode>> {
    match settings.shop.countries.is_empty() {
        true => rules.prices.delivery.countries(),
        false => Some(settings.shop.countries.clone()),
    }
}

fn named(countries: &[CountryCode]) -> String {
    let mut names: Vec<String> = countries.iter().take(NAMED_MAX).map(CountryCode::to_string).collect();
    if countries.len() > NAMED_MAX {
        names.push(format!("{} more", countries.len() - NAMED_MAX));
    }
    names.join(", ")
}
