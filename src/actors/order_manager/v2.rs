//! The forms of version 3, and those of version 2 before them: an order was kept with its totals, and no quote.

use std::sync::Arc;

use serde::Deserialize;
use smallvec::SmallVec;

use super::{
    AnswerState, Credit, End, Event, Idempotency, KeyHash, Message, PaymentAttempt, PaymentView, Shipment,
    StockState, StopState,
};
use crate::domain::quote::{Quote, Totals};
use crate::domain::{
    Backorder, Buyer, CancelReason, Customer, Date, DeclineReason, OrderId, OrderKey, OrderLine, OrderNumber,
    OrderState, ShippingAddress, Timestamp,
};
use crate::runtime::{Aggregate, Partition, RequestId, Unread, Versioned, versioned};
use crate::storage::TreeName;

/// The place of `Message::Place` and of `Event::Placed` among their variants: the only ones that were others.
const PLACE: u8 = 0;
const PLACED: u8 = 0;

impl Versioned for Message {
    const VERSION: u8 = 3;

    fn upcast(version: u8, bytes: &mut &[u8]) -> Result<Message, Unread> {
        match version {
            2 => message(bytes),
            unknown => Err(Unread::unknown(unknown, Self::VERSION)),
        }
    }
}

impl Versioned for Event {
    const VERSION: u8 = 3;

    fn upcast(version: u8, bytes: &mut &[u8]) -> Result<Event, Unread> {
        match version {
            2 => event(bytes),
            unknown => Err(Unread::unknown(unknown, Self::VERSION)),
        }
    }
}

impl Aggregate for super::Order {
    const TREE: TreeName = TreeName("orders");
    const VERSION: u8 = 3;
    type Key = OrderId;

    fn upcast(version: u8, bytes: &mut &[u8]) -> Result<super::Order, Unread> {
        match version {
            2 => Ok(versioned::take::<Order>(bytes)?.into()),
            unknown => Err(Unread::unknown(unknown, Self::VERSION)),
        }
    }

    fn partition(order: &OrderId) -> Partition {
        order.slot().into()
    }
}

fn message(bytes: &mut &[u8]) -> Result<Message, Unread> {
    if bytes.first() != Some(&PLACE) {
        return Ok(versioned::take(bytes)?);
    }
    versioned::take_byte(bytes)?;
    Ok(Message::Place(Box::new(versioned::take::<PlaceOrder>(bytes)?.into())))
}

fn event(bytes: &mut &[u8]) -> Result<Event, Unread> {
    if bytes.first() != Some(&PLACED) {
        return Ok(versioned::take(bytes)?);
    }
    versioned::take_byte(bytes)?;
    Ok(Event::Placed(Box::new(versioned::take::<Placed>(bytes)?.into())))
}

#[derive(Deserialize)]
struct PlaceOrder {
    order: OrderId,
    request: Option<RequestId>,
    idempotency: Idempotency,
    lines: Arc<[OrderLine]>,
    totals: Totals,
    customer: Arc<Customer>,
    shipping_address: Arc<ShippingAddress>,
    token: String,
    backorder: Backorder,
}

#[derive(Deserialize)]
struct Placed {
    key: OrderKey,
    number: OrderNumber,
    bound_by: KeyHash,
    place: PlaceOrder,
    at: Timestamp,
}

#[derive(Deserialize)]
struct Order {
    key: OrderKey,
    state: OrderState,
    terms: Terms,
    stock: StockState,
    credit: Credit,
    promised_date: Option<Date>,
    payments: SmallVec<[PaymentAttempt; 1]>,
    shipments: Vec<Shipment>,
    answer: AnswerState,
    stop: StopState,
    end: Option<End>,
}

#[derive(Deserialize)]
struct Terms {
    number: OrderNumber,
    placed_at: Timestamp,
    buyer: Buyer,
    bound_by: KeyHash,
    lines: Arc<[OrderLine]>,
    totals: Totals,
    customer: Arc<Customer>,
    shipping_address: Arc<ShippingAddress>,
    token: String,
}

/// What a session was told of an order.
#[derive(Deserialize)]
pub struct Answer {
    outcome: Outcome,
    replayed: bool,
}

