//! The files that other shops' programs write, as far as they differ from a table with the shop's own names. The headers
//! are those of exports of 2019 to 2026.

use std::fmt::Write as _;

use super::fields::{Ours, normalised};

pub(super) struct Profile {
    pub name: &'static str,
    /// A file that has all of these columns is of this kind.
    pub known_by: &'static [&'static str],
    /// And one that has all columns of one of these: an export of some columns alone still says what is not for sale.
    pub also_by: &'static [&'static [&'static str]],
    /// Which columns hold what; of several the first that is there. One that ends with `*` is a beginning.
    pub takes: &'static [(Ours, &'static [&'static str])],
    /// Columns whose values go behind the title, unless they say that there is one variant only.
    pub variants: &'static [&'static str],
    pub rows: Rows,
    pub leaves_out: &'static [Rule],
    /// Where it says that none is for sale, whatever its quantity.
    pub sold_out: Option<(&'static str, When)>,
    /// Empty where nobody counts the product: its quantity is 0 and means nothing.
    pub counted_by: Option<&'static str>,
    pub unlisted: Option<Unlisted>,
    /// What is the code of a product that has no SKU.
    pub code: Option<&'static str>,
    /// What is to be said of columns that are not used.
    pub hints: &'static [(&'static str, &'static str)],
    /// What is to be said where a column is not there.
    pub missing: &'static [(Ours, &'static str)],
}

/// How rows belong together.
#[derive(Clone, Copy)]
pub(super) enum Rows {
    EachAlone,
    /// Rows of one product follow each other, with the same value here; what the product has stands in the first alone.
    Run {
        of: &'static str,
    },
    /// A variation names the product that it is one of, and has not all that this has.
    Children,
}

/// Products that are not shown by themselves, but for those that others name as their variants.
pub(super) struct Unlisted {
    pub visibility: &'static str,
    /// In lower case.
    pub value: &'static str,
    pub variants: &'static str,
}

/// Rows that are not products which the shop could sell.
pub(super) struct Rule {
    pub columns: &'static [&'static str],
    pub when: When,
    pub why: &'static str,
    /// What is so of a product is so of its variations, whatever their own rows say.
    pub and_variations: bool,
}

const fn rule(columns: &'static [&'static str], when: When, why: &'static str) -> Rule {
    Rule { columns, when, why, and_variations: false }
}

const fn rule_of_variations_too(columns: &'static [&'static str], when: When, why: &'static str) -> Rule {
    Rule { columns, when, why, and_variations: true }
}

/// Values are compared without case, and as [`normalised`] makes them. A column that is not there leaves nothing out.
pub(super) enum When {
    AllEmpty,
    Is(&'static str),
    IsNot(&'static str),
    BeginsWith(&'static [&'static str]),
    /// One of these stands in a list: `simple, virtual`.
    Lists(&'static [&'static str]),
}

impl When {
    /// Of the values of the rule's columns.
    pub fn is_so<'a>(&self, mut values: impl Iterator<Item = &'a [u8]>) -> bool {
        let plain = |value: &[u8]| String::from_utf8_lossy(value).trim().to_lowercase();
        match self {
            When::AllEmpty => values.all(|value| value.trim_ascii().is_empty()),
            When::Is(this) => values.any(|value| plain(value) == *this),
            When::IsNot(this) => values.all(|value| plain(value).replace(' ', "_") != *this),
            When::BeginsWith(those) => {
                values.any(|value| those.iter().any(|this| plain(value).starts_with(this)))
            }
            When::Lists(those) => {
                values.any(|value| plain(value).split(',').any(|word| those.contains(&word.trim())))
            }
        }
    }
}

/// What a program calls the only variant of a product.
pub(super) const ONLY_VARIANT: [&str; 2] = ["default title", "regular"];

/// WooCommerce: who wrote a book is an attribute, `Attribute 3 name` Author, `Attribute 3 value(s)` Jane Austen.
pub(super) const ATTRIBUTES_MAX: usize = 20;

const NO_VENDOR: &str = "the author? then --map authors=";

const WOOCOMMERCE: usize = 2;

