use proptest::prelude::*;

use super::*;
use crate::domain::catalogue::Product;
use crate::domain::{CountryCode, Currency, Date, Money, OrderLine, Quantity, Sku, limits};

const TODAY: Date = Date(20_783);

fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).unwrap()
}

fn line(currency: Currency, price: i64, units: i128, grams: Option<u32>) -> OrderLine {
    OrderLine {
        sku: Sku::parse("PD-0001").unwrap(),
        title: "Emma".into(),
        quantity: Quantity::parse(units).unwrap(),
        unit_price: Money::new(price, currency),
        weight_grams: grams,
    }
}

fn method(id: &str, price: i64) -> Method {
    let steps = vec![Step { grams_max: None, price }];
    Method { id: id.into(), title: id.into(), days: (1, 2), free_from: None, steps }
}

/// Books at nothing or as they are, other goods at their standard rate, delivery for so much.
fn tables(currency: Currency, included: bool, delivery: i64, vat: &[&str]) -> PriceTables {
    let zone = Zone { name: "all".into(), places: vec![], methods: vec![method("standard", delivery)] };
    PriceTables {
        currency,
        tax: TaxTable::new(included, vat.iter().flat_map(|code| vat_rates(country(code)))),
        delivery: DeliveryTable::new(vec![zone], 500).unwrap(),
    }
}

fn quoted(tables: &PriceTables, code: &str, lines: &[(OrderLine, TaxClass)]) -> Result<Quote, NoQuote> {
    let to = Destination::within(country(code));
    tables.quote(lines.iter().map(|(line, class)| (line, *class)), &to, None, TODAY)
}

fn pence(price: i64, class: TaxClass) -> (OrderLine, TaxClass) {
    (line(Currency::GBP, price, 1, None), class)
}

#[test]
fn where_prices_include_tax_it_is_a_part_of_them() {
    let uk = tables(Currency::GBP, true, 299, &["GB"]);
    let quote =
        quoted(&uk, "GB", &[pence(1_200, TaxClass::Standard), pence(1_200, TaxClass::Books)]).unwrap();
    let Totals { goods, shipping, tax, total } = quote.totals;
    assert_eq!([goods, shipping, total].map(|money| money.amount), [2_400, 299, 2_699]);
    // a sixth of the mug, and of the half of the delivery that carries it: 150 of 299
    assert_eq!(tax.amount, 200 + 25);
    let summary: Vec<_> =
        quote.tax_summary().iter().map(|sum| (sum.class, sum.rate.to_string(), sum.net, sum.tax)).collect();
    assert_eq!(
        summary,
        [
            (TaxClass::Books, "0".to_owned(), 1_200 + 149, 0),
            (TaxClass::Standard, "20".to_owned(), 1_000 + 150 - 25, 225)
        ]
    );
}

#[test]
fn where_they_do_not_it_comes_on_top() {
    let sales_tax = TaxRate {
        country: country("US"),
        region: Some("NY".into()),
        class: TaxClass::Standard,
        from: Date(0),
        rate: Rate::percent("8.875").unwrap(),
    };
    let us = PriceTables { tax: TaxTable::new(false, [sales_tax]), ..tables(Currency::GBP, false, 500, &[]) };
    let lines = [pence(2_000, TaxClass::Books)];
    let to = Destination { region: Some("NY"), ..Destination::within(country("US")) };
    let in_new_york = us.quote(lines.iter().map(|(line, class)| (line, *class)), &to, None, TODAY).unwrap();
    // 177.5 of the book is 178, 44.375 of its delivery 44
    assert_eq!((in_new_york.totals.tax.amount, in_new_york.totals.total.amount), (222, 2_722));
    assert_eq!(in_new_york.region.as_deref(), Some("NY"));
    let elsewhere = quoted(&us, "US", &lines).unwrap();
    assert_eq!(
        (elsewhere.totals.total.amount, elsewhere.region),
        (2_500, None),
        "nothing is configured there"
    );
}

