//! The command line. Each command in a file of its own, all of the same shape: `run(…) -> Result<ExitCode, Failure>`.
//! This file knows the commands, and no command knows it.

/// As the standard one, and no panic where whoever reads has seen enough, as `| head` has. Of all commands, so it stands before them.
macro_rules! println {
    ($($words:tt)*) => {
        $crate::output::print(format_args!("{}\n", format_args!($($words)*)))
    };
}

mod actors;
mod api_keys;
mod bench;
mod case_list;
mod cases;
mod check;
mod clocks;
mod closed_directory;
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
mod flags;
mod front;
mod history_check;
mod import;
mod init;
mod keys;
mod known_forms;
mod layout;
mod log_hooks;
mod office;
mod open_files;
mod opening;
mod order_list;
mod orders;
mod price_lines;
mod private;
mod product_list;
mod products;
mod questions;
mod read_trees;
mod readiness;
mod rebuild;
mod refund;
mod refund_row;
mod rows;
mod said;
mod secrets;
mod serve;
mod shelf;
mod shelf_room;
mod shelves;
mod shortages;
mod simulate;
mod stock;
mod verify;
mod whole_file;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::output::{self, LastWords};
use crate::settings::{DEFAULTS, Opens, Overrides, Settings, ShopKind, stray_variables};

use failure::Failure;
use flags::{Demonstrating, Place, Serving, Speed};

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
    flags: Demonstrating,
}

