use csv::ByteRecord;

use super::imported::ImportError;

/// Which column of the file holds what. Names are compared without case; dashes and spaces count as `_`.
pub(super) struct Columns {
    pub sku: SkuColumn,
    pub title: usize,
    pub authors: usize,
    pub year: Option<usize>,
    pub language: Option<usize>,
    /// In the order in which they are tried: the first that holds an ISBN wins.
    pub isbns: Vec<usize>,
    pub price: Option<usize>,
    pub currency: Option<usize>,
    pub weight_grams: Option<usize>,
    pub stock: Option<usize>,
    /// How many fields a record must have.
    pub width: usize,
}

pub(super) enum SkuColumn {
    Sku(usize),
    /// goodbooks-10k numbers its books: 1 becomes `GB-000001`.
    GoodbooksId(usize),
}

// Synonyms, best first. Those of goodbooks-10k stand behind the shop's own.
const TITLE: &[&str] = &["title", "original_title", "name"];
const AUTHORS: &[&str] = &["authors", "author"];
const YEAR: &[&str] = &["year", "publication_year", "original_publication_year"];
const LANGUAGE: &[&str] = &["language", "language_code", "lang"];
const ISBNS: &[&str] = &["isbn13", "isbn", "isbn10"];
const PRICE: &[&str] = &["price"];
const CURRENCY: &[&str] = &["currency"];
const WEIGHT: &[&str] = &["weight_grams", "weight_g"];
const STOCK: &[&str] = &["stock", "opening_stock"];

/// A file with more columns is no catalogue; the error would not fit a screen either.
const COLUMNS_MAX: usize = 256;
const COLUMN_NAME_CHARS_SHOWN_MAX: usize = 40;

impl Columns {
    pub fn from_header(header: &ByteRecord) -> Result<Columns, ImportError> {
        let names: Vec<String> = header.iter().map(normalised).collect();
        if names.len() > COLUMNS_MAX {
            return Err(ImportError::TooManyColumns { found: names.len(), max: COLUMNS_MAX });
        }
        if let Some(name) = repeated(&names) {
            return Err(ImportError::RepeatedColumn(shown(name)));
        }
        let find = |synonyms: &[&str]| synonyms.iter().find_map(|name| names.iter().position(|n| n == name));
        let need = |synonyms: &[&'static str]| {
            find(synonyms)
                .ok_or_else(|| ImportError::MissingColumn { column: synonyms[0], found: listed(&names) })
        };
        let sku = match (find(&["sku"]), find(&["book_id"])) {
            (Some(column), _) => SkuColumn::Sku(column),
            (None, Some(column)) => SkuColumn::GoodbooksId(column),
            (None, None) => SkuColumn::Sku(need(&["sku"])?),
        };
        Ok(Columns {
            sku,
            title: need(TITLE)?,
            authors: need(AUTHORS)?,
            year: find(YEAR),
            language: find(LANGUAGE),
            isbns: ISBNS.iter().filter_map(|name| find(&[name])).collect(),
            price: find(PRICE),
            currency: find(CURRENCY),
            weight_grams: find(WEIGHT),
            stock: find(STOCK),
            width: names.len(),
        })
    }

    /// The columns that the file does not have and that are therefore derived.
    pub fn derived(&self) -> Vec<&'static str> {
        [("price", self.price), ("weight_grams", self.weight_grams), ("stock", self.stock)]
            .into_iter()
            .filter_map(|(name, column)| column.is_none().then_some(name))
            .collect()
    }
}

fn normalised(name: &[u8]) -> String {
    String::from_utf8_lossy(name).trim().to_lowercase().replace([' ', '-'], "_")
}

fn repeated(names: &[String]) -> Option<&str> {
    let twice = |(at, name): (usize, &String)| !name.is_empty() && names[..at].contains(name);
    names.iter().enumerate().find(|&column| twice(column)).map(|(_, name)| name.as_str())
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "none: the file is empty".to_owned();
    }
    names.iter().map(|name| format!("`{}`", shown(name))).collect::<Vec<_>>().join(", ")
}

/// Short and printable, whatever the file holds.
fn shown(name: &str) -> String {
    name.chars().take(COLUMN_NAME_CHARS_SHOWN_MAX).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Result<Columns, ImportError> {
        Columns::from_header(&ByteRecord::from(names.to_vec()))
    }

    #[test]
    fn columns_are_found_in_any_order_and_case() {
        let found = columns(&["Stock", " PRICE", "Weight Grams", "Author", "x", "Title", "SKU"]).unwrap();
        assert!(matches!(found.sku, SkuColumn::Sku(6)));
        assert_eq!((found.title, found.authors), (5, 3));
        assert_eq!((found.stock, found.price, found.weight_grams), (Some(0), Some(1), Some(2)));
        assert_eq!(found.derived(), Vec::<&str>::new());
    }

    #[test]
    fn the_shops_own_names_go_before_their_synonyms() {
        let found = columns(&["book_id", "original_title", "title", "authors", "sku"]).unwrap();
        assert!(matches!(found.sku, SkuColumn::Sku(4)));
        assert_eq!(found.title, 2);
        assert_eq!(found.derived(), ["price", "weight_grams", "stock"]);
    }

    #[test]
    fn a_missing_column_is_named_with_those_found() {
        let error = columns(&["sku", "Title", "pri\u{7}ce"]).err().unwrap();
        assert_eq!(
            error.to_string(),
            "the catalogue file has no column `authors`, its columns are: `sku`, `title`, `pri\\u{7}ce`"
        );
    }

    #[test]
    fn a_column_that_stands_there_twice_is_an_error() {
        let error = columns(&["sku", "title", "authors", "Title"]).err().unwrap();
        assert_eq!(error.to_string(), "the catalogue file has the column `title` twice, remove one");
    }
}