#[test]
fn who_is_not_served_and_what_is_too_heavy_or_too_much_has_no_price() {
    let mut table = tables(Currency::GBP, true, 299, &["GB"]);
    let steps = vec![Step { grams_max: Some(1_000), price: 300 }];
    let standard = Method { steps, ..method("standard", 0) };
    let courier = Method { steps: vec![Step { grams_max: Some(5_000), price: 900 }], ..method("courier", 0) };
    let places = vec![Place::country(country("GB"))];
    let zone = Zone { name: "uk".into(), places, methods: vec![standard, courier] };
    table.delivery = DeliveryTable::new(vec![zone], 500).unwrap();
    let heavy = |units| [(line(Currency::GBP, 100, units, None), TaxClass::Books)];
    let to = Destination::within(country("GB"));
    let by = |units, method| {
        let lines = heavy(units);
        let quote = table.quote(lines.iter().map(|(line, class)| (line, *class)), &to, method, TODAY);
        quote.map(|quote| (quote.delivery.method.to_string(), quote.totals.shipping.amount))
    };
    assert_eq!(by(2, None), Ok(("standard".to_owned(), 300)));
    assert_eq!(by(3, None), Ok(("courier".to_owned(), 900)), "the first that carries it");
    assert_eq!(by(3, Some("standard")), Err(NoQuote::TooHeavy));
    assert_eq!(by(11, None), Err(NoQuote::TooHeavy));
    assert_eq!(by(1, Some("drone")), Err(NoQuote::NoSuchMethod));
    assert_eq!(quoted(&table, "FR", &heavy(1)), Err(NoQuote::NotServed));
    assert_eq!(
        quoted(&table, "GB", &[pence(i64::MAX, TaxClass::Books), pence(1, TaxClass::Books)]),
        Err(NoQuote::TooMuch)
    );
    let yen = (line(Currency::parse("JPY").unwrap(), 1, 1, None), TaxClass::Books);
    assert_eq!(quoted(&table, "GB", &[yen]), Err(NoQuote::TooMuch));
    let offered = table.methods(heavy(3).iter().map(|(line, class)| (line, *class)), &to, TODAY).unwrap();
    assert_eq!(
        offered.iter().map(|(method, price)| (&*method.id, price.amount)).collect::<Vec<_>>(),
        [("courier", 900)]
    );
}

#[test]
fn a_quote_holds_for_a_day_and_no_longer_than_its_rates() {
    let rate = |from, percent: &str| TaxRate {
        country: country("GB"),
        region: None,
        class: TaxClass::Books,
        from,
        rate: Rate::percent(percent).unwrap(),
    };
    let until = |change| {
        let tax = TaxTable::new(true, [rate(Date(0), "0"), rate(change, "5")]);
        let table = PriceTables { tax, ..tables(Currency::GBP, true, 299, &[]) };
        quoted(&table, "GB", &[pence(100, TaxClass::Books)]).unwrap().until
    };
    assert_eq!(until(TODAY.plus_days(9)), TODAY.plus_days(QUOTE_DAYS));
    assert_eq!(until(TODAY.plus_days(1)), TODAY);
}

#[test]
fn the_fullest_order_of_the_dearest_books_has_a_price() {
    let dearest = line(Currency::GBP, Product::PRICE_MINOR_MAX, i128::from(Quantity::MAX), Some(u32::MAX));
    let lines = vec![(dearest, TaxClass::Standard); limits::LINES_MAX];
    for included in [true, false] {
        let quote = quoted(&tables(Currency::GBP, included, limits::TOTAL_MINOR_MAX, &["GB"]), "GB", &lines);
        assert!(quote.unwrap().totals.adds_up());
    }
}

#[test]
fn nothing_costs_nothing() {
    let nothing = Quote::of_nothing(Currency::GBP);
    assert_eq!((nothing.totals.total.amount, nothing.share(&[], &[]).total()), (0, 0));
    assert!(nothing.totals.adds_up() && nothing.tax_summary().is_empty());
}

const CURRENCIES: [&str; 4] = ["GBP", "JPY", "KWD", "IRR"];
const DESTINATIONS: [&str; 7] = ["GB", "IE", "FR", "HU", "DK", "CH", "US"];

fn wanted() -> impl Strategy<Value = Vec<(i64, i128, usize)>> {
    let price = prop_oneof![0_i64..=20, 1_i64..=5_000, 1..=Product::PRICE_MINOR_MAX];
    prop::collection::vec((price, 1_i128..=100, 0..TaxClass::ALL.len()), 1..12)
}

