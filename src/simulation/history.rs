//! What customers did and what they were told: a record from outside, which nothing in the shop can change.

use std::net::IpAddr;

use serde_json::Value;

use crate::domain::{Backorder, OrderId, OrderState};

use super::market::Doorstep;

/// When something happened, in milliseconds of real (virtual) time since the world began.
pub type Moment = u64;

const COUNTED: &str = "counted ";

#[derive(Clone, Debug, Default)]
pub struct History {
    /// Every request, in the order in which they were sent.
    pub requests: Vec<SentRequest>,
    /// Every checkout that was asked for, with its answer: also repeats.
    pub checkouts: Vec<CheckoutAttempt>,
    /// Every order that its owner looked at, or cancelled.
    pub looks: Vec<OrderLook>,
    /// What must be refused and was tried.
    pub trials: Vec<Trial>,
    /// Texts that must stay where they belong: session ids, order keys, card numbers, tokens.
    pub secrets: Vec<Secret>,
    pub crashes: Vec<Moment>,
}

/// One request and how it ended.
#[derive(Clone, Debug)]
pub struct SentRequest {
    pub shopper: u32,
    /// The address that it came from.
    pub from: IpAddr,
    /// How many times the process had been started when it was sent.
    pub incarnation: u32,
    pub method: &'static str,
    /// Path and query.
    pub uri: String,
    pub at: Moment,
    /// `None`: the connection was lost, or the world ended first.
    pub answer: Option<HttpAnswer>,
}

#[derive(Clone, Debug)]
pub struct HttpAnswer {
    pub at: Moment,
    pub status: u16,
    /// A problem's code; empty where it is none.
    pub code: String,
    /// All that came: header lines and body.
    pub text: String,
}

/// Which checkout: two requests are the same if this is the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CheckoutKey {
    /// The program's shared session, a cart's id, or a visitor's cookie.
    pub principal: String,
    pub route: Route,
    /// The `Idempotency-Key`, or the nonce of the page.
    pub key: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Route {
    Orders,
    CartCheckout,
    /// The return from the card page.
    Payment,
}

/// A checkout that was asked for.
#[derive(Clone, Debug)]
pub struct CheckoutAttempt {
    pub shopper: u32,
    pub key: CheckoutKey,
    /// Tells one body from another under the same key.
    pub body: u64,
    pub wish: Wish,
    pub at: Moment,
    /// `None`: no answer ever came.
    pub told: Option<CheckoutAnswer>,
    /// She has closed the connection before an answer came.
    pub hung_up: bool,
}

/// What she wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// SKU, units, unit price shown in minor units. Of a cart: what it held when she was last shown it.
    pub lines: Vec<(String, u32, i64)>,
    /// With shipping and tax, in minor units, where a cart or a page has added it up for her.
    pub total: Option<i64>,
    pub token: String,
    pub backorder: Backorder,
    pub email: String,
    /// Where it is to go, and how, where she chooses.
    pub to: &'static Doorstep,
    pub method: Option<String>,
}

/// What she was told of a checkout.
#[derive(Clone, Debug)]
pub struct CheckoutAnswer {
    pub at: Moment,
    pub outcome: CheckoutOutcome,
    /// The answer said that it repeats an earlier one.
    pub replayed: bool,
}

#[derive(Clone, Debug)]
pub enum CheckoutOutcome {
    /// 201: confirmed, or taken as an accepted backorder.
    Taken(Box<ShownOrder>),
    /// 202: the outcome of the payment is not known yet.
    Pending(Box<ShownOrder>),
    /// 402.
    Declined { order: OrderId, reason: String },
    /// 409 `out_of_stock`.
    OutOfStock { order: OrderId },
    /// 409 `backorder_limit`.
    BackorderLimit { order: OrderId },
    /// 303 to an order's page: what a browser is told of one that was taken or is pending.
    SentOn { order: OrderId, order_key: String },
    /// 422 `idempotency_mismatch`: another body came under this key.
    Mismatch,
    /// Any other: the status and the problem's code.
    Other { status: u16, code: String },
}