#[derive(Deserialize)]
enum Outcome {
    Taken(Box<OrderView>),
    Pending(Box<OrderView>),
    Declined { order: OrderId, reason: DeclineReason },
    OutOfStock { order: OrderId, earliest: Option<Date> },
    BackorderLimit { order: OrderId },
    UnknownToken,
    KeyMismatch,
    InProgress,
    NothingToBuy,
    TotalTooLarge,
    NotOpen,
}

#[derive(Deserialize)]
struct OrderView {
    id: OrderId,
    number: OrderNumber,
    key: OrderKey,
    state: OrderState,
    placed_at: Timestamp,
    lines: Arc<[OrderLine]>,
    totals: Totals,
    customer: Arc<Customer>,
    shipping_address: Arc<ShippingAddress>,
    promised_date: Option<Date>,
    tracking: Option<String>,
    payment: PaymentView,
    decline_reason: Option<DeclineReason>,
    cancel_reason: Option<CancelReason>,
}

fn quote(totals: Totals, lines: &[OrderLine]) -> Arc<Quote> {
    Arc::new(Quote::of_totals(totals, lines))
}

impl From<PlaceOrder> for super::PlaceOrder {
    fn from(old: PlaceOrder) -> super::PlaceOrder {
        super::PlaceOrder {
            order: old.order,
            request: old.request,
            idempotency: old.idempotency,
            quote: quote(old.totals, &old.lines),
            lines: old.lines,
            customer: old.customer,
            shipping_address: old.shipping_address,
            token: old.token,
            backorder: old.backorder,
        }
    }
}

impl From<Placed> for super::Placed {
    fn from(old: Placed) -> super::Placed {
        let Placed { key, number, bound_by, place, at } = old;
        super::Placed { key, number, bound_by, place: place.into(), at }
    }
}

impl From<Order> for super::Order {
    fn from(old: Order) -> super::Order {
        super::Order {
            key: old.key,
            state: old.state,
            terms: Arc::new(old.terms.into()),
            stock: old.stock,
            credit: old.credit,
            promised_date: old.promised_date,
            payments: old.payments,
            shipments: old.shipments,
            answer: old.answer,
            stop: old.stop,
            end: old.end,
        }
    }
}

impl From<Terms> for super::Terms {
    fn from(old: Terms) -> super::Terms {
        super::Terms {
            number: old.number,
            placed_at: old.placed_at,
            buyer: old.buyer,
            bound_by: old.bound_by,
            quote: quote(old.totals, &old.lines),
            lines: old.lines,
            customer: old.customer,
            shipping_address: old.shipping_address,
            token: old.token,
        }
    }
}

impl From<Answer> for super::Answer {
    fn from(old: Answer) -> super::Answer {
        let outcome = match old.outcome {
            Outcome::Taken(view) => super::Outcome::Taken(Box::new((*view).into())),
            Outcome::Pending(view) => super::Outcome::Pending(Box::new((*view).into())),
            Outcome::Declined { order, reason } => super::Outcome::Declined { order, reason },
            Outcome::OutOfStock { order, earliest } => super::Outcome::OutOfStock { order, earliest },
            Outcome::BackorderLimit { order } => super::Outcome::BackorderLimit { order },
            Outcome::UnknownToken => super::Outcome::UnknownToken,
            Outcome::KeyMismatch => super::Outcome::KeyMismatch,
            Outcome::InProgress => super::Outcome::InProgress,
            Outcome::NothingToBuy => super::Outcome::NothingToBuy,
            Outcome::TotalTooLarge => super::Outcome::TotalTooLarge,
            Outcome::NotOpen => super::Outcome::NotOpen,
        };
        super::Answer { outcome, replayed: old.replayed }
    }
}

impl From<OrderView> for super::OrderView {
    fn from(old: OrderView) -> super::OrderView {
        super::OrderView {
            id: old.id,
            number: old.number,
            key: old.key,
            state: old.state,
            placed_at: old.placed_at,
            quote: quote(old.totals, &old.lines),
            lines: old.lines,
            customer: old.customer,
            shipping_address: old.shipping_address,
            promised_date: old.promised_date,
            tracking: old.tracking,
            payment: old.payment,
            decline_reason: old.decline_reason,
            cancel_reason: old.cancel_reason,
        }
    }
}