/// An order somewhere, and where prices include tax, and where not.
fn any_quote() -> impl Strategy<Value = Quote> {
    (wanted(), 0..CURRENCIES.len(), 0..DESTINATIONS.len(), any::<bool>(), 0_i64..=50_000).prop_map(
        |(wanted, currency, to, included, delivery)| {
            let currency = Currency::parse(CURRENCIES[currency]).unwrap();
            let table = tables(currency, included, delivery, &DESTINATIONS[..6]);
            let lines: Vec<_> = wanted
                .iter()
                .map(|(price, units, class)| (line(currency, *price, *units, None), TaxClass::ALL[*class]))
                .collect();
            quoted(&table, DESTINATIONS[to], &lines).unwrap()
        },
    )
}

/// Cuts of each line's units into three parts.
fn parts(quote: &Quote, cuts: &[(u32, u32)]) -> [Vec<u32>; 3] {
    let cut = |(line, (one, two)): (&QuotedLine, &(u32, u32))| {
        let one = one % (line.units + 1);
        let two = two % (line.units - one + 1);
        [one, two, line.units - one - two]
    };
    let cut: Vec<[u32; 3]> = quote.lines.iter().zip(cuts.iter().cycle()).map(cut).collect();
    [0, 1, 2].map(|nth| cut.iter().map(|parts| parts[nth]).collect())
}

proptest! {
    #[test]
    fn the_total_is_its_parts_and_the_summary_is_the_total(quote in any_quote()) {
        let Totals { goods, shipping, tax, total } = quote.totals;
        prop_assert!(quote.totals.adds_up());
        prop_assert_eq!(quote.lines.iter().map(|line| line.price.amount).sum::<i64>(), goods.amount);
        prop_assert_eq!(quote.delivery.parts.iter().map(|part| part.amount).sum::<i64>(), shipping.amount);
        let summary = quote.tax_summary();
        prop_assert_eq!(summary.iter().map(|sum| sum.tax).sum::<i64>(), tax.amount);
        prop_assert_eq!(summary.iter().map(|sum| sum.net + sum.tax).sum::<i64>(), total.amount);
        prop_assert_eq!(tax.amount == 0 || quote.totals.includes_tax() == quote.tax_included, true);
    }

    #[test]
    fn tax_of_each_line_is_its_rate_to_the_minor_unit(quote in any_quote()) {
        let lines = quote.lines.iter().map(|line| line.price);
        for Taxed { rate, amount, tax, .. } in lines.chain(quote.delivery.parts.iter().copied()) {
            let net = if quote.tax_included { amount - tax } else { amount };
            let exact = i128::from(net) * i128::from(rate.millionths());
            prop_assert!((i128::from(tax) * 1_000_000 - exact).abs() <= 1_000_000);
        }
    }

    #[test]
    fn parts_of_an_order_come_to_the_order(quote in any_quote(), cuts in prop::collection::vec((any::<u32>(), any::<u32>()), 1..12)) {
        let mut before = vec![0; quote.lines.len()];
        let (mut sums, mut whole): (Vec<TaxSum>, i64) = (vec![], 0);
        for units in parts(&quote, &cuts) {
            let share = quote.share(&before, &units);
            prop_assert!(share.goods.iter().chain(&share.delivery).all(|sum| sum.net >= -1 && sum.tax >= 0), "{share:?}");
            whole += share.total();
            for part in share.goods.into_iter().chain(share.delivery) {
                match sums.iter_mut().find(|sum| (sum.class, sum.rate) == (part.class, part.rate)) {
                    Some(sum) => (sum.net, sum.tax) = (sum.net + part.net, sum.tax + part.tax),
                    None => sums.push(part),
                }
            }
            before.iter_mut().zip(&units).for_each(|(before, units)| *before += units);
        }
        sums.sort_by_key(|sum| (sum.class, sum.rate));
        let is_something = |sum: &TaxSum| (sum.net, sum.tax) != (0, 0);
        prop_assert_eq!(whole, quote.totals.total.amount);
        prop_assert_eq!(
            sums.into_iter().filter(is_something).collect::<Vec<_>>(),
            quote.tax_summary().into_iter().filter(is_something).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_quote_is_read_as_it_was_kept(quote in any_quote()) {
        let bytes = postcard::to_stdvec(&quote).unwrap();
        prop_assert_eq!(postcard::from_bytes::<Quote>(&bytes).unwrap(), quote);
    }
}