pub(super) static PROFILES: [Profile; 6] = [
    Profile {
        name: "Shopify, products exported until 2025",
        known_by: &["Handle", "Variant Price"],
        also_by: &[],
        takes: &[
            (Ours::Sku, &["Variant SKU"]),
            (Ours::Title, &["Title"]),
            (Ours::Price, &["Variant Price"]),
            (Ours::Stock, &["Variant Inventory Qty"]),
            (Ours::Weight, &["Variant Grams"]),
            (Ours::Isbn, &["Variant Barcode"]),
        ],
        variants: &["Option1 Value", "Option2 Value", "Option3 Value"],
        rows: Rows::Run { of: "Handle" },
        leaves_out: &[
            rule(&["Variant SKU", "Variant Price"], When::AllEmpty, "another picture of a product"),
            rule(&["Gift Card"], When::Is("true"), "a gift card"),
            rule(&["Status"], When::IsNot("active"), "a draft, or archived"),
            rule(&["Published"], When::Is("false"), "not published"),
            rule(&["Variant Requires Shipping"], When::Is("false"), NOTHING_TO_SEND),
        ],
        sold_out: None,
        counted_by: Some("Variant Inventory Tracker"),
        unlisted: None,
        code: None,
        hints: &[("Vendor", NO_VENDOR), ("Variant Compare At Price", "the price before")],
        missing: &[(Ours::Stock, SHOPIFY_STOCK)],
    },
    Profile {
        name: "Shopify, products",
        known_by: &["URL handle", "Price"],
        also_by: &[],
        takes: &[
            (Ours::Sku, &["SKU"]),
            (Ours::Title, &["Title"]),
            (Ours::Price, &["Price"]),
            (Ours::Stock, &["Inventory quantity"]),
            (Ours::Weight, &["Weight value (grams)"]),
            (Ours::Isbn, &["Barcode"]),
        ],
        variants: &["Option1 value", "Option2 value", "Option3 value"],
        rows: Rows::Run { of: "URL handle" },
        leaves_out: &[
            rule(&["SKU", "Price"], When::AllEmpty, "another picture of a product"),
            rule(&["Gift card"], When::Is("true"), "a gift card"),
            rule(&["Status"], When::IsNot("active"), "a draft, or archived"),
            rule(&["Published on online store"], When::Is("false"), "not published"),
            rule(&["Requires shipping"], When::Is("false"), NOTHING_TO_SEND),
        ],
        sold_out: None,
        counted_by: Some("Inventory tracker"),
        unlisted: None,
        code: None,
        hints: &[("Vendor", NO_VENDOR), ("Compare-at price", "the price before")],
        missing: &[(Ours::Stock, SHOPIFY_STOCK)],
    },
    Profile {
        name: "WooCommerce, products",
        known_by: &["Type", "SKU", "Name", "Regular price"],
        also_by: &[
            &["SKU", "Regular price", "Published"],
            &["SKU", "Regular price", "Visibility in catalog"],
            &["SKU", "Regular price", "Stock", "In stock?"],
        ],
        takes: &[
            (Ours::Sku, &["SKU"]),
            (Ours::Title, &["Name"]),
            (Ours::Price, &["Regular price"]),
            (Ours::Stock, &["Stock"]),
            (Ours::Weight, &["Weight (kg)", "Weight (g)", "Weight (lbs)", "Weight (oz)"]),
            (Ours::Isbn, &["GTIN, UPC, EAN, or ISBN"]),
        ],
        variants: &[],
        rows: Rows::Children,
        leaves_out: &[
            rule(
                &["Type"],
                When::BeginsWith(&["variable", "grouped", "external"]),
                "a product that is sold by its variations, in others or elsewhere",
            ),
            rule_of_variations_too(&["Published"], When::IsNot("1"), "not published"),
            rule_of_variations_too(&["Visibility in catalog"], When::Is("hidden"), HIDDEN),
            rule(&["Type"], When::Lists(&["virtual", "downloadable"]), NOTHING_TO_SEND),
        ],
        sold_out: Some(("In stock?", When::Lists(&["0", "backorder"]))),
        counted_by: None,
        unlisted: None,
        code: Some("ID"),
        hints: &[("Sale price", "the regular one is"), ("Brands", NO_VENDOR)],
        missing: &[],
    },
    Profile {
        name: "Magento, products",
        known_by: &["sku", "product_type", "product_online"],
        also_by: &[&["sku", "is_in_stock"], &["sku", "product_online"]],
        takes: &[
            (Ours::Sku, &["sku"]),
            (Ours::Title, &["name"]),
            (Ours::Price, &["price"]),
            (Ours::Stock, &["qty"]),
            // in the unit that the shop's settings say
            (Ours::Weight, &[]),
        ],
        variants: &[],
        rows: Rows::EachAlone,
        leaves_out: &[
            rule(&["store_view_code"], When::IsNot(""), "a translation of a product"),
            rule(
                &["product_type"],
                When::BeginsWith(&["configurable", "grouped", "bundle"]),
                "a product that is sold by its variations, in others or elsewhere",
            ),
            rule(&["product_online"], When::Is("2"), "not published"),
            rule(&["product_type"], When::BeginsWith(&["virtual", "downloadable"]), NOTHING_TO_SEND),
        ],
        sold_out: Some(("is_in_stock", When::Is("0"))),
        counted_by: None,
        unlisted: Some(Unlisted {
            visibility: "visibility",
            value: "not visible individually",
            variants: "configurable_variations",
        }),
        code: None,
        hints: &[
            ("weight", "in kilograms? then --map weight_kg="),
            ("special_price", "the regular one is"),
            ("manufacturer", NO_VENDOR),
        ],
        missing: &[],
    },
    Profile {
        name: "Square, item library",
        known_by: &["Token", "Item Name"],
        also_by: &[],
        takes: &[
            (Ours::Sku, &["SKU"]),
            (Ours::Title, &["Item Name"]),
            (Ours::Price, &["Price"]),
            (Ours::Stock, &["Current Quantity*"]),
            (Ours::Weight, &["Weight (lb)", "Weight (kg)", "Weight (oz)", "Weight (g)"]),
            (Ours::Isbn, &["GTIN"]),
        ],
        variants: &["Variation Name"],
        rows: Rows::EachAlone,
        leaves_out: &[
            Rule { columns: &["Archived"], when: When::Is("y"), why: "archived", and_variations: false },
            Rule { columns: &["Sellable"], when: When::Is("n"), why: "not for sale", and_variations: false },
            rule(&["Item Type"], When::BeginsWith(&["digital"]), NOTHING_TO_SEND),
            rule(&["Square Online Item Visibility"], When::Is("hidden"), HIDDEN),
        ],
        sold_out: None,
        counted_by: None,
        unlisted: None,
        code: Some("Token"),
        hints: &[("Default Vendor Name", NO_VENDOR), ("Online Sale Price", "the price is")],
        missing: &[],
    },
    Profile {
        name: "merchant feed",
        known_by: &["id", "title", "availability", "price"],
        also_by: &[],
        takes: &[
            (Ours::Sku, &["id"]),
            (Ours::Title, &["title"]),
            (Ours::Price, &["price"]),
            (Ours::Isbn, &["gtin"]),
            (Ours::Weight, &["shipping_weight"]),
        ],
        variants: &[],
        rows: Rows::EachAlone,
        leaves_out: &[],
        sold_out: Some(("availability", When::IsNot("in_stock"))),
        counted_by: None,
        unlisted: None,
        code: None,
        hints: &[("brand", NO_VENDOR), ("sale_price", "the price is")],
        missing: &[(
            Ours::Stock,
            "a feed says only whether there is stock: --set stock=NUMBER is what each product \
                                  `in_stock` has then, and the others have 0",
        )],
    },
];

