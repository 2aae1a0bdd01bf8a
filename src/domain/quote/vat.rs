//! The rates that ship with the shop: of VAT in Europe, with what books are taxed at. A shop names the countries of which it takes them.

use std::sync::LazyLock;

use super::{Rate, TaxClass, TaxRate};
use crate::domain::{CountryCode, Date};

const RATES: &str = include_str!("vat_rates.tsv");
const BOOKS: &str = include_str!("book_rates.tsv");
/// Where they are from, for whoever relies on them.
pub const VAT_SOURCE: &str = "eu-vat-rates-data 2026.9.29, of 2026-09-29";

static COUNTRIES: LazyLock<Vec<VatRates>> =
    LazyLock::new(|| rows::<4>(RATES).map(VatRates::of_row).collect());
static BOOK_RATES: LazyLock<Vec<TaxRate>> = LazyLock::new(|| rows::<4>(BOOKS).map(book_rate).collect());

/// What one country takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VatRates {
    pub country: CountryCode,
    pub is_in_the_eu: bool,
    pub standard: Rate,
    /// All that are lower, whatever for.
    pub reduced: Vec<Rate>,
}

fn rows<const COLUMNS: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; COLUMNS]> {
    let lines = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        columns.try_into().unwrap_or_else(|_| panic!("a table of rates has {COLUMNS} columns: `{line}`"))
    })
}

impl VatRates {
    fn of_row([country, eu, standard, reduced]: [&'static str; 4]) -> VatRates {
        VatRates {
            country: code(country),
            is_in_the_eu: eu == "yes",
            standard: rate(standard),
            reduced: reduced.split(',').filter(|one| !one.is_empty()).map(rate).collect(),
        }
    }

    /// The reduced rate, where there is but one: which of several is meant, only the shop can say.
    pub fn the_reduced(&self) -> Option<Rate> {
        match self.reduced[..] {
            [one] => Some(one),
            _ => None,
        }
    }
}

fn book_rate([country, percent, from, _source]: [&'static str; 4]) -> TaxRate {
    let from = Date::parse(from).unwrap_or_else(|| panic!("book_rates.tsv: `{from}` is no day"));
    TaxRate { country: code(country), region: None, class: TaxClass::Books, from, rate: rate(percent) }
}

fn code(country: &str) -> CountryCode {
    CountryCode::parse(country)
        .unwrap_or_else(|_| panic!("a table of rates has `{country}`, which is no country"))
}

fn rate(percent: &str) -> Rate {
    Rate::percent(percent).unwrap_or_else(|bad| panic!("a table of rates: {bad}"))
}

/// Those whose rates ship.
pub fn vat_countries() -> &'static [VatRates] {
    &COUNTRIES
}

pub fn vat_in_the_eu() -> impl Iterator<Item = CountryCode> {
    COUNTRIES.iter().filter(|rates| rates.is_in_the_eu).map(|rates| rates.country)
}

/// The lines of the table for one country; none where its rates do not ship.
pub fn vat_rates(country: CountryCode) -> Vec<TaxRate> {
    let Some(rates) = COUNTRIES.iter().find(|rates| rates.country == country) else { return vec![] };
    let line = |class, rate| TaxRate { country, region: None, class, from: Date(0), rate };
    let standard = line(TaxClass::Standard, rates.standard);
    let reduced = rates.the_reduced().map(|rate| line(TaxClass::Reduced, rate));
    let books = BOOK_RATES.iter().filter(|books| books.country == country).cloned();
    [standard].into_iter().chain(reduced).chain(books).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_of_the_union_has_a_rate_for_books() {
        assert_eq!(vat_in_the_eu().count(), 27);
        let without: Vec<CountryCode> = vat_in_the_eu()
            .filter(|country| !vat_rates(*country).iter().any(|rate| rate.class == TaxClass::Books))
            .collect();
        assert_eq!(without, []);
    }

    #[test]
    fn books_are_taxed_at_a_rate_that_their_country_has() {
        for books in BOOK_RATES.iter() {
            let country = COUNTRIES.iter().find(|rates| rates.country == books.country).unwrap();
            let known = [&country.reduced[..], &[country.standard, Rate::ZERO]].concat();
            assert!(known.contains(&books.rate), "{}: {} is none of {known:?}", books.country, books.rate);
        }
    }

    #[test]
    fn the_file_says_where_it_is_from_and_the_shop_says_the_same() {
        let [name, rest] = VAT_SOURCE.splitn(2, ", ").collect::<Vec<_>>()[..] else { panic!("{VAT_SOURCE}") };
        let head = RATES.lines().next().unwrap();
        assert!(head.contains(name) && head.ends_with(&format!("{rest}.")) && head.contains("MIT"), "{head}");
    }
}
