//! The products that an operator looks for, by SKU.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::actors::stock_keeper::{Listed, StockItem};
use crate::domain::catalogue::{Isbn, Product, fold};
use crate::domain::{Money, Sku};

use super::Failure;
use super::rows::{Ended, Rows};

/// What is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wanted {
    /// A part of the title, of an author's name or of the SKU, or an ISBN.
    pub search: Option<String>,
    /// Also those that are sold no more.
    pub all: bool,
    pub limit: usize,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Found {
    /// By SKU.
    pub products: Vec<ProductRow>,
    /// Those that are not shown.
    pub more: usize,
    /// `false`: there was no time to look through all of them.
    pub is_whole: bool,
}

/// A product and its units, as the operator's list shows it.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProductRow {
    pub sku: Sku,
    pub title: String,
    pub authors: Vec<String>,
    pub price: Money,
    /// Units in the house: for sale, put aside for orders, or neither.
    pub on_hand: u64,
    pub for_sale: u64,
    pub promised: u64,
    /// Of those that are promised: not in the house.
    pub short: u64,
    /// Units that orders wait for, and those that are on their way from wholesalers.
    pub waited_for: u64,
    pub incoming: u64,
    /// RFC 3339; since when it is not sold any more.
    pub delisted_at: Option<String>,
}

pub fn find(rows: &Rows, wanted: &Wanted) -> Result<Found, Failure> {
    let search = wanted.search.as_deref().map(Search::of);
    let (mut found, mut more) = (BTreeMap::new(), 0);
    let ended = rows.each::<Listed>(&[], None, &mut |sku, listed| {
        if (wanted.all || listed.delisted_at.is_none())
            && search.as_ref().is_none_or(|search| search.finds(&listed.product))
        {
            found.insert(sku, listed);
        }
        if found.len() > wanted.limit {
            found.pop_last();
            more += 1;
        }
    })?;
    let products = found.into_values().map(|listed| row(rows, listed)).collect::<Result<_, _>>()?;
    Ok(Found { products, more, is_whole: ended == Ended::Whole })
}

/// This one, also where it is sold no more; `None`: the shop lists no such product.
pub fn one(rows: &Rows, sku: &Sku) -> Result<Option<ProductRow>, Failure> {
    rows.get::<Listed>(sku)?.map(|listed| row(rows, listed)).transpose()
}

/// A part of a text, or an ISBN in any of its forms, as the shop's own search takes it.
struct Search {
    words: String,
    isbn: Option<String>,
}

impl Search {
    fn of(text: &str) -> Search {
        Search { words: words(text), isbn: Isbn::parse(text).map(|isbn| isbn.to_string()) }
    }

    fn finds(&self, product: &Product) -> bool {
        let has = |text: &str| words(text).contains(&self.words);
        has(&product.title)
            || has(product.sku.as_str())
            || product.authors.iter().any(|author| has(author))
            || product.isbn.as_deref().is_some_and(has)
            || self.isbn.is_some() && self.isbn == product.isbn
    }
}

/// Case, diacritics and the space between words do not count.
fn words(text: &str) -> String {
    fold(text).split_whitespace().collect::<Vec<&str>>().join(" ")
}

fn row(rows: &Rows, Listed { product, delisted_at }: Listed) -> Result<ProductRow, Failure> {
    let item = rows.get::<StockItem>(&product.sku)?.unwrap_or_default();
    Ok(ProductRow {
        on_hand: item.on_hand(),
        for_sale: if delisted_at.is_none() { item.available } else { 0 },
        promised: item.promised(),
        short: item.missing,
        waited_for: item.pegs.iter().map(|peg| u64::from(peg.units)).sum(),
        incoming: item.incoming,
        delisted_at: delisted_at.map(|at| at.to_string()),
        sku: product.sku,
        title: product.title,
        authors: product.authors,
        price: product.price,
    })
}

/// SKUs of products that are sold, by SKU: the first after this one.
pub fn skus(rows: &Rows, after: Option<&Sku>, limit: usize) -> Result<Vec<Sku>, Failure> {
    // the smallest that sorts behind it
    let from = after.map_or(vec![], |sku| [sku.as_str().as_bytes(), &[0]].concat());
    let mut first = BTreeMap::new();
    let ended = rows.each::<Listed>(&from, None, &mut |sku, listed| {
        if listed.delisted_at.is_none() {
            first.insert(sku, ());
        }
        if first.len() > limit {
            first.pop_last();
        }
    })?;
    match ended {
        Ended::Whole => Ok(first.into_keys().collect()),
        Ended::OutOfTime => {
            Err(Failure("there was no time to look through all products: try again".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Currency;

    #[test]
    fn a_product_is_found_by_its_isbn_in_any_of_its_forms() {
        let product = Product {
            sku: Sku::parse("PB-1").unwrap(),
            title: "Emma".to_owned(),
            authors: vec!["Jane Austen".to_owned()],
            year: None,
            language: None,
            isbn: Some("9780141439587".to_owned()),
            price: Money::new(799, Currency::GBP),
            weight_grams: None,
            tax_class: crate::domain::quote::TaxClass::Books,
        };
        for text in [
            "9780141439587",
            "978-0-14-143958-7",
            "0141439580",
            "0-14-143958-0",
            "ISBN 0 14 143958 0",
            "1414",
            "austen",
        ] {
            assert!(Search::of(text).finds(&product), "{text}");
        }
        for text in ["978-0-14-143957-0", "0141439581", "persuasion"] {
            assert!(!Search::of(text).finds(&product), "{text}");
        }
    }
}
