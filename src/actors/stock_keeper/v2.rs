//! The forms of version 3, and those of version 2 before them: a product had no tax class.

use serde::Deserialize;

use super::{Described, Event, Import, List, Listed, Message};
use crate::domain::catalogue::{self, Detail};
use crate::domain::quote::TaxClass;
use crate::domain::{Money, Sku, Timestamp};
use crate::runtime::{Aggregate, Unread, Versioned, versioned};
use crate::storage::TreeName;

/// The places of the variants that were others.
const LIST: u8 = 0;
const IMPORT: u8 = 22;
const LISTED: u8 = 0;

impl Versioned for Message {
    const VERSION: u8 = 3;

    fn upcast(version: u8, bytes: &mut &[u8]) -> Result<Message, Unread> {
        match version {
            2 => message(bytes),
            unknown => Err(Unread::unknown(unknown, Self::VERSION)),
        }
    }
}

impl Versioned for Event {
    const VERSION: u8 = 3;

    fn upcast(version: u8, bytes: &mut &[u8]) -> Result<Event, Unread> {
        match version {
            2 => event(bytes),
            unknown => Err(Unread::unknown(unknown, Self::VERSION)),
        }
    }
}

impl Aggregate for Listed {
    const TREE: TreeName = TreeName("catalogue");
    const VERSION: u8 = 3;
    type Key = Sku;

    fn upcast(version: u8, bytes: &mut &[u8]) -> Result<Listed, Unread> {
        match version {
            2 => listed(bytes),
            unknown => Err(Unread::unknown(unknown, Self::VERSION)),
        }
    }
}

fn message(bytes: &mut &[u8]) -> Result<Message, Unread> {
    match bytes.first() {
        Some(&LIST) => {
            versioned::take_byte(bytes)?;
            let products: Vec<(Product, u32)> = versioned::take(bytes)?;
            let products = products.into_iter().map(|(product, units)| (product.into(), units)).collect();
            Ok(Message::List(List { products }))
        }
        Some(&IMPORT) => {
            versioned::take_byte(bytes)?;
            Ok(Message::Import(versioned::take::<OldImport>(bytes)?.into()))
        }
        _ => Ok(versioned::take(bytes)?),
    }
}

fn event(bytes: &mut &[u8]) -> Result<Event, Unread> {
    if bytes.first() != Some(&LISTED) {
        return Ok(versioned::take(bytes)?);
    }
    versioned::take_byte(bytes)?;
    Ok(Event::Listed { product: Box::new(versioned::take::<Product>(bytes)?.into()) })
}

fn listed(bytes: &mut &[u8]) -> Result<Listed, Unread> {
    let (product, delisted_at): (Product, Option<Timestamp>) = versioned::take(bytes)?;
    Ok(Listed { product: product.into(), delisted_at })
}

#[derive(Deserialize)]
struct Product {
    sku: Sku,
    title: String,
    authors: Vec<String>,
    year: Option<i16>,
    language: Option<String>,
    isbn: Option<String>,
    price: Money,
    weight_grams: Option<u32>,
}

#[derive(Deserialize)]
struct OldImport {
    products: Vec<OldDescribed>,
    keep_stock: bool,
    reason: String,
    who: String,
}

#[derive(Deserialize)]
struct OldDescribed {
    product: Product,
    counted: u32,
    unsaid: Vec<Detail>,
}

impl From<Product> for catalogue::Product {
    fn from(old: Product) -> catalogue::Product {
        catalogue::Product {
            sku: old.sku,
            title: old.title,
            authors: old.authors,
            year: old.year,
            language: old.language,
            isbn: old.isbn,
            price: old.price,
            weight_grams: old.weight_grams,
            tax_class: TaxClass::default(),
        }
    }
}

impl From<OldImport> for Import {
    fn from(old: OldImport) -> Import {
        let described = |one: OldDescribed| Described {
            product: one.product.into(),
            counted: one.counted,
            unsaid: one.unsaid,
        };
        let OldImport { products, keep_stock, reason, who } = old;
        Import { products: products.into_iter().map(described).collect(), keep_stock, reason, who }
    }
}
