//! What the shop sells: the product, the import of a catalogue file, the index that is searched.
//!
//! Guarantees:
//! - pure: no clock, no randomness, no I/O but the reader that the caller gives;
//! - every record of an imported file is accounted for: a row, or a rejection with its line and why;
//! - the same file gives the same rows, prices and opening stock, every time and on every machine;
//! - a search costs no more than its words' postings, and its pages follow one fixed order.

mod columns;
mod cursor;
mod demo;
mod derive;
mod fold;
mod import;
mod imported;
mod index;
mod isbn;
mod product;
mod row;
mod unpack;
mod words;

pub use cursor::{BadCursor, Cursor};
pub use demo::demo;
pub(super) use fold::fold;
pub use import::{Import, import, open};
pub use imported::{ImportError, Imported, ROWS_MAX, Rejected, Row};
pub use index::{BadCatalogue, Catalogue, PAGE_PRODUCTS_MAX, Page, QUERY_WORDS_MAX};
pub use isbn::Isbn;
pub use product::{BadProduct, Product};
