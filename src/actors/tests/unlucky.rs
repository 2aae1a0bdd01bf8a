//! An outside world that goes wrong in every way that the shop knows.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::pin::Pin;

use crate::actors::calls::Outcome;
use crate::actors::{Answered, Call, Shop, What};
use crate::domain::Timestamp;
use crate::partners::Partners;
use crate::partners::carrier::CancelAnswer;
use crate::partners::mail::MailKind;
use crate::partners::wholesaler::ShipNotice;
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
    fn make(&self, call: Call) -> Pin<Box<dyn Future<Output = Outcome>>> {
        if !self.called.borrow_mut().insert(call.name()) {
            return self.partners.make(call);
        }
        let why = "connection reset".to_owned();
        at_once(match call.what {
            What::Quote { .. } => Outcome::Quote(Answered::Unknown(why)),
            What::Supply { .. } => Outcome::Supply(Answered::Unknown(why)),
            What::ShipNotice { .. } => Outcome::ShipNotice(Answered::Unknown(why)),
            What::Book { .. } => Outcome::Booked(Answered::Unknown(why)),
            What::Track { .. } => Outcome::Tracked(Answered::Unknown(why)),
            What::CancelBooking { .. } => Outcome::CancelAnswered(Answered::Unknown(why)),
            What::Post { .. } => Outcome::Posted(Answered::Unknown(why)),
        })
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
    fn make(&self, call: Call) -> Pin<Box<dyn Future<Output = Outcome>>> {
        match &call.what {
            What::Supply { order, .. } if order.quantity == NEVER_SUPPLIED => {
                at_once(Outcome::Supply(Answered::Refused("sold out".into())))
            }
            What::ShipNotice { request, .. }
                if self.slipped.borrow_mut().insert(request.order.key.clone()) =>
            {
                let ask_again_at = request.asked_at.plus_ms(SLIPS_BY_MS);
                at_once(Outcome::ShipNotice(Answered::Yes(ShipNotice::NotYet { ask_again_at })))
            }
            What::CancelBooking { .. } => {
                at_once(Outcome::CancelAnswered(Answered::Yes(CancelAnswer::AlreadyCollected)))
            }
            What::Post { letter, .. } if letter.kind == MailKind::BackorderPromise => {
                at_once(Outcome::Posted(Answered::Refused("no such mailbox".into())))
            }
            _ => self.partners.make(call),
        }
    }
}

fn at_once(outcome: Outcome) -> Pin<Box<dyn Future<Output = Outcome>>> {
    Box::pin(std::future::ready(outcome))
}
