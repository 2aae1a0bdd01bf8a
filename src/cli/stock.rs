//! `doorstep stock`: how many units of a product there are, and what somebody has counted.

use std::process::ExitCode;

use jiff::tz::TimeZone;

use crate::actors::stock_keeper::{Count, Counted};
use crate::domain::{STOCK_MAX, Sku};
use crate::settings::Settings;

use super::clocks::{ON_THE_WALL, on_the_wall};
use super::shelf::{AdjustmentRow, ShelfRow};
use super::shelf_room;
use super::shelves::{Asked, Told};
use super::{Failure, products, said, shortages};

const REASON_CHARS_MAX: usize = 200;

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("counted").args(["count", "add"])))]
pub struct Arguments {
    /// As `doorstep products` shows it
    #[arg(value_parser = Sku::parse)]
    sku: Sku,
    /// So many were counted in the house, for sale or put aside for orders
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "add",
        requires = "reason",
        allow_negative_numbers = true,
        value_parser = clap::value_parser!(u32).range(..=i64::from(STOCK_MAX))
    )]
    count: Option<u32>,
    /// So many more have come; below zero, as in --add -2: so many are there no more
    #[arg(
        long,
        value_name = "N",
        requires = "reason",
        allow_negative_numbers = true,
        value_parser = clap::value_parser!(i64).range(-i64::from(STOCK_MAX)..=i64::from(STOCK_MAX))
    )]
    add: Option<i64>,
    /// Why, for the books: --count and --add need it
    #[arg(long, value_name = "TEXT", requires = "counted")]
    reason: Option<String>,
    /// Who has counted [default: $USER, or operator]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub fn run(settings: &Settings, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let counted = counted(arguments);
    let told = match counted {
        None => shelf_room::look(settings, Asked::Shelf(arguments.sku.clone()))?,
        Some(counted) => {
            let reason = arguments.reason.as_deref().unwrap_or_default();
            let reason = said::one_line("--reason", reason, REASON_CHARS_MAX)?;
            let (sku, who) = (arguments.sku.clone(), said::who(arguments.by.as_deref())?);
            shelf_room::decide(settings, Asked::Count(Count { sku, counted, reason, who }))?
        }
    };
    let Told::Shelf(row) = told else { return Err(Failure::another_answer()) };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&row)?);
    } else {
        show(&row, counted.is_none(), &settings.time_zone());
    }
    Ok(ExitCode::SUCCESS)
}

/// Who looks sees also who has counted.
fn show(ShelfRow { product, shortage, closed_case, adjustments }: &ShelfRow, looks: bool, zone: &TimeZone) {
    products::head();
    products::line(product, zone);
    if let Some(shortage) = shortage {
        println!("{}", shortages::said(shortage));
    }
    if let Some(case) = closed_case {
        println!("as many are in the house as are promised: {case} is closed");
    }
    if looks && !adjustments.is_empty() {
        println!("\n{:<ON_THE_WALL$} {:>8} {:>8}  {:<16} why", "counted at", "by", "in house", "who");
        for AdjustmentRow { at, by, on_hand, reason, who } in adjustments {
            let at = on_the_wall(at, zone);
            println!("{at:<ON_THE_WALL$} {by:>+8} {on_hand:>8}  {who:<16} {reason}");
        }
    }
}

fn counted(arguments: &Arguments) -> Option<Counted> {
    arguments.count.map(Counted::Are).or(arguments.add.map(added))
}

fn added(by: i64) -> Counted {
    let units = u32::try_from(by.unsigned_abs()).unwrap_or(u32::MAX);
    if by < 0 { Counted::Gone(units) } else { Counted::Came(units) }
}
