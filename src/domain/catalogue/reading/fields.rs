//! What a catalogue file may say of a product, under which names, in which form. This one table is what the reader goes
//! by and what the documents and `import catalogue --help` show.

use std::fmt::Write as _;

use crate::domain::catalogue::product::Detail;

/// What the shop can know of a product from a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ours {
    Sku,
    Title,
    Price,
    Stock,
    Authors,
    Isbn,
    Weight,
    Year,
    Language,
    Currency,
    TaxClass,
}

pub(super) struct Field {
    pub ours: Ours,
    /// As `--map` and `--set` call it.
    pub name: &'static str,
    pub is_required: bool,
    /// The names of columns that are taken for it, the best first; compared as [`normalised`] makes them.
    pub names: &'static [&'static str],
    pub rule: &'static str,
}

/// In the order of [`Ours`].
pub(super) const FIELDS: [Field; 11] = [
    Field {
        ours: Ours::Sku,
        name: "sku",
        is_required: true,
        names: &[
            "sku",
            "item code",
            "product code",
            "stock code",
            "item number",
            "product number",
            "article number",
            "product sku",
            GOODBOOKS_ID,
        ],
        rule: "the shop's own code of the product, once in a file; two that differ in capitals only are one; of a page's text (`&#45;`) what its reader saw. Of goodbooks-10k \
               `book_id` 1 becomes `GB-000001`",
    },
    Field {
        ours: Ours::Title,
        name: "title",
        is_required: true,
        names: &[
            "title",
            "original_title",
            "name",
            "product name",
            "book title",
            "item name",
            "product title",
        ],
        rule: "1 to 512 bytes; of a page's text (`&amp;`, `<em>`) what its reader saw, and so of authors",
    },
    Field {
        ours: Ours::Price,
        name: "price",
        is_required: true,
        names: &[
            "price",
            "regular price",
            "rrp",
            "retail price",
            "list price",
            "selling price",
            "unit price",
            "price incl vat",
            "price inc vat",
            "price incl tax",
            "price inc tax",
            "gross price",
        ],
        rule: "of one copy, with tax where the shop's prices include it, in the shop's currency, whose sign or code may stand there: `12.99`, `£12.99`, \
               `12,99`, `1.234,50`. What may be two prices (`1,234`) is refused by its line, and a column whose name says another currency",
    },
    Field {
        ours: Ours::Stock,
        name: "stock",
        is_required: true,
        names: &[
            "stock",
            "opening_stock",
            "quantity",
            "qty",
            "on hand",
            "qty on hand",
            "quantity on hand",
            "in stock",
            "stock quantity",
            "stock qty",
            "stock level",
            "inventory",
            "inventory quantity",
            "quantity available",
        ],
        rule: "units on the shelf, a whole number from 0 to 1,000,000; empty is refused by its line, write 0 where there is none, and so is `1.000`, \
               which may be 1000; a negative one, which is owed to old orders, is taken as 0 and named by its line. Where a file marks a product \
               sold out it is 0 whatever stands here, and that is named too",
    },
    Field {
        ours: Ours::Authors,
        name: "authors",
        is_required: false,
        names: &[
            "authors",
            "author",
            "author name",
            "author names",
            "author(s)",
            "by",
            "written by",
            "writer",
            "creator",
        ],
        rule: "`;` or `|` parts persons, and where neither stands there, `&`, `and` and commas do; `Writer, C.`, `Writer, Clara \
               Maria von` and `Garcia Marquez, Gabriel` are one person, `Simon and Schuster Ltd` is one company",
    },
    Field {
        ours: Ours::Isbn,
        name: "isbn",
        is_required: false,
        names: &[
            "isbn13", "isbn-13", "isbn", "isbn10", "isbn-10", "ean", "ean13", "ean-13", "gtin", "gtin13",
            "barcode", "upc",
        ],
        rule: "ten or thirteen digits with any dash or space, `=\"9780141439846\"`, `'9780141439846`, `9780141439846.0`. One that \
               a spreadsheet rounded (`9.78014E+12`) or whose check digit is wrong is named by its line, and the product is \
               listed without. Of several columns the first that holds one counts; codes of other things than books are passed by",
    },
    Field {
        ours: Ours::Weight,
        name: "weight_grams",
        is_required: false,
        names: &[
            "weight_grams",
            "weight (g)",
            "weight in grams",
            "weight (kg)",
            "weight (lb)",
            "weight (lbs)",
            "weight (oz)",
            "grams",
            "shipping weight",
            "weight",
        ],
        rule: "of one copy, up to 50,000 g, in the unit of its column's name (g, kg, lb, oz) or of the value: `340 g`, `0.34 kg`, \
               `12 oz`; numbers without either are refused: say it, `--map weight_kg=weight`. 0 is not known",
    },
    Field {
        ours: Ours::Year,
        name: "year",
        is_required: false,
        names: &[
            "year",
            "publication_year",
            "original_publication_year",
            "year of publication",
            "year published",
            "published year",
            "pub year",
        ],
        rule: "of the first publication, -3500 to 2200; negative is BC. What is none is named by its line, and the product is listed without",
    },
    Field {
        ours: Ours::Language,
        name: "language",
        is_required: false,
        names: &["language", "language_code", "lang"],
        rule: "a tag, `en` or `pt-BR`, a code of three letters or an English name of ISO 639. What is none is named by its line, and the product is listed without",
    },
    Field {
        ours: Ours::Currency,
        name: "currency",
        is_required: false,
        names: &["currency", "currency code"],
        rule: "the shop's, or the row is refused; empty is the shop's",
    },
    Field {
        ours: Ours::TaxClass,
        name: "tax_class",
        is_required: false,
        names: &["tax_class", "vat class"],
        rule: "what it is taxed as: `books`, `standard`, `reduced`, `zero` or `exempt`, or as WooCommerce says it, `reduced-rate`, `zero-rate`; \
               empty is `books`, another word is refused by its line",
    },
];

