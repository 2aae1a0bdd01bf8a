//! `doorstep orders`: finds an order by what a customer says. While a daemon runs it is asked; otherwise the directory is read.

use std::process::ExitCode;

use jiff::tz::TimeZone;

use crate::domain::{OrderState, addresses, money_words};
use crate::output;
use crate::settings::Settings;

use super::Failure;
use super::clocks::{ON_THE_WALL, on_the_wall};
use super::control;
use super::office::{Asked, Told};
use super::order_list::{Found, LineRow, OrderRow, StateWanted, Wanted, in_groups};

/// As many are looked for at the most.
const LIMIT_MAX: usize = 10_000;
/// It travels in one line of the control socket.
const SEARCH_CHARS_MAX: usize = 200;

#[derive(Clone, clap::Args)]
pub struct Arguments {
    /// Only those in this state, as the API names it; `open`: all that have not ended
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Option<StateWanted>,
    /// A name or parts of one, an e-mail address, an order's number or id, a town, the beginning of a postcode, a telephone number or a
    /// part of one, a tracking number, or a SKU that is in it
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// So many at the most, the newest
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = limit)]
    limit: usize,
    /// Also what was ordered, which is shown of one order in any case
    #[arg(long)]
    lines: bool,
    /// As JSON, with what was ordered
    #[arg(long)]
    json: bool,
}

fn state(typed: &str) -> Result<StateWanted, String> {
    if typed == "open" {
        return Ok(StateWanted::Open);
    }
    let known = OrderState::ALL.into_iter().find(|state| state.name() == typed);
    known.map(StateWanted::Is).ok_or_else(|| {
        let names = OrderState::ALL.map(OrderState::name).join(", ");
        format!("there is no such state; these there are: open, {names}")
    })
}

fn limit(typed: &str) -> Result<usize, String> {
    let number = typed.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
    number.ok_or_else(|| format!("1 to {LIMIT_MAX} are expected"))
}

pub fn run(settings: &Settings, arguments: &Arguments) -> Result<ExitCode, Failure> {
    let Arguments { state, search, limit, lines, json } = arguments.clone();
    if search.as_ref().is_some_and(|search| search.chars().count() > SEARCH_CHARS_MAX) {
        return Err(Failure(format!("--search takes at most {SEARCH_CHARS_MAX} characters")));
    }
    let wanted = Wanted { state, search, limit };
    let Told::Orders(found) = control::ask_office(settings, Asked::Orders(wanted))? else {
        return Err(Failure::another_answer());
    };
    if json {
        println!("{}", serde_json::to_string_pretty(&found.orders)?);
    } else {
        list(&found, lines, &settings.time_zone());
    }
    say_what_is_missing(&found);
    Ok(ExitCode::SUCCESS)
}

fn list(found: &Found, lines: bool, zone: &TimeZone) {
    if found.orders.is_empty() {
        println!("no orders");
        return;
    }
    println!(
        "{:<10} {:<ON_THE_WALL$} {:<17} {:>12}  {:<24} {:<28} {:<10} id",
        "number", "placed at", "state", "total", "name", "e-mail", "postcode"
    );
    let lines = lines || found.orders.len() == 1;
    for row in &found.orders {
        line(row, zone);
        if lines {
            ordered(row);
        }
    }
}

/// Below it, what it is of.
fn ordered(row: &OrderRow) {
    let OrderRow { lines, delivery, tracking, .. } = row;
    for LineRow { sku, title, quantity, unit_price } in lines {
        println!("           {quantity} × {sku} {title}, {} each", money_words::said(*unit_price));
    }
    println!("           delivery {}, to {}", money_words::said(*delivery), addressed(row));
    tracking.iter().for_each(|tracking| println!("           sent as {tracking}"));
}

fn line(row: &OrderRow, zone: &TimeZone) {
    let OrderRow { id, state, customer, shipping_address, .. } = row;
    let placed_at = on_the_wall(&row.placed_at, zone);
    let (number, total) = (in_groups(&row.number), money_words::said(row.total));
    let (name, email, postcode) = (&customer.name, &customer.email, &shipping_address.postcode);
    println!(
        "{number:<10} {placed_at:<ON_THE_WALL$} {state:<17} {total:>12}  {name:<24} {email:<28} {postcode:<10} {id}"
    );
}

/// In one line.
fn addressed(OrderRow { customer, shipping_address: to, .. }: &OrderRow) -> String {
    let mut lines = vec![customer.name.clone()];
    lines.extend(addresses::lines(to));
    lines.push(to.country.clone());
    lines.extend(to.phone.clone());
    lines.join(", ")
}

/// Beside the list, so that it can be piped.
fn say_what_is_missing(found: &Found) {
    if let Some(hint) = &found.hint {
        eprintln!("{hint}");
    }
    if found.has_more {
        output::complain("there are older ones: --limit shows more, --search and --state fewer");
    }
    if !found.is_whole {
        eprintln!("there are older orders that were not looked at: it would have taken more than a minute");
    }
}
