//! An outside world that goes wrong in every way that the shop knows.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::pin::Pin;

use crate::actors::{Call, Message, PartnerCall, Shop, warehouse};
use crate::domain::Timestamp;
use crate::partners::carrier::{CancelAnswer, Tracking};
use crate::partners::mail::MailKind;
use crate::partners::wholesaler::ShipNotice;
use crate::partners::{Answered, Partners};
use crate::runtime::Outside;

/// The first call of each kind has no answer that could be used; the next have their partner's.
pub struct Flaky {
    partners: Partners,
    called: RefCell<BTreeSet<&'static str>>,
}

impl Flaky {
    pub fn new(partners: Partners) -> Flaky {
        Flaky { partners, called: RefCell::default() }
    }
}

impl Outside<Shop> for Flaky {
    fn make(&self, call: Call) -> Pin<Box<dyn Future<Output = Message>>> {
        if !self.called.borrow_mut().insert(call.name()) {
            return self.partners.make(call);
        }
        at_once::<Message>(call.unanswered("connection reset".to_owned()))
    }
}

/// So many units of one SKU no wholesaler supplies when it comes to it.
pub const NEVER_SUPPLIED: u32 = 9;
const SLIPS_BY_MS: u64 = 4 * Timestamp::DAY_MS;

/// Suppliers slip once or send nothing, the truck comes early, and the post refuses promises.
pub struct Unkind {
    partners: Partners,
    slipped: RefCell<BTreeSet<String>>,
}

impl Unkind {
    pub fn new(partners: Partners) -> Unkind {
        Unkind { partners, slipped: RefCell::default() }
    }
}

impl Outside<Shop> for Unkind {
    fn make(&self, call: Call) -> Pin<Box<dyn Future<Output = Message>>> {
        match &call {
            Call::PlacePurchaseOrder(call) if call.order.quantity == NEVER_SUPPLIED => {
                at_once(call.answered(Answered::Refused("sold out".into())))
            }
            Call::RequestShipNotice(call)
                if self.slipped.borrow_mut().insert(call.request.order.key.clone()) =>
            {
                let ask_again_at = call.request.asked_at.plus_ms(SLIPS_BY_MS);
                at_once(call.answered(Answered::Known(ShipNotice::NotYet { ask_again_at })))
            }
            Call::CancelBooking(call) => {
                at_once(call.answered(Answered::Known(CancelAnswer::AlreadyCollected)))
            }
            Call::SendLetter(call) if call.letter.kind == MailKind::BackorderPromise => {
                at_once(call.answered(Answered::Refused("no such mailbox".into())))
            }
            _ => self.partners.make(call),
        }
    }
}

/// Trucks that stop at the door so many days late, and supplies that come so late.
pub struct Late {
    partners: Partners,
    truck_ms: u64,
    supplies_ms: u64,
    slipped: RefCell<BTreeSet<String>>,
}

impl Late {
    pub fn new(partners: Partners, truck_days: u64, supplies_days: u64) -> Late {
        let (truck_ms, supplies_ms) = (truck_days * Timestamp::DAY_MS, supplies_days * Timestamp::DAY_MS);
        Late { partners, truck_ms, supplies_ms, slipped: RefCell::default() }
    }
}

impl Outside<Shop> for Late {
    /// What the carrier sees now is what it would have seen so many days ago.
    fn make(&self, mut call: Call) -> Pin<Box<dyn Future<Output = Message>>> {
        let ago = |at: &mut Timestamp| *at = Timestamp(at.0.saturating_sub(self.truck_ms));
        match &mut call {
            Call::RequestShipNotice(call)
                if self.supplies_ms > 0
                    && self.slipped.borrow_mut().insert(call.request.order.key.clone()) =>
            {
                let ask_again_at = call.request.asked_at.plus_ms(self.supplies_ms);
                return at_once(call.answered(Answered::Known(ShipNotice::NotYet { ask_again_at })));
            }
            Call::TrackParcel(call) => ago(&mut call.request.asked_at),
            Call::CancelBooking(call) => ago(&mut call.request.asked_at),
            _ => {}
        }
        let (answer, later) = (self.partners.make(call), self.truck_ms);
        Box::pin(async move { postponed(answer.await, later) })
    }
}

fn postponed(mut answer: Message, later_ms: u64) -> Message {
    use warehouse::Message::{Booked, Tracked};
    let later = |at: Timestamp| at.plus_ms(later_ms);
    match &mut answer {
        Message::WarehouseActor(Booked { result: Answered::Known(booked), .. }) => {
            booked.collection_at = later(booked.collection_at);
        }
        Message::WarehouseActor(Tracked { result: Answered::Known(seen), .. }) => {
            *seen = Tracking {
                collected_at: seen.collected_at.map(later),
                delivered_at: seen.delivered_at.map(later),
                next_expected_at: seen.next_expected_at.map(later),
            };
        }
        _ => {}
    }
    answer
}

fn at_once<M: Into<Message>>(answer: M) -> Pin<Box<dyn Future<Output = Message>>> {
    Box::pin(std::future::ready(answer.into()))
}
