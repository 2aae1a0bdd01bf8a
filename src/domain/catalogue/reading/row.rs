use csv::ByteRecord;

use super::authors::{self, one_line};
use super::derive;
use super::family::why;
use super::fields::Ours;
use super::imported::{EMPTY_ROW, LeftOut, Record, Rejected, Row};
use super::mapping::{Family, Mapping};
use super::markup::as_read;
use super::number::{Number, parted};
use super::price;
use super::profiles::ONLY_VARIANT;
use super::shown::{printable, shown};
use super::weight;
use crate::domain::catalogue::fold::fold;
use crate::domain::catalogue::isbn::Isbn;
use crate::domain::catalogue::product::{Detail, Product, check_language, check_year};
use crate::domain::catalogue::spreadsheet::{unquoted, without_zero_fraction};
use crate::domain::quote::TaxClass;
use crate::domain::{Currency, Money, STOCK_MAX, Sku, language};

/// One record of the file, with what it inherits from others.
pub(super) fn parse(mapping: &Mapping, record: &ByteRecord, line: u64, currency: Currency) -> Record {
    if let Some(why) = left_out(mapping, record) {
        return Record::LeftOut(LeftOut { line, why });
    }
    let sku = sku(mapping, record);
    let known = sku.as_ref().ok().cloned();
    match sku.and_then(|sku| row(mapping, record, line, currency, sku)) {
        Ok(row) => Record::Row(row),
        Err(why) => Record::Rejected(Rejected { line, sku: known, why }),
    }
}

fn row(
    mapping: &Mapping,
    record: &ByteRecord,
    line: u64,
    currency: Currency,
    sku: Sku,
) -> Result<Row, String> {
    let field = |ours: Ours| text(mapping, record, ours);
    let price = match field(Ours::Price)? {
        Some(price) => price_of(price, field(Ours::Currency)?.unwrap_or_default(), currency)?,
        None => derive::price(&sku, currency),
    };
    let weight = weight::read(field(Ours::Weight)?.unwrap_or_default(), mapping.unit)
        .map_err(|bad| bad.to_string())?;
    let (isbn, mut warnings) = isbn(mapping, record);
    let opening_stock = stock(mapping, record, &mut warnings)?.unwrap_or_else(|| derive::stock(&sku));
    let year = or_without(year(field(Ours::Year)?.unwrap_or_default()), &mut warnings);
    let language = or_without(language(field(Ours::Language)?.unwrap_or_default()), &mut warnings);
    let product = Product {
        title: title(mapping, record)?,
        authors: authors::read(&as_read(field(Ours::Authors)?.unwrap_or_default())),
        year,
        language,
        isbn,
        price,
        weight_grams: weight,
        tax_class: tax_class(field(Ours::TaxClass)?.unwrap_or_default())?,
        sku,
    };
    product.check().map_err(|bad| bad.to_string())?;
    Ok(Row { line, product, opening_stock, unsaid: unsaid(mapping, record), warnings })
}

/// What the file has no column for. Where attributes may say who wrote it, a row of which none does says nothing of that.
fn unsaid(mapping: &Mapping, record: &ByteRecord) -> Vec<Detail> {
    let is_unsaid = |detail: &Detail| {
        let ours = Ours::of(*detail);
        let is_attribute = ours == Ours::Authors && !mapping.attributes.is_empty();
        let is_empty = || record.get(mapping.width()).is_none_or(<[u8]>::is_empty);
        !mapping.has(ours) || is_attribute && is_empty()
    };
    Detail::ALL.into_iter().filter(is_unsaid).collect()
}

/// Why the record is no product for sale, if it is none.
fn left_out(mapping: &Mapping, record: &ByteRecord) -> Option<&'static str> {
    if record.iter().all(|field| field.trim_ascii().is_empty()) {
        return Some(EMPTY_ROW);
    }
    why(&mapping.rules, record)
}

/// What the record has for a field, from its column or for every row; `None` where the file has neither.
fn text<'a>(mapping: &'a Mapping, record: &'a ByteRecord, ours: Ours) -> Result<Option<&'a str>, String> {
    let Some(column) = mapping.column(ours) else { return Ok(mapping.value(ours)) };
    text_of(record, column, ours.field().name).map(Some)
}

