use super::cursor::{Cursor, Rank};
use super::fold::{fold, words, words_and_rests};
use super::isbn::Isbn;
use super::product::Product;
use super::reading::ROWS_MAX;
use super::words::{Words, WordsBuilder};
use crate::domain::Sku;

/// A page holds at most so many products, however many are asked for.
pub const PAGE_PRODUCTS_MAX: usize = 200;
/// Words of a query beyond these are not looked at.
pub const QUERY_WORDS_MAX: usize = 16;

/// Every product of the shop in memory, read-only, to look up and to search.
///
/// Invariant: products ascend by SKU, and a posting is a place in that order.
#[derive(Debug)]
pub struct Catalogue {
    products: Vec<Product>,
    titles: Words,
    authors: Words,
    /// SKUs and ISBNs: found only by the whole word.
    codes: Words,
    years: Words,
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
        let mut titles = WordsBuilder::default();
        let mut authors = WordsBuilder::default();
        let mut codes = WordsBuilder::default();
        let mut years = WordsBuilder::default();
        for (id, product) in (0u32..).zip(&products) {
            words_and_rests(&fold(&product.title)).for_each(|word| titles.add(&word, id));
            for author in &product.authors {
                words_and_rests(&fold(author)).for_each(|word| authors.add(&word, id));
            }
            codes.add(&fold(product.sku.as_str()), id);
            product.isbn.iter().for_each(|isbn| codes.add(isbn, id));
            product.year.iter().for_each(|year| years.add(&year.to_string(), id));
        }
        let built = |words: WordsBuilder| words.build().ok_or(BadCatalogue::TooManyWords);
        let (titles, authors) = (built(titles)?, built(authors)?);
        Ok(Catalogue { products, titles, authors, codes: built(codes)?, years: built(years)? })
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

    /// All products, by SKU.
    pub fn iter(&self) -> impl Iterator<Item = &Product> {
        self.products.iter()
    }

    /// The products that have every word of `query`: the beginning of a word of the title or of an author, or the
    /// whole SKU, ISBN (ten or thirteen digits) or year (`-750` is 750 BC). Case, diacritics and punctuation do
    /// not count; a query without any word finds all.
    ///
    /// Order: first where all of the query is found in the title, SKU or ISBN, then the rest; each by SKU. A page
    /// holds `limit` products, at least one and at most [`PAGE_PRODUCTS_MAX`]; `after` is the page before's `next`.
    pub fn search(&self, query: &str, after: Option<&Cursor>, limit: usize) -> Page<'_> {
        let limit = limit.clamp(1, PAGE_PRODUCTS_MAX);
        let found = self.find(query);
        let mut places = self.places_after(&found, after);
        let page: Vec<(Rank, &Product)> = places.by_ref().take(limit).collect();
        let more = places.next().is_some();
        let next = page.last().filter(|_| more).map(|&(rank, last)| Cursor { rank, sku: last.sku.clone() });
        let products = page.into_iter().map(|(_, product)| product).collect();
        Page { products, next, total: found.anywhere.count() }
    }

    fn find(&self, query: &str) -> Found {
        let mut found = Found { in_title: Set::full(self.len()), anywhere: Set::full(self.len()) };
        for term in query.split_whitespace().take(QUERY_WORDS_MAX) {
            let folded = fold(term);
            let mut parts = words(&folded).take(QUERY_WORDS_MAX).peekable();
            if parts.peek().is_none() {
                continue;
            }
            let mut in_title = Set::full(self.len());
            let mut anywhere = Set::full(self.len());
            for part in parts {
                let mut having = self.set(self.titles.starting_with(&part));
                in_title.keep(&having);
                having.add(self.authors.starting_with(&part));
                anywhere.keep(&having);
            }
            self.add_codes(term, &folded, &mut in_title, &mut anywhere);
            found.in_title.keep(&in_title);
            found.anywhere.keep(&anywhere);
        }
        found
    }

    fn add_codes(&self, term: &str, folded: &str, in_title: &mut Set, anywhere: &mut Set) {
        let isbn = Isbn::parse(term).map(|isbn| isbn.to_string());
        for code in [Some(folded), isbn.as_deref()].into_iter().flatten() {
            in_title.add(self.codes.exactly(code));
            anywhere.add(self.codes.exactly(code));
        }
        anywhere.add(self.years.exactly(folded));
    }

    fn set(&self, products: &[u32]) -> Set {
        let mut set = Set::empty(self.len());
        set.add(products);
        set
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
        let title_start = if first_rank == Rank::Title { start } else { self.len() };
        let author_start = if first_rank == Rank::Title { 0 } else { start };
        let titles = (title_start..self.len()).filter(|&id| found.in_title.has(id));
        let authors =
            (author_start..self.len()).filter(|&id| found.anywhere.has(id) && !found.in_title.has(id));
        let ranked = titles.map(|id| (Rank::Title, id)).chain(authors.map(|id| (Rank::Author, id)));
        ranked.map(|(rank, id)| (rank, &self.products[id]))
    }
}

/// Invariant: `in_title` is part of `anywhere`.
struct Found {
    in_title: Set,
    anywhere: Set,
}

/// A bit for each product.
struct Set(Vec<u64>);

impl Set {
    fn empty(products: usize) -> Set {
        Set(vec![0; products.div_ceil(64)])
    }

    fn full(products: usize) -> Set {
        let mut bits = vec![u64::MAX; products.div_ceil(64)];
        if let (Some(last), rest @ 1..) = (bits.last_mut(), products % 64) {
            *last = (1 << rest) - 1;
        }
        Set(bits)
    }

    fn add(&mut self, products: &[u32]) {
        for &id in products {
            self.0[id as usize / 64] |= 1 << (id % 64);
        }
    }

    fn keep(&mut self, other: &Set) {
        self.0.iter_mut().zip(&other.0).for_each(|(bits, others)| *bits &= others);
    }

    fn has(&self, id: usize) -> bool {
        self.0[id / 64] >> (id % 64) & 1 == 1
    }

    fn count(&self) -> usize {
        self.0.iter().map(|bits| bits.count_ones() as usize).sum()
    }
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
