//! Faults inside the process, by the runtime's hooks: panics, poison messages, hangs, a journal that fails.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rand::RngExt;
use rand::rngs::StdRng;

use crate::actors::{Address, Event, Message, Shop, bank, merchant_proxy};
use crate::domain::OrderId;
use crate::journal::Position;
use crate::runtime::kit::ATTEMPTS_MAX;
use crate::runtime::{Hooks, Point, Record};

use super::coverage::Coverage;
use super::crashing_journal::CrashSwitch;
use super::fault::Fault;
use super::plan::{Plan, random_for};

/// In one run of the process. With more, its supervisors would give up and end it.
const PANICS_MAX: u32 = 6;
/// Longer than the runtime lets an actor be in one await.
const HANG_TOO_LONG_MS: u64 = 11_000;
const HANG_MS: u64 = 4_000;

pub struct FaultHooks {
    /// Off in the second phase of a run.
    on: Cell<bool>,
    plan: Plan,
    coverage: Rc<RefCell<Coverage>>,
    crash_switch: Rc<CrashSwitch>,
    rng: RefCell<StdRng>,
    /// Actors that have panicked and appended no turn since. They do not panic again, or messages would be given up by chance.
    down: RefCell<BTreeSet<Address>>,
    /// Actors with a poison message at the head of their queue, and how often each will still panic at it.
    poisoned: RefCell<BTreeMap<Address, u32>>,
    panics_left: Cell<u32>,
}

impl FaultHooks {
    pub fn new(
        plan: &Plan,
        seed: u64,
        coverage: Rc<RefCell<Coverage>>,
        crash_switch: Rc<CrashSwitch>,
    ) -> Rc<FaultHooks> {
        Rc::new(FaultHooks {
            on: Cell::new(false),
            plan: plan.clone(),
            coverage,
            crash_switch,
            rng: RefCell::new(random_for(seed, "trouble")),
            down: RefCell::default(),
            poisoned: RefCell::default(),
            panics_left: Cell::new(PANICS_MAX),
        })
    }

    pub fn set_enabled(&self, on: bool) {
        self.on.set(on);
    }

    /// A new process has no memory of the panics of the last one.
    pub fn begin_incarnation(&self) {
        self.down.borrow_mut().clear();
        self.poisoned.borrow_mut().clear();
        self.panics_left.set(PANICS_MAX);
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

/// What goes wrong by a test card, and with which order where the bank says.
fn of_a_card(event: &bank::Event) -> Option<(Fault, Option<OrderId>)> {
    match event {
        bank::Event::Captured { batch: None, .. } => Some((Fault::SettlementLineMissing, None)),
        bank::Event::Captured { token, .. } if token == "tok_capture_lost" => {
            Some((Fault::CaptureLost, None))
        }
        bank::Event::Refunded { token, .. } if token == "tok_refund_lost" => Some((Fault::RefundLost, None)),
        bank::Event::Asked { order, hold, .. }
            if hold.token == "tok_approves_part" && matches!(hold.state, bank::HoldState::Held { .. }) =>
        {
            Some((Fault::PartialApproval, Some(*order)))
        }
        _ => None,
    }
}

impl Hooks<Shop> for FaultHooks {
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
        for event in &record.stated.events {
            if let Event::BankActor(event) = event
                && let Some((fault, order)) = of_a_card(event)
            {
                coverage.hit(fault, order);
            }
        }
    }

    fn die(&self) {
        self.crash_switch.crash(Fault::SyncFails);
    }
}
