//! How fast and how well the search finds: `cargo run --release --example search -- 10000 100000 1000000`.
//!
//! The books are those of goodbooks-10k, and beyond these made of their words and of invented ones. A query is a word of a
//! title and the author's last, of five letters or more; wrong by one letter in one of them for the second figure.
//! `DOORSTEP_SHARED_DATA` names the folder of `goodbooks-10k.csv.gz`, `../shared/data` where it is not set.

use std::error::Error;
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Instant;

use doorstep::domain::catalogue::{Catalogue, Product, Wishes, import};
use doorstep::domain::{Currency, Sku};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const QUERIES: usize = 1_000;
const LOOKED_AT: usize = 20;
const LETTERS_MIN: usize = 5;
const SYLLABLES: [&str; 16] = [
    "ka", "ro", "mi", "tan", "ber", "lin", "sol", "ve", "dra", "gon", "el", "ist", "mar", "on", "fen", "wick",
];

/// The daemon's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::var_os("DOORSTEP_SHARED_DATA")
        .map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let wishes = Wishes { derive: true, ..Wishes::new(Currency::GBP) };
    let imported = import(File::open(folder.join("goodbooks-10k.csv.gz"))?, &wishes)?;
    let books: Vec<Product> = imported.rows.into_iter().map(|row| row.product).collect();
    for count in std::env::args().skip(1) {
        measure(grown(&books, count.parse()?)?)?;
    }
    Ok(())
}

fn measure(books: Vec<Product>) -> Result<(), Box<dyn Error>> {
    let (count, before, begun) = (books.len(), resident_mb()?, Instant::now());
    let catalogue = Catalogue::build(books)?;
    let (took, resident) = (begun.elapsed().as_secs_f64(), resident_mb()? - before);
    println!(
        "{count} books: index {:.1} MB, built in {took:.2} s, resident {resident:+.0} MB",
        catalogue.index_bytes() as f64 / 1e6
    );
    let queries = queries(&catalogue);
    told("as it is", &catalogue, queries.iter().map(|(sku, typed, _)| (sku, typed)));
    told("with a typing error", &catalogue, queries.iter().map(|(sku, _, wrong)| (sku, wrong)));
    Ok(())
}

fn told<'a>(name: &str, catalogue: &Catalogue, queries: impl Iterator<Item = (&'a Sku, &'a String)>) {
    let mut found = 0;
    let mut times: Vec<f64> = vec![];
    for (sku, query) in queries {
        let begun = Instant::now();
        let page = catalogue.search(query, None, LOOKED_AT);
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        found += usize::from(page.products.iter().any(|product| product.sku == *sku));
    }
    times.sort_by(f64::total_cmp);
    let (p50, p99) = (times[QUERIES / 2], times[QUERIES * 99 / 100]);
    println!("  {name}: p50 {p50:.3} ms, p99 {p99:.3} ms, {found} of {QUERIES} among the first {LOOKED_AT}");
}

/// A book's SKU, what is typed for it, and the same with an error.
fn queries(catalogue: &Catalogue) -> Vec<(Sku, String, String)> {
    let books: Vec<&Product> = catalogue.iter().collect();
    let mut rng = StdRng::seed_from_u64(1);
    let mut queries = vec![];
    while queries.len() < QUERIES {
        let book = books[rng.random_range(0..books.len())];
        let (title, names) =
            (long_words(&book.title), long_words(book.authors.first().map_or("", String::as_str)));
        let (Some(author), false) = (names.last(), title.is_empty()) else { continue };
        let word = &title[rng.random_range(0..title.len())];
        let wrong = match rng.random() {
            true => format!("{} {word}", with_an_error(author, &mut rng)),
            false => format!("{author} {}", with_an_error(word, &mut rng)),
        };
        queries.push((book.sku.clone(), format!("{author} {word}"), wrong));
    }
    queries
}

fn long_words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphabetic());
    words.filter(|word| word.chars().count() >= LETTERS_MIN).map(str::to_lowercase).collect()
}

/// Another letter, one too few, one too many, or two that changed places.
fn with_an_error(word: &str, rng: &mut StdRng) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = rng.random_range(0..letters.len() - 1);
    let letter = char::from(b'a' + rng.random_range(0..26u8));
    match rng.random_range(0..4) {
        0 => letters[at] = letter,
        1 => drop(letters.remove(at)),
        2 => letters.insert(at, letter),
        _ => letters.swap(at, at + 1),
    }
    letters.into_iter().collect()
}

/// So many books: these, and others of their words.
fn grown(books: &[Product], count: usize) -> Result<Vec<Product>, Box<dyn Error>> {
    let mut rng = StdRng::seed_from_u64(7);
    let mut all: Vec<Product> = books.iter().take(count).cloned().collect();
    while all.len() < count {
        let of = |rng: &mut StdRng| &books[rng.random_range(0..books.len())];
        let (one, other, first, last) = (of(&mut rng), of(&mut rng), of(&mut rng), of(&mut rng));
        let words: Vec<&str> = one.title.split(' ').chain(other.title.split(' ')).collect();
        let mut title: Vec<String> =
            (0..rng.random_range(2..8)).map(|_| words[rng.random_range(0..words.len())].to_owned()).collect();
        if rng.random_range(0..3) == 0 {
            title.push(invented(&mut rng));
        }
        let first = first.authors.first().and_then(|name| name.split(' ').next()).unwrap_or("Ann");
        let last = last.authors.first().and_then(|name| name.split(' ').next_back()).unwrap_or("Writer");
        let last = if rng.random_range(0..4) == 0 { invented(&mut rng) } else { last.to_owned() };
        let sku = Sku::parse(&format!("GR-{:07}", all.len()))?;
        all.push(Product {
            sku,
            title: title.join(" "),
            authors: vec![format!("{first} {last}")],
            ..one.clone()
        });
    }
    Ok(all)
}

fn invented(rng: &mut StdRng) -> String {
    (0..rng.random_range(2..5)).map(|_| SYLLABLES[rng.random_range(0..SYLLABLES.len())]).collect()
}

fn resident_mb() -> Result<f64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1e3)
}
