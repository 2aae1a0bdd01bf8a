//! The forms of version 3, and those of version 2 before them: a checkout was held to a total, and no quote.

use std::sync::Arc;

use serde::Deserialize;

use super::{
    Checkout, CheckoutDetails, CheckoutForm, Event, Message, Nonce, Ordering, PriceChange, Seen, Submit,
};
use crate::actors::order_manager::{AnswerOfVersion2, KeyHash};
use crate::domain::quote::Quote;
use crate::domain::{
    Backorder, Currency, Customer, Money, OrderId, OrderLine, ProgramId, SessionId, ShippingAddress,
};
use crate::runtime::{Aggregate, Partition, RequestId, Unread, Versioned, versioned};
use crate::storage::TreeName;

/// The places of the variants that were others.
const SUBMIT: u8 = 0;
const BEGIN_CHECKOUT: u8 = 5;
const CHECKOUT_CART: u8 = 7;
const ORDER_ANSWERED: u8 = 8;
const CHECKOUT_BEGUN: u8 = 3;

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

impl Aggregate for super::Session {
    const TREE: TreeName = TreeName("sessions");
    const VERSION: u8 = 3;
    type Key = SessionId;

    fn upcast(version: u8, bytes: &mut &[u8]) -> Result<super::Session, Unread> {
        match version {
            2 => Ok(versioned::take::<Session>(bytes)?.into()),
            unknown => Err(Unread::unknown(unknown, Self::VERSION)),
        }
    }

    fn partition(id: &SessionId) -> Partition {
        id.slot().into()
    }
}

fn message(bytes: &mut &[u8]) -> Result<Message, Unread> {
    let Some(variant @ (SUBMIT | BEGIN_CHECKOUT | CHECKOUT_CART | ORDER_ANSWERED)) = bytes.first().copied()
    else {
        return Ok(versioned::take(bytes)?);
    };
    versioned::take_byte(bytes)?;
    Ok(match variant {
        SUBMIT => versioned::take::<OldCheckout>(bytes)?.into(),
        BEGIN_CHECKOUT => versioned::take::<BeginCheckout>(bytes)?.into(),
        CHECKOUT_CART => versioned::take::<CheckoutCart>(bytes)?.into(),
        _ => versioned::take::<OrderAnswered>(bytes)?.into(),
    })
}

fn event(bytes: &mut &[u8]) -> Result<Event, Unread> {
    if bytes.first() != Some(&CHECKOUT_BEGUN) {
        return Ok(versioned::take(bytes)?);
    }
    versioned::take_byte(bytes)?;
    let CheckoutBegun { session, checkout, form } = versioned::take(bytes)?;
    Ok(Event::CheckoutBegun { session, checkout, form, quote: None })
}

#[derive(Deserialize)]
struct OldCheckout {
    program: ProgramId,
    idempotency_key: String,
    digest: u64,
    lines: Arc<[OrderLine]>,
    details: CheckoutDetails,
}

#[derive(Deserialize)]
struct BeginCheckout {
    customer: Arc<Customer>,
    shipping_address: Arc<ShippingAddress>,
    backorder: Backorder,
    seen: Money,
}

#[derive(Deserialize)]
struct CheckoutCart {
    idempotency_key: String,
    digest: u64,
    details: Box<CheckoutDetails>,
    /// Whoever asked waits no more, and buys nothing by it.
    _seen: Option<Money>,
}

#[derive(Deserialize)]
struct OrderAnswered {
    request: Option<RequestId>,
    order: OrderId,
    key: KeyHash,
    answer: AnswerOfVersion2,
}

#[derive(Deserialize)]
struct CheckoutBegun {
    session: SessionId,
    checkout: Nonce,
    form: Box<CheckoutForm>,
}

#[derive(Deserialize)]
struct Session {
    lines: Vec<OrderLine>,
    form: Option<CheckoutForm>,
    checkouts: Vec<Nonce>,
    shown: Vec<OrderLine>,
    last_order: Option<OrderId>,
    ordering: Option<Ordering>,
    price_changes: Vec<PriceChange>,
}

impl From<OldCheckout> for Message {
    fn from(old: OldCheckout) -> Message {
        let OldCheckout { program, idempotency_key, digest, lines, details } = old;
        // it was added up by the actor
        let currency = lines.first().map_or(Currency::GBP, |line| line.unit_price.currency);
        let quote = Arc::new(Quote::of_nothing(currency));
        Message::Submit(Submit(Box::new(Checkout {
            program,
            idempotency_key,
            digest,
            lines,
            quote,
            details,
        })))
    }
}

impl From<BeginCheckout> for Message {
    fn from(old: BeginCheckout) -> Message {
        let BeginCheckout { customer, shipping_address, backorder, seen } = old;
        // of no lines: nothing is begun by it
        let seen = Seen::of(&[], Arc::new(Quote::of_nothing(seen.currency)));
        Message::BeginCheckout(super::BeginCheckout { customer, shipping_address, backorder, seen })
    }
}

impl From<CheckoutCart> for Message {
    fn from(old: CheckoutCart) -> Message {
        let CheckoutCart { idempotency_key, digest, details, .. } = old;
        Message::CheckoutCart(super::CheckoutCart { idempotency_key, digest, details, seen: None })
    }
}

impl From<OrderAnswered> for Message {
    fn from(old: OrderAnswered) -> Message {
        let OrderAnswered { request, order, key, answer } = old;
        Message::OrderAnswered { request, order, key, answer: answer.into() }
    }
}

impl From<Session> for super::Session {
    fn from(old: Session) -> super::Session {
        super::Session {
            lines: old.lines,
            form: old.form,
            checkouts: old.checkouts,
            shown: old.shown,
            quote: None,
            last_order: old.last_order,
            ordering: old.ordering,
            price_changes: old.price_changes,
        }
    }
}
