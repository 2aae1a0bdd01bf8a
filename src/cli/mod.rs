//! The command line. Each command in a file of its own, all of the same shape: `run(…) -> Result<ExitCode, Failure>`.
//! This file knows the commands, and no command knows it.

mod actors;
mod api_keys;
mod bench;
mod case_list;
mod cases;
mod check;
mod clocks;
mod control;
mod core_dumps;
mod data_directory;
mod dead_letters;
mod demo;
mod directory;
mod doors;
mod explain;
mod failure;
mod finding;
mod front;
mod history_check;
mod import;
mod init;
mod keys;
mod layout;
mod log_hooks;
mod office;
mod open_files;
mod order_list;
mod orders;
mod private;
mod questions;
mod rebuild;
mod rows;
mod secrets;
mod serve;
mod simulate;
mod verify;
mod whole_file;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::access::Listen;
use crate::output::{self, LastWords};
use crate::settings::{Opens, Overrides, Settings, ShopKind, stray_variables};

use failure::Failure;

/// Doorstep: a shop in one daemon, from the click to the doorstep.
///
/// Without a command it opens a demo: real books, embedded wholesalers, processor, bank, carrier and mail, and an hour of trade in
/// every second. A shop is made by `doorstep init`, and opened by `doorstep serve`.
#[derive(Parser)]
#[command(name = "doorstep", version, about, long_about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    common: Common,
}

#[derive(clap::Args)]
struct Common {
    /// A TOML file over the defaults; config/default.toml lists every key
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Directory of the journal, the trees and the mail folder [default: doorstep-demo of a demo, doorstep-shop of a shop]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where the shop listens: 127.0.0.1:8080, localhost:8080, or 8080 alone, which is of this machine too; port 0 lets the system choose [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<Listen>,
    /// Address and port of the card page [default: 127.0.0.1:8081, or a free port where --listen has port 0]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    processor_listen: Option<Listen>,
    /// Trade seconds in a real one, in a demo: 3600 lets an hour pass in a second [default: 3600]
    #[arg(long, global = true, value_name = "N")]
    speed: Option<u32>,
}

#[derive(Subcommand)]
enum Command {
    /// Make the data directory of a shop, or of a demo
    Init(init::Arguments),
    /// Look at the settings and the data directory, and say line by line what is ready, what is not set up (--), and what would keep the
    /// shop from opening (!!); exits 1 where something would
    Check {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Open a shop: with the catalogue in its data directory, at the time of the clock on the wall
    Serve,
    /// Bring data in
    #[command(subcommand)]
    Import(Import),
    /// Derive everything anew from the journal and compare; exits 1 on one cent or one book of difference
    Verify,
    /// Recreate every tree from the journal alone
    Rebuild,
    /// Print all that happened to an order as cause and effect; also while a daemon runs
    Explain {
        /// ord_…
        order: String,
    },
    /// Live whole worlds under seeds, with faults, and look for anything that must not be
    Simulate(simulate::Arguments),
    /// Measure the shop: checkouts a second, latencies, and what an order costs
    Bench(bench::Arguments),
    /// Give programs API keys and take them away; of a running daemon, or of a directory that none has open
    Keys {
        #[command(subcommand)]
        what: keys::What,
        /// As JSON
        #[arg(long, global = true)]
        json: bool,
    },
    /// Ask a running daemon what each actor is doing
    Actors {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Find orders by what a customer says: newest first; of a running daemon, or of a directory that none has open
    Orders(orders::Arguments),
    /// List what a person has to look at, and close it; of a running daemon, or of a directory that none has open
    Cases {
        #[command(subcommand)]
        what: cases::What,
        /// As JSON
        #[arg(long, global = true)]
        json: bool,
    },
    /// List, show, retry or discard messages that made their actor panic until they were given up; of a running daemon
    DeadLetters {
        #[command(subcommand)]
        what: Option<dead_letters::What>,
        /// As JSON
        #[arg(long, global = true)]
        json: bool,
    },
}

#[derive(Subcommand)]
enum Import {
    /// List the products of a file; its columns are found by their names, also in the exports of other shops' programs
    Catalogue(import::Arguments),
}

/// Parses the command line, does what it says, and returns the exit code: 0 done, 1 it failed, 2 wrong usage.
pub fn run() -> ExitCode {
    // before anything is made, and before there is a second thread
    private::let_nobody_else_in();
    let _last_words = LastWords;
    let arguments = Arguments::parse();
    match dispatch(arguments) {
        Ok(code) => code,
        Err(Failure(why)) => {
            output::complain(&why);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { command, common } = arguments;
    let (named_data, config) = (common.data.clone(), common.config.clone());
    let overrides = Overrides {
        data: common.data,
        listen: common.listen,
        processor_listen: common.processor_listen.or_else(|| any_port_too(common.listen)),
        speed: common.speed,
    };
    let settings = Settings::load(config.as_deref(), None, &overrides, opens(command.as_ref()));
    if let (Err(_), Some(Command::Check { json })) = (&settings, &command) {
        // it is there to say so
        return check::run(settings, *json);
    }
    let settings = settings?;
    crate::telemetry::begin(&settings.log).map_err(Failure)?;
    core_dumps::forbid();
    for name in stray_variables() {
        tracing::warn!(name, "no setting: settings in the environment are named DOORSTEP_TABLE__KEY");
    }
    match command {
        None => serve::run(settings, ShopKind::Demo),
        Some(Command::Serve) => serve::run(settings, ShopKind::Shop),
        Some(Command::Init(arguments)) => init::run(&settings, &arguments),
        Some(Command::Check { json }) => check::run(Ok(settings), json),
        Some(Command::Import(Import::Catalogue(what))) => import::run(settings, &what),
        Some(Command::Verify) => verify::run(&settings),
        Some(Command::Rebuild) => rebuild::run(&settings),
        Some(Command::Explain { order }) => explain::run(&settings, &order),
        Some(Command::Simulate(arguments)) => simulate::run(&arguments),
        Some(Command::Bench(arguments)) => bench::run(&arguments, settings, named_data, config.as_deref()),
        Some(Command::Keys { what, json }) => keys::run(&settings, what, json),
        Some(Command::Actors { json }) => actors::run(&settings, json),
        Some(Command::Orders(arguments)) => orders::run(&settings, arguments),
        Some(Command::Cases { what, json }) => cases::run(&settings, what, json),
        Some(Command::DeadLetters { what, json }) => {
            dead_letters::run(&settings, what.unwrap_or(dead_letters::What::List), json)
        }
    }
}

/// Whose data directory a command opens.
fn opens(command: Option<&Command>) -> Opens {
    match command {
        None => Opens::Demo,
        Some(Command::Serve) => Opens::Shop,
        Some(Command::Init(arguments)) => arguments.opens(),
        Some(Command::Simulate(_) | Command::Bench(_)) => Opens::Nothing,
        Some(_) => Opens::Either,
    }
}

/// Where the shop's port is the system's choice, so is the card page's.
fn any_port_too(listen: Option<Listen>) -> Option<Listen> {
    listen.filter(|listen| listen.address().port() == 0)
}
