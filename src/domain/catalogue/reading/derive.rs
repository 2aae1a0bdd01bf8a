//! What a catalogue without prices or stock is given, for demonstrations and tests.
//!
//! Guarantee: each value depends on the SKU alone, by xxh3 with a seed of its own, so it is the same in every
//! import of the book, whatever else the file holds.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::domain::{Currency, Money, Sku};

const PRICE_SEED: u64 = 1;
const STOCK_SEED: u64 = 3;

const PRICE_MINOR_MIN: i64 = 499;
const PRICE_MINOR_STEP: i64 = 50;
const PRICE_STEPS: u64 = 51;
const STOCK_MAX: u64 = 60;
const STOCK_NONE_PERCENT: u64 = 8;

/// 499 to 2,999 of the currency's smallest unit, ending in 49 or 99.
pub(super) fn price(sku: &Sku, currency: Currency) -> Money {
    let steps = hash(sku, PRICE_SEED) % PRICE_STEPS;
    Money::new(PRICE_MINOR_MIN + PRICE_MINOR_STEP * steps as i64, currency)
}

/// 1 to 60 copies, or none for 8 books in a hundred, so that the back-order path is walked.
pub(super) fn stock(sku: &Sku) -> u32 {
    let hash = hash(sku, STOCK_SEED);
    if hash % 100 < STOCK_NONE_PERCENT { 0 } else { (1 + hash / 100 % STOCK_MAX) as u32 }
}

fn hash(sku: &Sku, seed: u64) -> u64 {
    xxh3_64_with_seed(sku.as_str().as_bytes(), seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skus() -> impl Iterator<Item = Sku> {
        (1..=10_000).map(|n| Sku::parse(&format!("GB-{n:06}")).unwrap())
    }

    #[test]
    fn prices_are_plausible_and_end_in_49_or_99() {
        for price in skus().map(|sku| price(&sku, Currency::GBP)) {
            assert!(
                (499..=2999).contains(&price.amount) && [49, 99].contains(&(price.amount % 100)),
                "{price}"
            );
        }
    }

    #[test]
    fn about_eight_books_in_a_hundred_are_out_of_stock() {
        let stocks: Vec<u32> = skus().map(|sku| stock(&sku)).collect();
        let none = stocks.iter().filter(|&&stock| stock == 0).count();
        assert!((700..=900).contains(&none), "{none}");
        assert_eq!(stocks.iter().max(), Some(&60));
    }

    #[test]
    fn what_was_once_derived_never_changes() {
        let sku = Sku::parse("GB-000001").unwrap();
        assert_eq!((price(&sku, Currency::GBP).amount, stock(&sku)), (1799, 4));
    }
}
