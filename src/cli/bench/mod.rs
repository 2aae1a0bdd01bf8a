//! `doorstep bench`: how fast the shop is, and what an order costs. At the end it looks whether all of it happened.

mod bare_sync;
mod checkpoint_latency;
mod choices;
mod connection;
mod core;
mod daemon;
mod directory;
mod ending;
mod figures;
mod http;
mod latencies;
mod load;
mod load_generator;
mod pacer;
mod process;
mod progress;
mod retail;
mod spawn;
mod steadiness;
mod trial;

use std::path::{Path as FilePath, PathBuf};
use std::process::ExitCode;

use hdrhistogram::Histogram;
use rand::distr::{Alphabetic, SampleString};
use rand::rngs::StdRng;

use crate::domain::Currency;
use crate::domain::catalogue::Product;
use crate::settings::Settings;

use super::Failure;
use choices::{Path, Until};
use directory::Directory;
use figures::{Closing, Cost, Figures, Latency, Plan};
use http::HttpTarget;
use load::{Kind, Load};
use load_generator::{LoadOutcome, Pace, Taken};
use retail::Retail;
use trial::{Ran, Trial};

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
    /// A daemon of this program's own on a free port, over HTTP; with --data DIR its data stay there
    #[arg(long, group = "target")]
    spawn: bool,
    /// A shop that is open already, over HTTP: it sells what it has most of, and its process is not measured
    #[arg(long, group = "target", value_name = "URL")]
    http: Option<String>,
    /// With --http: a file that holds the API key to order by; a demo needs none
    #[arg(long, value_name = "FILE", requires = "http")]
    api_key_file: Option<PathBuf>,
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
    /// The file of --load retail: invoices as CSV, plain or gzipped, as UCI Online Retail has them
    #[arg(long, value_name = "FILE", required_if_eq("load", "retail"))]
    baskets: Option<PathBuf>,
    /// How a customer buys
    #[arg(long, value_enum, default_value_t = Path::Orders)]
    path: Path,
    /// What is waited for after the last answer
    #[arg(long, value_enum, default_value_t = Until::Closed)]
    until: Until,
    /// How many products the shop has; of one that is open already, how many are wanted at most
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    products: u32,
    /// How many orders are placed, delivered and paid for before anything is measured
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "http")]
    stored: u64,
    /// Which products are drawn: the same from the same seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Nothing is verified at the end: to derive a million orders anew takes minutes, and some six gigabytes of memory
    #[arg(long, conflicts_with = "http")]
    unverified: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
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

    /// What is bought, and the shelf of a shop that is opened for it.
    fn load_and_shelf(&self, currency: Currency) -> Result<(Load, Vec<Product>), Failure> {
        let Some(retail) = self.retail(currency)? else {
            let products = self.products as usize;
            return Ok((Load::drawn(self.load, products, self.seed), load::shelf(products, currency)));
        };
        Ok((Load::these(retail.baskets), retail.shelf))
    }

    /// What is bought of a shop that has so many products: of real baskets, as many lines as it has products for.
    fn load_of(&self, products: usize) -> Result<Load, Failure> {
        let Some(retail) = self.retail(Currency::GBP)? else {
            return Ok(Load::drawn(self.load, products, self.seed));
        };
        Ok(Load::these(retail.baskets.iter().map(|basket| load::on_shelf(basket, products)).collect()))
    }

    fn retail(&self, currency: Currency) -> Result<Option<Retail>, Failure> {
        let file = self.baskets.as_deref().filter(|_| self.load == Kind::Retail);
        let retail = file.map(|file| retail::read(file, currency)).transpose()?;
        if let Some(Retail { shelf, baskets, left_out }) = &retail {
            let (products, baskets) = (shelf.len(), baskets.len());
            eprintln!("{baskets} baskets of {products} products; {left_out} lines are left out");
        }
        Ok(retail)
    }

    fn trial(&self, load: Load, speed: u32) -> Trial {
        Trial { load, pace: self.pace(), until: self.until, speed, name: name() }
    }

    /// Fills the shop with orders that have come to their end; those that were taken.
    fn store(&self, settings: &Settings) -> Result<Vec<Taken>, Failure> {
        if self.stored == 0 {
            return Ok(vec![]);
        }
        let (load, shelf) = self.load_and_shelf(settings.shop.currency)?;
        let pace = Pace { orders: self.stored, clients: CLOSED_CLIENTS, rate: None };
        let trial = Trial { load, pace, until: Until::Closed, speed: SPEED, name: name() };
        let mut settings = settings.clone();
        settings.trade.speed = SPEED;
        let LoadOutcome { mut confirmed, later, failed, .. } =
            core::run(&settings, shelf, Path::Orders, trial)?.outcome;
        if !failed.is_empty() {
            return Err(Failure(format!("some of the {} orders before failed: {failed:?}", self.stored)));
        }
        confirmed.extend(later);
        Ok(confirmed)
    }

    fn plan(&self, target: &str, speed: Option<u32>) -> Plan {
        let Pace { orders, clients, rate } = self.pace();
        let (load, path) = (self.load.name(), self.path.name());
        let stored = self.stored;
        Plan { target: target.to_owned(), load, path, stored, orders, clients, rate, speed }
    }
}

