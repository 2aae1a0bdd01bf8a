//! What goes wrong inside the process: panics, poison, hangs, a journal that fails.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rand::RngExt;
use rand::rngs::StdRng;

use crate::actors::{Address, Event, Message, Shop, merchant_proxy};
use crate::journal::Position;
use crate::runtime::kit::ATTEMPTS_MAX;
use crate::runtime::{Hooks, Point, Record};

use super::coverage::Coverage;
use super::disk::Death;
use super::fault::Fault;
use super::plan::{Plan, random_for};

/// A life's supervisors have no endless patience: more restarts than these within a life would end it in order.
const PANICS_IN_A_LIFE_MAX: u32 = 6;
/// Longer than the runtime lets an actor be in one await.
const HANG_TOO_LONG_MS: u64 = 11_000;
const HANG_MS: u64 = 4_000;

pub struct Trouble {
    /// Off in the second phase of a run.
    on: Cell<bool>,
    plan: Plan,
    coverage: Rc<RefCell<Coverage>>,
    death: Rc<Death>,
    rng: RefCell<StdRng>,
    /// Who has panicked and not got through since: by chance alone nobody panics often enough to give a message up.
    down: RefCell<BTreeSet<Address>>,
    /// Who panics again and again at the message that is first in line, and how often it still will.
    poisoned: RefCell<BTreeMap<Address, u32>>,
    panics_left: Cell<u32>,
}

impl Trouble {
    pub fn new(plan: &Plan, seed: u64, coverage: Rc<RefCell<Coverage>>, death: Rc<Death>) -> Rc<Trouble> {
        Rc::new(Trouble {
            on: Cell::new(false),
            plan: plan.clone(),
            coverage,
            death,
            rng: RefCell::new(random_for(seed, "trouble")),
            down: RefCell::default(),
            poisoned: RefCell::default(),
            panics_left: Cell::new(PANICS_IN_A_LIFE_MAX),
        })
    }

    pub fn turn(&self, on: bool) {
        self.on.set(on);
    }

    /// A new process knows nothing of the panics of the last one.
    pub fn begin_life(&self) {
        self.down.borrow_mut().clear();
        self.poisoned.borrow_mut().clear();
        self.panics_left.set(PANICS_IN_A_LIFE_MAX);
    }

    fn strikes(&self, fault: Fault) -> bool {
        let rate = self.plan.rate(fault);
        self.on.get() && rate > 0.0 && self.rng.borrow_mut().random_bool(rate)
    }

    fn panics_at(&self, point: Point, to: Address) -> Option<Fault> {
        if point == Point::BeforeDecision && self.is_poisoned(to) {
            return Some(Fault::Poison);
        }
        if self.panics_left.get() == 0 || self.down.borrow().contains(&to) {
            return None;
        }
        match point {
            Point::BeforeDecision if self.panics_left.get() > ATTEMPTS_MAX && self.strikes(Fault::Poison) => {
                self.poisoned.borrow_mut().insert(to, ATTEMPTS_MAX - 1);
                Some(Fault::Poison)
            }
            Point::BeforeDecision => self.strikes(Fault::PanicBefore).then_some(Fault::PanicBefore),
            Point::AfterAppend => self.strikes(Fault::PanicAfter).then_some(Fault::PanicAfter),
        }
    }

    fn is_poisoned(&self, to: Address) -> bool {
        let mut poisoned = self.poisoned.borrow_mut();
        let Some(left) = poisoned.get_mut(&to) else { return false };
        *left -= 1;
        if *left == 0 {
            poisoned.remove(&to);
        }
        true
    }
}

impl Hooks<Shop> for Trouble {
    fn at(&self, point: Point, to: Address, message: &Message) {
        if let Some(fault) = self.panics_at(point, to) {
            self.panics_left.set(self.panics_left.get().saturating_sub(1));
            self.down.borrow_mut().insert(to);
            self.coverage.borrow_mut().hit(fault, message.order());
            panic!("on purpose");
        }
        if point == Point::AfterAppend {
            self.down.borrow_mut().remove(&to);
        }
    }

    fn hang_ms(&self, _to: Address, message: &Message) -> Option<u64> {
        if !self.strikes(Fault::Hang) {
            return (self.on.get() && self.plan.slow_ms > 0).then_some(self.plan.slow_ms);
        }
        self.coverage.borrow_mut().hit(Fault::Hang, message.order());
        let too_long = self.panics_left.get() > 0 && self.rng.borrow_mut().random_bool(0.2);
        if too_long {
            self.panics_left.set(self.panics_left.get() - 1);
        }
        Some(if too_long { HANG_TOO_LONG_MS } else { HANG_MS })
    }

    fn stated(&self, _position: Position, record: &Record<Shop>) {
        let mut coverage = self.coverage.borrow_mut();
        coverage.note(record);
        if self.on.get() && self.plan.faults.contains(Fault::SlowDisk) {
            coverage.hit_first(Fault::SlowDisk, record);
        }
        if record
            .stated
            .events
            .iter()
            .any(|event| matches!(event, Event::MerchantProxy(merchant_proxy::Event::Unknown { .. })))
        {
            coverage.hit_first(Fault::BankSilent, record);
        }
    }

    fn die(&self) {
        self.death.strike(Fault::SyncFails);
    }
}