/// The column of goodbooks-10k that numbers its books.
pub(super) const GOODBOOKS_ID: &str = "book_id";

impl Ours {
    pub(super) const COUNT: usize = FIELDS.len();

    pub(super) fn field(self) -> &'static Field {
        &FIELDS[self as usize]
    }

    pub(super) fn of(detail: Detail) -> Ours {
        match detail {
            Detail::Authors => Ours::Authors,
            Detail::Isbn => Ours::Isbn,
            Detail::Weight => Ours::Weight,
            Detail::Year => Ours::Year,
            Detail::Language => Ours::Language,
            Detail::TaxClass => Ours::TaxClass,
        }
    }

    /// By our name or any that a column may have.
    pub(super) fn named(name: &str) -> Option<Ours> {
        let name = normalised(name);
        let is_it =
            |field: &&Field| field.names.iter().chain([&field.name]).any(|known| normalised(known) == name);
        FIELDS.iter().find(is_it).map(|field| field.ours)
    }
}

/// A column's name as it is compared: without case, signs and the dashes and spaces between words; of a Shopify
/// metafield (`Author (product.metafields.custom.author)`) without where it is kept.
pub(super) fn normalised(name: &str) -> String {
    let name = name.split_once("(product.metafields.").map_or(name, |(name, _)| name);
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

/// The table for the documents.
pub fn columns_as_markdown() -> String {
    let mut text = String::from("| Column | Names that are taken | |\n|---|---|---|\n");
    for field in &FIELDS {
        let names: Vec<String> = field.names.iter().map(|name| format!("`{name}`")).collect();
        let need = if field.is_required { "required; " } else { "" };
        writeln!(
            text,
            "| `{}` | {} | {need}{} |",
            field.name,
            names.join(", "),
            field.rule.replace('|', "\\|")
        )
        .expect("it is a string");
    }
    text
}

/// The table for `--help`.
pub fn columns_as_help() -> String {
    let mut text = String::from(
        "Columns, and the names that are taken for them (case, spaces and dashes do not count):\n",
    );
    for field in &FIELDS {
        let need = if field.is_required { "required: " } else { "" };
        let names = field.names.join(", ");
        writeln!(text, "\n  {}\n      names: {names}\n      {need}{}", field.name, field.rule)
            .expect("it is a string");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_what_is_ours() {
        for (place, field) in FIELDS.iter().enumerate() {
            assert_eq!(field.ours as usize, place, "{}", field.name);
        }
    }

    #[test]
    fn no_name_stands_for_two() {
        let mut names: Vec<String> =
            FIELDS.iter().flat_map(|field| field.names.iter().map(|name| normalised(name))).collect();
        names.sort();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{names:?}");
    }

    #[test]
    fn case_spaces_and_signs_do_not_count() {
        assert_eq!(normalised(" Weight (G) "), "weight_g");
        assert_eq!(normalised("GTIN, UPC, EAN, or ISBN"), "gtin_upc_ean_or_isbn");
        assert_eq!(normalised("Author (product.metafields.custom.author)"), "author");
        assert_eq!(normalised("Název"), "název");
        assert_eq!(Ours::named("ISBN-13"), Some(Ours::Isbn));
        assert_eq!(Ours::named("weight_kg"), Some(Ours::Weight));
        assert_eq!(Ours::named("colour"), None);
    }
}
