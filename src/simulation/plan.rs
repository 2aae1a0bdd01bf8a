use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::actors::{CART_KEPT_MS, Rules};
use crate::domain::EmailAddress;
use crate::runtime::Bounds;

use super::assortment::Assortment;
use super::fault::{Fault, FaultSet};
use super::market::Market;

/// In a world of small bounds: the shop's own actors, and a few visitors, who take each other's places.
const SESSIONS_AND_ACTORS: usize = 12;

/// A customer who is not answered repeats her request about as long.
const CART_KEPT_MS_MIN: u64 = 3_600_000;

/// What a run is asked for: everything that its outcome depends on, with the seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    pub seed: u64,
    /// Days of trade in which customers come.
    pub days: u32,
    /// How many customers come.
    pub orders: u32,
    pub faults: FaultChoice,
    /// Only these of the customers come, by their number; `None`: all.
    pub only: Option<Vec<u32>>,
    /// What they can buy.
    pub assortment: Arc<Assortment>,
}

/// Which faults are in the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultChoice {
    /// Each on or off, as the seed draws.
    Drawn,
    /// These and no others.
    Exactly(FaultSet),
}

/// What a seed draws: which faults there are, how often each comes, and how fast the trade goes.
#[derive(Clone, Debug)]
pub struct Plan {
    pub faults: FaultSet,
    /// Trade seconds in a real one.
    pub speed: u32,
    pub checkpoint_every: Duration,
    pub journal_latency: Duration,
    /// How long each message takes its actor.
    pub slow_ms: u64,
    pub bounds: Bounds,
    /// A crash at about every so many journal writes; 0: none.
    pub writes_between_crashes: u64,
    pub drains: bool,
    /// Whether the shop itself reads of new orders and cases.
    pub has_mailbox: bool,
    /// Little is ordered in on the word of one card or customer: what is seldom reached by chance.
    pub has_low_credit: bool,
    /// What is taxed and delivered how.
    pub market: Market,
    /// Each process has so many cells at most, drawn anew.
    pub cells_max: usize,
    rates: Vec<(Fault, f64)>,
}

/// The shop's own mailbox, and how many worlds have one.
const MAILBOX: &str = "till@shop.example";
const WITH_MAILBOX: f64 = 1.0 / 3.0;
/// In so many worlds little may be ordered in on one's word, in minor units: a book or two.
const WITH_LOW_CREDIT: f64 = 0.3;
const LOW_CREDIT: i64 = 3_500;
const LOW_CREDIT_HELD: i64 = 35_000;

/// The longest world, in days of trade, and the most who come to one.
const DAYS_MAX: u32 = 40;
const ORDERS_MAX: u32 = 300;
/// In so many worlds trade goes at the pace of the clock on the wall, as in a shop that is no demo: what waits for a day of real
/// time comes to its end there.
const REAL_PACE: f64 = 0.125;

impl Options {
    /// This world, as long and as busy as its seed draws: short or long alike, so that every wait of the shop ends in
    /// some; mostly with few customers, since what a world costs grows with them.
    pub fn at_length(self) -> Options {
        let mut rng = random_for(self.seed, "length");
        let days = rng.random_range(1..=DAYS_MAX);
        let part: f64 = rng.random_range(0.0..1.0);
        let orders = 1 + (f64::from(ORDERS_MAX) * part.powi(3)) as u32;
        Options { days, orders, ..self }
    }
}

/// A random source for one thing of a world. What one thing draws changes nothing for another.
pub fn random_for(seed: u64, what: &str) -> StdRng {
    StdRng::seed_from_u64(xxhash_rust::xxh3::xxh3_64_with_seed(what.as_bytes(), seed))
}

/// The highest chance of a fault each time that it could come. A world draws below it.
fn rate_max(fault: Fault) -> f64 {
    use Fault::*;
    match fault {
        PanicBefore | PanicAfter | Hang => 0.04,
        Poison => 0.004,
        LostRequest | LostAnswer | LateAnswer | SlowAnswer | DoubledAnswer => 0.3,
        Lie => 0.1,
        Outage => 0.05,
        BankSilent => 0.3,
        CaptureLost | RefundLost | PartialApproval => 0.2,
        SettlementLineMissing => 0.1,
        SupplyRefused | SupplyShort | SupplySlips | TruckLate | TruckKeeps => 0.6,
        MailRefused | ParcelRefused => 0.2,
        CrashLost | CrashTorn | CrashFlipped | CrashWritten | SyncFails | TreesLost | TreesAhead | Rot => 1.0,
        FullMailbox | SlowDisk | ClockAhead | ClockBack => 1.0,
    }
}

