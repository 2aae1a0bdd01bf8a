//! Partners whose links break, who come late, and who keep to what they once said.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::time::Instant;

use super::faults::PartnerPlan;
use crate::actors::calls::{Outcome, answer};
use crate::actors::{Answered, Call, Message, Shop, What};
use crate::domain::Timestamp;
use crate::partners::Partners;
use crate::partners::carrier::{CancelAnswer, Tracking};
use crate::partners::wholesaler::{Acknowledgement, ShipNotice};
use crate::runtime::{CallResult, Outside, OutsideCall};

type Made = Pin<Box<dyn Future<Output = Outcome>>>;

/// What a wholesaler knows of one purchase order; `None`: it refused.
type Deal = Option<(Acknowledgement, Timestamp, u32)>;

#[derive(Clone)]
struct Parcel {
    collected_at: Timestamp,
    delivered_at: Timestamp,
    given_back: bool,
    never_given_back: bool,
}

pub struct Moody {
    pub on: Rc<Cell<bool>>,
    partners: Partners,
    plan: PartnerPlan,
    rng: RefCell<StdRng>,
    deals: RefCell<BTreeMap<String, Deal>>,
    parcels: RefCell<BTreeMap<String, Parcel>>,
    down: RefCell<BTreeMap<&'static str, Instant>>,
    /// Answers that come a second time.
    pub again: RefCell<Vec<Message>>,
}

impl Moody {
    pub fn new(partners: Partners, plan: &PartnerPlan, on: Rc<Cell<bool>>, seed: u64) -> Moody {
        Moody {
            on,
            partners,
            plan: plan.clone(),
            rng: RefCell::new(StdRng::seed_from_u64(seed ^ 0xca11)),
            deals: RefCell::default(),
            parcels: RefCell::default(),
            down: RefCell::default(),
            again: RefCell::default(),
        }
    }

    fn strikes(&self, chance: f64) -> bool {
        self.on.get() && self.rng.borrow_mut().random_bool(chance)
    }

    fn up_to(&self, max: u64) -> u64 {
        self.rng.borrow_mut().random_range(0..=max)
    }

    fn is_down(&self, lane: &'static str) -> bool {
        let now = Instant::now();
        if self.strikes(self.plan.unavailable) {
            let until = now + Duration::from_millis(self.plan.down_ms);
            self.down.borrow_mut().insert(lane, until);
        }
        self.on.get() && self.down.borrow().get(lane).is_some_and(|until| *until >= now)
    }

    /// What the partner does; a repeat finds what was done the first time.
    fn act(&self, call: Call) -> Made {
        match &call.what {
            What::Supply { order, .. } => {
                let known = self.deals.borrow().get(&order.key).cloned();
                let key = order.key.clone();
                match known {
                    Some(deal) => ready(supply(&deal)),
                    None => self.first_deal(key, call),
                }
            }
            What::ShipNotice { request, .. } => {
                let deals = self.deals.borrow();
                let notice = match deals.get(&request.order.key) {
                    Some(Some((_, at, _))) if request.asked_at < *at => {
                        Answered::Yes(ShipNotice::NotYet { ask_again_at: *at })
                    }
                    Some(Some((_, _, quantity))) => {
                        Answered::Yes(ShipNotice::Arrived { quantity: *quantity })
                    }
                    _ => Answered::Refused("no such order".into()),
                };
                ready(Outcome::ShipNotice(notice))
            }
            What::Book { .. } | What::Track { .. } | What::CancelBooking { .. } => ready(self.carry(&call)),
            What::Post { .. } if self.strikes(self.plan.refuses_mail) => {
                ready(Outcome::Posted(Answered::Refused("no such mailbox".into())))
            }
            _ => self.partners.make(call),
        }
    }

    fn first_deal(&self, key: String, call: Call) -> Made {
        let deal = if self.strikes(self.plan.refuses_supply) {
            None
        } else {
            match now(self.partners.make(call)) {
                Outcome::Supply(Answered::Yes(mut acknowledged)) => {
                    if self.strikes(self.plan.short) {
                        acknowledged.accepted = self.up_to(u64::from(acknowledged.accepted)) as u32;
                    }
                    let mut arrived = acknowledged.accepted;
                    if self.strikes(self.plan.short) {
                        arrived = self.up_to(u64::from(arrived)) as u32;
                    }
                    let mut at = acknowledged.arrives_on.start().plus_ms(9 * Timestamp::HOUR_MS);
                    if self.strikes(self.plan.slips) {
                        at = at.plus_ms(self.up_to(12) * Timestamp::DAY_MS);
                    }
                    Some((acknowledged, at, arrived))
                }
                _ => None,
            }
        };
        let outcome = supply(&deal);
        self.deals.borrow_mut().insert(key, deal);
        ready(outcome)
    }

