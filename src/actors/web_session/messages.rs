use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::actors::order_manager::{Answer, Idempotency, KeyHash, Route};
use crate::domain::{
    ApiKeyHash, Backorder, Buyer, Customer, OrderId, OrderLine, ProgramId, SessionId, ShippingAddress, Sku,
};
use crate::partners::processor::TypedCard;
use crate::runtime::RequestId;

use super::{NoKey, Programs};

/// What a visitor's session is told, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// Gateway, `POST /orders`: a whole checkout in one call, to [`SessionId::PROGRAMS`] only. Replies `Answered`, or
    /// passes on and replies when `OrderAnswered` comes.
    Submit(Box<Checkout>),
    /// Gateway: a new, empty cart. Replies `Cart`.
    Create,
    /// Gateway. Replies `Cart`, or `NoSuchCart`, as every message about a cart does once it is over.
    View,
    /// Gateway: so many units of a product at the price shown, in the place of any earlier line of the SKU. Replies
    /// `Cart`, `NoSuchCart`, or `CartFull`.
    SetLine { line: OrderLine },
    /// Gateway. Replies `Cart`, also when there was no such line.
    RemoveLine { sku: Sku },
    /// Gateway, the browser's checkout page: who buys, where it goes, and what if it is not all in stock. Kept until the
    /// payment page comes back with a token. Replies `CheckoutBegun`.
    BeginCheckout { customer: Arc<Customer>, shipping_address: Arc<ShippingAddress>, backorder: Backorder },
    /// Gateway, the browser's return from the payment page. `checkout` is the nonce of the checkout that was begun; the
    /// same return twice (a reload, the back button) gives the same order. `card`: what the processor has for it, good for
    /// the amount that its page showed; without one the answer that was given before is told again, and nothing is bought.
    /// Replies `Answered`, or passes on.
    PayWith { checkout: String, card: Option<TypedCard> },
    /// Gateway, `POST /carts/{id}/checkout`: buys what is in the cart. Replies `Answered`, or passes on.
    Checkout { idempotency_key: String, digest: u64, details: Box<CheckoutDetails> },
    /// OrderManager: how an order that this session sent has ended up, so far. `request` is the `ask` that still waits, `key`
    /// names the checkout.
    OrderAnswered { request: Option<RequestId>, order: OrderId, key: KeyHash, answer: Answer },
    /// Operator, to [`SessionId::PROGRAMS`] only: a key for the program of this name. Replies `KeyAdded` or `NoKey`.
    AddKey { name: String, key: ApiKeyHash },
    /// Operator, likewise. Replies `KeyRevoked` or `NoKey`.
    RevokeKey { name: String },
    /// Operator and gateway, likewise. Replies `Programs`.
    ListKeys,
    /// Gateway, at checkout: takes over what is in the cart of the session that she came with, for she gets another cookie
    /// where she is about to say who she is. Of a new session only. Replies `Cart`.
    Adopt { lines: Vec<OrderLine> },
    /// Gateway: she wants it forgotten. Replies `Forgotten`, also where there was nothing.
    Forget,
    /// Sweeper: a cart that is over is to go. Replies `Forgotten`, also where there was nothing; one that is not over stays,
    /// and the reply is `NotOver`.
    End,
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

/// What a session answers about its cart.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Cart(Box<CartView>),
    NoSuchCart,
    /// Nothing is left of the cart.
    Forgotten,
    /// Its time has not come.
    NotOver,
    /// More than [`crate::domain::limits::LINES_MAX`] lines.
    CartFull,
    /// There is nothing in the cart to buy.
    CartEmpty,
    /// Another checkout of the cart has not been answered yet: what is in it is not sold twice.
    BeingOrdered,
    /// The payment page must send this nonce back.
    CheckoutBegun {
        checkout: String,
        cart: Box<CartView>,
    },
    /// The nonce is not of a checkout that this session has begun.
    NoSuchCheckout,
    KeyAdded(ProgramId),
    KeyRevoked(ProgramId),
    NoKey(NoKey),
    Programs(Programs),
}

#[derive(Clone, Debug, PartialEq)]
pub struct CartView {
    pub id: SessionId,
    pub lines: Vec<OrderLine>,
    /// `None` while the cart is empty.
    pub totals: Option<crate::domain::Totals>,
    /// As the checkout page was filled in, if it was.
    pub details: Option<(Arc<Customer>, Arc<ShippingAddress>, Backorder)>,
}

impl Message {
    /// Its variant, for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Message::Submit(_) => "Submit",
            Message::Create => "Create",
            Message::Adopt { .. } => "Adopt",
            Message::Forget => "Forget",
            Message::End => "End",
            Message::View => "View",
            Message::SetLine { .. } => "SetLine",
            Message::RemoveLine { .. } => "RemoveLine",
            Message::BeginCheckout { .. } => "BeginCheckout",
            Message::PayWith { .. } => "PayWith",
            Message::Checkout { .. } => "Checkout",
            Message::OrderAnswered { .. } => "OrderAnswered",
            Message::AddKey { .. } => "AddKey",
            Message::RevokeKey { .. } => "RevokeKey",
            Message::ListKeys => "ListKeys",
        }
    }

    /// The order that it is about: none has been placed before one is answered.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Message::OrderAnswered { order, .. } => Some(*order),
            _ => None,
        }
    }
}
