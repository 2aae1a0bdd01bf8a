use std::collections::HashMap;
use std::io::{self, Read};

use csv::ByteRecord;
use xxhash_rust::xxh3::xxh3_128;

use super::family::Relatives;
use super::imported::{ImportError, Imported, LeftOut, ROWS_MAX, Record, Rejected, Wishes};
use super::mapping::Mapping;
use super::peek::{Peeked, head, peek};
use super::quotes::Quotes;
use super::report;
use super::row;
use super::sample;
use super::separator;
use super::shown::shown;
use super::table::Table;
use super::unpack::{self, Text};
use super::unshown::Unshown;

/// Reads a whole catalogue, see [`open`].
pub fn import(reader: impl Read, wishes: &Wishes) -> Result<Imported, ImportError> {
    let import = open(reader, wishes)?;
    let mut imported = Imported { table: import.table().clone(), ..Imported::default() };
    for record in import {
        match record? {
            Record::Row(row) => imported.rows.push(row),
            Record::Rejected(rejected) => imported.rejected.push(rejected),
            Record::LeftOut(left_out) => imported.left_out.push(left_out),
        }
    }
    Ok(imported)
}

/// Opens a catalogue, plain or gzip, whose first line names its columns: `docs/catalogue-files.md` says what it may hold.
pub fn open<'w, R: Read>(reader: R, wishes: &'w Wishes) -> Result<Import<'w, R>, ImportError> {
    let nothing = |source| ImportError::Unreadable { line: 0, source };
    let (text, encoding) = unpack::text(reader, wishes.encoding.as_deref()).map_err(nothing)?;
    let text = peek(text, separator::LOOKED_AT_BYTES).map_err(nothing)?;
    let beginning = head(&text).to_vec();
    let separator = separator::of(&beginning);
    let mut builder = csv::ReaderBuilder::new();
    let mut records = builder
        .has_headers(false)
        .flexible(true)
        .delimiter(separator.byte)
        .from_reader(Quotes::new(text, separator.byte));
    let mut header = ByteRecord::new();
    if separator.is_said {
        records.read_byte_record(&mut header).map_err(|error| unreadable(0, error))?;
    }
    if !records.read_byte_record(&mut header).map_err(|error| unreadable(0, error))? {
        return Err(ImportError::Empty);
    }
    let mapping = Mapping::of(&header, wishes)?;
    sample::check(&mapping, &beginning, separator)?;
    let table = report::table(&mapping, encoding, separator.byte.into());
    Ok(Import {
        records,
        separator: separator.byte,
        wishes,
        mapping,
        table,
        relatives: Relatives::default(),
        unshown: Unshown::default(),
        lines_by_sku: HashMap::new(),
        read: 0,
        ended: false,
    })
}

/// The records of a catalogue file, in its order; each a row, a rejection or left out. An error is the last item.
pub struct Import<'w, R: Read> {
    records: csv::Reader<Quotes<Peeked<Text<R>>>>,
    separator: u8,
    wishes: &'w Wishes,
    mapping: Mapping,
    table: Table,
    relatives: Relatives,
    unshown: Unshown,
    /// Where each SKU was first taken, by the hash of its capitals: two codes that differ in case only are one product.
    lines_by_sku: HashMap<u128, u64>,
    read: usize,
    ended: bool,
}

