//! A catalogue file, from its bytes to rows: `unpack` and `encoding` make text of it, `separator` parts its fields, `mapping`
//! says by the tables of `fields` and `profiles` which column is which, and `row` reads a record.

mod amount;
mod authors;
mod derive;
mod encoding;
mod family;
mod fields;
mod import;
mod imported;
mod mapping;
mod markup;
mod number;
mod peek;
mod price;
mod profiles;
#[cfg(test)]
mod profiles_tests;
mod quotes;
mod report;
mod row;
mod sample;
mod separator;
mod shown;
mod table;
mod unpack;
mod unshown;
mod weight;
mod woocommerce;

pub use amount::amount;
pub use fields::{columns_as_help, columns_as_markdown};
pub use import::{Import, import, open};
pub use imported::{EMPTY_ROW, ImportError, Imported, LeftOut, ROWS_MAX, Record, Rejected, Row, Wishes};
pub use profiles::exports_as_markdown;
pub use table::{Column, Table, Used};