impl Plan {
    pub fn draw(options: &Options) -> Plan {
        let mut rng = random_for(options.seed, "plan");
        // every draw is made whether it is used or not: leaving a fault out must not change the rest
        let drawn: Vec<(Fault, bool, f64)> = Fault::ALL
            .iter()
            .map(|fault| (*fault, rng.random_bool(0.5), rng.random_range(0.05..1.0)))
            .collect();
        let faults = match &options.faults {
            FaultChoice::Exactly(these) => these.clone(),
            FaultChoice::Drawn => {
                FaultSet::of(drawn.iter().filter(|(_, on, _)| *on).map(|(fault, ..)| *fault))
            }
        };
        let rates = drawn.iter().map(|(fault, _, part)| (*fault, part * rate_max(*fault))).collect();
        let fast = [60, 600, 3_600, 20_000][rng.random_range(0..4)];
        let is_real = random_for(options.seed, "pace").random_bool(REAL_PACE);
        let latency_ms = [1, 5, 40, 200][rng.random_range(0..4)];
        let checkpoint_ms = [50, 300, 5_000, 600_000][rng.random_range(0..4)];
        let slow_ms = [0, 0, 1, 5][rng.random_range(0..4)];
        let writes_between_crashes = [6, 30, 120, 400][rng.random_range(0..4)];
        let small = Bounds {
            asks_in_flight_max: rng.random_range(2..12),
            queue_depth_max: rng.random_range(3..20),
            calls_in_lane_max: rng.random_range(1..4),
            passing_actors_max: SESSIONS_AND_ACTORS,
            unwritten_turns_max: random_for(options.seed, "unwritten").random_range(20..2_000),
            // on virtual time no message takes any
            ..Bounds::default()
        };
        let drains = rng.random_bool(0.5);
        let crashes =
            [Fault::CrashLost, Fault::CrashTorn, Fault::CrashFlipped, Fault::CrashWritten, Fault::SyncFails]
                .into_iter()
                .chain([
                    Fault::TreesLost,
                    Fault::TreesAhead,
                    Fault::Rot,
                    Fault::ClockAhead,
                    Fault::ClockBack,
                ]);
        let any_crash = crashes.into_iter().any(|fault| faults.contains(fault));
        let on = |fault| faults.contains(fault);
        Plan {
            speed: if is_real { 1 } else { fast },
            checkpoint_every: Duration::from_millis(checkpoint_ms),
            journal_latency: Duration::from_millis(if on(Fault::SlowDisk) { latency_ms } else { 0 }),
            slow_ms: if on(Fault::Hang) { slow_ms } else { 0 },
            bounds: if on(Fault::FullMailbox) { small } else { Bounds::default() },
            writes_between_crashes: if any_crash { writes_between_crashes } else { 0 },
            drains,
            has_mailbox: random_for(options.seed, "mailbox").random_bool(WITH_MAILBOX),
            has_low_credit: random_for(options.seed, "credit").random_bool(WITH_LOW_CREDIT),
            market: Market::draw(&mut random_for(options.seed, "market")),
            cells_max: [1, 2, 4, 16][random_for(options.seed, "cells").random_range(0..4)],
            rates,
            faults,
        }
    }

    /// What the shop ships, but for the credit and the prices of some worlds, and that a cart ends after its 30 days of trade: on the real clock no world is as long. It is
    /// there for `CART_KEPT_MS_MIN` all the same, since customers and shop repeat what fails on the real clock.
    pub fn rules(&self) -> Rules {
        let cart_kept_ms = (CART_KEPT_MS / u64::from(self.speed)).max(CART_KEPT_MS_MIN);
        let mailbox = self.has_mailbox.then(|| EmailAddress::parse(MAILBOX).expect("it is an address"));
        let rules = Rules { cart_kept_ms, mailbox, prices: self.market.prices(), ..Rules::default() };
        match self.has_low_credit {
            true => Rules {
                credit_card_max: LOW_CREDIT,
                credit_customer_max: LOW_CREDIT,
                credit_held_card_max: LOW_CREDIT_HELD,
                credit_held_customer_max: LOW_CREDIT_HELD,
                ..rules
            },
            false => rules,
        }
    }

    /// The chance of a fault each time that it could come: 0 where the world does not have it.
    pub fn rate(&self, fault: Fault) -> f64 {
        let rate = self.rates.iter().find(|(one, _)| *one == fault).map_or(0.0, |(_, rate)| *rate);
        if self.faults.contains(fault) { rate } else { 0.0 }
    }
}
