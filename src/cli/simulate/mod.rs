//! Lives whole worlds, each under a seed, and looks for anything that must not be.

mod matrix;
mod tally;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{IsTerminal, Write as _};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::domain::Currency;
use crate::domain::catalogue::{Wishes, import};
use crate::simulation::assortment::Assortment;
use crate::simulation::checks::{self, Checker, Violation};
use crate::simulation::fault::FaultSet;
use crate::simulation::plan::{FaultChoice, Options};
use crate::simulation::report;
use crate::simulation::{FinishedRun, command, first_difference, run as live, shrink};

use super::Failure;
use tally::Tally;

/// Every so many worlds, one is lived twice, and must be the same to the byte.
const LIVED_TWICE_EVERY: u64 = 20;
/// Of a failing world, so many violations are printed.
const VIOLATIONS_SHOWN: usize = 8;

#[derive(clap::Args)]
pub struct Arguments {
    /// One world, by its seed [default: 1]
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,
    /// Many worlds: FROM..TO, both included
    #[arg(long, value_name = "FROM..TO")]
    seeds: Option<String>,
    /// Days of trade in which customers come and things go wrong; 30 days of calm follow [default: each world draws, 1 to 40]
    #[arg(long)]
    days: Option<u32>,
    /// How many customers come to each world [default: each world draws, 1 to 300, mostly few]
    #[arg(long)]
    orders: Option<u32>,
    /// none, some (each world draws), all, or names with commas between them; an unknown name lists them
    #[arg(long, default_value = "some", value_name = "FAULTS")]
    faults: String,
    /// Rehearse with your own catalogue, a CSV file as `import catalogue` takes it; its first titles are wanted most
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
    /// Only these customers come: numbers with commas between them, as a failure prints them
    #[arg(long, value_name = "N,…")]
    shoppers: Option<String>,
    /// Only these invariants are checked: I1,I7,…
    #[arg(long, value_name = "I…")]
    check: Option<String>,
    /// Print how often each fault met an order after each durable step, as a table in Markdown
    #[arg(long)]
    matrix: bool,
    /// Write a page about the first world, or the smallest that is wrong, into this file: HTML, with charts
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Worlds at a time [default: one for each processor]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let seeds = seeds(arguments)?;
    let checkers = checkers(arguments.check.as_deref())?;
    let options = options(arguments)?;
    let count = seeds.end() - seeds.start() + 1;
    println!("living {count} worlds: {}", extent(arguments));
    let threads = arguments.threads.filter(|threads| *threads > 0);
    let threads = threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let worlds = Worlds {
        arguments,
        options,
        first: *seeds.start(),
        last: *seeds.end(),
        checkers: &checkers,
        next: AtomicU64::new(*seeds.start()),
        lived: Mutex::default(),
        shows_progress: std::io::stderr().is_terminal(),
        only_one: count == 1,
        compares_traces: arguments.check.as_deref().is_none_or(|named| named.contains("I22")),
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| worlds.live_all());
        }
    });
    let lived =
        worlds.lived.into_inner().map_err(|_| Failure("a world ended in a panic: see above".into()))?;
    print!("{}", lived.tally);
    let idle = lived.tally.timers_that_never_ran_out();
    if arguments.matrix {
        print!("{}", matrix::markdown(&lived.tally));
    }
    let Some((_, failed)) = lived.failed.into_iter().next() else {
        report(arguments, lived.first.as_ref())?;
        return if idle { Ok(ExitCode::FAILURE) } else { Ok(ExitCode::SUCCESS) };
    };
    let small = explain(failed, &checkers);
    report(arguments, Some(&small))?;
    Ok(ExitCode::FAILURE)
}

/// Writes the page, where it was asked for.
fn report(arguments: &Arguments, run: Option<&FinishedRun>) -> Result<(), Failure> {
    let (Some(file), Some(run)) = (&arguments.report, run) else { return Ok(()) };
    let page = report::page(&report::Data::of(run))?;
    std::fs::write(file, page).map_err(|error| Failure(format!("write {}: {error}", file.display())))?;
    println!("the page about seed {} is in {}", run.options.seed, file.display());
    Ok(())
}

/// The worlds that are being lived, shared by the threads that live them.
struct Worlds<'a> {
    arguments: &'a Arguments,
    options: Options,
    first: u64,
    last: u64,
    checkers: &'a [&'a Checker],
    next: AtomicU64,
    lived: Mutex<Lived>,
    shows_progress: bool,
    only_one: bool,
    compares_traces: bool,
}

#[derive(Default)]
struct Lived {
    tally: Tally,
    failed: BTreeMap<u64, FinishedRun>,
    /// The world of the first seed, for the page.
    first: Option<FinishedRun>,
}

