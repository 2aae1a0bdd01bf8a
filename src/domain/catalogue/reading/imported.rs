//! What a catalogue file comes to: rows, rejections, or an error of the whole file.

use std::io;

use super::table::Table;
use crate::domain::catalogue::product::{Detail, Product};
use crate::domain::{Currency, Sku};

/// More records than this is an error of the file.
pub const ROWS_MAX: usize = 1_000_000;

/// How a file is to be read.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// The shop's; prices in another are refused.
    pub currency: Currency,
    /// Ours and theirs: which column is to be taken, whatever its name; and which ones of an export say what is for sale.
    pub map: Vec<(String, String)>,
    /// Ours and a value: what each row has for which the file has no column; of stock, each in which nobody has counted.
    pub set: Vec<(String, String)>,
    /// By its name; else the file tells.
    pub encoding: Option<String>,
    /// Price, weight and stock without a column are made up from the SKU: for benchmarks and rehearsals only.
    pub derive: bool,
}

impl Wishes {
    /// The file is to tell all but the currency.
    pub fn new(currency: Currency) -> Wishes {
        Wishes { currency, map: vec![], set: vec![], encoding: None, derive: false }
    }
}

/// A whole file, read.
#[derive(Debug, Default, PartialEq)]
pub struct Imported {
    pub rows: Vec<Row>,
    pub rejected: Vec<Rejected>,
    pub left_out: Vec<LeftOut>,
    pub table: Table,
}

/// A record of the file.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    Row(Row),
    Rejected(Rejected),
    LeftOut(LeftOut),
}

/// A good record.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Where the record begins in the file, from 1; the header counts.
    pub line: u64,
    pub product: Product,
    pub opening_stock: u32,
    /// What the file has no column for.
    pub unsaid: Vec<Detail>,
    /// What the file has of the product and the shop could not take; the product is listed without.
    pub warnings: Vec<String>,
}

/// A record that is not taken since something is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Where the record begins in the file, from 1; the header counts.
    pub line: u64,
    /// Whose record it is, where that can be read.
    pub sku: Option<Sku>,
    pub why: String,
}

/// A record that is not taken since it is no product for sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub line: u64,
    pub why: &'static str,
}

/// [`LeftOut::why`] of a row in which nothing stands.
pub const EMPTY_ROW: &str = "an empty row";

/// Why no row of the file can be taken, or none after those already given.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("cannot read the catalogue file{}: {source}", after(*.line))]
    Unreadable { line: u64, source: io::Error },
    #[error("the catalogue file is empty: export it again")]
    Empty,
    #[error(
        "the first line of the catalogue file has values (`{value}`) and no names of columns: put a line of names above it, such as \
         sku,title,authors,price,stock"
    )]
    NoHeader { value: String },
    #[error("the catalogue file has no column for {missing}: {remedies}\n  its columns: {found}{names}")]
    MissingColumns { missing: String, found: String, remedies: String, names: String },
    #[error("the catalogue file has the column `{0}` twice, remove one")]
    RepeatedColumn(String),
    #[error("the catalogue file has several columns for {ours}: {found}; say which, --map {ours}=COLUMN")]
    SeveralColumns { ours: &'static str, found: String },
    #[error("the catalogue file has {found} columns, at most {max} are allowed")]
    TooManyColumns { found: usize, max: usize },
    #[error("the catalogue file has no column `{theirs}` to take for {ours}, its columns are: {found}")]
    NoSuchColumn { ours: &'static str, theirs: String, found: String },
    #[error("`{name}` is nothing that the shop knows of a product, write one of: {known}")]
    NoSuchField { name: String, known: String },
    #[error(
        "the catalogue file has a column for {ours} (`{theirs}`), so --set {ours} would not be used: remove it, or the column"
    )]
    SetBesideColumn { ours: &'static str, theirs: String },
    #[error(
        "the column of prices `{column}` is in {found}, and the shop sells in {shops}: take another, --map price=COLUMN"
    )]
    OtherCurrency { column: String, found: String, shops: Currency },
    #[error(
        "it looks like an export of WooCommerce in a language that is not known here: `{column}` has the kinds of its products. Say which \
         columns tell what is for sale, --map type={column} --map published=COLUMN, and visibility, availability and parent where they \
         are there, besides sku, title, price and stock; or set the shop to English and export it again"
    )]
    UnknownLanguage { column: String },
    #[error(
        "the column of weights `{column}` has numbers without a unit (`{value}`): say which it is, --map weight_kg={column}, or \
         weight_grams, weight_lb or weight_oz"
    )]
    NoUnit { column: String, value: String },
    #[error("the catalogue file has more than {max} rows, split it", max = ROWS_MAX)]
    TooManyRows,
}

fn after(line: u64) -> String {
    if line == 0 { String::new() } else { format!(" after line {line}") }
}
