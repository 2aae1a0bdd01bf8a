//! What each partner does and records: a repeat under the same key finds what was done first.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use rand::RngExt;
use rand::rngs::StdRng;

use crate::actors::mailer::SendLetter;
use crate::actors::stock_keeper::PlacePurchaseOrder;
use crate::actors::warehouse::BookTruck;
use crate::actors::{Call, Message, PartnerCall};
use crate::domain::{OrderId, Timestamp};
use crate::partners::carrier::{Booking, CancelAnswer, CancelRequest, TrackRequest, Tracking};
use crate::partners::wholesaler::{Acknowledgement, ShipNotice};
use crate::partners::{Answered, Partners};

use super::super::coverage::Coverage;
use super::super::fault::Fault;
use super::super::observation::{Books, Deal, Parcel};
use super::super::plan::{Plan, random_for};

/// At our dock, after midnight of the day.
const ARRIVES_AFTER_MS: u64 = 9 * Timestamp::HOUR_MS;
const SLIPS_DAYS_MAX: u64 = 12;
const TRUCK_LATE_HOURS_MAX: u64 = 240;
const ON_THE_ROAD_HOURS_MAX: u64 = 48;
/// Then somebody has talked with the carrier.
const PARCEL_REFUSED_TIMES_MAX: u32 = 4;

pub struct PartnerBooks {
    on: Cell<bool>,
    plan: Plan,
    /// What a deal or a parcel draws depends on its key alone.
    seed: u64,
    partners: Partners,
    coverage: Rc<RefCell<Coverage>>,
    deals: RefCell<BTreeMap<String, Deal>>,
    parcels: RefCell<BTreeMap<String, Parcel>>,
    /// How often the carrier will still refuse the parcel of an order that it was offered.
    refusals_left: RefCell<BTreeMap<OrderId, u32>>,
}

impl PartnerBooks {
    pub fn new(plan: &Plan, seed: u64, partners: Partners, coverage: Rc<RefCell<Coverage>>) -> PartnerBooks {
        PartnerBooks {
            on: Cell::new(false),
            plan: plan.clone(),
            seed,
            partners,
            coverage,
            deals: RefCell::default(),
            parcels: RefCell::default(),
            refusals_left: RefCell::default(),
        }
    }

    pub fn set_enabled(&self, on: bool) {
        self.on.set(on);
    }

    pub fn books(&self) -> Books {
        let deals = self.deals.borrow().values().cloned().collect();
        Books { deals, parcels: self.parcels.borrow().values().cloned().collect() }
    }

    /// What a partner does when it is called, as the message that takes its answer back.
    pub fn act(&self, call: &Call) -> Message {
        match call {
            Call::RequestQuote(call) => call.answered(self.embedded(call)).into(),
            Call::PlacePurchaseOrder(call) => call.answered(self.supply(call)).into(),
            Call::RequestShipNotice(call) => {
                let notice = self.ship_notice(&call.request.order.key, call.request.asked_at);
                call.answered(notice).into()
            }
            Call::BookTruck(call) => call.answered(self.book(call)).into(),
            Call::TrackParcel(call) => call.answered(self.track(&call.request)).into(),
            Call::CancelBooking(call) => call.answered(self.give_back(&call.request)).into(),
            Call::SendLetter(call) => call.answered(self.post(call)).into(),
        }
    }

