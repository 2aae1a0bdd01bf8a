//! What the shop sells: the product, the import of a catalogue file, the index that is searched.
//!
//! Guarantees:
//! - pure: no clock, no randomness, no I/O but the reader that the caller gives;
//! - every record of an imported file is accounted for: a row, a rejection or one left out, with its line and why;
//! - the same file gives the same rows, prices and opening stock, every time and on every machine;
//! - a search costs no more than the postings of its words and of those near them, and its pages follow one fixed order.

mod alike;
mod codes;
mod cursor;
mod demo;
mod find;
mod fold;
mod index;
mod isbn;
mod product;
mod query;
mod reading;
mod set;
mod spreadsheet;
mod typing;
mod words;

pub use cursor::{BadCursor, Cursor};
pub use demo::demo;
pub use fold::fold;
pub use index::{BadCatalogue, Catalogue, PAGE_PRODUCTS_MAX, Page, Place};
pub use isbn::{BadIsbn, Isbn};
pub use product::{BadProduct, Detail, Product};
pub use query::QUERY_WORDS_MAX;
pub use reading::{
    Column, EMPTY_ROW, Import, ImportError, Imported, LeftOut, ROWS_MAX, Record, Rejected, Row, Table, Used,
    Wishes, amount, columns_as_help, columns_as_markdown, exports_as_markdown, import, open,
};