/// Exits 0 where every order was taken, or openly refused, and all of it is there at the end, where that was looked for.
pub fn run(
    arguments: &Arguments,
    settings: Settings,
    data: Option<PathBuf>,
    config: Option<&FilePath>,
) -> Result<ExitCode, Failure> {
    let figures = match &arguments.http {
        Some(url) => of_a_shop(arguments, url)?,
        None => of_our_own(arguments, settings, data, config)?,
    };
    print(&figures, arguments.json)?;
    Ok(if figures.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Of a shop that is opened for this, in a directory of its own.
fn of_our_own(
    arguments: &Arguments,
    mut settings: Settings,
    data: Option<PathBuf>,
    config: Option<&FilePath>,
) -> Result<Figures, Failure> {
    let directory = Directory::at(data)?;
    settings.data.dir = directory.data();
    if settings.trade.speed == 0 {
        settings.trade.speed = if arguments.until == Until::Closed { SPEED } else { 1 };
    }
    let (path, speed) = (arguments.path, settings.trade.speed);
    let stored = arguments.store(&settings)?;
    let (load, shelf) = arguments.load_and_shelf(settings.shop.currency)?;
    let trial = arguments.trial(load, speed);
    let before = bare_sync::measure(&settings.data.dir);
    let (target, ran) = match arguments.spawn {
        true => ("spawn", spawn::run(&settings, config, &shelf, path, trial)?),
        false => ("core", core::run(&settings, shelf, path, trial)?),
    };
    let Ran { outcome, cost, quiet_after } = ran;
    let bare_syncs = [before, bare_sync::measure(&settings.data.dir)];
    let look = || ending::look(&settings, &stored, &outcome, quiet_after.is_some());
    let ending = (!arguments.unverified).then(look).transpose()?;
    let taken = outcome.confirmed.len() + outcome.later.len();
    let closed = ending.as_ref().map_or(taken, |ending| ending.closed);
    let closing = quiet_after.map(|after| Closing { closed, after });
    let mut figures = Figures::of(arguments.plan(target, Some(speed)), &outcome, cost, closing);
    figures.bare_sync_ms = bare_sync_ms(bare_syncs);
    figures.records = ending.as_ref().map(|ending| ending.records);
    figures.wrong = ending.map_or(vec![], |ending| ending.wrong);
    Ok(figures)
}

/// Of one that is open: each order that it took must be there for its owner afterwards.
fn of_a_shop(arguments: &Arguments, url: &str) -> Result<Figures, Failure> {
    spawn::on_one_thread(async {
        let mut target = HttpTarget::to(url, arguments.path)?;
        if let Some(file) = &arguments.api_key_file {
            let key = std::fs::read_to_string(file)
                .map_err(|error| Failure(format!("cannot read {}: {error}", file.display())))?;
            target = target.with_key(key.trim().to_owned());
        }
        let skus = target.products(arguments.products as usize).await?;
        let trial = arguments.trial(arguments.load_of(skus.len())?, 1);
        let target = target.selling(skus);
        let outcome = trial.place_all(&target, async || None).await;
        let mut figures = Figures::of(arguments.plan(url, None), &outcome, Cost::default(), None);
        figures.wrong = target.verify_orders(&outcome).await;
        Ok(figures)
    })
}

/// Before and after the run, taken together.
fn bare_sync_ms(measured: [Option<Histogram<u64>>; 2]) -> Option<Latency> {
    let [before, after] = measured;
    let (mut all, after) = before.zip(after)?;
    all.add(after).ok()?;
    Some(Latency::of(&all))
}

/// As many as 68 random bits.
const NAME_LETTERS: usize = 12;

/// Begins the idempotency keys of this run: no other has used them. Of letters alone: with the count behind them, digits could pass
/// for a card number, and the shop refuses a request that holds one.
fn name() -> String {
    let letters = Alphabetic.sample_string(&mut rand::make_rng::<StdRng>(), NAME_LETTERS);
    format!("bench-{letters}")
}

fn print(figures: &Figures, json: bool) -> Result<(), Failure> {
    if json {
        println!("{}", serde_json::to_string_pretty(figures)?);
    } else {
        print!("{}", figures.table());
    }
    Ok(())
}
