use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::OrderId;
use crate::partners::carrier::{
    Booking, BookingRequest, CancelAnswer, CancelRequest, TrackRequest, Tracking,
};
use crate::partners::mail::Letter;
use crate::partners::wholesaler::{
    Acknowledgement, QuoteAnswer, QuoteRequest, ShipNotice, ShipNoticeRequest, SupplyOrder, WholesalerId,
};
use crate::partners::{Answer, Partners, Trouble};
use crate::planted::{self, Bug};
use crate::runtime::{CallResult, Outside, OutsideCall, Redrive};

use super::stock_keeper::PurchaseOrderId;
use super::{Answered, Message, Shop, mailer, stock_keeper, warehouse};

/// Every call that the shop makes to the outside, as it stands in the journal before it is made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
    pub deadline_ms: u64,
    pub what: What,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum What {
    Quote { wholesaler: WholesalerId, round: u32, request: QuoteRequest },
    Supply { wholesaler: WholesalerId, purchase_order: PurchaseOrderId, order: SupplyOrder },
    ShipNotice { wholesaler: WholesalerId, purchase_order: PurchaseOrderId, request: ShipNoticeRequest },
    Book { order: OrderId, request: BookingRequest },
    Track { order: OrderId, request: TrackRequest },
    CancelBooking { order: OrderId, request: CancelRequest },
    Post { mail: mailer::MailId, letter: Arc<Letter> },
}

impl Call {
    /// Its kind, for logs and `explain`.
    pub fn name(&self) -> &'static str {
        match self.what {
            What::Quote { .. } => "quote",
            What::Supply { .. } => "order for supplies",
            What::ShipNotice { .. } => "ship notice",
            What::Book { .. } => "booking of the truck",
            What::Track { .. } => "tracking",
            What::CancelBooking { .. } => "cancelling of the truck",
            What::Post { .. } => "e-mail",
        }
    }

    /// The order that it is about, where it is about one alone.
    pub fn order(&self) -> Option<OrderId> {
        match &self.what {
            What::Quote { .. } | What::Supply { .. } | What::ShipNotice { .. } => None,
            What::Book { order, .. } | What::Track { order, .. } | What::CancelBooking { order, .. } => {
                Some(*order)
            }
            What::Post { letter, .. } => Some(letter.order),
        }
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub enum Outcome {
    Quote(Answered<QuoteAnswer>),
    Supply(Answered<Acknowledgement>),
    ShipNotice(Answered<ShipNotice>),
    Booked(Answered<Booking>),
    Tracked(Answered<Tracking>),
    CancelAnswered(Answered<CancelAnswer>),
    Posted(Answered<()>),
}

impl Outcome {
    /// What a link says that broke during this call.
    pub fn unknown(call: &Call, why: &str) -> Outcome {
        let why = why.to_owned();
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
}

impl OutsideCall for Call {
    fn lane(&self) -> &'static str {
        match self.what {
            _ if planted::is(Bug::OneLane) => "partners",
            What::Quote { .. } => "quotes",
            What::Supply { .. } | What::ShipNotice { .. } => "supplies",
            What::Book { .. } | What::Track { .. } | What::CancelBooking { .. } => "carrier",
            What::Post { .. } => "mail",
        }
    }

    fn deadline_ms(&self) -> u64 {
        self.deadline_ms
    }

    fn redrive(&self) -> Redrive {
        match self.what {
            What::Post { .. } => Redrive::AtLeastOnce,
            _ => Redrive::SameKey,
        }
    }
}

impl Outside<Shop> for Partners {
    fn make(&self, call: Call) -> std::pin::Pin<Box<dyn Future<Output = Outcome>>> {
        match call.what {
            What::Quote { wholesaler, request, .. } => match self.wholesaler(wholesaler) {
                Some(partner) => bring(partner.quote(request), Outcome::Quote),
                None => nobody(wholesaler, Outcome::Quote),
            },
            What::Supply { wholesaler, order, .. } => match self.wholesaler(wholesaler) {
                Some(partner) => bring(partner.order(order), Outcome::Supply),
                None => nobody(wholesaler, Outcome::Supply),
            },
            What::ShipNotice { wholesaler, request, .. } => match self.wholesaler(wholesaler) {
                Some(partner) => bring(partner.ship_notice(request), Outcome::ShipNotice),
                None => nobody(wholesaler, Outcome::ShipNotice),
            },
            What::Book { request, .. } => bring(self.carrier.book(request), Outcome::Booked),
            What::Track { request, .. } => bring(self.carrier.track(request), Outcome::Tracked),
            What::CancelBooking { request, .. } => {
                bring(self.carrier.cancel(request), Outcome::CancelAnswered)
            }
            What::Post { letter, .. } => bring(self.post.send(letter), Outcome::Posted),
        }
    }
}

type Made = std::pin::Pin<Box<dyn Future<Output = Outcome>>>;

fn bring<T: 'static>(answer: Answer<T>, outcome: impl FnOnce(Answered<T>) -> Outcome + 'static) -> Made {
    Box::pin(async move {
        outcome(match answer.await {
            Ok(value) => Answered::Yes(value),
            Err(Trouble::Refused(why)) => Answered::Refused(why),
            Err(Trouble::Unavailable(why)) => Answered::Unknown(why),
        })
    })
}

/// The journal names a wholesaler that the settings no longer have.
fn nobody<T: 'static>(id: WholesalerId, outcome: impl FnOnce(Answered<T>) -> Outcome + 'static) -> Made {
    let refused = Answered::Refused(format!("no wholesaler {} is configured", id.0));
    Box::pin(async move { outcome(refused) })
}

/// What a port answered, where it is of the kind that was asked for.
macro_rules! taken {
    ($result:ident, $kind:ident) => {
        match $result {
            CallResult::Answered(Outcome::$kind(answered)) => answered,
            CallResult::Answered(_) => Answered::Unknown("the port answered another question".to_owned()),
            CallResult::Unknown(why) => Answered::Unknown(why),
        }
    };
}

/// The message that takes a result back to the actor that made the call.
pub fn answer(call: &Call, result: CallResult<Outcome>) -> Message {
    use stock_keeper::Message as Stock;
    use warehouse::Message as Warehouse;
    match &call.what {
        What::Quote { wholesaler, round, request } => Stock::QuoteAnswered {
            sku: request.sku.clone(),
            round: *round,
            from: *wholesaler,
            result: taken!(result, Quote),
        }
        .into(),
        What::Supply { purchase_order, .. } => {
            Stock::SupplyAnswered { purchase_order: *purchase_order, result: taken!(result, Supply) }.into()
        }
        What::ShipNotice { purchase_order, .. } => {
            Stock::ShipNoticeAnswered { purchase_order: *purchase_order, result: taken!(result, ShipNotice) }
                .into()
        }
        What::Book { order, .. } => {
            Warehouse::Booked { order: *order, result: taken!(result, Booked) }.into()
        }
        What::Track { order, .. } => {
            Warehouse::Tracked { order: *order, result: taken!(result, Tracked) }.into()
        }
        What::CancelBooking { order, .. } => {
            Warehouse::CancelAnswered { order: *order, result: taken!(result, CancelAnswered) }.into()
        }
        What::Post { mail, .. } => {
            mailer::Message::Posted { mail: mail.clone(), result: taken!(result, Posted) }.into()
        }
    }
}