#[derive(Subcommand)]
enum Command {
    /// Make the data directory of a shop, or of a demo
    Init {
        #[command(flatten)]
        arguments: init::Arguments,
        #[command(flatten)]
        place: Place,
    },
    /// Look at the settings and the data directory, and say line by line what is ready, what is not set up (--), and what would keep the
    /// shop from opening (!!); exits 1 where something would
    Check {
        /// As JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        flags: Demonstrating,
    },
    /// Print every setting with its default, its unit and its reason: what a shop.toml may say
    Settings,
    /// Open a shop: with the catalogue in its data directory, at the time of the clock on the wall
    Serve(Serving),
    /// Bring data in
    #[command(subcommand)]
    Import(Import),
    /// Derive all that the shop keeps from what it has recorded, and compare; exits 1 on one cent or one book of difference
    Verify(Place),
    /// Make all that the shop keeps anew, from what it has recorded alone
    Rebuild(Place),
    /// Print all that happened to an order or a case as cause and effect; also while a daemon runs
    Explain {
        #[command(flatten)]
        arguments: explain::Arguments,
        #[command(flatten)]
        place: Place,
    },
    /// Live whole worlds under seeds, with faults, and look for anything that must not be
    Simulate(simulate::Arguments),
    /// Measure the shop: checkouts a second, latencies, and what an order costs
    Bench {
        #[command(flatten)]
        arguments: bench::Arguments,
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        speed: Speed,
    },
    /// Give programs API keys and take them away, or list them; of a running daemon, or of a directory that none has open
    #[command(mut_args(|flag| flag.global(true)))]
    Keys {
        #[command(subcommand)]
        what: Option<keys::What>,
        /// As JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Ask a running daemon what each of its parts is doing
    Actors {
        /// As JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Find orders by what a customer says: newest first; of a running daemon, or of a directory that none has open
    Orders {
        #[command(flatten)]
        arguments: orders::Arguments,
        #[command(flatten)]
        place: Place,
    },
    /// List what is sold, with its units; of a running daemon, or of a directory that none has open
    Products {
        #[command(flatten)]
        arguments: products::Arguments,
        #[command(flatten)]
        place: Place,
    },
    /// Show how many units of a product there are, or say how many somebody has counted; what is promised to orders is never taken from them
    Stock {
        #[command(flatten)]
        arguments: stock::Arguments,
        #[command(flatten)]
        place: Place,
    },
    /// Take products off sale, or with --undo put them back: while they are off, their pages say so, and orders of them go on
    Delist {
        #[command(flatten)]
        arguments: products::Delisted,
        #[command(flatten)]
        place: Place,
    },
    /// Give back what was taken for an order, or a part of it; of a running daemon, or of a directory that none has open
    Refund {
        #[command(flatten)]
        arguments: refund::Arguments,
        #[command(flatten)]
        place: Place,
    },
    /// List what a person has to look at, and close it; of a running daemon, or of a directory that none has open
    #[command(mut_args(|flag| flag.global(true)))]
    Cases {
        #[command(subcommand)]
        what: Option<cases::What>,
        /// As JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// List, show, retry or discard messages that the shop gave up on, since it failed over them each time; of a running daemon
    #[command(mut_args(|flag| flag.global(true)))]
    DeadLetters {
        #[command(subcommand)]
        what: Option<dead_letters::What>,
        /// As JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
enum Import {
    /// List the products of a file; its columns are found by their names, also in the exports of other shops' programs
    Catalogue {
        #[command(flatten)]
        arguments: import::Arguments,
        #[command(flatten)]
        place: Place,
    },
}

/// Parses the command line, does what it says, and returns the exit code: 0 done, 1 it failed, 2 wrong usage.
pub fn run() -> ExitCode {
    // before anything is made, and before there is a second thread
    private::let_nobody_else_in();
    let _last_words = LastWords;
    match dispatch(typed()) {
        Ok(code) => code,
        Err(Failure(why)) => {
            output::complain(&why);
            ExitCode::FAILURE
        }
    }
}

/// Whoever types what cannot be read is told, and the process ends.
fn typed() -> Arguments {
    let typed = flags::behind_the_command(&Arguments::command(), std::env::args_os().collect());
    Arguments::try_parse_from(&typed).unwrap_or_else(|error| {
        if error.kind() == ErrorKind::UnknownArgument {
            eprintln!("{}", flags::taken_by(&mut Arguments::command(), &typed));
        }
        error.exit()
    })
}

fn dispatch(Arguments { command, flags }: Arguments) -> Result<ExitCode, Failure> {
    let command = command.as_ref();
    if let Some(Command::Settings) = command {
        // also where those that are set cannot be read
        return list_settings();
    }
    let overrides = command.map_or(Overrides::from(&flags), Command::overrides);
    let config =
        command.map_or(Some(&flags.serving.place), Command::place).and_then(|place| place.config.as_deref());
    let settings = Settings::load(config, None, &overrides, command.map_or(Opens::Demo, Command::opens));
    if let (Err(_), Some(Command::Check { json, .. })) = (&settings, command) {
        // it is there to say so
        return check::run(settings, config, *json);
    }
    let settings = settings?;
    crate::telemetry::begin(&settings.log).map_err(Failure)?;
    core_dumps::forbid();
    for name in stray_variables() {
        tracing::warn!(name, "no setting: settings in the environment are named DOORSTEP_TABLE__KEY");
    }
    match command {
        None => serve::run(settings, ShopKind::Demo),
        Some(command) => command.run(settings),
    }
}

fn list_settings() -> Result<ExitCode, Failure> {
    println!("{}", DEFAULTS.trim_end());
    Ok(ExitCode::SUCCESS)
}

impl Command {
    fn run(&self, settings: Settings) -> Result<ExitCode, Failure> {
        match self {
            Command::Init { arguments, .. } => init::run(&settings, arguments),
            Command::Check { json, flags } => {
                check::run(Ok(settings), flags.serving.place.config.as_deref(), *json)
            }
            Command::Serve(_) => serve::run(settings, ShopKind::Shop),
            Command::Settings => list_settings(),
            Command::Import(Import::Catalogue { arguments, .. }) => import::run(settings, arguments),
            Command::Verify(_) => verify::run(&settings),
            Command::Rebuild(_) => rebuild::run(&settings),
            Command::Explain { arguments, .. } => explain::run(&settings, arguments),
            Command::Simulate(arguments) => simulate::run(arguments),
            Command::Bench { arguments, place: Place { config, data }, .. } => {
                bench::run(arguments, settings, data.clone(), config.as_deref())
            }
            Command::Keys { what, json, .. } => keys::run(&settings, what.as_ref(), *json),
            Command::Actors { json, .. } => actors::run(&settings, *json),
            Command::Orders { arguments, .. } => orders::run(&settings, arguments),
            Command::Products { arguments, .. } => products::run(&settings, arguments),
            Command::Stock { arguments, .. } => stock::run(&settings, arguments),
            Command::Delist { arguments, .. } => products::delist(&settings, arguments),
            Command::Refund { arguments, .. } => refund::run(&settings, arguments),
            Command::Cases { what, json, .. } => cases::run(&settings, what.as_ref(), *json),
            Command::DeadLetters { what, json, .. } => dead_letters::run(&settings, what.as_ref(), *json),
        }
    }

    /// Whose data directory it opens.
    fn opens(&self) -> Opens {
        match self {
            Command::Serve(_) => Opens::Shop,
            Command::Init { arguments, .. } => arguments.opens(),
            Command::Simulate(_) | Command::Bench { .. } | Command::Settings => Opens::Nothing,
            _ => Opens::Either,
        }
    }

    /// `None`: it opens none, and no setting is of use to it.
    fn place(&self) -> Option<&Place> {
        match self {
            Command::Check { flags, .. } => Some(&flags.serving.place),
            Command::Serve(flags) => Some(&flags.place),
            Command::Simulate(_) | Command::Settings => None,
            Command::Verify(place)
            | Command::Rebuild(place)
            | Command::Import(Import::Catalogue { place, .. })
            | Command::Init { place, .. }
            | Command::Explain { place, .. }
            | Command::Bench { place, .. }
            | Command::Keys { place, .. }
            | Command::Actors { place, .. }
            | Command::Orders { place, .. }
            | Command::Products { place, .. }
            | Command::Stock { place, .. }
            | Command::Delist { place, .. }
            | Command::Refund { place, .. }
            | Command::Cases { place, .. }
            | Command::DeadLetters { place, .. } => Some(place),
        }
    }

    fn overrides(&self) -> Overrides {
        match self {
            Command::Check { flags, .. } => flags.into(),
            Command::Serve(flags) => flags.into(),
            Command::Bench { place, speed, .. } => speed.over(place.into()),
            other => other.place().map(Overrides::from).unwrap_or_default(),
        }
    }
}
