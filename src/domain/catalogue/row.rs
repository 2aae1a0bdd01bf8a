use csv::ByteRecord;

use super::columns::{Columns, SkuColumn};
use super::derive;
use super::imported::Row;
use super::isbn::Isbn;
use super::product::Product;
use crate::domain::{Currency, Money, Sku};

/// Above this an opening stock is a slip of the keyboard.
const STOCK_MAX: u32 = 1_000_000;
const VALUE_CHARS_SHOWN_MAX: usize = 40;

/// One record as a row, or why it is not taken.
pub(super) fn parse(columns: &Columns, record: &ByteRecord, line: u64) -> Result<Row, String> {
    if record.len() != columns.width {
        return Err(format!("{} fields, the header has {}", record.len(), columns.width));
    }
    let field = |column: usize, name: &str| text(record, column, name);
    let optional = |column: Option<usize>, name: &str| column.map(|column| field(column, name)).transpose();
    let sku = sku(&columns.sku, record)?;
    let price = match optional(columns.price, "price")? {
        Some(price) => Money::new(minor_units(price)?, currency(optional(columns.currency, "currency")?)?),
        None => derive::price(&sku),
    };
    let weight_grams = match optional(columns.weight_grams, "weight_grams")? {
        Some(weight) => count(weight, "weight_grams", Product::WEIGHT_GRAMS_MAX)?,
        None => derive::weight_grams(&sku),
    };
    let opening_stock = match optional(columns.stock, "stock")? {
        Some(stock) => count(stock, "stock", STOCK_MAX)?,
        None => derive::stock(&sku),
    };
    let product = Product {
        title: one_line(field(columns.title, "title")?),
        authors: authors(field(columns.authors, "authors")?),
        year: year(optional(columns.year, "year")?.unwrap_or_default())?,
        language: language(optional(columns.language, "language")?.unwrap_or_default()),
        isbn: isbn(columns, record),
        sku,
        price,
        weight_grams: Some(weight_grams),
    };
    product.check().map_err(|bad| bad.to_string())?;
    Ok(Row { line, product, opening_stock })
}

fn text<'a>(record: &'a ByteRecord, column: usize, name: &str) -> Result<&'a str, String> {
    let bytes = record.get(column).unwrap_or_default();
    std::str::from_utf8(bytes).map(str::trim).map_err(|_| format!("the {name} is not UTF-8"))
}

fn sku(column: &SkuColumn, record: &ByteRecord) -> Result<Sku, String> {
    match column {
        SkuColumn::Sku(column) => {
            Sku::parse(text(record, *column, "sku")?).map_err(|bad| bad.to_string().escape_debug().collect())
        }
        SkuColumn::GoodbooksId(column) => {
            let id = text(record, *column, "book_id")?;
            let number: u32 = id.parse().map_err(|_| format!("book_id `{}` is not a number", shown(id)))?;
            Sku::parse(&format!("GB-{number:06}")).map_err(|bad| bad.to_string())
        }
    }
}

/// Runs of white space, line breaks too, become one space.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn authors(list: &str) -> Vec<String> {
    let separator = if list.contains(';') { ';' } else { ',' };
    let mut authors: Vec<String> = Vec::new();
    for author in list.split(separator).map(one_line) {
        if !author.is_empty() && !authors.contains(&author) {
            authors.push(author);
        }
    }
    authors
}

/// `1859`, `-800` or, where a spreadsheet had it, `-800.0`; empty is absent.
fn year(text: &str) -> Result<Option<i16>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let whole = without_zero_fraction(text);
    whole.parse().map(Some).map_err(|_| format!("year `{}` is not a whole number", shown(text)))
}

/// The codes of ISO 639-2 that catalogues use, as the shorter ones of BCP 47; other tags stay as they are.
fn language(code: &str) -> Option<String> {
    let (primary, rest) = code.split_at(code.find('-').unwrap_or(code.len()));
    let lower = primary.to_lowercase();
    let short = match lower.as_str() {
        "eng" => "en",
        "ara" => "ar",
        "chi" | "zho" => "zh",
        "dan" => "da",
        "dut" | "nld" => "nl",
        "fre" | "fra" => "fr",
        "ger" | "deu" => "de",
        "gre" | "ell" => "el",
        "ind" => "id",
        "ita" => "it",
        "jpn" => "ja",
        "lat" => "la",
        "nor" => "no",
        "per" | "fas" => "fa",
        "pol" => "pl",
        "por" => "pt",
        "rum" | "ron" => "ro",
        "rus" => "ru",
        "san" => "sa",
        "spa" => "es",
        "swe" => "sv",
        "tur" => "tr",
        "vie" => "vi",
        other => other,
    };
    (!code.is_empty()).then(|| format!("{short}{rest}"))
}

fn isbn(columns: &Columns, record: &ByteRecord) -> Option<String> {
    let text_of = |&column: &usize| text(record, column, "isbn").ok();
    columns.isbns.iter().filter_map(text_of).find_map(Isbn::parse_trimmed).map(|isbn| isbn.to_string())
}

fn currency(code: Option<&str>) -> Result<Currency, String> {
    match code {
        None | Some("") => Ok(Currency::GBP),
        Some(code) => Currency::parse(code)
            .map_err(|_| format!("currency `{}` is not three capital letters, as in GBP", shown(code))),
    }
}

/// Pence: `12` is 1200, `12.5` and `12.50` are 1250.
fn minor_units(price: &str) -> Result<i64, String> {
    let bad = || format!("price `{}` is not pounds and pence, as in 12.99", shown(price));
    let (pounds, pence) = price.split_once('.').unwrap_or((price, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
    if !digits(pounds) || !digits(pence) || pence.len() > 2 {
        return Err(bad());
    }
    let pounds: i64 = pounds.parse().map_err(|_| bad())?;
    let pence: i64 = format!("{pence:0<2}").parse().map_err(|_| bad())?;
    pounds.checked_mul(100).and_then(|minor| minor.checked_add(pence)).ok_or_else(bad)
}

/// A whole number from 0 to `max`; `12.0` passes for 12.
fn count(text: &str, name: &str, max: u32) -> Result<u32, String> {
    match without_zero_fraction(text).parse() {
        Ok(count) if count <= max => Ok(count),
        _ => Err(format!("{name} `{}` is not a whole number from 0 to {max}", shown(text))),
    }
}

fn without_zero_fraction(number: &str) -> &str {
    match number.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|c| c == b'0') => whole,
        _ => number,
    }
}

/// Short and printable, whatever the file holds.
fn shown(value: &str) -> String {
    value.chars().take(VALUE_CHARS_SHOWN_MAX).flat_map(char::escape_debug).collect()
}
