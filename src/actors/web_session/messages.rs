use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::actors::order_manager::{Answer, Idempotency, KeyHash, Route};
use crate::domain::quote::Quote;
use crate::domain::{
    ApiKeyHash, Backorder, Buyer, Customer, KeyRole, Money, OrderId, OrderLine, ProgramId, SessionId,
    ShippingAddress, Sku,
};
use crate::partners::processor::TypedCard;
use crate::questions;
use crate::runtime::{Addressed, RequestId, Versioned};

use super::{NoKey, PriceChange, Programs, Seen};

/// The session of one visitor; all programs share that of [`SessionId::PROGRAMS`].
pub struct WebSession;

/// What a session is told, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(strum::VariantNames))]
pub enum Message {
    Submit(Submit),
    Create(Create),
    View(View),
    SetLine(SetLine),
    RemoveLine(RemoveLine),
    BeginCheckout(BeginCheckout),
    PayWith(PayWith),
    CheckoutCart(CheckoutCart),
    /// OrderManager: how an order that this session sent has ended up, so far. `request` is the `ask` that still waits, `key`
    /// names the checkout.
    OrderAnswered {
        request: Option<RequestId>,
        order: OrderId,
        key: KeyHash,
        answer: Answer,
    },
    AddKey(AddKey),
    RevokeKey(RevokeKey),
    ListKeys(ListKeys),
    Adopt(Adopt),
    Forget(Forget),
    End(End),
    Reprice(Reprice),
    /// OrderManager: the payment was declined after the checkout was answered; these are the order's lines. There is no answer.
    GiveBack {
        order: OrderId,
        lines: Arc<[OrderLine]>,
    },
}

impl Versioned for Message {
    const VERSION: u8 = 3;
}

impl Addressed for Message {
    type Actor = WebSession;
}

questions! { WebSession:
    Submit -> CheckoutReply,
    Create -> CartReply,
    View -> CartReply,
    SetLine -> CartReply,
    RemoveLine -> CartReply,
    BeginCheckout -> Result<CheckoutBegun, NoCheckout>,
    PayWith -> CheckoutReply,
    CheckoutCart -> CheckoutReply,
    AddKey -> Result<ProgramId, NoKey>,
    RevokeKey -> Result<ProgramId, NoKey>,
    ListKeys -> Programs,
    Adopt -> CartReply,
    Forget -> (),
    End -> Ended,
    Reprice -> CartReply,
}

/// Gateway, `POST /orders`: a whole checkout in one call, to [`SessionId::PROGRAMS`] only. Replies at once, or when
/// `OrderAnswered` comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Submit(pub Box<Checkout>);

/// Gateway: a new, empty cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Create;

/// Gateway. Refused with `NoSuchCart`, as every message about a cart is once it is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View;

/// Gateway: so many units of a product at the price shown, in the place of any earlier line of the SKU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetLine {
    pub line: OrderLine,
}

/// Gateway. Replies the cart, also when there was no such line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RemoveLine {
    pub sku: Sku,
}

/// Gateway, the browser's checkout page: who buys, where it goes, and what if it is not all in stock. Kept until the
/// payment page comes back with a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BeginCheckout {
    pub customer: Arc<Customer>,
    pub shipping_address: Arc<ShippingAddress>,
    pub backorder: Backorder,
    /// What the page has shown her: where something else is in the cart, nothing is begun.
    pub seen: Seen,
}

/// Gateway, the browser's return from the payment page. `checkout` is the nonce of the checkout that was begun; the
/// same return twice (a reload, the back button) gives the same order. `card`: what the processor has for it, good for
/// the amount that its page showed; without one the answer that was given before is told again, and nothing is bought.
/// Replies at once, or when `OrderAnswered` comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PayWith {
    pub checkout: String,
    pub card: Option<TypedCard>,
}

/// Gateway, `POST /carts/{id}/checkout`: buys what is in the cart. Replies at once, or when `OrderAnswered` comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckoutCart {
    pub idempotency_key: String,
    pub digest: u64,
    pub details: Box<CheckoutDetails>,
    /// What it costs, as she has been shown it: where something else is in the cart, nothing is bought. `None` where she has to see
    /// first what has changed. What the key has bought before is answered in any case.
    pub seen: Option<Seen>,
}

/// Operator, to [`SessionId::PROGRAMS`] only: a key for the program of this name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AddKey {
    pub name: String,
    pub key: ApiKeyHash,
    pub role: KeyRole,
}

/// Operator, likewise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RevokeKey {
    pub name: String,
}

/// Operator and gateway, likewise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListKeys;

/// Gateway, at checkout: takes over what is in the cart of the session that she came with, for she gets another cookie
/// where she is about to say who she is. Of a new session only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adopt {
    pub lines: Vec<OrderLine>,
}

/// Gateway: she wants it forgotten. Replies where there was nothing, too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forget;

/// Sweeper: a cart that is over is to go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct End;

/// Gateway: what products that lie in the cart cost now. Replies the cart at these prices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reprice {
    pub prices: Vec<(Sku, Money)>,
}

/// A checkout that carries its own lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkout {
    /// Who orders.
    pub program: ProgramId,
    pub idempotency_key: String,
    /// Of the parsed body: the same key with another digest is another request.
    pub digest: u64,
    pub lines: Arc<[OrderLine]>,
    /// What these cost; without lines nothing.
    pub quote: Arc<Quote>,
    pub details: CheckoutDetails,
}

impl Checkout {
    pub fn idempotency(&self) -> Idempotency {
        let principal = Buyer::Program(self.program);
        let (key, digest) = (self.idempotency_key.clone(), self.digest);
        Idempotency { principal, route: Route::Orders, key, digest }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckoutDetails {
    pub customer: Arc<Customer>,
    pub shipping_address: Arc<ShippingAddress>,
    /// Names a card at the processor; known to it (the gateway has checked).
    pub token: String,
    pub backorder: Backorder,
}

/// The cart as it is now.
pub type CartReply = Result<Box<CartView>, NoCart>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCart {
    NoSuchCart,
    /// More than [`crate::domain::limits::LINES_MAX`] lines, or more than can be added up.
    Full,
}

/// What a checkout is answered, as far as the order manager was asked.
pub type CheckoutReply = Result<Answer, NoCheckout>;

/// Why there is no checkout. Nothing has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCheckout {
    NoSuchCart,
    /// There is nothing in the cart to buy.
    CartEmpty,
    /// Another checkout of the cart has not been answered yet: what is in it is not sold twice.
    BeingOrdered,
    /// The nonce is not of a checkout that this session has begun.
    NoSuchCheckout,
    /// What is in the cart is not what she has been shown a price for.
    NotAsSeen,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CheckoutBegun {
    /// The payment page must send this nonce back.
    pub checkout: String,
    pub cart: Box<CartView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing is left of the cart, or there was nothing.
    Forgotten,
    /// Its time has not come.
    NotOver,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CartView {
    pub id: SessionId,
    pub lines: Vec<OrderLine>,
    /// Prices that have changed since she put the lines in.
    pub price_changes: Vec<PriceChange>,
    /// As the checkout page was filled in, if it was.
    pub details: Option<(Arc<Customer>, Arc<ShippingAddress>, Backorder)>,
    /// How she wanted it delivered when she began a checkout last.
    pub delivery_method: Option<Arc<str>>,
    /// The last that was placed from it, whatever came of that.
    pub last_order: Option<OrderId>,
}

impl Message {
    /// The order that it is about: none has been placed before one is answered.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Message::OrderAnswered { order, .. } | Message::GiveBack { order, .. } => Some(*order),
            _ => None,
        }
    }
}