fn text_of<'a>(record: &'a ByteRecord, column: usize, name: &str) -> Result<&'a str, String> {
    let bytes = record.get(column).unwrap_or_default();
    let text = std::str::from_utf8(bytes).map_err(|_| format!("the {name} is not UTF-8"))?;
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(format!("the {name} has a \u{fffd}, where a character was lost"));
    }
    Ok(text.trim())
}

fn sku(mapping: &Mapping, record: &ByteRecord) -> Result<Sku, String> {
    let text = as_read(unquoted(text(mapping, record, Ours::Sku)?.unwrap_or_default()));
    let text = text.trim();
    if text.is_empty() {
        let code = mapping.code.map(|column| text_of(record, column, "code")).transpose()?;
        let code = code.filter(|code| !code.is_empty()).map(ToOwned::to_owned);
        let made = code.map_or_else(|| sku_of_handle(mapping, record), |code| Ok(Some(code)))?;
        return Sku::parse(&made.ok_or("the sku is empty")?).map_err(|bad| printable(&bad.to_string()));
    }
    if mapping.column(Ours::Sku).is_some_and(|column| mapping.is_goodbooks_id(column)) {
        let number: u32 = text.parse().map_err(|_| format!("book_id `{}` is not a number", shown(text)))?;
        return Sku::parse(&format!("GB-{number:06}")).map_err(|bad| bad.to_string());
    }
    Sku::parse(text).map_err(|bad| printable(&bad.to_string()))
}

/// Where codes are optional: by what rows of one product have in common, and the variant of each: `emma-paperback`.
fn sku_of_handle(mapping: &Mapping, record: &ByteRecord) -> Result<Option<String>, String> {
    let Family::Run { of, .. } = mapping.family else { return Ok(None) };
    let mut made = text_of(record, of, "handle")?.to_owned();
    if made.is_empty() {
        return Ok(None);
    }
    for variant in variants(mapping, record)? {
        let words = fold(&variant);
        let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        words.for_each(|word| made.extend(["-", word]));
    }
    Ok(Some(made))
}

/// With the variant behind it, where there are several: `Emma – Paperback`.
fn title(mapping: &Mapping, record: &ByteRecord) -> Result<String, String> {
    let title = one_line(&as_read(text(mapping, record, Ours::Title)?.unwrap_or_default()));
    let variants = variants(mapping, record)?;
    if title.is_empty() || variants.is_empty() {
        Ok(title)
    } else {
        Ok(format!("{title} – {}", variants.join(", ")))
    }
}

/// What tells it from the others of its product; empty where it is the only one.
fn variants(mapping: &Mapping, record: &ByteRecord) -> Result<Vec<String>, String> {
    let mut variants: Vec<String> = vec![];
    for &column in &mapping.variants {
        let variant = one_line(&as_read(text_of(record, column, "variant")?));
        if !variant.is_empty() && !ONLY_VARIANT.contains(&variant.to_lowercase().as_str()) {
            variants.push(variant);
        }
    }
    Ok(variants)
}

fn price_of(price: &str, code: &str, shops: Currency) -> Result<Money, String> {
    if !code.is_empty() && !code.eq_ignore_ascii_case(shops.code()) {
        return Err(format!("currency `{}` is not the shop's, which is {shops}", shown(code)));
    }
    let amount = price::read(price, shops, shops.decimals() as usize).map_err(|bad| bad.to_string())?;
    Ok(Money::new(amount, shops))
}

/// `None` where the file says nothing of it.
fn stock(mapping: &Mapping, record: &ByteRecord, warnings: &mut Vec<String>) -> Result<Option<u32>, String> {
    let value = |column: usize| record.get(column).unwrap_or_default();
    let sold_out = mapping.sold_out.filter(|&(column, when)| when.is_so([value(column)].into_iter()));
    let said = text(mapping, record, Ours::Stock)?.map(unquoted);
    let counted = match said {
        Some("") | None if sold_out.is_some() => return Ok(Some(0)),
        None => return Ok(None),
        Some(said) => counted(mapping, record, said, warnings)?,
    };
    let Some((column, _)) = sold_out else { return Ok(Some(counted)) };
    if counted > 0 && mapping.column(Ours::Stock).is_some() {
        let says = shown(&mapping.names[column]);
        warnings.push(format!("stock {counted} is taken as 0: by `{says}` none is for sale"));
    }
    Ok(Some(0))
}

