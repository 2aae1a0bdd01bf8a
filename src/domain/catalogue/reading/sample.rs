//! What the first rows of a file show of the whole of it, before any is taken.

use csv::ByteRecord;

use super::fields::Ours;
use super::imported::ImportError;
use super::mapping::Mapping;
use super::separator::{LOOKED_AT_BYTES, Separator};
use super::shown::{shown, typed};
use super::weight::{self, BadWeight};
use super::woocommerce;

const ROWS_MAX: usize = 1_000;

/// Refuses a file of which every row would be misread.
pub(super) fn check(mapping: &Mapping, head: &[u8], separator: Separator) -> Result<(), ImportError> {
    let rows = rows(head, separator);
    check_types(mapping, &rows)?;
    check_unit(mapping, &rows)
}

/// Without the header, and without what is cut.
fn rows(head: &[u8], separator: Separator) -> Vec<ByteRecord> {
    let mut builder = csv::ReaderBuilder::new();
    let records = builder.has_headers(false).flexible(true).delimiter(separator.byte).from_reader(head);
    let headers = if separator.is_said { 2 } else { 1 };
    let mut rows: Vec<ByteRecord> =
        records.into_byte_records().map_while(Result::ok).skip(headers).take(ROWS_MAX).collect();
    if head.len() == LOOKED_AT_BYTES && rows.len() < ROWS_MAX {
        rows.pop();
    }
    rows
}

/// An export of WooCommerce in a language that is not known is not taken for a table of products for sale.
fn check_types(mapping: &Mapping, rows: &[ByteRecord]) -> Result<(), ImportError> {
    let is_of_types = |&column: &usize| {
        let mut types = values(rows, column);
        !mapping.takes(column) && !rows.is_empty() && types.all(|value| woocommerce::is_a_type(&value))
    };
    if mapping.profile.is_some() || !mapping.names.iter().any(|name| name.eq_ignore_ascii_case("id")) {
        return Ok(());
    }
    let Some(column) = (0..mapping.width()).find(is_of_types) else { return Ok(()) };
    Err(ImportError::UnknownLanguage { column: typed(&shown(&mapping.names[column])) })
}

/// A column of weights whose numbers have no unit, in its name or behind them.
fn check_unit(mapping: &Mapping, rows: &[ByteRecord]) -> Result<(), ImportError> {
    let Some(column) = mapping.column(Ours::Weight).filter(|_| mapping.unit.is_none()) else { return Ok(()) };
    let weights = || values(rows, column).map(|value| weight::read(&value, None));
    let bare = weights().find_map(|read| match read {
        Err(BadWeight::NoUnit(value)) => Some(value),
        _ => None,
    });
    match bare {
        Some(value) if !weights().any(|read| matches!(read, Ok(Some(_)))) => {
            Err(ImportError::NoUnit { column: typed(&shown(&mapping.names[column])), value })
        }
        _ => Ok(()),
    }
}

fn values(rows: &[ByteRecord], column: usize) -> impl Iterator<Item = String> {
    rows.iter()
        .filter_map(move |row| row.get(column))
        .map(|value| String::from_utf8_lossy(value).trim().to_owned())
}
