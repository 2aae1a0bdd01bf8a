//! `doorstep stock`: how many units of a product there are, and what somebody has counted.

use std::process::ExitCode;

use crate::actors::stock_keeper::{Count, Counted, NotListed};
use crate::domain::Sku;
use crate::settings::Settings;

use super::product_list::Wanted;
use super::shelf_room::{self, another_answer};
use super::shelves::{Asked, Told};
use super::{Failure, products, said};

const REASON_CHARS_MAX: usize = 200;

#[derive(clap::Args)]
pub struct Arguments {
    /// As `doorstep products` shows it
    #[arg(value_parser = Sku::parse)]
    sku: Sku,
    /// So many were counted in the house, for sale or put aside for orders
    #[arg(long, value_name = "N", conflicts_with = "add", requires = "reason")]
    count: Option<u32>,
    /// So many more have come
    #[arg(long, value_name = "N", requires = "reason")]
    add: Option<u32>,
    /// Why, for the books; needed with --count and --add
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who has counted [default: $USER, or operator]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub fn run(settings: &Settings, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let told = match counted(arguments) {
        None => {
            let (sku, all) = (Some(arguments.sku.clone()), true);
            shelf_room::look(settings, Asked::Products(Wanted { search: None, sku, all, limit: 1 }))?
        }
        Some(counted) => {
            let reason = arguments.reason.as_deref().unwrap_or_default();
            let reason = said::one_line("--reason", reason, REASON_CHARS_MAX)?;
            let (sku, who) = (arguments.sku.clone(), said::who(arguments.by.as_deref())?);
            shelf_room::decide(settings, Asked::Count(Count { sku, counted, reason, who }))?
        }
    };
    let Told::Products(found) = told else { return Err(another_answer()) };
    let Some(row) = found.products.first() else { return Err(Failure(NotListed.to_string())) };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(row)?);
    } else {
        products::list(&found, &settings.time_zone());
    }
    Ok(ExitCode::SUCCESS)
}

fn counted(arguments: &Arguments) -> Option<Counted> {
    arguments.count.map(Counted::Are).or(arguments.add.map(Counted::Came))
}
