//! `doorstep actors`.

use std::process::ExitCode;

use crate::runtime::{ActorReport, Report};
use crate::settings::Settings;

use super::Failure;
use super::control::ask_actors;
use super::layout::Layout;

pub fn run(settings: &Settings, json: bool) -> Result<ExitCode, Failure> {
    let report = ask_actors(&Layout::of(settings))?;
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print(&report);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(report: &Report) {
    println!(
        "{:<24} {:>4} {:<12} {:>6} {:>10} {:>9}  last panic",
        "actor", "cell", "state", "queue", "messages", "restarts"
    );
    report.actors.iter().chain(&report.services).for_each(print_actor);
    if report.actors_not_listed > 0 {
        println!("… and {} more sessions", report.actors_not_listed);
    }
    println!(
        "journal at {}, durable {}, in the trees {}{}",
        report.journal_position,
        report.durable_position,
        report.watermark,
        if report.checkpointing { "; a checkpoint is being written" } else { "" }
    );
    let each = |count: u64| count as f64 / report.batches.max(1) as f64;
    println!(
        "{} requests answered and {} turns in {} syncs: {:.1} and {:.1} a sync",
        report.answers,
        report.turns,
        report.batches,
        each(report.answers),
        each(report.turns)
    );
    println!(
        "{} messages, {} timers, {} outside calls and {} requests pending",
        report.messages_pending, report.timers, report.calls, report.asks
    );
    if report.dead_letters > 0 {
        println!("{} messages were given up: `doorstep dead-letters` lists them", report.dead_letters);
    }
}

fn print_actor(actor: &ActorReport) {
    let ActorReport { cell, name, state, queue, messages, restarts, last_panic } = actor;
    let last = last_panic.as_deref().unwrap_or("-");
    println!("{name:<24} {cell:>4} {state:<12} {queue:>6} {messages:>10} {restarts:>9}  {last}");
}
