//! Lives whole worlds, each under a seed, and looks for anything that must not be.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::simulation::checks::{self, Checker};
use crate::simulation::fault::FaultSet;
use crate::simulation::plan::{Chosen, Options};
use crate::simulation::{Run, run as live};

use super::Failure;

#[derive(clap::Args)]
pub struct Arguments {
    /// One world, by its seed
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,
    /// Many worlds: FROM..TO, both included
    #[arg(long, value_name = "FROM..TO")]
    seeds: Option<String>,
    /// Days of trade in which customers come and things go wrong; 30 days of calm follow
    #[arg(long, default_value_t = 3)]
    days: u32,
    /// How many customers come
    #[arg(long, default_value_t = 30)]
    orders: u32,
    /// none, some (each world draws), all, or names with commas between them
    #[arg(long, default_value = "some")]
    faults: String,
    /// Only these customers come: numbers with commas between them
    #[arg(long, value_name = "N,…")]
    shoppers: Option<String>,
    /// Only these invariants are checked: I1,I7,…
    #[arg(long, value_name = "I…")]
    check: Option<String>,
    /// Worlds at a time [default: one for each processor]
    #[arg(long)]
    threads: Option<usize>,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let seeds = seeds(arguments)?;
    let checkers = checkers(arguments.check.as_deref())?;
    let faults = match arguments.faults.as_str() {
        "some" => Chosen::Some,
        named => Chosen::These(FaultSet::parse(named)?),
    };
    let options = |seed| Options {
        seed,
        days: arguments.days,
        orders: arguments.orders,
        faults: faults.clone(),
        only: None,
    };
    let next = AtomicU64::new(*seeds.start());
    let failed: Mutex<BTreeMap<u64, Vec<String>>> = Mutex::default();
    let figures = Mutex::new(crate::simulation::Figures::default());
    let threads =
        arguments.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > *seeds.end() {
                        return;
                    }
                    let began = std::time::Instant::now();
                    let run: Run = live(&options(seed), &checkers);
                    if arguments.seed.is_some() {
                        println!(
                            "{seed}: {:016x} {:?} {:?} {:?}",
                            run.trace,
                            run.figures,
                            began.elapsed(),
                            run.coverage.counts
                        );
                    }
                    figures.lock().unwrap().add(&run.figures);
                    for violation in &run.violations {
                        println!(
                            "seed {seed}: {} {:?} {}",
                            violation.invariant, violation.order, violation.what
                        );
                    }
                    if !run.violations.is_empty() {
                        failed.lock().unwrap().insert(seed, vec![]);
                    }
                }
            });
        }
    });
    println!("{:?}", figures.lock().unwrap());
    let failed = failed.lock().unwrap();
    println!("{} failed", failed.len());
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn seeds(arguments: &Arguments) -> Result<RangeInclusive<u64>, Failure> {
    let one = arguments.seed.unwrap_or(1);
    let Some(range) = &arguments.seeds else { return Ok(one..=one) };
    let number = |text: &str| text.parse().ok();
    let bounds = range.split_once("..").and_then(|(from, to)| Some((number(from)?, number(to)?)));
    let bounds = bounds.filter(|(from, to)| from <= to);
    let (from, to) =
        bounds.ok_or_else(|| Failure(format!("--seeds {range}: write 1..2000, the lower first")))?;
    Ok(from..=to)
}

fn checkers(named: Option<&str>) -> Result<Vec<&'static Checker>, Failure> {
    let Some(named) = named else { return Ok(checks::ALL.iter().collect()) };
    let one = |name: &str| {
        let found = checks::ALL.iter().find(|checker| checker.invariant == name.trim());
        found.ok_or_else(|| Failure(format!("--check {name}: there is no checker of that name")))
    };
    named.split(',').map(one).collect()
}
