use serde::{Deserialize, Serialize};

use super::isbn::Isbn;
use crate::domain::quote::TaxClass;
use crate::domain::{Money, Sku};

/// A book that the shop sells. How many there are is the stock's business, not the catalogue's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Product {
    pub sku: Sku,
    /// 1 to `Product::TITLE_BYTES_MAX` bytes, no control characters.
    pub title: String,
    /// In the order of the title page; empty where nobody is named.
    pub authors: Vec<String>,
    /// Of the first publication; negative = BC, never 0.
    pub year: Option<i16>,
    /// A BCP 47 tag of the original language, for example `en` or `pt-BR`.
    pub language: Option<String>,
    /// Thirteen digits, see [`Isbn`].
    pub isbn: Option<String>,
    /// Of one copy; with tax, where the shop's prices include it.
    pub price: Money,
    /// Of one copy, packed for the shelf; `None` where nobody has said.
    pub weight_grams: Option<u32>,
    pub tax_class: TaxClass,
}

/// Why a product cannot be in the catalogue.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadProduct {
    #[error("the title is empty")]
    NoTitle,
    #[error("the title is {0} bytes long, at most {max} are allowed", max = Product::TITLE_BYTES_MAX)]
    LongTitle(usize),
    #[error("there are {0} authors, at most {max} are allowed", max = Product::AUTHORS_MAX)]
    ManyAuthors(usize),
    #[error("an author is {0} bytes long, 1 to {max} are expected", max = Product::AUTHOR_BYTES_MAX)]
    LongAuthor(usize),
    #[error("the {0} has a control character, remove it")]
    ControlCharacter(&'static str),
    #[error("year {0} is not one from {min} to {max} (negative = BC, and there is no year 0)", min = Product::YEAR_MIN, max = Product::YEAR_MAX)]
    Year(i16),
    #[error("language `{0}` is not a tag such as `en` or `pt-BR`")]
    Language(String),
    #[error("`{0}` is not an ISBN of thirteen digits")]
    Isbn(String),
    #[error("price {0} is outside {min} to {max}", min = Money::new(1, .0.currency), max = Money::new(Product::PRICE_MINOR_MAX, .0.currency))]
    Price(Money),
    #[error("weight {0} g is outside 1 to {max} g", max = Product::WEIGHT_GRAMS_MAX)]
    Weight(u32),
}

/// What may be unsaid of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    Authors,
    Isbn,
    Weight,
    Year,
    Language,
    TaxClass,
}

impl Detail {
    pub const ALL: [Detail; 6] =
        [Detail::Authors, Detail::Isbn, Detail::Weight, Detail::Year, Detail::Language, Detail::TaxClass];
}

impl Product {
    /// Has of it what `other` has.
    pub fn take(&mut self, detail: Detail, other: &Product) {
        match detail {
            Detail::Authors => self.authors.clone_from(&other.authors),
            Detail::Isbn => self.isbn.clone_from(&other.isbn),
            Detail::Weight => self.weight_grams = other.weight_grams,
            Detail::Year => self.year = other.year,
            Detail::Language => self.language.clone_from(&other.language),
            Detail::TaxClass => self.tax_class = other.tax_class,
        }
    }

    /// About so much text it has.
    pub fn text_bytes(&self) -> usize {
        self.title.len() + self.authors.iter().map(String::len).sum::<usize>()
    }

    pub const TITLE_BYTES_MAX: usize = 512;
    pub const AUTHORS_MAX: usize = 64;
    pub const AUTHOR_BYTES_MAX: usize = 128;
    pub const LANGUAGE_BYTES_MAX: usize = 16;
    /// Cuneiform tablets are the oldest books with a year.
    pub const YEAR_MIN: i16 = -3500;
    /// The domain has no clock; this only catches what cannot be a year.
    pub const YEAR_MAX: i16 = 2200;
    /// Of any currency: what nobody has the rates for is not scaled by them. A dear book costs hundreds of millions of the smallest coins
    /// in some (rials, rupiah, pounds of Lebanon); a tenth of what an order may cost leaves room for its delivery.
    pub const PRICE_MINOR_MAX: i64 = 100_000_000_000;
    pub const WEIGHT_GRAMS_MAX: u32 = 50_000;

    /// Holds every field against its limits; the first that fails is the error.
    pub fn check(&self) -> Result<(), BadProduct> {
        check_title(&self.title)?;
        check_authors(&self.authors)?;
        self.year.map_or(Ok(()), check_year)?;
        self.language.as_deref().map_or(Ok(()), check_language)?;
        if let Some(isbn) = &self.isbn
            && Isbn::parse(isbn).is_none_or(|parsed| parsed.to_string() != *isbn)
        {
            return Err(BadProduct::Isbn(isbn.chars().take(32).collect()));
        }
        if !(1..=Product::PRICE_MINOR_MAX).contains(&self.price.amount) {
            return Err(BadProduct::Price(self.price));
        }
        if let Some(grams) = self.weight_grams
            && !(1..=Product::WEIGHT_GRAMS_MAX).contains(&grams)
        {
            return Err(BadProduct::Weight(grams));
        }
        Ok(())
    }
}

