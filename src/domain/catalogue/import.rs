use std::collections::HashMap;
use std::io::{self, Read};

use csv::ByteRecord;

use super::columns::Columns;
use super::imported::{ImportError, Imported, ROWS_MAX, Rejected, Row};
use super::row;
use super::unpack::{self, Text};

/// Reads a whole catalogue, see [`open`].
pub fn import(reader: impl Read) -> Result<Imported, ImportError> {
    let import = open(reader)?;
    let mut imported = Imported { derived: import.derived(), ..Imported::default() };
    for record in import {
        match record? {
            Ok(row) => imported.rows.push(row),
            Err(rejected) => imported.rejected.push(rejected),
        }
    }
    Ok(imported)
}

/// Opens a CSV catalogue, plain or gzip, whose first line names its columns.
///
/// - `sku` (or the `book_id` of goodbooks-10k: 1 becomes `GB-000001`), `title`, `authors`: required. Authors
///   stand between `;`, or between `,` where there is no `;`.
/// - `year`, `language`, `isbn`: may be absent or empty. A number that is no ISBN counts as absent, for
///   spreadsheets turn it into `9.78E+12`.
/// - `price` (pounds and pence, `12.99`), `weight_grams`, `stock`: where the file has the column, every row must
///   fill it; where it has not, they are derived from a hash of the SKU: 4.99 to 29.99 GBP ending in .49 or .99,
///   150 to 1,200 g, 0 to 60 copies with 8 books in a hundred at none.
/// - `currency`: GBP where absent or empty.
pub fn open<R: Read>(reader: R) -> Result<Import<R>, ImportError> {
    let text = unpack::text(reader).map_err(|source| ImportError::Unreadable { line: 0, source })?;
    let mut records = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let mut header = ByteRecord::new();
    records.read_byte_record(&mut header).map_err(|error| unreadable(0, error))?;
    let columns = Columns::from_header(&header)?;
    Ok(Import { records, columns, lines_by_sku: HashMap::new(), rows_read: 0, ended: false })
}

/// The records of a catalogue file, in its order; each a row or a rejection. An error is the last item.
pub struct Import<R: Read> {
    records: csv::Reader<Text<R>>,
    columns: Columns,
    /// Where each SKU was first taken. Capitals, for two codes that differ in case only are one product.
    lines_by_sku: HashMap<String, u64>,
    rows_read: usize,
    ended: bool,
}

impl<R: Read> Import<R> {
    /// The columns that the file does not have, whose values are derived from the SKU.
    pub fn derived(&self) -> Vec<&'static str> {
        self.columns.derived()
    }

    fn read(&mut self) -> Result<Option<Result<Row, Rejected>>, ImportError> {
        let mut record = ByteRecord::new();
        let before = self.records.position().line();
        if !self.records.read_byte_record(&mut record).map_err(|error| unreadable(before, error))? {
            return Ok(None);
        }
        self.rows_read += 1;
        if self.rows_read > ROWS_MAX {
            return Err(ImportError::TooManyRows);
        }
        let last_line = self.records.position().line().saturating_sub(1);
        // The parser's own position stands before the blank lines that it skips.
        let line = before.max(last_line.saturating_sub(line_breaks(&record)));
        let row = row::parse(&self.columns, &record, line).and_then(|row| self.first_of_its_sku(row));
        Ok(Some(row.map_err(|why| Rejected { line, why: with_span(why, line, last_line) })))
    }

    fn first_of_its_sku(&mut self, row: Row) -> Result<Row, String> {
        let sku = row.product.sku.as_str();
        let key = sku.to_ascii_uppercase();
        if let Some(first) = self.lines_by_sku.get(&key) {
            return Err(format!("sku `{sku}` is already on line {first}"));
        }
        self.lines_by_sku.insert(key, row.line);
        Ok(row)
    }
}

impl<R: Read> Iterator for Import<R> {
    type Item = Result<Result<Row, Rejected>, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let record = self.read().transpose();
        self.ended = !matches!(record, Some(Ok(_)));
        record
    }
}

fn line_breaks(record: &ByteRecord) -> u64 {
    record.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64
}

/// A rejected record of many lines most often swallowed its neighbours.
fn with_span(why: String, line: u64, last_line: u64) -> String {
    if last_line <= line {
        return why;
    }
    format!("{why} (the record runs on to line {last_line}: is a quote not closed?)")
}

fn unreadable(line: u64, error: csv::Error) -> ImportError {
    let source = match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        other => io::Error::new(io::ErrorKind::InvalidData, format!("{other:?}")),
    };
    ImportError::Unreadable { line, source }
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