    /// The embedded partner's own answer, which is there at once.
    fn embedded<C: PartnerCall>(&self, call: &C) -> Answered<C::Answer> {
        let mut answer = call.make(&self.partners);
        match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answered) => answered,
            Poll::Pending => Answered::Unknown("an embedded partner that waits".to_owned()),
        }
    }

    fn strikes(&self, fault: Fault, rng: &mut StdRng, order: Option<OrderId>) -> bool {
        // drawn whether it is on or not, so that what follows stays the same
        let strikes = rng.random_bool(self.plan.rate(fault)) && self.on.get();
        if strikes {
            self.coverage.borrow_mut().hit(fault, order);
        }
        strikes
    }

    fn supply(&self, call: &PlacePurchaseOrder) -> Answered<Acknowledgement> {
        let key = &call.order.key;
        let known = self.deals.borrow().get(key).cloned();
        let deal = known.unwrap_or_else(|| {
            let deal = self.first_deal(call);
            self.deals.borrow_mut().insert(key.clone(), deal.clone());
            deal
        });
        if deal.accepted == 0 {
            return Answered::Refused("sold out".to_owned());
        }
        let arrives_on = deal.promised_at.date();
        Answered::Known(Acknowledgement { accepted: deal.accepted, arrives_on })
    }

    fn first_deal(&self, call: &PlacePurchaseOrder) -> Deal {
        let order = &call.order;
        let mut rng = random_for(self.seed, &order.key);
        let mut deal = Deal {
            wholesaler: call.wholesaler,
            key: order.key.clone(),
            sku: order.sku.to_string(),
            ordered: order.quantity,
            accepted: 0,
            sends: 0,
            promised_at: order.ordered_at,
            arrives_at: order.ordered_at,
        };
        if self.strikes(Fault::SupplyRefused, &mut rng, None) {
            return deal;
        }
        let Answered::Known(acknowledged) = self.embedded(call) else { return deal };
        deal.accepted = acknowledged.accepted;
        if self.strikes(Fault::SupplyShort, &mut rng, None) {
            deal.accepted = rng.random_range(0..=deal.accepted);
        }
        deal.sends = deal.accepted;
        if self.strikes(Fault::SupplyShort, &mut rng, None) {
            deal.sends = rng.random_range(0..=deal.accepted);
        }
        deal.promised_at = acknowledged.arrives_on.start().plus_ms(ARRIVES_AFTER_MS);
        deal.arrives_at = deal.promised_at;
        if self.strikes(Fault::SupplySlips, &mut rng, None) {
            deal.arrives_at =
                deal.promised_at.plus_ms(rng.random_range(0..=SLIPS_DAYS_MAX) * Timestamp::DAY_MS);
        }
        deal
    }

    fn ship_notice(&self, key: &str, asked_at: Timestamp) -> Answered<ShipNotice> {
        match self.deals.borrow().get(key).filter(|deal| deal.accepted > 0) {
            None => Answered::Refused("no such order".to_owned()),
            Some(deal) if asked_at < deal.arrives_at => {
                Answered::Known(ShipNotice::NotYet { ask_again_at: deal.arrives_at })
            }
            Some(deal) => Answered::Known(ShipNotice::Arrived { quantity: deal.sends }),
        }
    }

    fn book(&self, call: &BookTruck) -> Answered<Booking> {
        if self.refuses(call.order) {
            return Answered::Refused("no such postcode".to_owned());
        }
        let answered = self.embedded(call);
        if let Answered::Known(booked) = &answered {
            let (order, tracking, collection_at) =
                (call.request.order, &booked.tracking, booked.collection_at);
            let mut parcels = self.parcels.borrow_mut();
            parcels
                .entry(tracking.clone())
                .or_insert_with(|| self.first_parcel(order, tracking, collection_at));
        }
        answered
    }

    /// What it has taken once it never refuses.
    fn refuses(&self, order: OrderId) -> bool {
        let mut refusals = self.refusals_left.borrow_mut();
        let left = refusals.entry(order).or_insert_with(|| {
            let mut rng = random_for(self.seed, &format!("offer of {order}"));
            let refuses = self.strikes(Fault::ParcelRefused, &mut rng, Some(order));
            rng.random_range(1..=PARCEL_REFUSED_TIMES_MAX) * u32::from(refuses)
        });
        let refuses = *left > 0;
        *left = left.saturating_sub(1);
        refuses
    }

    fn first_parcel(&self, order: OrderId, tracking: &str, collection_at: Timestamp) -> Parcel {
        let mut rng = random_for(self.seed, tracking);
        let late = self.strikes(Fault::TruckLate, &mut rng, Some(order));
        let late_hours = rng.random_range(0..=TRUCK_LATE_HOURS_MAX) * u64::from(late);
        let collected_at = collection_at.plus_ms(late_hours * Timestamp::HOUR_MS);
        let road_hours = 1 + rng.random_range(0..=ON_THE_ROAD_HOURS_MAX);
        Parcel {
            order,
            tracking: tracking.to_owned(),
            collected_at,
            delivered_at: collected_at.plus_ms(road_hours * Timestamp::HOUR_MS),
            given_back: false,
            kept: self.strikes(Fault::TruckKeeps, &mut rng, Some(order)),
        }
    }

    fn track(&self, request: &TrackRequest) -> Answered<Tracking> {
        let parcels = self.parcels.borrow();
        let Some(parcel) = parcels.get(&request.tracking) else {
            return Answered::Refused("no such parcel".to_owned());
        };
        let until_now = |at: Timestamp| (at <= request.asked_at && !parcel.given_back).then_some(at);
        let mut to_come = [parcel.collected_at, parcel.delivered_at].into_iter();
        Answered::Known(Tracking {
            collected_at: until_now(parcel.collected_at),
            delivered_at: until_now(parcel.delivered_at),
            next_expected_at: to_come.find(|at| *at > request.asked_at),
        })
    }

    fn give_back(&self, request: &CancelRequest) -> Answered<CancelAnswer> {
        let mut parcels = self.parcels.borrow_mut();
        let Some(parcel) = parcels.get_mut(&request.tracking) else {
            return Answered::Refused("no such parcel".to_owned());
        };
        let gone = parcel.collected_at <= request.asked_at || parcel.kept;
        parcel.given_back |= !gone;
        let given = parcel.given_back;
        Answered::Known(if given { CancelAnswer::Cancelled } else { CancelAnswer::AlreadyCollected })
    }

    fn post(&self, call: &SendLetter) -> Answered<()> {
        let SendLetter { mail, letter } = call;
        let mut rng = random_for(self.seed, &format!("{mail:?}"));
        if self.strikes(Fault::MailRefused, &mut rng, letter.about.order()) {
            return Answered::Refused("no such mailbox".to_owned());
        }
        self.embedded(call)
    }
}