fn check_title(title: &str) -> Result<(), BadProduct> {
    if title.trim().is_empty() {
        return Err(BadProduct::NoTitle);
    }
    if title.len() > Product::TITLE_BYTES_MAX {
        return Err(BadProduct::LongTitle(title.len()));
    }
    if title.contains(char::is_control) {
        return Err(BadProduct::ControlCharacter("title"));
    }
    Ok(())
}

fn check_authors(authors: &[String]) -> Result<(), BadProduct> {
    if authors.len() > Product::AUTHORS_MAX {
        return Err(BadProduct::ManyAuthors(authors.len()));
    }
    for author in authors {
        if !(1..=Product::AUTHOR_BYTES_MAX).contains(&author.len()) {
            return Err(BadProduct::LongAuthor(author.len()));
        }
        if author.contains(char::is_control) {
            return Err(BadProduct::ControlCharacter("list of authors"));
        }
    }
    Ok(())
}

pub(super) fn check_year(year: i16) -> Result<(), BadProduct> {
    let is_year = year != 0 && (Product::YEAR_MIN..=Product::YEAR_MAX).contains(&year);
    if is_year { Ok(()) } else { Err(BadProduct::Year(year)) }
}

pub(super) fn check_language(tag: &str) -> Result<(), BadProduct> {
    if is_language_tag(tag) { Ok(()) } else { Err(BadProduct::Language(tag.chars().take(32).collect())) }
}

/// The shape of a tag, not its registration: a primary part of 2 or 3 letters, then parts of 1 to 8.
fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    tag.len() <= Product::LANGUAGE_BYTES_MAX
        && matches!(primary.len(), 2 | 3)
        && primary.bytes().all(|c| c.is_ascii_lowercase())
        && parts.all(|part| matches!(part.len(), 1..=8) && part.bytes().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Currency;

    fn emma() -> Product {
        Product {
            sku: Sku::parse("PD-0001").unwrap(),
            title: "Emma".to_owned(),
            authors: vec!["Jane Austen".to_owned()],
            year: Some(1815),
            language: Some("en".to_owned()),
            isbn: None,
            price: Money::new(799, Currency::GBP),
            weight_grams: Some(340),
            tax_class: TaxClass::Books,
        }
    }

    #[test]
    fn a_whole_product_is_good() {
        assert_eq!(emma().check(), Ok(()));
        let iliad = Product { year: Some(-750), authors: vec![], language: None, ..emma() };
        assert_eq!(iliad.check(), Ok(()));
    }

    #[test]
    fn a_book_without_title_or_price_is_refused() {
        assert_eq!(Product { title: " ".to_owned(), ..emma() }.check(), Err(BadProduct::NoTitle));
        let free = Money::zero(Currency::GBP);
        assert_eq!(Product { price: free, ..emma() }.check(), Err(BadProduct::Price(free)));
        assert_eq!(Product { weight_grams: Some(0), ..emma() }.check(), Err(BadProduct::Weight(0)));
    }

    #[test]
    fn there_is_no_year_zero() {
        assert_eq!(Product { year: Some(0), ..emma() }.check(), Err(BadProduct::Year(0)));
    }

    #[test]
    fn an_isbn_is_kept_in_one_form_only() {
        let with = |isbn: &str| Product { isbn: Some(isbn.to_owned()), ..emma() };
        assert_eq!(with("9780439023481").check(), Ok(()));
        for bad in ["0439023483", "978-0439023481", "9780439023482"] {
            assert_eq!(with(bad).check(), Err(BadProduct::Isbn(bad.to_owned())));
        }
    }

    #[test]
    fn a_language_is_a_tag() {
        let with = |tag: &str| Product { language: Some(tag.to_owned()), ..emma() }.check().is_ok();
        for good in ["en", "grc", "pt-BR", "zh-Hant"] {
            assert!(with(good), "{good}");
        }
        for bad in ["", "e", "English", "EN", "en-", "en_GB", "en-123456789"] {
            assert!(!with(bad), "{bad}");
        }
    }

    #[test]
    fn a_limit_is_named_in_the_error() {
        let long = Product { title: "x".repeat(513), ..emma() };
        assert_eq!(
            long.check().unwrap_err().to_string(),
            "the title is 513 bytes long, at most 512 are allowed"
        );
    }

    #[test]
    fn a_price_has_the_bounds_of_its_currency() {
        let priced = |amount, code: &str| {
            let price = Money::new(amount, Currency::parse(code).unwrap());
            Product { price, ..emma() }.check().map_err(|bad| bad.to_string())
        };
        for (code, bounds) in [
            ("GBP", "price 1000000000.01 GBP is outside 0.01 GBP to 1000000000.00 GBP"),
            ("JPY", "price 100000000001 JPY is outside 1 JPY to 100000000000 JPY"),
            ("KWD", "price 100000000.001 KWD is outside 0.001 KWD to 100000000.000 KWD"),
        ] {
            let why = priced(Product::PRICE_MINOR_MAX + 1, code).unwrap_err();
            assert!(why.starts_with(bounds), "{why}");
            assert_eq!(priced(Product::PRICE_MINOR_MAX, code), Ok(()));
        }
        // a bound atlas of some 1,000 euros
        for (amount, code) in
            [(1_750_000_000, "IDR"), (380_000_000, "COP"), (40_000_000, "HUF"), (90_000_000_000, "IRR")]
        {
            assert_eq!(priced(amount, code), Ok(()), "{code}");
        }
    }
}