const NOTHING_TO_SEND: &str = "a download or a service: nothing to send";
pub(super) const HIDDEN: &str = "hidden";

const SHOPIFY_STOCK: &str = "an export of a shop with several locations has no stock: export the inventory too and add its \
                             column";

impl Profile {
    /// The kind of a file with these columns, by their normalised names.
    pub fn of(names: &[String]) -> Option<&'static Profile> {
        let has = |column: &str| names.contains(&normalised(column));
        let has_all = |columns: &[&str]| columns.iter().all(|column| has(column));
        let whole = PROFILES.iter().find(|profile| has_all(profile.known_by));
        whole.or_else(|| PROFILES.iter().find(|profile| profile.also_by.iter().any(|some| has_all(some))))
    }

    pub fn woocommerce() -> &'static Profile {
        &PROFILES[WOOCOMMERCE]
    }

    /// The columns that this kind of file has for it; `None` where any usual name will do.
    pub fn columns(&self, ours: Ours) -> Option<&'static [&'static str]> {
        self.takes.iter().find(|(taken, _)| *taken == ours).map(|(_, columns)| *columns)
    }
}

/// The kinds for the documents.
pub fn exports_as_markdown() -> String {
    let mut text =
        String::from("| Export | Known by | What is taken | Rows that are left out |\n|---|---|---|---|\n");
    for profile in &PROFILES {
        let taken = profile
            .takes
            .iter()
            .filter(|(_, columns)| !columns.is_empty())
            .map(|(ours, columns)| format!("{} ← {}", ours.field().name, listed(columns)));
        let sold_out = profile.sold_out.iter().map(|(column, _)| format!("none for sale ← `{column}`"));
        let code = profile.code.iter().map(|column| format!("the sku of rows without ← `{column}`"));
        let taken: Vec<String> = taken.chain(sold_out).chain(code).collect();
        let mut left_out: Vec<&str> = profile.leaves_out.iter().map(|rule| rule.why).collect();
        left_out.extend(profile.unlisted.as_ref().map(|_| HIDDEN));
        left_out.dedup();
        let left_out = if left_out.is_empty() { "–".to_owned() } else { left_out.join("; ") };
        let ways = [profile.known_by].into_iter().chain(profile.also_by.iter().copied());
        let known_by = ways.map(listed).collect::<Vec<_>>().join("; or ");
        writeln!(text, "| {} | {known_by} | {} | {left_out} |", profile.name, taken.join("; "))
            .expect("it is a string");
    }
    text
}

fn listed(columns: &[&str]) -> String {
    columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
}
