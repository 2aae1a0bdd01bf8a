//! `doorstep dead-letters`: messages that made their actor panic until they were given up, and what becomes of them.

use std::process::ExitCode;

use clap::Subcommand;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::runtime::{BuriedLetter, Resolution};
use crate::settings::Settings;

use super::Failure;
use super::clocks::{ON_THE_WALL, shown};
use super::control::{ask_dead_letters, resolve_dead_letter};
use super::layout::Layout;

#[derive(Subcommand)]
pub enum What {
    /// List them, oldest first
    List,
    /// Print one with its message
    Show {
        /// As listed
        id: u64,
    },
    /// Have the shop try one again: once what made it fail is mended
    Retry {
        /// As listed
        id: u64,
    },
    /// Forget one: its order stays as it is
    Discard {
        /// As listed
        id: u64,
    },
}

pub fn run(settings: &Settings, what: Option<&What>, json: bool) -> Result<ExitCode, Failure> {
    let layout = Layout::of(settings);
    match what.unwrap_or(&What::List) {
        What::List => list(&ask_dead_letters(&layout)?, json, &settings.time_zone())?,
        What::Show { id } => show(&ask_dead_letters(&layout)?, *id, json, &settings.time_zone())?,
        What::Retry { id } => {
            resolve_dead_letter(&layout, *id, Resolution::Retry)?;
            let said =
                format!("dead letter {id} is sent again; if it panics again, it is listed under a new id");
            println!("{}", if json { json!({ "sent_again": id }).to_string() } else { said });
        }
        What::Discard { id } => {
            resolve_dead_letter(&layout, *id, Resolution::Discard)?;
            let said = format!("dead letter {id} is discarded");
            println!("{}", if json { json!({ "discarded": id }).to_string() } else { said });
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(letters: &[BuriedLetter], json: bool, zone: &TimeZone) -> Result<(), Failure> {
    if json {
        println!("{}", serde_json::to_string_pretty(letters)?);
    } else if letters.is_empty() {
        println!("no dead letters");
    } else {
        println!(
            "{:>8}  {:<ON_THE_WALL$} {:<14} {:<18} {:<30} panic",
            "id", "given up at", "actor", "message", "order"
        );
        for letter in letters {
            let BuriedLetter { id, to, name, panic, at, .. } = letter;
            let (at, order, panic) = (shown(*at, zone), order_of(letter), first_line(panic));
            println!("{id:>8}  {at:<ON_THE_WALL$} {to:<14} {name:<18} {order:<30} {panic}");
        }
    }
    Ok(())
}

fn show(letters: &[BuriedLetter], id: u64, json: bool, zone: &TimeZone) -> Result<(), Failure> {
    let found = letters.iter().find(|letter| letter.id == id);
    let letter = found.ok_or_else(|| {
        Failure(format!("there is no dead letter {id}: `doorstep dead-letters` lists those there are"))
    })?;
    if json {
        println!("{}", serde_json::to_string_pretty(letter)?);
        return Ok(());
    }
    let at = shown(letter.at, zone);
    println!("dead letter {id}, given up at {at} after {} attempts", letter.attempts);
    println!("to:      {}", letter.to);
    println!("order:   {}", order_of(letter));
    println!("message: {} {}", letter.name, letter.message);
    println!("panic:   {}", letter.panic);
    Ok(())
}

/// For `doorstep explain`.
fn order_of(letter: &BuriedLetter) -> &str {
    letter.subject.as_deref().unwrap_or("-")
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
