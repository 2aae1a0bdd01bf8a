use super::*;
use crate::domain::quote::{Destination, NoQuote, Quote, TaxClass};
use crate::domain::{Currency, Date, Money, OrderLine, Quantity, Sku};

fn quoted(
    settings: &Settings,
    kind: ShopKind,
    to: (&str, Option<&str>, &str),
    class: TaxClass,
) -> Result<Quote, NoQuote> {
    let line = OrderLine {
        sku: Sku::parse("PD-0001").unwrap(),
        title: "Emma".into(),
        quantity: Quantity::parse(1).unwrap(),
        unit_price: Money::new(2_000, settings.shop.currency),
        weight_grams: Some(400),
    };
    let to = Destination { country: CountryCode::parse(to.0).unwrap(), region: to.1, postcode: to.2 };
    settings.prices(kind).unwrap().quote([(&line, class)], &to, None, Date(20_783))
}

fn amounts(quote: &Quote) -> (i64, i64, i64) {
    (quote.totals.shipping.amount, quote.totals.tax.amount, quote.totals.total.amount)
}

/// The examples of the documents, which a shop may copy.
fn example(name: &str) -> Settings {
    let docs = include_str!("../../../docs/prices.md");
    let text = docs.split("```toml").skip(1).map(|block| block.split("```").next().unwrap());
    let found = text.into_iter().find(|block| block.contains(name));
    Settings::of_text(found.unwrap_or_else(|| panic!("docs/prices.md has an example `{name}`"))).unwrap()
}

#[test]
fn the_british_example_takes_nothing_on_books_and_a_sixth_of_a_mug() {
    let uk = example("# A British shop");
    let at_home = ("GB", None, "SW1Y 4JH");
    let book = quoted(&uk, ShopKind::Shop, at_home, TaxClass::Books).unwrap();
    assert_eq!(amounts(&book), (299, 0, 2_299));
    let mug = quoted(&uk, ShopKind::Shop, at_home, TaxClass::Standard).unwrap();
    assert_eq!(amounts(&mug), (299, 333 + 50, 2_299));
    let islands = quoted(&uk, ShopKind::Shop, ("GB", None, "ZE1 0AA"), TaxClass::Books).unwrap();
    assert!(islands.delivery.days.1 > book.delivery.days.1);
    assert_eq!(quoted(&uk, ShopKind::Shop, ("JP", None, ""), TaxClass::Books), Err(NoQuote::NotServed));
}

#[test]
fn the_european_example_takes_each_countrys_rate() {
    let eu = example("# A shop of the EU");
    assert_eq!(eu.shop.currency, Currency::parse("EUR").unwrap());
    let rate =
        |code| quoted(&eu, ShopKind::Shop, (code, None, ""), TaxClass::Books).unwrap().lines[0].price.rate;
    assert_eq!(["DE", "FR", "IE", "DK"].map(|code| rate(code).to_string()), ["7", "5.5", "0", "25"]);
    let in_france = quoted(&eu, ShopKind::Shop, ("FR", None, ""), TaxClass::Books).unwrap();
    assert!(in_france.tax_included && in_france.totals.includes_tax());
}

#[test]
fn the_american_example_takes_what_it_says_by_state_and_nothing_elsewhere() {
    let us = example("# A shop of the US");
    let in_state = |state| quoted(&us, ShopKind::Shop, ("US", Some(state), ""), TaxClass::Standard).unwrap();
    let (new_york, oregon) = (in_state("NY"), in_state("OR"));
    assert!(!new_york.tax_included && new_york.totals.tax.amount > 0);
    assert_eq!(
        new_york.totals.total.amount,
        2_000 + new_york.totals.shipping.amount + new_york.totals.tax.amount
    );
    assert_eq!((oregon.totals.tax.amount, oregon.region), (0, None));
}

#[test]
fn what_ships_is_one_price_and_no_tax_but_in_a_demo() {
    let shop = Settings::of_text("[shop]\nname = \"Bound\"\nshipping = 450").unwrap();
    let anywhere = quoted(&shop, ShopKind::Shop, ("NZ", None, ""), TaxClass::Standard).unwrap();
    assert_eq!(amounts(&anywhere), (450, 0, 2_450));
    let demo = Settings::of_text("").unwrap();
    let mug = quoted(&demo, ShopKind::Demo, ("GB", None, ""), TaxClass::Standard).unwrap();
    assert_eq!(amounts(&mug), (299, 333 + 50, 2_299));
    let days =
        |code| quoted(&demo, ShopKind::Demo, (code, None, ""), TaxClass::Books).unwrap().delivery.days.1;
    assert_eq!(["GB", "FR", "NZ"].map(days), [2, 4, 7]);
}

#[test]
fn what_cannot_be_meant_names_its_setting_and_what_would_do() {
    let zone = |more: &str| format!("[[delivery.zones]]\nname = \"a\"\n{more}");
    let method = |more: &str| zone(&format!("[[delivery.zones.methods]]\nid = \"m\"\ntitle = \"M\"\n{more}"));
    for (text, said) in [
        ("[tax]\nvat = [\"US\"]".to_owned(), "tax.vat = US: no rates of this country ship"),
        ("[tax]\nincluded = \"perhaps\"".to_owned(), "tax.included"),
        (
            "[[tax.rates]]\ncountry = \"US\"\nregion = \"Narnia\"\nclass = \"standard\"\npercent = 4"
                .to_owned(),
            "US-Narnia: a region",
        ),
        (
            "[[tax.rates]]\ncountry = \"US\"\nclass = \"food\"\npercent = 4".to_owned(),
            "`food` is no tax class",
        ),
        ("[[tax.rates]]\ncountry = \"US\"\nclass = \"zero\"\npercent = 4".to_owned(), "has no rate"),
        (
            "[[tax.rates]]\ncountry = \"US\"\nclass = \"books\"\npercent = \"4 %\"".to_owned(),
            "no rate: a percentage",
        ),
        (
            "[[tax.rates]]\ncountry = \"US\"\nclass = \"books\"\npercent = 4\nfrom = \"soon\"".to_owned(),
            "a day is expected",
        ),
        (zone("regions = [\"GB-Kent\"]"), "name no region"),
        (zone("postcodes = [\"BT\"]"), "as \"GB BT\""),
        (zone("countries = [\"UK\"]"), "the two capital letters"),
        (method("days = [3, 1]\nprice = 1"), "3 to 1 days"),
        (method("days = [1, 2]"), "either a price or steps"),
        (method("days = [1, 2]\nprice = -1"), "minor units"),
        (
            method("days = [1, 2]\nsteps = [{ grams = 2, price = 1 }, { grams = 1, price = 2 }]"),
            "do not rise",
        ),
        (format!("[shop]\nshipping = 1\n{}", method("days = [1, 2]\nprice = 1")), "take one of both out"),
        ("[delivery]\nunknown_grams = 0".to_owned(), "delivery.unknown_grams = 0"),
        ("[delivery]\nzone = []".to_owned(), "zone"),
    ] {
        let refused = Settings::of_text(&text).map(|_| ()).unwrap_err().to_string();
        assert!(refused.contains(said), "{text}\n{refused}");
    }
}
