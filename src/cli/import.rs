//! `doorstep import catalogue FILE`: brings the shelves up to date, of a daemon that runs or of a directory that none has open. One that
//! was cut short is typed again. The file's stock is a count each time: `--dry-run` says which it would change.

#[cfg(test)]
mod drawn;
mod missing;
mod rows;
mod told;

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use crate::actors::stock_keeper::{self, Described, Imported, ImportedCount};
use crate::domain::catalogue::{self, Record, Row, Wishes};
use crate::domain::{Currency, Sku};
use crate::output;
use crate::settings::{Settings, ShopKind};

use super::directory::Mark;
use super::layout::Layout;
use super::shelf_room::{self, ShelfRoom};
use super::shelves::{Asked, Told as Answer};
use super::{Failure, said};
use missing::Missing;
use rows::{ROWS_AT_ONCE, Rows};
use told::{Taken, Told};

/// Of a shorter file nobody wants to see how far it is.
const PROGRESS_BYTES_MIN: u64 = 256 * 1024;
const FILE_NAME_CHARS_MAX: usize = 200;

#[derive(clap::Args)]
#[command(after_long_help = catalogue::columns_as_help())]
pub struct Arguments {
    /// A table with a line of names first: CSV, or with semicolons or tabs; plain or gzipped
    file: PathBuf,
    /// Show which column is taken for what, which rows would be listed and whose stock would change, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Which of the file's columns is ours, whatever its name: --map authors=Vendor
    #[arg(long, value_name = "OURS=THEIRS", value_parser = pair)]
    map: Vec<(String, String)>,
    /// What every row has for which the file has no column: --set stock=1. Beside a column of stock, each row in which nobody has counted
    #[arg(long, value_name = "OURS=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// The file's encoding, where it is not told rightly: utf-8, utf-16le, windows-1252, iso-8859-2 or another
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Make up prices and stock for which the file has no column, the same each time: for benchmarks in a demo
    #[arg(long)]
    derive: bool,
    /// Take what is not in the file off sale; rows that are rejected count as in it. With --dry-run only say what that would be
    #[arg(long)]
    delist_missing: bool,
    /// Let --delist-missing take more than half of what is sold off sale
    #[arg(long, requires = "delist_missing")]
    delist_most: bool,
    /// Leave the stock of products that the shop has already as it is; the file's is that of new ones alone
    #[arg(long)]
    keep_stock: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((ours, theirs)) if !ours.trim().is_empty() && !theirs.trim().is_empty() => {
            Ok((ours.trim().to_owned(), theirs.trim().to_owned()))
        }
        _ => Err("write ours=theirs, as in authors=Vendor".to_owned()),
    }
}

impl Arguments {
    fn wishes(&self, currency: Currency, kind: Option<ShopKind>) -> Result<Wishes, Failure> {
        if self.derive && kind == Some(ShopKind::Shop) {
            let why = "--derive makes up prices and stock, and this directory is a shop's: give the file these columns, or \
                       say --set price=… --set stock=…";
            return Err(Failure(why.to_owned()));
        }
        Ok(Wishes {
            currency,
            map: self.map.clone(),
            set: self.set.clone(),
            encoding: self.encoding.clone(),
            derive: self.derive,
        })
    }

    fn cannot(&self, error: impl std::fmt::Display) -> Failure {
        Failure(format!("{}: {error}", self.file.display()))
    }
}

