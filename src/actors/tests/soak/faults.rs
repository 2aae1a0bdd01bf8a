//! What a seed draws: each fault is on or off, with a rate of its own.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::actors::{Address, Message, Shop};
use crate::runtime::{Hooks, Point};

#[derive(Clone, Debug)]
pub struct Plan {
    /// How much faster than real time the trade goes.
    pub speed: u32,
    pub journal_latency: Duration,
    pub checkpoint_every: Duration,
    pub slow_ms: u64,
    pub orders: u32,
    pub pause_ms: u64,
    pub crashes: u32,
    pub crash_keeps_writes: bool,
    pub panics: f64,
    pub hangs: f64,
    pub partners: PartnerPlan,
}

/// Chances of each fault, a call.
#[derive(Clone, Debug)]
pub struct PartnerPlan {
    pub lost_before: f64,
    pub lost_after: f64,
    pub late: f64,
    pub slow: f64,
    pub unavailable: f64,
    /// A lane that is down stays so for as long, in real milliseconds.
    pub down_ms: u64,
    pub doubled: f64,
    /// These are of a purchase order or a parcel, not of a call.
    pub refuses_supply: f64,
    pub short: f64,
    pub slips: f64,
    pub truck_late: f64,
    pub not_given_back: f64,
    pub refuses_mail: f64,
}

fn chance(rng: &mut StdRng, max: f64) -> f64 {
    if rng.random_bool(0.5) { rng.random_range(0.0..max) } else { 0.0 }
}

impl Plan {
    pub fn draw(rng: &mut StdRng) -> Plan {
        let speed = [60, 3_600, 20_000, 360_000][rng.random_range(0..4)];
        Plan {
            speed,
            journal_latency: Duration::from_millis([0, 1, 15, 200][rng.random_range(0..4)]),
            checkpoint_every: Duration::from_millis([50, 300, 5_000, 86_400_000][rng.random_range(0..4)]),
            slow_ms: [0, 0, 3, 10][rng.random_range(0..4)],
            orders: rng.random_range(10..=40),
            pause_ms: [5, 100, 2_000, 10_000][rng.random_range(0..4)],
            crashes: [0, 1, 4, 20][rng.random_range(0..4)],
            crash_keeps_writes: rng.random_bool(0.5),
            panics: chance(rng, 0.05),
            hangs: chance(rng, 0.05),
            partners: PartnerPlan {
                lost_before: chance(rng, 0.3),
                lost_after: chance(rng, 0.3),
                late: chance(rng, 0.3),
                slow: chance(rng, 0.8),
                unavailable: chance(rng, 0.1),
                down_ms: rng.random_range(0..60_000),
                doubled: chance(rng, 0.5),
                refuses_supply: chance(rng, 0.7),
                short: chance(rng, 0.7),
                slips: chance(rng, 0.7),
                truck_late: chance(rng, 0.7),
                not_given_back: chance(rng, 0.7),
                refuses_mail: chance(rng, 0.1),
            },
        }
    }
}

/// Makes actors panic and hang while `on`.
pub struct Trouble {
    pub on: Rc<Cell<bool>>,
    rng: RefCell<StdRng>,
    plan: Plan,
    /// Who has panicked and not got through since: nobody panics often enough to give a message up.
    down: RefCell<BTreeSet<Address>>,
    /// So many panics may still come in this life: its supervisors have no endless patience.
    pub left: Cell<u32>,
}

impl Trouble {
    pub fn new(plan: &Plan, seed: u64) -> Rc<Trouble> {
        Rc::new(Trouble {
            on: Rc::new(Cell::new(false)),
            rng: RefCell::new(StdRng::seed_from_u64(seed ^ 0x5e_ed)),
            plan: plan.clone(),
            down: RefCell::default(),
            left: Cell::new(0),
        })
    }
}

impl Hooks<Shop> for Trouble {
    fn at(&self, point: Point, to: Address, _message: &Message) {
        let mut down = self.down.borrow_mut();
        let strikes = self.on.get() && self.left.get() > 0 && !down.contains(&to);
        if strikes && self.rng.borrow_mut().random_bool(self.plan.panics) {
            down.insert(to);
            self.left.set(self.left.get() - 1);
            drop(down);
            panic!("on purpose");
        }
        if point == Point::AfterAppend {
            down.remove(&to);
        }
    }

    fn hang_ms(&self, _to: Address, _message: &Message) -> Option<u64> {
        let hangs = self.on.get() && self.rng.borrow_mut().random_bool(self.plan.hangs);
        let ms = if hangs { 4_000 } else { self.plan.slow_ms };
        (ms > 0).then_some(ms)
    }
}
