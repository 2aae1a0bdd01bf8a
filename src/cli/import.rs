//! `doorstep import catalogue FILE`.

#[cfg(test)]
mod drawn;
mod told;

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::domain::Currency;
use crate::domain::catalogue::{self, Import, ImportError, Record, Row, Wishes};
use crate::runtime::DrainDeadlines;
use crate::settings::{Opens, Settings, ShopKind};

use super::data_directory::DataDirectory;
use super::directory::Mark;
use super::layout::Layout;
use super::{Failure, demo};
use told::Told;

/// Rows that are read before they are listed: of a long file never more are in memory.
const ROWS_AT_ONCE: usize = 250;

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

/// Exits 0 when every row was listed, 1 when some were rejected; the good ones are listed all the same.
pub fn run(settings: Settings, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mark = Mark::read(&Layout::of(&settings))?;
    let wishes = arguments.wishes(settings.shop.currency, mark.map(|mark| mark.kind))?;
    let opened = File::open(&arguments.file);
    let opened =
        opened.map_err(|error| Failure(format!("cannot open {}: {error}", arguments.file.display())))?;
    let import = catalogue::open(opened, &wishes).map_err(|error| arguments.cannot(error))?;
    let mut told = Told::new(import.table().clone());
    if !arguments.json {
        print!("{}", told.table());
    }
    if arguments.dry_run {
        let mut rows = Rows { import, told: &mut told };
        while !rows.next().map_err(|error| arguments.cannot(error))?.is_empty() {}
    } else {
        into_directory(&settings, Rows { import, told: &mut told }, arguments)?;
    }
    if arguments.json {
        println!("{}", told.as_json()?);
    } else {
        told.complain(&arguments.file);
        println!("{told}");
    }
    Ok(if told.has_rejected() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Lists the rows in a directory that no daemon has open.
fn into_directory(settings: &Settings, mut rows: Rows<'_>, arguments: &Arguments) -> Result<(), Failure> {
    actix::System::new().block_on(async {
        let opened =
            DataDirectory::open(settings, Opens::Either)?.start(settings, "http://localhost").await?;
        let shop = opened.running.handle();
        let mut listed = Ok((0, 0));
        while let Ok((new, changed)) = listed {
            listed = match rows.next() {
                Ok(some) if some.is_empty() => {
                    rows.told.were_listed(new, changed);
                    break;
                }
                Ok(some) => demo::list(&shop, some).await.map(|more| (new + more.0, changed + more.1)),
                Err(error) => {
                    Err(arguments.cannot(format!("{error}; {new} products are listed, {changed} changed")))
                }
            };
        }
        opened.running.drain(DrainDeadlines::default()).await;
        listed.map(drop)
    })
}

/// The good rows of a file, some at a time; of the others it is told.
struct Rows<'a> {
    import: Import<'a, File>,
    told: &'a mut Told,
}

impl Rows<'_> {
    /// None are left where it gives none.
    fn next(&mut self) -> Result<Vec<Row>, ImportError> {
        let mut rows = Vec::with_capacity(ROWS_AT_ONCE);
        while rows.len() < ROWS_AT_ONCE {
            match self.import.next().transpose()? {
                Some(Record::Row(row)) => {
                    self.told.takes(&row);
                    rows.push(row);
                }
                Some(Record::Rejected(rejected)) => self.told.rejects(rejected),
                Some(Record::LeftOut(left_out)) => self.told.leaves_out(&left_out),
                None => break,
            }
        }
        Ok(rows)
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
