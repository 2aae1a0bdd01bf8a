use std::collections::{HashSet, VecDeque};

use super::cursor::{Cursor, Rank};
use super::find::{Found, Index};
use super::product::Product;
use super::reading::ROWS_MAX;
use crate::domain::Sku;

/// A page holds at most so many products, however many are asked for.
pub const PAGE_PRODUCTS_MAX: usize = 200;

/// Every product of the shop in memory, read-only, to look up and to search.
///
/// Invariant: products ascend by SKU, and a posting is a place in that order.
#[derive(Debug)]
pub struct Catalogue {
    products: Vec<Product>,
    index: Index,
    delisted: HashSet<Sku>,
}

/// Why a list of products is no catalogue.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadCatalogue {
    #[error("sku `{0}` is in the catalogue twice, remove one")]
    RepeatedSku(Sku),
    #[error("{0} products are more than a catalogue holds, at most {max} are allowed", max = ROWS_MAX)]
    TooManyProducts(usize),
    #[error("the titles and authors have more words than a search can hold, shorten the catalogue")]
    TooManyWords,
}

/// Some of what a search found.
#[derive(Debug)]
pub struct Page<'a> {
    pub products: Vec<&'a Product>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
    /// How many products match, on all pages.
    pub total: usize,
}

/// Of a page that is not the first.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// Counted from one.
    pub page: usize,
    /// Where the page before begins; `None` where that is the first.
    pub previous: Option<Cursor>,
}

impl Catalogue {
    /// The products in any order.
    pub fn build(mut products: Vec<Product>) -> Result<Catalogue, BadCatalogue> {
        if products.len() > ROWS_MAX {
            return Err(BadCatalogue::TooManyProducts(products.len()));
        }
        products.sort_unstable_by(|a, b| a.sku.cmp(&b.sku));
        if let Some(pair) = products.windows(2).find(|pair| pair[0].sku == pair[1].sku) {
            return Err(BadCatalogue::RepeatedSku(pair[0].sku.clone()));
        }
        let index = Index::of(&products).ok_or(BadCatalogue::TooManyWords)?;
        Ok(Catalogue { products, index, delisted: HashSet::new() })
    }

    /// The same, and these were in it once.
    pub fn without(mut self, delisted: impl IntoIterator<Item = Sku>) -> Catalogue {
        self.delisted = delisted.into_iter().collect();
        self
    }

    pub fn delisted(&self) -> impl Iterator<Item = &Sku> {
        self.delisted.iter()
    }

    pub fn is_delisted(&self, sku: &Sku) -> bool {
        self.delisted.contains(sku)
    }

    /// What the index of the words takes in memory, besides the products.
    pub fn index_bytes(&self) -> usize {
        self.index.bytes()
    }

    pub fn len(&self) -> usize {
        self.products.len()
    }

    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    pub fn get(&self, sku: &Sku) -> Option<&Product> {
        let place = self.products.binary_search_by(|product| product.sku.cmp(sku)).ok()?;
        Some(&self.products[place])
    }

    /// The one product whose SKU this is, in whatever case it was typed; `None` where there are several.
    pub fn get_in_any_case(&self, sku: &str) -> Option<&Product> {
        let found = self.index.of_code(sku, &self.products);
        let found = found.iter().map(|place| &self.products[*place as usize]);
        let mut meant = found.filter(|product| product.sku.as_str().eq_ignore_ascii_case(sku));
        meant.next().filter(|_| meant.next().is_none())
    }

    /// All products, by SKU.
    pub fn iter(&self) -> impl Iterator<Item = &Product> {
        self.products.iter()
    }

    /// The products that have every word of `query`: the beginning of a word of the title or of an author, or the
    /// whole SKU, ISBN or year (`-750` is 750 BC). Case, diacritics and punctuation do not count, initials may stand
    /// together or apart, and "by" need not be found; an empty query finds all, one without a letter or digit nothing. A query that
    /// is one ISBN, however it is written, finds that book alone.
    ///
    /// Where few are found so, other spellings are looked for: singular and plural, names that sound alike. Where nothing is
    /// found, typing errors are forgiven: one in a word of four letters, two in one of eight; and one in a word of three where another word
    /// is found as it was typed.
    ///
    /// Order: first where all of the query is found in the title, SKU or ISBN, then the rest, then other spellings; each by SKU.
    /// A page holds `limit` products, at least one and at most [`PAGE_PRODUCTS_MAX`]; `after` is the page before's `next`.
    pub fn search(&self, query: &str, after: Option<&Cursor>, limit: usize) -> Page<'_> {
        let limit = limit.clamp(1, PAGE_PRODUCTS_MAX);
        let found = self.index.find(query, &self.products);
        let mut places = self.places_after(&found, after);
        let page: Vec<(Rank, &Product)> = places.by_ref().take(limit).collect();
        let more = places.next().is_some();
        let next = page.last().filter(|_| more).map(|&(rank, last)| Cursor { rank, sku: last.sku.clone() });
        let products = page.into_iter().map(|(_, product)| product).collect();
        Page { products, next, total: found.in_title.len() + found.by_author.len() + found.near.len() }
    }

    /// Where the page stands that comes after `after`, where every page has `limit` products.
    pub fn place(&self, query: &str, after: &Cursor, limit: usize) -> Place {
        let limit = limit.clamp(1, PAGE_PRODUCTS_MAX);
        let found = self.index.find(query, &self.products);
        let is_before =
            |(rank, product): &(Rank, &Product)| (*rank, &product.sku) <= (after.rank, &after.sku);
        let (mut before, mut last) = (0, VecDeque::with_capacity(limit + 1));
        for (rank, product) in self.places_after(&found, None).take_while(is_before) {
            before += 1;
            if last.len() > limit {
                last.pop_front();
            }
            last.push_back((rank, product));
        }
        let previous = last.front().filter(|_| before > limit);
        let previous = previous.map(|&(rank, product)| Cursor { rank, sku: product.sku.clone() });
        Place { page: before.div_ceil(limit) + 1, previous }
    }

    fn places_after<'a, 'f>(
        &'a self,
        found: &'f Found,
        after: Option<&Cursor>,
    ) -> impl Iterator<Item = (Rank, &'a Product)> + use<'a, 'f> {
        let (first_rank, start) = match after {
            None => (Rank::Title, 0),
            Some(cursor) => (cursor.rank, self.products.partition_point(|product| product.sku <= cursor.sku)),
        };
        let ranks =
            [(Rank::Title, &found.in_title), (Rank::Author, &found.by_author), (Rank::Near, &found.near)];
        let ranks = ranks.into_iter().filter(move |(rank, _)| *rank >= first_rank);
        ranks.flat_map(move |(rank, found)| {
            // a place is below the number of products, which is far below what 32 bits hold
            let start = if rank == first_rank { start as u32 } else { 0 };
            found.starting(start).map(move |id| (rank, &self.products[id as usize]))
        })
    }
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
