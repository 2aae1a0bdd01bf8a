//! `doorstep products` and `doorstep delist`: what is sold. While a daemon runs it is asked; otherwise the directory is read.

use std::collections::BTreeSet;
use std::process::ExitCode;

use jiff::tz::TimeZone;

use crate::domain::{Sku, money_words};
use crate::output;
use crate::settings::Settings;

use super::Failure;
use super::clocks::on_the_wall;
use super::product_list::{Found, ProductRow, Wanted};
use super::shelf_room;
use super::shelves::{Asked, Told};

/// As many are looked for at the most.
const LIMIT_MAX: usize = 10_000;
const SEARCH_CHARS_MAX: usize = 200;

#[derive(clap::Args)]
pub struct Arguments {
    /// A part of the title, of an author's name or of the SKU, or an ISBN
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Also those that are sold no more
    #[arg(long)]
    all: bool,
    /// So many at the most, by SKU
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = limit)]
    limit: usize,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub struct Delisted {
    /// As `doorstep products` shows it
    #[arg(required = true, value_parser = Sku::parse)]
    sku: Vec<Sku>,
    /// Put them back on sale
    #[arg(long)]
    undo: bool,
}

fn limit(typed: &str) -> Result<usize, String> {
    let number = typed.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
    number.ok_or_else(|| format!("1 to {LIMIT_MAX} are expected"))
}

pub fn run(settings: &Settings, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let Arguments { search, all, limit, json } = arguments;
    if search.as_ref().is_some_and(|search| search.chars().count() > SEARCH_CHARS_MAX) {
        return Err(Failure(format!("--search takes at most {SEARCH_CHARS_MAX} characters")));
    }
    let wanted = Wanted { search: search.clone(), all: *all, limit: *limit };
    let Told::Products(found) = shelf_room::look(settings, Asked::Products(wanted))? else {
        return Err(Failure::another_answer());
    };
    if *json {
        println!("{}", serde_json::to_string_pretty(&found.products)?);
    } else {
        list(&found, &settings.time_zone());
    }
    say_what_is_missing(&found);
    Ok(ExitCode::SUCCESS)
}

/// Takes them off sale, or puts them back; exits 1 where that could not be done of one, and does it of the others.
pub fn delist(settings: &Settings, Delisted { sku, undo }: &Delisted) -> Result<ExitCode, Failure> {
    let skus: Vec<Sku> = BTreeSet::from_iter(sku.iter().cloned()).into_iter().collect();
    let asked = if *undo { Asked::Relist(skus) } else { Asked::Delist(skus) };
    let Told::Delisted { done, alike } = shelf_room::decide(settings, asked)? else {
        return Err(Failure::another_answer());
    };
    if !done.done.is_empty() {
        let (what, then) =
            if *undo { ("put back on sale", "") } else { ("taken off sale", "; orders of it go on") };
        println!("{what}: {}{then}", joined(&done.done));
    }
    if !done.no_change.is_empty() {
        let already = if *undo { "on sale already" } else { "off sale already" };
        output::complain(&format!("{already}: {}", joined(&done.no_change)));
    }
    for sku in &done.not_listed {
        let meant = alike.iter().find(|(typed, _)| typed == sku);
        let meant = meant.map_or(String::new(), |(_, alike)| format!("did you mean {alike}? "));
        output::complain(&format!("not listed: {sku}; {meant}`doorstep products --all` shows all that are"));
    }
    let all_done = done.no_change.is_empty() && done.not_listed.is_empty();
    Ok(if all_done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn joined(skus: &[Sku]) -> String {
    skus.iter().map(Sku::as_str).collect::<Vec<_>>().join(", ")
}

fn list(found: &Found, zone: &TimeZone) {
    if found.products.is_empty() {
        return println!("no products");
    }
    head();
    found.products.iter().for_each(|row| line(row, zone));
}

pub fn head() {
    println!(
        "{:<20} {:>12} {:>8} {:>8} {:>8} {:>8} {:>8}  title",
        "sku", "price", "in house", "for sale", "promised", "awaited", "incoming"
    );
}

pub fn line(row: &ProductRow, zone: &TimeZone) {
    let ProductRow { sku, on_hand, for_sale, promised, waited_for, incoming, title, .. } = row;
    let (sku, price) = (sku.as_str(), money_words::said(row.price));
    let since = |at: &String| format!(" (sold no more since {})", on_the_wall(at, zone));
    let since = row.delisted_at.as_ref().map_or(String::new(), since);
    println!(
        "{sku:<20} {price:>12} {on_hand:>8} {for_sale:>8} {promised:>8} {waited_for:>8} {incoming:>8}  {title}{since}"
    );
}

/// Beside the list, so that it can be piped.
fn say_what_is_missing(found: &Found) {
    if found.more > 0 {
        output::complain(&format!("{} more: --limit shows more, --search fewer", found.more));
    }
    if !found.is_whole {
        output::complain(
            "there are products that were not looked at: it would have taken more than a minute",
        );
    }
}
