//! Prices as people write them: `12.99`, `£12.99`, `12,99 €`, `1.234,50`.
//!
//! Guarantee: a price that could be read in two ways is refused, and so is one that says another currency.

use super::number::{Number, parted};
use super::shown::shown;
use crate::domain::Currency;
use crate::domain::catalogue::spreadsheet::unquoted;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadPrice {
    #[error("the price is empty")]
    Empty,
    #[error("price `{0}` is no price, write it as {1}")]
    NotOne(String, String),
    #[error("price `{price}` may be {thousands} or {fraction}: write {thousands} or {other}")]
    Ambiguous { price: String, thousands: String, fraction: String, other: String },
    #[error("price `{price}` is in {found}, and the shop sells in {shops}")]
    OtherCurrency { price: String, found: String, shops: Currency },
    #[error("price `{0}` is finer than the smallest coin of {1}")]
    TooFine(String, Currency),
}

/// Signs that stand for a currency; where several have one, for each of them. The longer before its own end.
const SIGNS: [(&str, &[&str]); 24] = [
    ("US$", &["USD"]),
    ("CA$", &["CAD"]),
    ("HK$", &["HKD"]),
    ("NZ$", &["NZD"]),
    ("NT$", &["TWD"]),
    ("A$", &["AUD"]),
    ("C$", &["CAD"]),
    ("R$", &["BRL"]),
    ("S$", &["SGD"]),
    ("$", &["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "CLP", "COP", "ARS"]),
    ("£", &["GBP", "GIP", "FKP", "SHP", "EGP"]),
    ("€", &["EUR"]),
    ("¥", &["JPY", "CNY"]),
    ("￥", &["JPY", "CNY"]),
    ("元", &["CNY"]),
    ("円", &["JPY"]),
    ("₹", &["INR"]),
    ("₩", &["KRW"]),
    ("₽", &["RUB"]),
    ("₴", &["UAH"]),
    ("zł", &["PLN"]),
    ("Kč", &["CZK"]),
    ("kr.", &["DKK", "NOK", "SEK", "ISK"]),
    ("kr", &["DKK", "NOK", "SEK", "ISK"]),
];

/// The price in the smallest coins of `currency`, which has so many `decimals`.
pub(super) fn read(text: &str, currency: Currency, decimals: usize) -> Result<i64, BadPrice> {
    let price = unquoted(text);
    if price.is_empty() {
        return Err(BadPrice::Empty);
    }
    let bare = without_currency(price, currency)?;
    let not_one = || BadPrice::NotOne(shown(price), example(decimals));
    let number = parted(without_dash(bare)).ok_or_else(not_one)?;
    if number.may_be_thousands && is_ambiguous(&number, decimals) {
        return Err(ambiguous(price, &number.whole, &number.fraction, decimals));
    }
    let (whole, fraction) = match number.may_be_thousands && decimals == 0 {
        true => (number.whole + &number.fraction, String::new()),
        false => (number.whole, number.fraction),
    };
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > decimals {
        return Err(BadPrice::TooFine(shown(price), currency));
    }
    format!("0{whole}{fraction:0<decimals$}").parse().map_err(|_| not_one())
}

/// Of a number with three digits behind its only sign. Of a currency without decimals what is not a whole number can only be
/// thousands, and so can what has a comma; `500.000` is how a database writes 500.
fn is_ambiguous(number: &Number, decimals: usize) -> bool {
    let has_point = number.point == Some('.');
    match decimals {
        0 => has_point && number.fraction == "000",
        3 => !has_point,
        _ => true,
    }
}

/// What is left without the sign or code of the shop's own currency, before or behind the number.
fn without_currency(price: &str, currency: Currency) -> Result<&str, BadPrice> {
    let other =
        |found: &str| BadPrice::OtherCurrency { price: shown(price), found: shown(found), shops: currency };
    for (sign, codes) in SIGNS {
        let Some(rest) = price.strip_prefix(sign).or_else(|| price.strip_suffix(sign)) else { continue };
        return if codes.contains(&currency.code()) { Ok(rest.trim()) } else { Err(other(sign)) };
    }
    let is_letter = |c: char| c.is_ascii_alphabetic();
    let rest = price.trim_start_matches(is_letter).trim_end_matches(is_letter);
    let code = price.strip_suffix(rest).or_else(|| price.strip_prefix(rest)).unwrap_or_default();
    if code.is_empty() || code.eq_ignore_ascii_case(currency.code()) {
        return Ok(rest.trim());
    }
    if Currency::parse(&code.to_ascii_uppercase()).is_ok() && !rest.is_empty() {
        Err(other(code))
    } else {
        Ok(price)
    }
}

/// Names of currencies that are words too: `Price (all)`.
const WORDS: [&str; 4] = ["ALL", "CUP", "TOP", "TRY"];

/// The currency that a column's name says its prices are in, where that is another than the shop's: `Price (EUR)`, `USD price`, `£`.
pub(super) fn other_currency_of_column(name: &str, shops: Currency) -> Option<String> {
    let words: Vec<String> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_uppercase)
        .collect();
    let is_code = |word: &&String| !WORDS.contains(&word.as_str()) && Currency::parse(word).is_ok();
    if let Some(code) = [words.last(), words.first()].into_iter().flatten().find(is_code) {
        return (code != shops.code()).then(|| code.clone());
    }
    let is_sign =
        |(sign, _): &&(&'static str, &[&str])| !sign.starts_with(char::is_alphabetic) && name.contains(*sign);
    let (sign, codes) = SIGNS.iter().find(is_sign)?;
    (!codes.contains(&shops.code())).then(|| (*sign).to_owned())
}

/// `12,-` is twelve and nothing.
fn without_dash(number: &str) -> &str {
    let bare = number.trim_end_matches(['-', '–', '—']);
    let pointed = bare.strip_suffix(',').or_else(|| bare.strip_suffix('.'));
    pointed.filter(|_| bare.len() < number.len()).unwrap_or(number)
}

fn ambiguous(price: &str, whole: &str, fraction: &str, decimals: usize) -> BadPrice {
    let coins = fraction.trim_end_matches('0');
    let other = match (coins.len() <= decimals, decimals) {
        (true, 0) => whole.to_owned(),
        (true, _) => format!("{whole}.{coins:0<decimals$}"),
        // it can be no price of the shop
        (false, _) => format!("{whole}{fraction}.{:0<decimals$}", ""),
    };
    BadPrice::Ambiguous {
        price: shown(price),
        thousands: format!("{whole}{fraction}"),
        fraction: format!("{whole}.{fraction}"),
        other,
    }
}

fn example(decimals: usize) -> String {
    if decimals == 0 { "12".to_owned() } else { format!("12.{:9<decimals$}", "") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    fn pence(text: &str) -> Result<i64, String> {
        read(text, Currency::GBP, 2).map_err(|bad| bad.to_string())
    }

    #[test]
    fn a_price_is_read_as_people_write_it() {
        for (text, amount) in [
            ("12.99", 1299),
            ("12", 1200),
            ("12.5", 1250),
            ("12,5", 1250),
            ("12,99", 1299),
            (".99", 99),
            ("12.9900", 1299),
            ("£12.99", 1299),
            ("£ 12.99", 1299),
            ("12.99 £", 1299),
            ("GBP 12.99", 1299),
            ("12.99 GBP", 1299),
            ("12.99gbp", 1299),
            ("=\"12.99\"", 1299),
            ("'12.99", 1299),
            ("12,-", 1200),
            ("12.–", 1200),
            ("1.234,50", 123_450),
            ("1,234.50", 123_450),
            ("1 234,50", 123_450),
            ("1\u{a0}234.50", 123_450),
            ("1'234.50", 123_450),
            ("£1,234.50", 123_450),
            ("1,234,567", 123_456_700),
            ("1 234", 123_400),
            ("0.340", 34),
            ("0", 0),
        ] {
            assert_eq!(pence(text), Ok(amount), "{text}");
        }
    }

    #[test]
    fn a_price_that_may_be_two_is_refused_with_what_to_write() {
        for (text, why) in [
            ("1,234", "price `1,234` may be 1234 or 1.234: write 1234 or 1234.00"),
            ("1.234", "price `1.234` may be 1234 or 1.234: write 1234 or 1234.00"),
            ("1.500", "price `1.500` may be 1500 or 1.500: write 1500 or 1.50"),
            ("1.000", "price `1.000` may be 1000 or 1.000: write 1000 or 1.00"),
            ("£1,234", "price `£1,234` may be 1234 or 1.234: write 1234 or 1234.00"),
        ] {
            assert_eq!(pence(text), Err(why.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_price_of_the_shop_is_refused() {
        for (text, why) in [
            ("", "the price is empty"),
            ("-1.00", "price `-1.00` is no price, write it as 12.99"),
            ("12.99-15.99", "price `12.99-15.99` is no price, write it as 12.99"),
            ("variable", "price `variable` is no price, write it as 12.99"),
            ("12..99", "price `12..99` is no price, write it as 12.99"),
            ("12.995", "price `12.995` may be 12995 or 12.995: write 12995 or 12995.00"),
            ("1234.567", "price `1234.567` is finer than the smallest coin of GBP"),
            ("$5", "price `$5` is in $, and the shop sells in GBP"),
            ("5 €", "price `5 €` is in €, and the shop sells in GBP"),
            ("12.99 USD", "price `12.99 USD` is in USD, and the shop sells in GBP"),
            ("99999999999999999999", "price `99999999999999999999` is no price, write it as 12.99"),
        ] {
            assert_eq!(pence(text), Err(why.to_owned()), "{text}");
        }
    }

    #[test]
    fn the_currency_says_how_many_decimals_there_are() {
        let yen = |text: &str| read(text, currency("JPY"), 0);
        for text in ["1200", "1200.00", "¥1,200", "1,200", "1.200", "JPY 1200", "1200円"] {
            assert_eq!(yen(text), Ok(1200), "{text}");
        }
        assert!(matches!(yen("12.5"), Err(BadPrice::TooFine(..))));
        assert_eq!((yen("1000.000"), yen("¥500,000")), (Ok(1_000), Ok(500_000)));
        let why = "price `500.000` may be 500000 or 500.000: write 500000 or 500";
        assert_eq!(yen("500.000").unwrap_err().to_string(), why);
        let dinars = |text: &str| read(text, currency("KWD"), 3);
        for text in ["1.234", "KWD 1.234", "1.2340"] {
            assert_eq!(dinars(text), Ok(1234), "{text}");
        }
        assert_eq!(dinars("1,234.500"), Ok(1_234_500));
        assert!(matches!(dinars("1,234"), Err(BadPrice::Ambiguous { .. })));
        assert_eq!(read("$5", currency("USD"), 2), Ok(500));
        assert_eq!(read("12,99 €", currency("EUR"), 2), Ok(1299));
        assert!(matches!(read("A$5", currency("USD"), 2), Err(BadPrice::OtherCurrency { .. })));
    }

    #[test]
    fn a_column_may_say_which_currency_its_prices_are_in() {
        for (name, other) in [
            ("Price (EUR)", Some("EUR")),
            ("price_eur", Some("EUR")),
            ("USD Price", Some("USD")),
            ("Preis €", Some("€")),
            ("Price ($)", Some("$")),
            ("Price (GBP)", None),
            ("price £", None),
            ("RRP", None),
            ("Price inc VAT", None),
            ("Price (all)", None),
        ] {
            assert_eq!(other_currency_of_column(name, Currency::GBP).as_deref(), other, "{name}");
        }
        assert_eq!(other_currency_of_column("Price ($)", currency("USD")), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[0-9.,£$ A-Z'-]{0,12}|.*", decimals in 0usize..5) {
            let _ = read(&text, Currency::GBP, decimals);
        }

        #[test]
        fn what_is_shown_reads_back(amount in 0i64..10_000_000_000, style in 0usize..6) {
            let (pounds, pence) = (amount / 100, amount % 100);
            let plain = pounds.to_string();
            let mut parted = String::new();
            for (at, digit) in plain.chars().enumerate() {
                if at > 0 && (plain.len() - at) % 3 == 0 { parted.push('|'); }
                parted.push(digit);
            }
            let written = match style {
                0 => format!("{plain}.{pence:02}"),
                1 => format!("£{}.{pence:02}", parted.replace('|', ",")),
                2 => format!("{},{pence:02} GBP", parted.replace('|', ".")),
                3 => format!("{}.{pence:02}", parted.replace('|', "'")),
                4 => format!("{},{pence:02}", parted.replace('|', "\u{202f}")),
                _ => crate::domain::Money::new(amount, Currency::GBP).to_string(),
            };
            prop_assert_eq!(read(&written, Currency::GBP, 2), Ok(amount), "{}", written);
        }
    }
}
