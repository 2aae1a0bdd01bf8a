//! Wholesalers, the carrier and the mail with faults: connections break, answers come late, twice, or make no sense. But each is
//! idempotent: what it has once answered under a key, it answers again.

mod books;
mod lies;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use tokio::time::Instant;

use crate::actors::{Address, Call, Message, Rules, Shop};
use crate::domain::OrderId;
use crate::partners::Partners;
use crate::runtime::{Outside, OutsideCall};

use super::coverage::Coverage;
use super::fault::Fault;
use super::history::Moment;
use super::observation::{Books, Outage};
use super::plan::{Plan, random_for};
use books::PartnerBooks;

type Made = Pin<Box<dyn Future<Output = Message>>>;

/// The longest time for which a partner cannot be reached.
const OUTAGE_MS_MAX: u64 = 120_000;

pub struct FaultyPartners {
    /// Off in the second phase of a run.
    on: Cell<bool>,
    plan: Plan,
    rules: Rules,
    coverage: Rc<RefCell<Coverage>>,
    began: Instant,
    rng: RefCell<StdRng>,
    books: PartnerBooks,
    outages: RefCell<Vec<Outage>>,
    /// Until when each lane is down.
    down: RefCell<BTreeMap<&'static str, Instant>>,
    /// Answers that come a second time.
    again: RefCell<Vec<(Address, Message)>>,
    /// What was called, for the trace.
    made: Cell<u64>,
}

impl FaultyPartners {
    pub fn new(
        plan: &Plan,
        seed: u64,
        partners: Partners,
        coverage: Rc<RefCell<Coverage>>,
    ) -> Rc<FaultyPartners> {
        Rc::new(FaultyPartners {
            on: Cell::new(false),
            plan: plan.clone(),
            rules: plan.rules(),
            coverage: coverage.clone(),
            began: Instant::now(),
            rng: RefCell::new(random_for(seed, "outsiders")),
            books: PartnerBooks::new(plan, seed, partners, coverage),
            outages: RefCell::default(),
            down: RefCell::default(),
            again: RefCell::default(),
            made: Cell::new(0),
        })
    }

    pub fn set_enabled(&self, on: bool) {
        self.on.set(on);
        self.books.set_enabled(on);
        if !on {
            self.down.borrow_mut().clear();
            self.outages
                .borrow_mut()
                .iter_mut()
                .for_each(|outage| outage.until = outage.until.min(self.moment()));
        }
    }

    pub fn books(&self) -> Books {
        self.books.books()
    }

    pub fn outages(&self) -> Vec<Outage> {
        self.outages.borrow().clone()
    }

    /// Answers that come once more now, and to whom.
    pub fn take_again(&self) -> Vec<(Address, Message)> {
        self.again.take()
    }

    /// How many calls were made.
    pub fn made(&self) -> u64 {
        self.made.get()
    }

    fn moment(&self) -> Moment {
        self.began.elapsed().as_millis() as Moment
    }

    fn strikes(&self, fault: Fault, order: Option<OrderId>) -> bool {
        let rate = self.plan.rate(fault);
        let strikes = self.on.get() && rate > 0.0 && self.rng.borrow_mut().random_bool(rate);
        if strikes {
            self.coverage.borrow_mut().hit(fault, order);
        }
        strikes
    }

    fn up_to(&self, max: u64) -> u64 {
        self.rng.borrow_mut().random_range(0..=max)
    }

    fn is_down(&self, lane: &'static str, order: Option<OrderId>) -> bool {
        let now = Instant::now();
        let is_down = self.down.borrow().get(lane).is_some_and(|until| *until >= now);
        if is_down || !self.strikes(Fault::Outage, order) {
            return is_down && self.on.get();
        }
        let ms = self.up_to(OUTAGE_MS_MAX);
        self.down.borrow_mut().insert(lane, now + Duration::from_millis(ms));
        let from = self.moment();
        self.outages.borrow_mut().push(Outage { lane, from, until: from + ms });
        true
    }

    fn note_again(&self, call: &Call, answer: &Message, order: Option<OrderId>) {
        if self.strikes(Fault::DoubledAnswer, order) {
            self.again.borrow_mut().push((whose(call), answer.clone()));
        }
    }

    /// How late the answer is, in real milliseconds; `None`: it never comes.
    fn delay_ms(&self, deadline_ms: u64, order: Option<OrderId>) -> Option<u64> {
        if self.strikes(Fault::LostAnswer, order) {
            None
        } else if self.strikes(Fault::LateAnswer, order) {
            Some(deadline_ms + 1 + self.up_to(deadline_ms))
        } else if self.strikes(Fault::SlowAnswer, order) {
            Some(self.up_to(deadline_ms))
        } else {
            Some(0)
        }
    }
}

/// Who made the call, and gets its answer.
fn whose(call: &Call) -> Address {
    match call {
        Call::RequestQuote(_) | Call::PlacePurchaseOrder(_) | Call::RequestShipNotice(_) => {
            Address::StockKeeper
        }
        Call::BookTruck(_) | Call::TrackParcel(_) | Call::CancelBooking(_) => Address::WarehouseActor,
        Call::SendLetter(_) => Address::Mailer,
    }
}

impl Outside<Shop> for FaultyPartners {
    fn make(&self, call: Call) -> Made {
        self.made.set(self.made.get() + 1);
        let (deadline_ms, order) = (call.deadline_ms(&self.rules), call.order());
        if self.is_down(call.lane(), order) {
            return Box::pin(std::future::ready(call.unanswered("connection reset".to_owned())));
        }
        if self.strikes(Fault::LostRequest, order) {
            return Box::pin(std::future::pending());
        }
        let mut answer = self.books.act(&call);
        self.note_again(&call, &answer, order);
        if self.strikes(Fault::Lie, order) {
            answer = lies::instead_of(&call, answer, &mut self.rng.borrow_mut());
        }
        match self.delay_ms(deadline_ms, order) {
            None => Box::pin(std::future::pending()),
            Some(0) => Box::pin(std::future::ready(answer)),
            Some(ms) => Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                answer
            }),
        }
    }
}