impl Worlds<'_> {
    fn live_all(&self) {
        loop {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            if seed > self.last {
                return;
            }
            let run = self.live(seed);
            // a thread that panicked has said so; the others go on
            let Ok(mut lived) = self.lived.lock() else { return };
            lived.tally.add(&run);
            if self.shows_progress {
                eprint!("\r{} worlds, {} with violations", lived.tally.figures.runs, lived.tally.failed);
                let _ = std::io::stderr().flush();
            }
            if !run.violations.is_empty() {
                lived.failed.insert(seed, run);
            } else if seed == self.first {
                lived.first = Some(run);
            }
        }
    }

    fn live(&self, seed: u64) -> FinishedRun {
        let drawn = Options { seed, ..self.options.clone() }.at_length();
        let Arguments { days, orders, .. } = self.arguments;
        let (days, orders) = (days.unwrap_or(drawn.days), orders.unwrap_or(drawn.orders));
        let options = Options { days, orders, ..drawn };
        let mut run = live(&options, self.checkers);
        let twice = self.only_one || seed.is_multiple_of(LIVED_TWICE_EVERY);
        if twice && self.compares_traces {
            let again = live(&options, &[]);
            run.figures.lived_twice += 1;
            if again.trace != run.trace {
                let what =
                    format!("lived twice, the world is not the same: {}", first_difference(&run, &again));
                run.violations.push(Violation { invariant: "I22", order: None, what });
            }
        }
        run
    }
}

/// Prints what is wrong with a world, the smallest one that is still wrong, and the order concerned. Returns the smallest.
fn explain(failed: FinishedRun, checkers: &[&Checker]) -> FinishedRun {
    let seed = failed.options.seed;
    println!("\nseed {seed} ({}):", build());
    for violation in failed.violations.iter().take(VIOLATIONS_SHOWN) {
        print_violation(violation);
    }
    println!("\nlooking for a smaller world that is still wrong…");
    let small = shrink(failed, checkers);
    println!("{}", command(&small));
    for violation in small.violations.iter().take(VIOLATIONS_SHOWN) {
        print_violation(violation);
    }
    let dead_letters = small.dead_letters();
    if !dead_letters.is_empty() {
        println!("\ndead letters:\n{dead_letters}");
    }
    if let Some(order) = small.violations.iter().find_map(|violation| violation.order) {
        println!("\n{order}:\n{}", small.timeline(order));
    }
    small
}

fn print_violation(Violation { invariant, order, what }: &Violation) {
    let order = order.map(|order| format!("{order}: ")).unwrap_or_default();
    println!("  {invariant} {order}{what}");
}

/// Which program this is: its version, and the commit of the checkout that it is run in, if any.
fn build() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let asked = std::process::Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let commit = asked.ok().filter(|answer| answer.status.success()).map(|answer| answer.stdout);
    let commit = commit.map(|text| String::from_utf8_lossy(&text).trim().to_owned());
    match commit {
        Some(commit) => format!("doorstep {version}, checkout at {commit}"),
        None => format!("doorstep {version}"),
    }
}

/// What was asked for, as a sentence.
fn extent(arguments: &Arguments) -> String {
    let said = |asked: Option<u32>, drawn: &str| asked.map_or(drawn.to_owned(), |asked| asked.to_string());
    let (orders, days) = (said(arguments.orders, "up to 300"), said(arguments.days, "1 to 40"));
    format!("{orders} customers in {days} days of trade each")
}

/// How long and how busy a world is, each draws, or is told.
fn options(arguments: &Arguments) -> Result<Options, Failure> {
    let faults = match arguments.faults.as_str() {
        "some" => FaultChoice::Drawn,
        named => FaultChoice::Exactly(FaultSet::parse(named)?),
    };
    let number = |text: &str| text.trim().parse::<u32>();
    let only = arguments.shoppers.as_ref().map(|named| named.split(',').map(number).collect());
    let only = only.transpose().map_err(|_| Failure("--shoppers: write numbers, as 3,7,12".to_owned()))?;
    let assortment = arguments.catalogue.as_deref().map(assortment).transpose()?.unwrap_or_default();
    Ok(Options { seed: 0, days: 0, orders: 0, faults, only, assortment: Arc::new(assortment) })
}

/// Rows that cannot be listed are left out, and counted.
fn assortment(file: &Path) -> Result<Assortment, Failure> {
    let cannot = |error: String| Failure(format!("{}: {error}", file.display()));
    let opened = File::open(file).map_err(|error| cannot(error.to_string()))?;
    // a rehearsal may make up what the file does not say
    let wishes = Wishes { derive: true, ..Wishes::new(Currency::GBP) };
    let imported = import(opened, &wishes).map_err(|error| cannot(error.to_string()))?;
    if !imported.rejected.is_empty() {
        eprintln!("{} rows of {} are left out", imported.rejected.len(), file.display());
    }
    Assortment::of(imported.rows).ok_or_else(|| cannot("it lists no product".to_owned()))
}

fn seeds(arguments: &Arguments) -> Result<RangeInclusive<u64>, Failure> {
    let one = arguments.seed.unwrap_or(1);
    let Some(range) = &arguments.seeds else { return Ok(one..=one) };
    let number = |text: &str| text.parse().ok();
    let bounds = range.split_once("..").and_then(|(from, to)| Some((number(from)?, number(to)?)));
    let bounds = bounds.filter(|(from, to)| from <= to && *to < u64::MAX);
    let (from, to) =
        bounds.ok_or_else(|| Failure(format!("--seeds {range}: write 1..2000, the lower first")))?;
    Ok(from..=to)
}

fn checkers(named: Option<&str>) -> Result<Vec<&'static Checker>, Failure> {
    let Some(named) = named else { return Ok(checks::ALL.iter().collect()) };
    let one = |name: &str| {
        let found = checks::ALL.iter().find(|checker| checker.invariant == name.trim());
        let known = || checks::ALL.iter().map(|checker| checker.invariant).collect::<Vec<_>>().join(", ");
        found.ok_or_else(|| Failure(format!("--check {name}: there is no such checker, but {}", known())))
    };
    named.split(',').map(one).collect()
}
