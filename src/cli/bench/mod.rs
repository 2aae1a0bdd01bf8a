//! `doorstep bench`: how fast the shop is, and what an order costs. At the end it looks whether all of it happened.

mod core;
mod crowd;
mod ending;
mod figures;
mod load;
mod meter;
mod process;
mod progress;
mod room;

use std::path::PathBuf;
use std::process::ExitCode;

use rand::rngs::OsRng;
use rand::{Rng, TryRngCore};

use crate::settings::Settings;

use self::core::{Ran, Run};
use super::Failure;
use crowd::Pace;
use figures::{Closing, Figures, Plan};
use load::{Kind, Load};
use room::Room;

/// Where no speed is set: a hundred hours of trade in a second, so that orders close while others come.
const SPEED: u32 = 360_000;
/// Orders under way at most in an open loop: enough that none waits here while the shop keeps up.
const OPEN_CLIENTS: usize = 1_000;
const CLOSED_CLIENTS: usize = 64;

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("target").required(true))]
pub struct Arguments {
    /// The shop's core in this process: real journal and trees, no HTTP
    #[arg(long, group = "target")]
    core: bool,
    /// How many orders are placed
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    orders: u64,
    /// Closed loop: so many customers, each of whom orders again once she is answered; with --rate, orders under way
    /// at most [default: 64; with --rate 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    clients: Option<u16>,
    /// Open loop: so many orders a second, answered or not; each one's latency counts from when it was to leave
    #[arg(long, value_name = "PER_SECOND", value_parser = rate)]
    rate: Option<f64>,
    /// Which products are wanted
    #[arg(long, value_enum, default_value_t = Kind::Uniform)]
    load: Kind,
    /// How a customer buys
    #[arg(long, value_enum, default_value_t = Path::Orders)]
    path: Path,
    /// What is waited for after the last answer
    #[arg(long, value_enum, default_value_t = Until::Closed)]
    until: Until,
    /// How many products the shop has
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    products: u32,
    /// Which products are drawn: the same from the same seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Path {
    /// The whole checkout in one call
    Orders,
    /// A cart is made, filled line by line, and bought; all of it is one order's latency
    Cart,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Until {
    /// Nothing: of an order only the checkout is measured, and trade runs at the speed of the clock on the wall
    Confirmed,
    /// Every order is delivered and paid for: all of its pipeline is measured
    Closed,
}

impl Path {
    fn name(self) -> &'static str {
        match self {
            Path::Orders => "orders",
            Path::Cart => "cart",
        }
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "a number is expected".to_owned())?;
    if (0.001..=1e6).contains(&rate) { Ok(rate) } else { Err("0.001 to 1000000 are expected".to_owned()) }
}

impl Arguments {
    fn pace(&self) -> Pace {
        let many = if self.rate.is_some() { OPEN_CLIENTS } else { CLOSED_CLIENTS };
        Pace { orders: self.orders, clients: self.clients.map_or(many, usize::from), rate: self.rate }
    }

    fn plan(&self, target: &str, speed: Option<u32>) -> Plan {
        let Pace { orders, clients, rate } = self.pace();
        let (load, path) = (self.load.name(), self.path.name());
        Plan { target: target.to_owned(), load, path, orders, clients, rate, speed }
    }
}

/// Exits 0 where every order was taken, or openly refused, and all of it is there at the end.
pub fn run(
    arguments: &Arguments,
    mut settings: Settings,
    data: Option<PathBuf>,
    _config: Option<PathBuf>,
) -> Result<ExitCode, Failure> {
    let room = Room::at(data)?;
    settings.data.dir = room.data();
    if arguments.until == Until::Closed && settings.trade.speed == 1 {
        settings.trade.speed = SPEED;
    }
    let figures = in_process(arguments, &settings)?;
    print(&figures, arguments.json)?;
    Ok(if figures.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn in_process(arguments: &Arguments, settings: &Settings) -> Result<Figures, Failure> {
    let products = arguments.products as usize;
    let ran = core::run(Run {
        settings,
        shelf: load::shelf(products, settings.shop.currency),
        load: Load::drawn(arguments.load, products, arguments.seed),
        pace: arguments.pace(),
        path: arguments.path,
        until: arguments.until,
        name: name(),
    })?;
    ended(arguments, settings, "core", ran)
}

/// What was measured, and whether all of it happened.
fn ended(arguments: &Arguments, settings: &Settings, target: &str, ran: Ran) -> Result<Figures, Failure> {
    let Ran { outcome, cost, quiet_after } = ran;
    let ending = ending::look(settings, &outcome, quiet_after.is_some())?;
    let closing = quiet_after.map(|after| Closing { closed: ending.closed, after });
    let plan = arguments.plan(target, Some(settings.trade.speed));
    let mut figures = Figures::of(plan, &outcome, cost, closing);
    figures.records = Some(ending.records);
    figures.wrong = ending.wrong;
    Ok(figures)
}

/// Begins the idempotency keys of this run: no other has used them.
fn name() -> String {
    format!("bench-{:016x}", OsRng.unwrap_err().random::<u64>())
}

fn print(figures: &Figures, json: bool) -> Result<(), Failure> {
    if json {
        println!("{}", serde_json::to_string_pretty(figures)?);
    } else {
        print!("{}", figures.table());
    }
    Ok(())
}