impl CheckoutOutcome {
    /// Nothing was bought, since it costs something else than what she was shown.
    pub fn is_at_other_prices(&self) -> bool {
        matches!(self, CheckoutOutcome::Other { code, .. } if code == "price_changed")
    }

    /// The order that it tells of.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            CheckoutOutcome::Taken(shown) | CheckoutOutcome::Pending(shown) => Some(shown.id),
            CheckoutOutcome::Declined { order, .. }
            | CheckoutOutcome::OutOfStock { order }
            | CheckoutOutcome::BackorderLimit { order }
            | CheckoutOutcome::SentOn { order, .. } => Some(*order),
            CheckoutOutcome::Mismatch | CheckoutOutcome::Other { .. } => None,
        }
    }

    /// The shop has bound itself: it may never answer otherwise under this key.
    pub fn binds(&self) -> bool {
        self.order().is_some()
    }
}

/// An order as the API showed it.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownOrder {
    pub id: OrderId,
    /// Empty where she looked at it by a link, which gives out no key.
    pub key: String,
    pub state: OrderState,
    /// SKU, units, unit price in minor units.
    pub lines: Vec<(String, u32, i64)>,
    pub shipping: i64,
    pub tax: i64,
    pub total: i64,
    pub placed_at: String,
    pub payment: String,
    /// The whole of it.
    pub json: Value,
}

impl ShownOrder {
    /// As an answer of the API holds it; `None` where it is no order.
    pub fn read(json: &Value) -> Option<ShownOrder> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let amount = |value: &Value| value["amount"].as_i64();
        let state = text(&json["state"])?;
        let line = |line: &Value| {
            let units = u32::try_from(line["quantity"].as_u64()?).ok()?;
            Some((text(&line["sku"])?, units, amount(&line["unit_price"])?))
        };
        Some(ShownOrder {
            id: OrderId::parse(json["id"].as_str()?).ok()?,
            key: text(&json["key"]).unwrap_or_default(),
            state: OrderState::ALL.into_iter().find(|one| one.name() == state)?,
            lines: json["lines"].as_array()?.iter().map(line).collect::<Option<_>>()?,
            shipping: amount(&json["totals"]["shipping"])?,
            tax: amount(&json["totals"]["tax"])?,
            total: amount(&json["total"])?,
            placed_at: text(&json["placed_at"])?,
            payment: text(&json["payment"]["state"])?,
            json: json.clone(),
        })
    }

    /// What may never change once it was answered.
    pub fn same_content(&self, other: &ShownOrder) -> bool {
        let content = |one: &ShownOrder| {
            let money = (one.shipping, one.tax, one.total);
            (one.id, one.placed_at.clone(), one.lines.clone(), money)
        };
        let has_key = |one: &ShownOrder| !one.key.is_empty();
        let same_key = self.key == other.key || !has_key(self) || !has_key(other);
        content(self) == content(other) && same_key
    }
}

/// An owner's look at her order, by its key.
#[derive(Clone, Debug)]
pub struct OrderLook {
    pub order: OrderId,
    pub cancels: bool,
    pub asked_at: Moment,
    pub at: Moment,
    pub status: u16,
    pub code: String,
    pub shown: Option<ShownOrder>,
}

/// Something that must be refused.
#[derive(Clone, Debug)]
pub struct Trial {
    pub what: TrialKind,
    /// For the report: what was sent.
    pub sent: String,
    /// The e-mail address that an order made by it would have.
    pub marker: String,
    /// `None`: no answer.
    pub status: Option<u16>,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialKind {
    /// Somebody else's order, or cart, without its key.
    Unauthorised,
    /// A request that cannot be meant well or understood.
    BadInput,
}

/// A text that may stand in its owner's answers and nowhere else.
#[derive(Clone, Debug)]
pub struct Secret {
    pub what: &'static str,
    pub text: String,
    /// `None`: nobody may ever be answered with it, not even whoever sent it.
    pub owner: Option<u32>,
}

/// The shopkeeper's reason for a count, which says what it was.
pub fn counted(units: u32) -> String {
    format!("{COUNTED}{units}")
}

pub fn read_counted(reason: &str) -> Option<i64> {
    reason.strip_prefix(COUNTED)?.parse().ok()
}
