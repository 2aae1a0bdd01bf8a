//! What a catalogue file comes to: rows, rejections, or an error of the whole file.

use std::io;

use super::product::Product;

/// More records than this is an error of the file.
pub const ROWS_MAX: usize = 1_000_000;

/// A whole file, read.
#[derive(Debug, Default, PartialEq)]
pub struct Imported {
    pub rows: Vec<Row>,
    pub rejected: Vec<Rejected>,
    /// The columns that the file does not have, whose values were derived from the SKU: the caller should say
    /// so, for nobody wants to sell at a price that was made up.
    pub derived: Vec<&'static str>,
}

/// A good record.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Where the record begins in the file, from 1; the header counts.
    pub line: u64,
    pub product: Product,
    pub opening_stock: u32,
}

/// A record that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Where the record begins in the file, from 1; the header counts.
    pub line: u64,
    pub why: String,
}

/// Why no row of the file can be taken, or none after those already given.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("cannot read the catalogue file after line {line}: {source}")]
    Unreadable { line: u64, source: io::Error },
    #[error("the catalogue file has no column `{column}`, its columns are: {found}")]
    MissingColumn { column: &'static str, found: String },
    #[error("the catalogue file has the column `{0}` twice, remove one")]
    RepeatedColumn(String),
    #[error("the catalogue file has {found} columns, at most {max} are allowed")]
    TooManyColumns { found: usize, max: usize },
    #[error("the catalogue file has more than {max} rows, split it", max = ROWS_MAX)]
    TooManyRows,
}
