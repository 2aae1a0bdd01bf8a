//! The real baskets of a retailer: a CSV file, plain or gzipped, of invoice lines with the columns `InvoiceNo`,
//! `StockCode`, `Quantity`, `UnitPrice` and, if it has one, `Description` (UCI Online Retail is one).

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use crate::cli::Failure;
use crate::domain::catalogue::Product;
use crate::domain::limits::{LINES_MAX, TOTAL_MINOR_MAX};
use crate::domain::quote::TaxClass;
use crate::domain::{Currency, Money, Quantity, Sku};

use super::load::Basket;

/// Unpacked, it is no list of invoices above this.
const FILE_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Codes of goods begin with so many digits; postage, fees and corrections have words.
const GOODS_DIGITS: usize = 5;
/// The file does not say what anything weighs.
const WEIGHT_GRAMS: u32 = 300;
/// Beside the goods, an order pays for its way.
const GOODS_MINOR_MAX: i64 = TOTAL_MINOR_MAX - 100_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InvoiceLine {
    invoice_no: String,
    stock_code: String,
    #[serde(default)]
    description: String,
    quantity: i64,
    unit_price: f64,
}

/// What the retailer sold.
#[derive(Debug, Default)]
pub struct Retail {
    pub shelf: Vec<Product>,
    /// In the order of the invoices' numbers.
    pub baskets: Vec<Basket>,
    /// Lines that no customer's basket can hold (cancelled, free, no goods), and what was cut off of baskets larger
    /// than an order may be.
    pub left_out: usize,
}

/// Reads all of a file.
///
/// # Errors
/// Where it cannot be read, a record is not one of these columns, or no basket is left.
pub fn read(path: &Path, currency: Currency) -> Result<Retail, Failure> {
    let cannot = |error: String| Failure(format!("{}: {error}", path.display()));
    let file = File::open(path).map_err(|error| cannot(error.to_string()))?;
    let retail = match path.extension().is_some_and(|end| end == "gz") {
        true => parse(MultiGzDecoder::new(file), currency),
        false => parse(file, currency),
    };
    let retail = retail.map_err(|error| cannot(error.to_string()))?;
    if retail.baskets.is_empty() {
        return Err(cannot("no invoice of it is a basket".to_owned()));
    }
    Ok(retail)
}

fn parse(file: impl Read, currency: Currency) -> Result<Retail, csv::Error> {
    let mut retail = Retail::default();
    let mut places = HashMap::new();
    let mut invoices: BTreeMap<String, BTreeMap<usize, i64>> = BTreeMap::new();
    for line in csv::Reader::from_reader(file.take(FILE_BYTES_MAX)).deserialize() {
        let line: InvoiceLine = line?;
        let Some(product) = goods(&line, currency) else {
            retail.left_out += 1;
            continue;
        };
        let place = *places.entry(product.sku.clone()).or_insert_with(|| {
            retail.shelf.push(product);
            retail.shelf.len() - 1
        });
        *invoices.entry(line.invoice_no).or_default().entry(place).or_default() += line.quantity;
    }
    for lines in invoices.into_values() {
        let basket = basket(&lines, &retail.shelf);
        retail.left_out += lines.len() - basket.len();
        retail.baskets.extend((!basket.is_empty()).then_some(basket));
    }
    Ok(retail)
}

/// The product of a line that a customer bought. Codes that differ in case only are one.
fn goods(line: &InvoiceLine, currency: Currency) -> Option<Product> {
    let code = line.stock_code.trim().to_ascii_uppercase();
    let is_goods = code.bytes().take_while(u8::is_ascii_digit).count() >= GOODS_DIGITS;
    if !is_goods || line.quantity <= 0 || line.invoice_no.starts_with('C') {
        return None;
    }
    let title = line.description.trim();
    let product = Product {
        sku: Sku::parse(&code).ok()?,
        title: if title.is_empty() { code } else { title.to_owned() },
        authors: vec![],
        year: None,
        language: None,
        isbn: None,
        price: Money::new((line.unit_price * 100.0).round() as i64, currency),
        weight_grams: Some(WEIGHT_GRAMS),
        tax_class: TaxClass::Books,
    };
    product.check().is_ok().then_some(product)
}

/// What an order can hold of an invoice's lines.
fn basket(lines: &BTreeMap<usize, i64>, shelf: &[Product]) -> Basket {
    let (mut basket, mut minor) = (vec![], 0);
    for (place, units) in lines.iter().take(LINES_MAX) {
        let units = i128::from(*units).min(Quantity::MAX.into());
        let Ok(quantity) = Quantity::parse(units) else { continue };
        minor += shelf[*place].price.amount * i64::from(quantity.units());
        if minor <= GOODS_MINOR_MAX {
            basket.push((*place, quantity));
        }
    }
    basket
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    fn parsed(lines: &str) -> Retail {
        parse(format!("{HEAD}{lines}").as_bytes(), Currency::GBP).unwrap()
    }

    fn quantities(retail: &Retail) -> Vec<Vec<(usize, u32)>> {
        let units = |basket: &Basket| basket.iter().map(|(place, many)| (*place, many.units())).collect();
        retail.baskets.iter().map(units).collect()
    }

    #[test]
    fn an_invoice_is_a_basket() {
        let retail = parsed(
            "2,85123a,HEART,6,2010-12-01,2.55,1,UK\n1,71053,LANTERN,1,2010-12-01,3.39,1,UK\n\
             1,85123A,HEART,2,2010-12-01,2.75,1,UK\n1,71053,LANTERN,4,2010-12-01,3.39,1,UK\n",
        );
        assert_eq!(quantities(&retail), [vec![(0, 2), (1, 5)], vec![(0, 6)]]);
        let heart = &retail.shelf[0];
        assert_eq!((heart.sku.as_str(), heart.price.amount, retail.left_out), ("85123A", 255, 0));
    }

    #[test]
    fn what_nobody_bought_is_left_out() {
        let retail = parsed(
            "C1,85123A,HEART,-6,d,2.55,1,UK\n1,85123A,HEART,-1,d,2.55,1,UK\n1,85123A,HEART,1,d,0,1,UK\n\
             1,POST,POSTAGE,1,d,18,1,UK\nC2,85123A,HEART,1,d,2.55,1,UK\n1,85123A,HEART,1,d,NaN,1,UK\n\
             1,85123A,HEART,1,d,1e300,1,UK\n",
        );
        assert_eq!((retail.baskets.len(), retail.left_out), (0, 7));
    }

    #[test]
    fn a_basket_is_no_larger_than_an_order() {
        let many: String = (0..120).map(|nth| format!("1,{},X,1,d,1,1,UK\n", 10_000 + nth)).collect();
        let retail = parsed(&format!("{many}2,20000,X,5000,d,1,1,UK\n3,20001,X,999,d,100000000,1,UK\n"));
        let sizes: Vec<usize> = retail.baskets.iter().map(Vec::len).collect();
        assert_eq!((sizes, retail.left_out), (vec![100, 1], 21));
        assert_eq!(retail.baskets[1][0].1.units(), Quantity::MAX);
    }

    #[test]
    fn another_file_says_what_is_missing() {
        let error = parse("a,b\n1,2\n".as_bytes(), Currency::GBP).unwrap_err();
        assert!(error.to_string().contains("InvoiceNo"), "{error}");
        let error = parse(format!("{HEAD}1,85123A,X,six,d,1,1,UK\n").as_bytes(), Currency::GBP).unwrap_err();
        assert!(error.to_string().contains("line: 2"), "{error}");
    }
}
