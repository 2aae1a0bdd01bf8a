use xxhash_rust::xxh3::xxh3_64;

use super::fold::fold;
use super::product::Product;

/// The SKUs and ISBNs of all products, found only whole; without case.
#[derive(Debug, Default)]
pub(super) struct Codes(Vec<(u32, u32)>);

impl Codes {
    /// `products` by their places.
    pub fn of(products: &[Product]) -> Codes {
        let mut codes = Vec::with_capacity(2 * products.len());
        for (id, product) in (0..).zip(products) {
            codes.push((hash(&fold(product.sku.as_str())), id));
            codes.extend(product.isbn.iter().map(|isbn| (hash(isbn), id)));
        }
        codes.sort_unstable();
        Codes(codes)
    }

    /// Ascending, each once: an ISBN may be the SKU too.
    pub fn find(&self, folded: &str, products: &[Product]) -> Vec<u32> {
        let hash = hash(folded);
        let from = self.0.partition_point(|(other, _)| *other < hash);
        let alike = self.0[from..].iter().take_while(|(other, _)| *other == hash).map(|(_, id)| *id);
        let is_it = |id: &u32| {
            let product = &products[*id as usize];
            product.isbn.as_deref() == Some(folded) || fold(product.sku.as_str()) == folded
        };
        let mut found: Vec<u32> = alike.filter(is_it).collect();
        found.dedup();
        found
    }

    /// What it takes in memory.
    pub fn bytes(&self) -> usize {
        self.0.len() * size_of::<(u32, u32)>()
    }
}

/// Half of it will do: what has the same is looked at.
fn hash(code: &str) -> u32 {
    xxh3_64(code.as_bytes()) as u32
}
