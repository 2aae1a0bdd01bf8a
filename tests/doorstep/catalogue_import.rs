//! The import of ten thousand real books. They are not part of the repository: `DOORSTEP_SHARED_DATA` names the
//! folder that holds `goodbooks-10k.csv.gz`, by default `../shared/data` beside the repository.

use std::fs::File;
use std::path::PathBuf;

use doorstep::domain::Currency;
use doorstep::domain::catalogue::{Catalogue, Imported, Wishes, import};

fn goodbooks() -> Imported {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("DOORSTEP_SHARED_DATA").map_or_else(beside, PathBuf::from);
    let path = folder.join("goodbooks-10k.csv.gz");
    let file = File::open(&path).unwrap_or_else(|error| {
        panic!(
            "cannot open {}: {error}; let DOORSTEP_SHARED_DATA name the folder that holds it",
            path.display()
        )
    });
    import(file, &Wishes { derive: true, ..Wishes::new(Currency::GBP) }).unwrap()
}

#[test]
fn ten_thousand_real_books_are_all_accounted_for() {
    let imported = goodbooks();
    assert_eq!(imported.rows.len() + imported.rejected.len(), 10_000);
    assert_eq!(imported.rejected, []);
    assert_eq!(imported.table.derived, ["price", "stock"]);
    let first = &imported.rows[0];
    assert_eq!((first.line, first.product.sku.as_str()), (2, "GB-000001"));
    assert_eq!(first.product.isbn.as_deref(), Some("9780439023481"));
}

#[test]
fn the_same_file_gives_the_same_prices_and_stock() {
    assert_eq!(goodbooks(), goodbooks());
}

#[test]
fn a_real_book_is_found_by_title_and_author() {
    let books = goodbooks().rows.into_iter().map(|row| row.product).collect();
    let catalogue = Catalogue::build(books).unwrap();
    let page = catalogue.search("garcia marquez solitude", None, 10);
    assert!(page.products[0].title.starts_with("One Hundred Years of Solitude"), "{:?}", page.products);
    assert_eq!(catalogue.search("", None, 1).total, 10_000);
}

/// Another letter, one too few, one too many, or two that changed places: at this letter.
fn with_an_error(word: &str, at: usize) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    match at % 4 {
        0 => letters[at] = 'q',
        1 => drop(letters.remove(at)),
        2 => letters.insert(at, 'e'),
        _ => letters.swap(at - 1, at),
    }
    letters.into_iter().collect()
}

#[test]
fn of_a_thousand_queries_with_a_typing_error_ninety_nine_in_a_hundred_find_their_book_in_the_first_twenty() {
    let catalogue = Catalogue::build(goodbooks().rows.into_iter().map(|row| row.product).collect()).unwrap();
    let long = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() >= 5);
        words.map(str::to_lowercase).collect()
    };
    let (mut asked, mut missed) = (0, vec![]);
    for (nth, book) in catalogue.iter().enumerate() {
        let (title, names) = (long(&book.title), long(book.authors.first().map_or("", String::as_str)));
        let (Some(word), Some(author)) = (title.first(), names.last()) else { continue };
        let at = nth % word.chars().count();
        let query = format!("{} {author}", with_an_error(word, at));
        asked += 1;
        if !catalogue.search(&query, None, 20).products.iter().any(|found| found.sku == book.sku) {
            missed.push(query);
        }
        if asked == 1_000 {
            break;
        }
    }
    assert!(asked == 1_000 && missed.len() <= 10, "{} of {asked}: {missed:?}", missed.len());
}