impl<R: Read> Import<'_, R> {
    /// What becomes of each column.
    pub fn table(&self) -> &Table {
        &self.table
    }

    fn read(&mut self) -> Result<Option<Record>, ImportError> {
        loop {
            match self.step()? {
                Some(None) => {}
                Some(read) => return Ok(read),
                None => return Ok(self.unshown.next()),
            }
        }
    }

    /// The next record, unless it is kept until the end of the file; `None` there.
    fn step(&mut self) -> Result<Option<Option<Record>>, ImportError> {
        let mut record = ByteRecord::new();
        let before = self.records.position().line();
        if !self.records.read_byte_record(&mut record).map_err(|error| unreadable(before, error))? {
            return Ok(None);
        }
        self.read += 1;
        if self.read > ROWS_MAX {
            return Err(ImportError::TooManyRows);
        }
        let last_line = self.records.position().line().saturating_sub(1);
        // the parser's own position stands before the blank lines that it skips
        let line = before.max(last_line.saturating_sub(line_breaks(&record)));
        let may_be_open = swallows(&record, self.separator, self.mapping.width());
        let badly_quoted = self.records.get_mut().seen_until(last_line);
        let mut record = self.record(record, line, &badly_quoted);
        if let Some(Record::Rejected(rejected)) = &mut record
            && may_be_open
        {
            rejected
                .why
                .push_str(&format!(" (the record runs on to line {last_line}: is a quote not closed?)"));
        }
        Ok(Some(record))
    }

    fn record(&mut self, mut record: ByteRecord, line: u64, badly_quoted: &[usize]) -> Option<Record> {
        let width = self.mapping.width();
        if record.len() != width {
            let quoted = if badly_quoted.is_empty() {
                ""
            } else {
                " (a quote stands within quotes: write it twice there)"
            };
            let why = format!("{} fields, the header has {width}{quoted}", record.len());
            return Some(Record::Rejected(Rejected { line, sku: None, why }));
        }
        if !self.mapping.attributes.is_empty() {
            let authors = author_of_attributes(&self.mapping.attributes, &record);
            record.push_field(&authors);
        }
        let (record, hidden) = self.relatives.complete(&self.mapping.family, record);
        if let Some(why) = hidden {
            return Some(Record::LeftOut(LeftOut { line, why }));
        }
        let read = row::parse(&self.mapping, &record, line, self.wishes.currency);
        let read = self.well_quoted(read, badly_quoted);
        let read = self.first_of_its_sku(read);
        match &self.mapping.unlisted {
            Some(columns) => self.unshown.see(columns, &record, read),
            None => Some(read),
        }
    }

    /// What a quote has cut is not listed. Where it stands in a field that nobody reads it does no harm.
    fn well_quoted(&self, record: Record, badly_quoted: &[usize]) -> Record {
        let Record::Row(row) = record else { return record };
        let Some(&column) = badly_quoted.iter().find(|&&column| self.mapping.takes(column)) else {
            return Record::Row(row);
        };
        let name = shown(&self.mapping.names[column]);
        let why = format!("`{name}` has a quote within quotes: write it twice there, `\"10\"\" Pipe\"`");
        Record::Rejected(Rejected { line: row.line, sku: Some(row.product.sku), why })
    }

    fn first_of_its_sku(&mut self, record: Record) -> Record {
        let Record::Row(row) = record else { return record };
        let sku = &row.product.sku;
        let key = xxh3_128(sku.as_str().to_ascii_uppercase().as_bytes());
        if let Some(first) = self.lines_by_sku.get(&key) {
            let why = format!("sku `{sku}` is already on line {first}");
            return Record::Rejected(Rejected { line: row.line, sku: Some(row.product.sku), why });
        }
        self.lines_by_sku.insert(key, row.line);
        Record::Row(row)
    }
}

impl<R: Read> Iterator for Import<'_, R> {
    type Item = Result<Record, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let record = self.read().transpose();
        self.ended = !matches!(record, Some(Ok(_)));
        record
    }
}

/// What an attribute of the author is called, also in other languages.
const AUTHOR_ATTRIBUTES: [&str; 13] = [
    "author",
    "authors",
    "author(s)",
    "writer",
    "autor",
    "autoren",
    "autorin",
    "auteur",
    "auteurs",
    "autore",
    "autori",
    "autores",
    "autorzy",
];

/// Of the pairs of name and value the value that says who wrote the book; empty where none does.
fn author_of_attributes(attributes: &[(usize, usize)], record: &ByteRecord) -> Vec<u8> {
    let text = |column: usize| record.get(column).unwrap_or_default().trim_ascii();
    let is_author = |name: &[u8]| {
        let name = String::from_utf8_lossy(name).to_lowercase();
        AUTHOR_ATTRIBUTES.contains(&name.as_str())
    };
    attributes
        .iter()
        .find(|(name, _)| is_author(text(*name)))
        .map(|(_, value)| text(*value).to_vec())
        .unwrap_or_default()
}

fn line_breaks(record: &ByteRecord) -> u64 {
    record.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64
}

/// Whether one of its fields, of several lines, has as many separators as a whole record: then it is most often one whose quote was
/// never closed, and that took in its neighbours.
fn swallows(record: &ByteRecord, separator: u8, width: usize) -> bool {
    let separators = |field: &[u8]| field.iter().filter(|&&byte| byte == separator).count();
    width > 1 && record.iter().any(|field| field.contains(&b'\n') && separators(field) >= width - 1)
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