/// Exits 0 when every row was taken, 1 when some were rejected; the good ones are taken all the same.
pub fn run(settings: Settings, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mark = Mark::read(&Layout::of(&settings))?;
    let wishes = arguments.wishes(settings.shop.currency, mark.map(|mark| mark.kind))?;
    let opened = arguments.opened()?;
    let progress = progress(opened.metadata().map_or(0, |found| found.len()));
    let import =
        catalogue::open(progress.wrap_read(opened), &wishes).map_err(|error| arguments.cannot(error))?;
    let mut told = Told::new(import.table().clone());
    if !arguments.json {
        output::print(format_args!("{}", told.table()));
    }
    if arguments.delist_missing {
        let in_file = arguments.skus(&wishes)?;
        told.miss(looking(&settings, |ask| Missing::of(&in_file, ask))?);
    }
    let rows = Rows::new(import, &mut told, progress);
    if arguments.dry_run {
        looking(&settings, |ask| arguments.only_look(ask, rows))?;
    } else {
        arguments.bring_up_to_date(&settings, rows)?;
    }
    if arguments.json {
        println!("{}", told.as_json()?);
    } else {
        told.complain(&arguments.file);
        println!("{told}");
    }
    if arguments.dry_run {
        // it fails where the import would
        arguments.let_go(told.missing())?;
    }
    Ok(if told.has_rejected() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Of the file's bytes, where somebody looks on.
fn progress(bytes: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {msg}");
    let bar = if bytes < PROGRESS_BYTES_MIN { ProgressBar::hidden() } else { ProgressBar::new(bytes) };
    style.map_or(ProgressBar::hidden(), |style| bar.with_style(style))
}

impl Arguments {
    fn opened(&self) -> Result<File, Failure> {
        File::open(&self.file)
            .map_err(|error| Failure(format!("cannot open {}: {error}", self.file.display())))
    }

    /// The SKUs of all rows. The file is read for them before anything is written: whether it is the right one shows by what it
    /// has not.
    fn skus(&self, wishes: &Wishes) -> Result<HashSet<Sku>, Failure> {
        let file = self.opened()?;
        if !file.metadata().is_ok_and(|found| found.is_file()) {
            return Err(self.cannot("--delist-missing reads it twice: give a file, and no pipe"));
        }
        let mut skus = HashSet::new();
        for record in catalogue::open(file, wishes).map_err(|error| self.cannot(error))? {
            match record.map_err(|error| self.cannot(error))? {
                Record::Row(row) => skus.extend([row.product.sku]),
                Record::Rejected(rejected) => {
                    let sku =
                        rejected.sku.ok_or_else(|| self.cannot(nameless(rejected.line, &rejected.why)))?;
                    skus.extend([sku]);
                }
                Record::LeftOut(_) => {}
            }
        }
        if skus.is_empty() {
            return Err(self.cannot(
                "it has no row of a product, and --delist-missing would empty the shop: nothing was written",
            ));
        }
        Ok(skus)
    }

    fn only_look(
        &self,
        ask: &dyn Fn(Asked) -> Result<Answer, Failure>,
        mut rows: Rows<'_>,
    ) -> Result<(), Failure> {
        loop {
            let some = rows.next().map_err(|error| self.cannot(error))?;
            if some.is_empty() {
                return self.has_rows(&rows);
            }
            let products = some.into_iter().map(described).collect();
            match ask(Asked::WouldImport { products, keep_stock: self.keep_stock })? {
                Answer::Imported(would) => rows.told.would_do(would),
                _ => return Err(Failure::another_answer()),
            }
        }
    }

    fn has_rows(&self, rows: &Rows<'_>) -> Result<(), Failure> {
        if rows.told.is_of_nothing() {
            return Err(self.cannot("it has a line of names and no row below it: nothing was written"));
        }
        Ok(())
    }

    /// In the shop whose daemon runs, or in a directory that none has open.
    fn bring_up_to_date(&self, settings: &Settings, mut rows: Rows<'_>) -> Result<(), Failure> {
        self.let_go(rows.told.missing())?;
        let first = rows.next().map_err(|error| self.cannot(error))?;
        self.has_rows(&rows)?;
        let room = ShelfRoom::enter(settings)?;
        let done = self.import_all(&room, first, rows);
        room.leave();
        done
    }

    fn import_all(&self, room: &ShelfRoom, first: Vec<Row>, mut rows: Rows<'_>) -> Result<(), Failure> {
        let (reason, who) = (self.file_name(), said::who(None)?);
        let (mut sum, mut short) = (ImportedCount::default(), vec![]);
        let cut_short = |why: &dyn fmt::Display, sum: ImportedCount| {
            let ImportedCount { new, changed, adjusted } = sum;
            let so_far = format!("{new} new, {changed} changed, {adjusted} adjusted so far");
            self.cannot(format!("{why}; {so_far}: the same command once more goes on"))
        };
        let ask = |asked, sum| room.ask(asked).map_err(|Failure(why)| cut_short(&why, sum));
        let mut some = first;
        while !some.is_empty() {
            let products = some.into_iter().map(described).collect();
            let (reason, who) = (reason.clone(), who.clone());
            let import = stock_keeper::Import { products, keep_stock: self.keep_stock, reason, who };
            match ask(Asked::Import(import), sum)? {
                Answer::Imported(done) => {
                    sum.add(done.count);
                    rows.told.were_put_back(&done.put_back);
                    rows.told.were_adjusted(done.adjusted);
                    short.extend(done.short);
                }
                _ => return Err(Failure::another_answer()),
            }
            rows.shows(format!("{} new, {} changed, {} adjusted", sum.new, sum.changed, sum.adjusted));
            some = rows.next().map_err(|error| cut_short(&error, sum))?;
        }
        let delisted =
            rows.told.missing().map(|missing| delist(missing, |asked| ask(asked, sum))).transpose()?;
        ask(Asked::Show, sum)?;
        if !short.is_empty() {
            let Answer::Short(short) = ask(Asked::Short(short), sum)? else {
                return Err(Failure::another_answer());
            };
            rows.told.are_short(short);
        }
        rows.told.were_taken(Taken { count: sum, delisted, keep_stock: self.keep_stock });
        Ok(())
    }

    /// More than a few go only where the operator says so.
    fn let_go(&self, missing: Option<&Missing>) -> Result<(), Failure> {
        let Some(missing) = missing.filter(|_| !self.delist_most) else { return Ok(()) };
        missing.are_few().map_err(|why| self.cannot(why))
    }

    /// Why units are adjusted.
    fn file_name(&self) -> String {
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        name.chars().filter(|c| !c.is_control()).take(FILE_NAME_CHARS_MAX).collect()
    }
}

/// A shop that nobody has opened yet has nothing.
fn looking<T>(
    settings: &Settings,
    looks: impl FnOnce(&dyn Fn(Asked) -> Result<Answer, Failure>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if Layout::of(settings).journal().is_dir() {
        return shelf_room::looking(settings, looks);
    }
    looks(&|asked| match asked {
        Asked::WouldImport { products, .. } => {
            let count = ImportedCount { new: products.len(), ..ImportedCount::default() };
            Ok(Answer::Imported(Imported { count, ..Imported::default() }))
        }
        _ => Ok(Answer::Skus(vec![])),
    })
}

fn described(Row { product, opening_stock, unsaid, .. }: Row) -> Described {
    Described { product, counted: opening_stock, unsaid }
}

fn nameless(line: u64, why: &str) -> String {
    format!(
        "line {line} is rejected ({why}), and whose row it is cannot be read: correct it before --delist-missing; nothing was written"
    )
}

/// How many of them were still on sale.
fn delist(missing: &Missing, ask: impl Fn(Asked) -> Result<Answer, Failure>) -> Result<usize, Failure> {
    let mut delisted = 0;
    for some in missing.skus.chunks(ROWS_AT_ONCE) {
        match ask(Asked::Delist(some.to_vec()))? {
            Answer::Delisted { done, .. } => delisted += done.done.len(),
            _ => return Err(Failure::another_answer()),
        }
    }
    Ok(delisted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn wishes(line: &[&str], kind: ShopKind) -> Result<Wishes, String> {
        let line =
            Line::try_parse_from([&["import", "books.csv"], line].concat()).map_err(|bad| bad.to_string())?;
        line.arguments.wishes(Currency::GBP, Some(kind)).map_err(|Failure(why)| why)
    }

    #[test]
    fn prices_are_made_up_only_where_nobody_buys() {
        assert!(wishes(&["--derive"], ShopKind::Demo).unwrap().derive);
        assert!(
            wishes(&["--derive"], ShopKind::Shop)
                .unwrap_err()
                .starts_with("--derive makes up prices and stock")
        );
        assert!(!wishes(&[], ShopKind::Shop).unwrap().derive);
    }

    #[test]
    fn a_pair_is_ours_and_theirs() {
        let read = wishes(&["--map", "authors=Vendor = x", "--set", "stock=1"], ShopKind::Shop).unwrap();
        assert_eq!(read.map, [("authors".to_owned(), "Vendor = x".to_owned())]);
        assert_eq!(read.set, [("stock".to_owned(), "1".to_owned())]);
        for bad in ["authors", "=Vendor", "authors="] {
            assert!(
                wishes(&["--map", bad], ShopKind::Shop).unwrap_err().contains("write ours=theirs"),
                "{bad}"
            );
        }
    }
}