    fn carry(&self, call: &Call) -> Outcome {
        let mut parcels = self.parcels.borrow_mut();
        match &call.what {
            What::Book { request, .. } => {
                let Outcome::Booked(Answered::Yes(booked)) = now(self.partners.make(call.clone())) else {
                    panic!("the embedded carrier books");
                };
                let parcel = parcels.entry(booked.tracking.clone()).or_insert_with(|| {
                    let late = if self.strikes(self.plan.truck_late) { self.up_to(40) } else { 0 };
                    let collected_at = booked.collection_at.plus_ms(late * Timestamp::HOUR_MS);
                    Parcel {
                        collected_at,
                        delivered_at: collected_at.plus_ms((1 + self.up_to(48)) * Timestamp::HOUR_MS),
                        given_back: false,
                        never_given_back: self.strikes(self.plan.not_given_back),
                    }
                });
                debug_assert!(parcel.collected_at >= request.booked_at);
                Outcome::Booked(Answered::Yes(booked))
            }
            What::Track { request, .. } => {
                let Some(parcel) = parcels.get(&request.tracking) else {
                    return Outcome::Tracked(Answered::Refused("no such parcel".into()));
                };
                let until_now = |at: Timestamp| (at <= request.asked_at && !parcel.given_back).then_some(at);
                let mut to_come = [parcel.collected_at, parcel.delivered_at].into_iter();
                Outcome::Tracked(Answered::Yes(Tracking {
                    collected_at: until_now(parcel.collected_at),
                    delivered_at: until_now(parcel.delivered_at),
                    next_expected_at: to_come.find(|at| *at > request.asked_at),
                }))
            }
            What::CancelBooking { request, .. } => {
                let Some(parcel) = parcels.get_mut(&request.tracking) else {
                    return Outcome::CancelAnswered(Answered::Refused("no such parcel".into()));
                };
                let gone = parcel.collected_at <= request.asked_at || parcel.never_given_back;
                parcel.given_back |= !gone;
                let given = parcel.given_back;
                let answer = if given { CancelAnswer::Cancelled } else { CancelAnswer::AlreadyCollected };
                Outcome::CancelAnswered(Answered::Yes(answer))
            }
            _ => panic!("not for the carrier"),
        }
    }

    /// The same answer once more.
    fn note_again(&self, call: &Call, outcome: &Outcome) {
        if self.strikes(self.plan.doubled) {
            self.again.borrow_mut().push(answer(call, CallResult::Answered(copy(outcome))));
        }
    }
}

impl Outside<Shop> for Moody {
    fn make(&self, call: Call) -> Made {
        let deadline = call.deadline_ms;
        if self.is_down(call.lane()) {
            return ready(unknown(&call));
        }
        if self.strikes(self.plan.lost_before) {
            return Box::pin(std::future::pending());
        }
        let outcome = now(self.act(call.clone()));
        self.note_again(&call, &outcome);
        let late = if self.strikes(self.plan.lost_after) {
            return Box::pin(std::future::pending());
        } else if self.strikes(self.plan.late) {
            deadline + self.up_to(deadline)
        } else if self.strikes(self.plan.slow) {
            self.up_to(deadline)
        } else {
            return ready(outcome);
        };
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(late)).await;
            outcome
        })
    }
}

fn supply(deal: &Deal) -> Outcome {
    Outcome::Supply(match deal {
        Some((acknowledged, _, _)) => Answered::Yes(acknowledged.clone()),
        None => Answered::Refused("sold out".into()),
    })
}

fn unknown(call: &Call) -> Outcome {
    let why = "connection reset".to_owned();
    match call.what {
        What::Quote { .. } => Outcome::Quote(Answered::Unknown(why)),
        What::Supply { .. } => Outcome::Supply(Answered::Unknown(why)),
        What::ShipNotice { .. } => Outcome::ShipNotice(Answered::Unknown(why)),
        What::Book { .. } => Outcome::Booked(Answered::Unknown(why)),
        What::Track { .. } => Outcome::Tracked(Answered::Unknown(why)),
        What::CancelBooking { .. } => Outcome::CancelAnswered(Answered::Unknown(why)),
        What::Post { .. } => Outcome::Posted(Answered::Unknown(why)),
    }
}

fn copy(outcome: &Outcome) -> Outcome {
    match outcome {
        Outcome::Quote(answered) => Outcome::Quote(answered.clone()),
        Outcome::Supply(answered) => Outcome::Supply(answered.clone()),
        Outcome::ShipNotice(answered) => Outcome::ShipNotice(answered.clone()),
        Outcome::Booked(answered) => Outcome::Booked(answered.clone()),
        Outcome::Tracked(answered) => Outcome::Tracked(answered.clone()),
        Outcome::CancelAnswered(answered) => Outcome::CancelAnswered(answered.clone()),
        Outcome::Posted(answered) => Outcome::Posted(answered.clone()),
    }
}

fn ready(outcome: Outcome) -> Made {
    Box::pin(std::future::ready(outcome))
}

fn now(mut made: Made) -> Outcome {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match made.as_mut().poll(&mut context) {
        std::task::Poll::Ready(outcome) => outcome,
        std::task::Poll::Pending => panic!("an embedded partner answers at once"),
    }
}