/// What the row says, or of a product that nobody counts what is said for all of these.
fn counted(
    mapping: &Mapping,
    record: &ByteRecord,
    said: &str,
    warnings: &mut Vec<String>,
) -> Result<u32, String> {
    let is_untracked = mapping
        .counted_by
        .is_some_and(|column| record.get(column).unwrap_or_default().trim_ascii().is_empty());
    let for_all = mapping.value(Ours::Stock);
    if said.is_empty() {
        return count(for_all.unwrap_or_default());
    }
    let counted = match said.strip_prefix(['-', '−']).map(count) {
        Some(owed) => {
            let owed = owed?;
            if owed > 0 && !is_untracked {
                warnings.push(format!(
                    "stock `{}` is taken as 0: {owed} owed to orders of the old shop",
                    shown(said)
                ));
            }
            0
        }
        None => count(said)?,
    };
    match for_all {
        Some(for_all) if is_untracked && counted == 0 => count(for_all),
        None if is_untracked && counted == 0 => Err(format!(
            "its stock is not tracked there, so `{}` is no count: write how many there are, or say --set stock=NUMBER for all that \
             are not counted",
            shown(said)
        )),
        _ => Ok(counted),
    }
}

/// Units, a whole number; `12.0` passes for 12, and `1.000` may be a thousand.
fn count(text: &str) -> Result<u32, String> {
    if text.is_empty() {
        return Err("the stock is empty: write 0 where there is none".to_owned());
    }
    let whole = parted(text).filter(|number| number.fraction.bytes().all(|digit| digit == b'0'));
    if let Some(Number { whole, fraction, may_be_thousands: true, .. }) = &whole {
        return Err(format!(
            "stock `{}` may be {whole}{fraction} or {whole}: write {whole}{fraction} or {whole}",
            shown(text)
        ));
    }
    match whole.and_then(|number| number.whole.parse().ok()) {
        Some(count) if count <= STOCK_MAX => Ok(count),
        _ => Err(format!("stock `{}` is not a whole number from 0 to {STOCK_MAX}", shown(text))),
    }
}

/// The first that a column holds. Of a product that has none, what is wrong with those that stand there.
fn isbn(mapping: &Mapping, record: &ByteRecord) -> (Option<String>, Vec<String>) {
    let columns = mapping.columns(Ours::Isbn).iter();
    let values =
        columns.filter_map(|&column| text_of(record, column, "isbn").ok()).chain(mapping.value(Ours::Isbn));
    let mut warnings = vec![];
    for value in values {
        match Isbn::read(value) {
            Ok(Some(isbn)) => return (Some(isbn.to_string()), vec![]),
            Ok(None) => {}
            Err(bad) => warnings.push(format!("isbn `{}`: {bad}; listed without it", shown(value))),
        }
    }
    (None, warnings)
}

/// A product is sold without what nobody needs to sell it, and whoever imports it is told why.
fn or_without<T>(read: Result<Option<T>, String>, warnings: &mut Vec<String>) -> Option<T> {
    read.unwrap_or_else(|why| {
        warnings.push(format!("{why}; listed without it"));
        None
    })
}

/// `1859`, `-800` or, where a spreadsheet had it, `-800.0`; empty is absent.
fn year(text: &str) -> Result<Option<i16>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let whole = without_zero_fraction(text).parse();
    let year = whole.map_err(|_| format!("year `{}` is not a whole number", shown(text)))?;
    check_year(year).map_err(|bad| bad.to_string())?;
    Ok(Some(year))
}

fn language(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let tag = language::tag_of(text);
    check_language(&tag).map_err(|bad| bad.to_string())?;
    Ok(Some(tag))
}

/// Empty is a book. As WooCommerce calls some of them too; a class that is none would be taxed as another, so its row is not taken.
fn tax_class(text: &str) -> Result<TaxClass, String> {
    match text.to_lowercase().as_str() {
        // of a variation whose product the file has not
        "" | "parent" => Ok(TaxClass::default()),
        "reduced-rate" | "reduced rate" => Ok(TaxClass::Reduced),
        "zero-rate" | "zero rate" => Ok(TaxClass::Zero),
        text => TaxClass::parse(text).map_err(|bad| printable(&bad.to_string())),
    }
}
