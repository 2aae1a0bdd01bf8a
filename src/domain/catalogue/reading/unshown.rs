//! Products that a shop does not show by themselves. Those that another product names as its variants are for sale, the others are not;
//! which they are is known at the end of the file alone, so they are kept until then.

use std::collections::{HashSet, VecDeque};

use csv::ByteRecord;

use super::imported::{LeftOut, Record, Rejected, Row};
use super::profiles::{HIDDEN, Unlisted};

/// Beyond these a file would fill the memory.
const KEPT_MAX: usize = 100_000;

/// The columns that say it.
pub(super) struct Columns {
    pub of: &'static Unlisted,
    pub visibility: usize,
    pub variants: usize,
}

#[derive(Default)]
pub(super) struct Unshown {
    /// In lower case.
    named: HashSet<String>,
    kept: VecDeque<Row>,
}

impl Unshown {
    /// The row, unless it is kept.
    pub fn see(&mut self, columns: &Columns, record: &ByteRecord, read: Record) -> Option<Record> {
        let text =
            |column: usize| String::from_utf8_lossy(record.get(column).unwrap_or_default()).to_lowercase();
        self.named.extend(text(columns.variants).split('|').filter_map(sku_of).map(ToOwned::to_owned));
        match read {
            Record::Row(row)
                if text(columns.visibility).trim() == columns.of.value && !self.is_named(&row) =>
            {
                self.keep(row)
            }
            read => Some(read),
        }
    }

    fn keep(&mut self, row: Row) -> Option<Record> {
        if self.kept.len() == KEPT_MAX {
            let why = format!(
                "it is not shown by itself, and {KEPT_MAX} such rows stand before what they may be variants of: give the file in parts"
            );
            return Some(Record::Rejected(Rejected { line: row.line, sku: Some(row.product.sku), why }));
        }
        self.kept.push_back(row);
        None
    }

    /// What was kept, once all has been read.
    pub fn next(&mut self) -> Option<Record> {
        let row = self.kept.pop_front()?;
        let left_out = LeftOut { line: row.line, why: HIDDEN };
        Some(if self.is_named(&row) { Record::Row(row) } else { Record::LeftOut(left_out) })
    }

    fn is_named(&self, row: &Row) -> bool {
        self.named.contains(&row.product.sku.as_str().to_lowercase())
    }
}

/// Of `sku=MH01-XS,size=XS`.
fn sku_of(variant: &str) -> Option<&str> {
    variant.split(',').find_map(|pair| pair.trim().strip_prefix("sku=")).map(str::trim)
}
