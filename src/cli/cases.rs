//! `doorstep cases`: what a person has to look at. While a daemon runs it is asked; otherwise the directory is read, and opened to
//! close one.

use std::process::ExitCode;

use clap::Subcommand;
use jiff::tz::TimeZone;

use crate::domain::CaseId;
use crate::settings::Settings;

use super::Failure;
use super::case_list::{CaseRow, ClosedRow, Found, Wanted};
use super::clocks::{ON_THE_WALL, on_the_wall};
use super::control;
use super::office::{Asked, Told};
use super::order_list::in_groups;
use super::said;
use super::shortages;

/// So many are listed where nobody says how many.
const LIMIT: usize = 50;
const WHY_CHARS_MAX: usize = 400;

#[derive(Subcommand)]
pub enum What {
    /// List those that are open, newest first
    List {
        /// Also those that are closed
        #[arg(long)]
        all: bool,
        /// So many at the most
        #[arg(long, value_name = "N", default_value_t = LIMIT)]
        limit: usize,
    },
    /// Print one whole
    Show {
        /// As listed
        #[arg(value_parser = CaseId::parse)]
        case: CaseId,
    },
    /// Close one: it stays with who closed it and why, and leaves the list
    Close {
        /// As listed
        #[arg(value_parser = CaseId::parse)]
        case: CaseId,
        /// What was done about it
        #[arg(long, value_name = "TEXT")]
        why: String,
        /// Who has done it [default: $USER, or operator]
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
}

/// Without a word more those that are open are listed.
pub fn run(settings: &Settings, what: Option<&What>, json: bool) -> Result<ExitCode, Failure> {
    let what = what.unwrap_or(&What::List { all: false, limit: LIMIT });
    let closes = matches!(what, What::Close { .. });
    match (control::ask_office(settings, asked(what)?)?, json) {
        (Told::Cases(found), true) => println!("{}", serde_json::to_string_pretty(&found.cases)?),
        (Told::Cases(found), false) => list(&found, &settings.time_zone()),
        (Told::Case(row), true) => println!("{}", serde_json::to_string_pretty(&row)?),
        (Told::Case(row), false) if closes => println!("{} is closed", row.case),
        (Told::Case(row), false) => show(&row, &settings.time_zone()),
        (Told::Orders(_) | Told::Refund(_), _) => return Err(Failure::another_answer()),
    }
    Ok(ExitCode::SUCCESS)
}

fn asked(what: &What) -> Result<Asked, Failure> {
    Ok(match what {
        What::List { all, limit } => Asked::Cases(Wanted { all: *all, limit: *limit }),
        What::Show { case } => Asked::Case(*case),
        What::Close { case, why, by } => {
            let (by, why) = (said::who(by.as_deref())?, said::one_line("--why", why, WHY_CHARS_MAX)?);
            Asked::Close { case: *case, by, why }
        }
    })
}

fn list(found: &Found, zone: &TimeZone) {
    if found.cases.is_empty() {
        println!("no cases");
    } else {
        println!(
            "{:<12} {:<11} {:<ON_THE_WALL$} {:>5} {:>5} {:<10} text",
            "case", "kind", "opened at", "age", "times", "order"
        );
        found.cases.iter().for_each(|row| line(row, zone));
    }
    if found.more > 0 {
        eprintln!("… and {} more: --limit shows more of them", found.more);
    }
    if !found.is_whole {
        eprintln!("there are more cases that were not looked at: it would have taken more than a minute");
    }
}

fn line(row: &CaseRow, zone: &TimeZone) {
    let CaseRow { case, kind, times, text, .. } = row;
    let opened_at = on_the_wall(&row.opened_at, zone);
    let (age, order) = (age(row.age_s), row.number.as_deref().map_or("-".to_owned(), in_groups));
    let text = text.lines().next().unwrap_or_default();
    let closed = if row.closed.is_some() { "(closed) " } else { "" };
    let promised = shortages::named(&row.promised_to);
    println!(
        "{case:<12} {kind:<11} {opened_at:<ON_THE_WALL$} {age:>5} {times:>5} {order:<10} {closed}{text}{promised}"
    );
}

fn show(row: &CaseRow, zone: &TimeZone) {
    let CaseRow { case, kind, times, text, .. } = row;
    let opened_at = on_the_wall(&row.opened_at, zone);
    let times = if *times == 1 { "once".to_owned() } else { format!("{times} times") };
    println!("{case}, {kind}, opened at {opened_at}, {} ago; came up {times}", age(row.age_s));
    if let (Some(number), Some(order)) = (&row.number, &row.order) {
        println!("order:  {} {order}", in_groups(number));
    }
    println!("text:   {text}{}", shortages::named(&row.promised_to));
    if let Some(ClosedRow { at, by, why }) = &row.closed {
        println!("closed: {} by {by}: {why}", on_the_wall(at, zone));
    }
}

/// Of its largest unit: `3d`.
fn age(seconds: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let unit = UNITS.into_iter().find(|(unit, _)| seconds >= *unit);
    unit.map_or(format!("{seconds}s"), |(unit, sign)| format!("{}{sign}", seconds / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_said_in_its_largest_unit() {
        let ages = [0, 59, 60, 3_599, 7_200, 86_400, 30 * 86_400].map(age);
        assert_eq!(ages, ["0s", "59s", "1m", "59m", "2h", "1d", "30d"]);
    }
}
