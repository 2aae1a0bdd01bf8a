//! `doorstep import catalogue FILE`: brings the shelves up to date, of a daemon that runs or of a directory that none has open. The same
//! command once more changes nothing more, so one that was cut short is typed again.

#[cfg(test)]
mod drawn;
mod told;

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressBarIter, ProgressStyle};

use crate::actors::stock_keeper::{self, Imported, ImportedCount};
use crate::domain::catalogue::{self, Import, ImportError, Record, Row, Wishes};
use crate::domain::{Currency, Sku};
use crate::output;
use crate::settings::{Settings, ShopKind};

use super::directory::Mark;
use super::layout::Layout;
use super::shelf_room::{ShelfRoom, another_answer};
use super::shelves::{Asked, Told as Answer};
use super::{Failure, said};
use told::Told;

/// Rows that are read before they are listed, and about how much text they have: of a long file never more are in memory, and they
/// travel in one question.
const ROWS_AT_ONCE: usize = 250;
const BYTES_AT_ONCE: usize = 256 * 1024;
/// Of a shorter file nobody wants to see how far it is.
const PROGRESS_BYTES_MIN: u64 = 256 * 1024;
const FILE_NAME_CHARS_MAX: usize = 200;

#[derive(clap::Args)]
#[command(after_long_help = catalogue::columns_as_help())]
pub struct Arguments {
    /// A table with a line of names first: CSV, or with semicolons or tabs; plain or gzipped
    file: PathBuf,
    /// Show which column is taken for what and which rows would be listed, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Which of the file's columns is ours, whatever its name: --map authors=Vendor
    #[arg(long, value_name = "OURS=THEIRS", value_parser = pair)]
    map: Vec<(String, String)>,
    /// What every row has for which the file has no column: --set stock=1
    #[arg(long, value_name = "OURS=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// The file's encoding, where it is not told rightly: utf-8, utf-16le, windows-1252, iso-8859-2 or another
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Make up prices and stock for which the file has no column, the same each time: for benchmarks in a demo
    #[arg(long)]
    derive: bool,
    /// Take what is not in the file off sale; rows that are rejected count as in it
    #[arg(long, conflicts_with = "dry_run")]
    delist_missing: bool,
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
    let opened = File::open(&arguments.file);
    let opened =
        opened.map_err(|error| Failure(format!("cannot open {}: {error}", arguments.file.display())))?;
    let progress = progress(opened.metadata().map_or(0, |found| found.len()));
    let import =
        catalogue::open(progress.wrap_read(opened), &wishes).map_err(|error| arguments.cannot(error))?;
    let mut told = Told::new(import.table().clone());
    if !arguments.json {
        output::print(format_args!("{}", told.table()));
    }
    let rows = Rows { import, told: &mut told, progress, seen: arguments.delist_missing.then(HashSet::new) };
    if arguments.dry_run {
        arguments.only_read(rows)?;
    } else {
        arguments.bring_up_to_date(&settings, rows)?;
    }
    if arguments.json {
        println!("{}", told.as_json()?);
    } else {
        told.complain(&arguments.file);
        println!("{told}");
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
    fn only_read(&self, mut rows: Rows<'_>) -> Result<(), Failure> {
        while !rows.next().map_err(|error| self.cannot(error))?.is_empty() {}
        Ok(())
    }

    /// In the shop whose daemon runs, or in a directory that none has open.
    fn bring_up_to_date(&self, settings: &Settings, rows: Rows<'_>) -> Result<(), Failure> {
        let room = ShelfRoom::enter(settings)?;
        let done = self.import_all(&room, rows);
        room.leave();
        done
    }

    fn import_all(&self, room: &ShelfRoom, mut rows: Rows<'_>) -> Result<(), Failure> {
        let (reason, who) = (self.file_name(), said::who(None)?);
        let (mut sum, mut short) = (ImportedCount::default(), vec![]);
        let cut_short = |why: &dyn fmt::Display, sum: ImportedCount| {
            let ImportedCount { new, changed, adjusted } = sum;
            let so_far = format!("{new} new, {changed} changed, {adjusted} adjusted so far");
            self.cannot(format!("{why}; {so_far}: the same command once more goes on"))
        };
        loop {
            let some = rows.next().map_err(|error| cut_short(&error, sum))?;
            if some.is_empty() {
                break;
            }
            let products = some.into_iter().map(|row| (row.product, row.opening_stock)).collect();
            let import = stock_keeper::Import { products, reason: reason.clone(), who: who.clone() };
            match room.ask(Asked::Import(import)).map_err(|Failure(why)| cut_short(&why, sum))? {
                Answer::Imported(Imported { count, put_back, short: some_short }) => {
                    sum.add(count);
                    rows.told.were_put_back(&put_back);
                    short.extend(some_short);
                }
                _ => return Err(another_answer()),
            }
            rows.progress
                .set_message(format!("{} new, {} changed, {} adjusted", sum.new, sum.changed, sum.adjusted));
        }
        let delisted =
            rows.seen.take().map(|seen| self.delist_missing(room, &seen, rows.told)).transpose()?;
        room.ask(Asked::Show)?;
        if !short.is_empty() {
            let Answer::Short(short) = room.ask(Asked::Short(short))? else { return Err(another_answer()) };
            rows.told.are_short(short);
        }
        rows.told.were_taken(sum, delisted);
        Ok(())
    }

    /// What the file does not have, also not in a row that was rejected.
    fn delist_missing(&self, room: &ShelfRoom, seen: &HashSet<Sku>, told: &Told) -> Result<usize, Failure> {
        if told.has_rejected_without_sku() {
            let why =
                "a row was rejected whose SKU cannot be read: nothing is taken off sale; correct it first";
            return Err(self.cannot(why));
        }
        let (mut after, mut delisted) = (None, 0);
        loop {
            let Answer::Skus(skus) = room.ask(Asked::Skus { after: after.clone() })? else {
                return Err(another_answer());
            };
            let Some(last) = skus.last().cloned() else { return Ok(delisted) };
            after = Some(last);
            let missing: Vec<Sku> = skus.into_iter().filter(|sku| !seen.contains(sku)).collect();
            for some in missing.chunks(ROWS_AT_ONCE) {
                match room.ask(Asked::Delist(some.to_vec()))? {
                    Answer::Delisted { done, .. } => delisted += done.done.len(),
                    _ => return Err(another_answer()),
                }
            }
        }
    }

    /// Why units are adjusted.
    fn file_name(&self) -> String {
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        name.chars().filter(|c| !c.is_control()).take(FILE_NAME_CHARS_MAX).collect()
    }
}

/// The good rows of a file, some at a time; of the others it is told.
struct Rows<'a> {
    import: Import<'a, ProgressBarIter<File>>,
    told: &'a mut Told,
    progress: ProgressBar,
    /// The SKUs of all rows, where they are wanted.
    seen: Option<HashSet<Sku>>,
}

impl Rows<'_> {
    /// None are left where it gives none.
    fn next(&mut self) -> Result<Vec<Row>, ImportError> {
        let (mut rows, mut bytes) = (Vec::with_capacity(ROWS_AT_ONCE), 0);
        while rows.len() < ROWS_AT_ONCE && bytes < BYTES_AT_ONCE {
            match self.import.next().transpose()? {
                Some(Record::Row(row)) => {
                    self.told.takes(&row);
                    self.see(Some(&row.product.sku));
                    bytes += row.product.text_bytes();
                    rows.push(row);
                }
                Some(Record::Rejected(rejected)) => {
                    self.see(rejected.sku.as_ref());
                    self.told.rejects(rejected);
                }
                Some(Record::LeftOut(left_out)) => self.told.leaves_out(&left_out),
                None => break,
            }
        }
        Ok(rows)
    }

    fn see(&mut self, sku: Option<&Sku>) {
        if let (Some(seen), Some(sku)) = (&mut self.seen, sku) {
            seen.insert(sku.clone());
        }
    }
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
