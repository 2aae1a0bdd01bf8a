use rand::RngExt;
use rand::rngs::StdRng;

use crate::domain::catalogue::{Product, Row};
use crate::domain::quote::TaxClass;
use crate::domain::{Currency, Money, Sku};

/// The default: SKU, price in minor units, units at the beginning, what it is to the tax office. One for each way in which stock can run out.
const DEFAULT_PRODUCTS: [(&str, i64, u32, TaxClass); 6] = [
    ("SIM-PLENTY", 799, 400, TaxClass::Books),
    ("SIM-SOME", 1_249, 12, TaxClass::Standard),
    ("SIM-FEW", 350, 2, TaxClass::Reduced),
    ("SIM-ONE", 2_995, 1, TaxClass::Books),
    ("SIM-NONE", 499, 0, TaxClass::Standard),
    ("SIM-HOT", 999, 25, TaxClass::Books),
];

/// Of an operator's own catalogue, the first titles are the ones that everybody wants: half of all choices fall on the
/// first eighth.
const POPULARITY: i32 = 3;

/// What the shop of a simulated world sells.
#[derive(Clone, Debug, PartialEq)]
pub struct Assortment {
    rows: Vec<(Product, u32)>,
    popularity: i32,
}

impl Default for Assortment {
    fn default() -> Assortment {
        let row = |(sku, price, units, tax_class): &(&str, i64, u32, TaxClass)| {
            let product = Product {
                sku: Sku::parse(sku).expect("the world's own SKUs are valid"),
                title: format!("The book of {}", sku.to_lowercase()),
                authors: vec!["Jane Austen".to_owned()],
                year: Some(1815),
                language: Some("en".to_owned()),
                isbn: None,
                price: Money::new(*price, Currency::GBP),
                weight_grams: Some(300),
                tax_class: *tax_class,
            };
            (product, *units)
        };
        Assortment { rows: DEFAULT_PRODUCTS.iter().map(row).collect(), popularity: 1 }
    }
}

impl Assortment {
    /// An operator's own catalogue. `None`: it has no row.
    pub fn of(rows: Vec<Row>) -> Option<Assortment> {
        let rows: Vec<_> = rows.into_iter().map(|row| (row.product, row.opening_stock)).collect();
        (!rows.is_empty()).then_some(Assortment { rows, popularity: POPULARITY })
    }

    pub fn product(&self, sku: &str) -> Option<&Product> {
        self.rows.iter().map(|(product, _)| product).find(|product| product.sku.as_str() == sku)
    }

    pub fn rows(&self) -> &[(Product, u32)] {
        &self.rows
    }

    /// Any one of them.
    pub fn first(&self) -> &Product {
        &self.rows[0].0
    }

    /// So many different titles, or all that there are.
    pub fn pick(&self, count: usize, rng: &mut StdRng) -> Vec<&Product> {
        let mut picked: Vec<usize> = vec![];
        while picked.len() < count.min(self.rows.len()) {
            let part = rng.random_range(0.0..1.0_f64).powi(self.popularity);
            let place = (part * self.rows.len() as f64) as usize;
            if !picked.contains(&place) {
                picked.push(place);
            }
        }
        picked.into_iter().map(|place| &self.rows[place].0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn titles_are_picked_once_each_and_all_of_them_if_need_be() {
        let assortment = Assortment::default();
        let mut rng = StdRng::seed_from_u64(1);
        for count in 0..9 {
            let mut skus: Vec<_> =
                assortment.pick(count, &mut rng).iter().map(|product| &product.sku).collect();
            skus.sort();
            skus.dedup();
            assert_eq!(skus.len(), count.min(DEFAULT_PRODUCTS.len()));
        }
    }
}
