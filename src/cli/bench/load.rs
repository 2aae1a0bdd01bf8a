//! Who buys what.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::domain::catalogue::Product;
use crate::domain::quote::TaxClass;
use crate::domain::{Currency, Money, Quantity, Sku};

/// Of each product, so that no load sells one out.
pub const OPENING_STOCK: u32 = 1_000_000_000;
/// Products that `hot10` draws from.
const HOT: usize = 10;

/// Which products are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// One copy of any product
    Uniform,
    /// One copy of the same product, all
    Hot,
    /// One copy of one of ten products
    Hot10,
    /// The real baskets of a retailer, one after the other, from the file that --baskets names
    Retail,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Uniform => "uniform",
            Kind::Hot => "hot",
            Kind::Hot10 => "hot10",
            Kind::Retail => "retail",
        }
    }
}

/// What one customer wants: places on the shelf, each at most once, and how many of each.
pub type Basket = Vec<(usize, Quantity)>;

/// One basket after the other: the same ones from the same seed.
pub struct Load {
    draws: Draws,
    random: StdRng,
}

enum Draws {
    /// One copy of one of the first so many places.
    OneOf(usize),
    /// These in turn, and again from the start.
    These { baskets: Vec<Basket>, next: usize },
}

impl Load {
    /// Orders of one line, of a shelf of so many products: at least one.
    pub fn drawn(kind: Kind, products: usize, seed: u64) -> Load {
        let places = match kind {
            Kind::Hot => 1,
            Kind::Hot10 => HOT.min(products),
            Kind::Uniform | Kind::Retail => products,
        };
        Load { draws: Draws::OneOf(places.max(1)), random: StdRng::seed_from_u64(seed) }
    }

    /// These baskets, one at least.
    pub fn these(baskets: Vec<Basket>) -> Load {
        assert!(!baskets.is_empty(), "a load has baskets");
        Load { draws: Draws::These { baskets, next: 0 }, random: StdRng::seed_from_u64(0) }
    }

    pub fn next(&mut self) -> Basket {
        match &mut self.draws {
            Draws::OneOf(places) => vec![(self.random.random_range(0..*places), one())],
            Draws::These { baskets, next } => {
                let basket = baskets[*next].clone();
                *next = (*next + 1) % baskets.len();
                basket
            }
        }
    }
}

/// A basket from a shelf of so many places: lines that fall on one place are one line, of the larger quantity.
pub fn on_shelf(basket: &Basket, places: usize) -> Basket {
    let mut lines: BTreeMap<usize, Quantity> = BTreeMap::new();
    for (place, quantity) in basket {
        let line = lines.entry(place % places.max(1)).or_insert(*quantity);
        *line = (*line).max(*quantity);
    }
    lines.into_iter().collect()
}

fn one() -> Quantity {
    Quantity::parse(1).expect("one is a quantity")
}

/// A shelf of so many products.
pub fn shelf(products: usize, currency: Currency) -> Vec<Product> {
    let product = |place: usize| Product {
        sku: Sku::parse(&format!("BENCH-{place:07}")).expect("letters and digits are a SKU"),
        title: format!("Product {place} of the benchmark"),
        authors: vec!["Ada Lovelace".to_owned()],
        year: Some(1843),
        language: Some("en".to_owned()),
        isbn: None,
        price: Money::new(749, currency),
        weight_grams: Some(300),
        tax_class: TaxClass::Books,
    };
    (1..=products).map(product).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(kind: Kind) -> std::collections::BTreeSet<usize> {
        let mut load = Load::drawn(kind, 100, 7);
        (0..5_000).map(|_| load.next()[0].0).collect()
    }

    #[test]
    fn each_load_wants_its_part_of_the_shelf() {
        assert_eq!(places(Kind::Hot).len(), 1);
        assert_eq!(places(Kind::Hot10), (0..10).collect());
        assert_eq!(places(Kind::Uniform), (0..100).collect());
    }

    #[test]
    fn a_seed_is_a_load() {
        let drawn = |seed| {
            let mut load = Load::drawn(Kind::Uniform, 1_000, seed);
            (0..20).map(|_| load.next()).collect::<Vec<_>>()
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
    }

    #[test]
    fn baskets_come_in_turn_and_again() {
        let basket = |place| vec![(place, one())];
        let mut load = Load::these(vec![basket(3), basket(5)]);
        assert_eq!([load.next(), load.next(), load.next()], [basket(3), basket(5), basket(3)]);
    }

    #[test]
    fn a_basket_fits_a_smaller_shelf() {
        let many = |units| Quantity::parse(units).unwrap();
        let basket = vec![(1, many(2)), (4, many(7)), (5, many(1))];
        assert_eq!(on_shelf(&basket, 3), [(1, many(7)), (2, many(1))]);
        assert_eq!(on_shelf(&basket, 6), basket);
    }

    #[test]
    fn a_shelf_can_be_listed() {
        let shelf = shelf(12, Currency::GBP);
        assert_eq!(shelf.len(), 12);
        shelf.iter().for_each(|product| product.check().unwrap());
    }
}
