use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::actors::merchant_proxy::RefundReply;
use crate::domain::quote::Quote;
use crate::domain::{
    Backorder, Buyer, CancelReason, Customer, Date, DeclineReason, Money, OrderId, OrderKey, OrderLine,
    OrderNumber, OrderState, PaymentId, ProgramId, RefundId, ShippingAddress, Timeline, Timestamp,
};
use crate::partners::processor::TypedCard;
use crate::questions;
use crate::runtime::{Addressed, RequestId, Versioned};

/// Takes orders, and decides what an order does next.
pub struct OrderManager;

/// What the order manager is told, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(strum::VariantNames))]
pub enum Message {
    /// WebSession: step 2. Answers `web_session::OrderAnswered`.
    Place(Box<PlaceOrder>),
    /// StockKeeper: every line is reserved in full.
    Reserved {
        order: OrderId,
    },
    /// StockKeeper: what is there is reserved, the rest can be here by `ships_on` (the last of the lines).
    Promised {
        order: OrderId,
        ships_on: Date,
    },
    /// StockKeeper: not all in stock, and the customer refused to wait (or nobody supplies it: `earliest`, the day on
    /// which all of it could leave the house, is `None`). Nothing is reserved.
    OutOfStock {
        order: OrderId,
        earliest: Option<Date>,
    },
    /// StockKeeper: the supplies for a promised order are in; every line is reserved in full.
    SuppliesArrived {
        order: OrderId,
    },
    /// StockKeeper: the supplier slipped.
    PromiseChanged {
        order: OrderId,
        ships_on: Date,
    },
    /// StockKeeper: no wholesaler took the order for supplies; what was reserved is still reserved.
    NoSupplies {
        order: OrderId,
    },
    /// StockKeeper: reserved has become allocated.
    Allocated {
        order: OrderId,
    },

    /// As `PaymentHeld`, without the card: an earlier build says it so.
    PaymentAuthorised {
        order: OrderId,
        payment: PaymentId,
    },
    /// MerchantProxy: the card is good for the amount, and nothing is held. `card`: what the bank knows it by.
    CardVerified {
        order: OrderId,
        payment: PaymentId,
        card: String,
    },
    /// StockKeeper: supplies may be ordered on the verified card alone.
    CreditGranted {
        order: OrderId,
    },
    /// StockKeeper: too much stands so already, by card, by customer or in all. Nothing is ordered.
    CreditRefused {
        order: OrderId,
    },
    PaymentDeclined {
        order: OrderId,
        payment: PaymentId,
        reason: DeclineReason,
    },
    /// MerchantProxy: no answer in time; it goes on asking and will tell.
    PaymentUnknown {
        order: OrderId,
        payment: PaymentId,
    },
    PaymentVoided {
        order: OrderId,
        payment: PaymentId,
    },
    /// MerchantProxy: so much was taken for a shipment.
    PaymentCaptured {
        order: OrderId,
        payment: PaymentId,
        amount: Money,
    },
    /// MerchantProxy: the acquirer has paid it out. `amount`: before its fee.
    PaymentSettled {
        order: OrderId,
        payment: PaymentId,
    },

    /// WarehouseActor: the truck has it.
    HandedOver {
        order: OrderId,
        tracking: String,
    },
    Delivered {
        order: OrderId,
    },
    /// WarehouseActor: it did not leave; what was packed goes back to the shelf.
    Stopped {
        order: OrderId,
    },
    /// WarehouseActor: the truck has it already.
    TooLateToStop {
        order: OrderId,
    },

    Show(Show),
    ShowTimeline(ShowTimeline),
    Cancel(Cancel),

    /// MerchantProxy: the hold is lapsing (see [`PaymentAttempt::lapsing`](super::PaymentAttempt::lapsing)), and not captured.
    PaymentLapsing {
        order: OrderId,
        payment: PaymentId,
    },
    /// MerchantProxy: the window is over, and nothing is held any more.
    PaymentExpired {
        order: OrderId,
        payment: PaymentId,
    },

    /// Timer: the order was refused a day ago.
    RefusalOver {
        order: OrderId,
    },
    /// StockKeeper, to `Forget`: it has nothing of the order any more, and no case is open there.
    NothingKept {
        order: OrderId,
    },
    /// MerchantProxy: the money is held. `card`: what the bank knows the card by.
    PaymentHeld {
        order: OrderId,
        payment: PaymentId,
        card: String,
    },
    Refund(Refund),
    /// MerchantProxy: `amount` is with the customer again, and so much in all.
    PaymentRefunded {
        order: OrderId,
        refund: RefundId,
        amount: Money,
        in_all: Money,
    },
    TryCard(TryCard),
    /// Timer: she has tried no other card since this payment was declined.
    CardTimeOver {
        order: OrderId,
        payment: PaymentId,
    },
}

impl Versioned for Message {
    const VERSION: u8 = 3;
}

impl Addressed for Message {
    type Actor = OrderManager;
}

questions! { OrderManager:
    Show -> Result<Box<OrderView>, NoSuchOrder>,
    ShowTimeline -> Result<Timeline, NoSuchOrder>,
    Cancel -> CancelReply,
    Refund -> RefundReply,
    TryCard -> TryCardReply,
}

/// Gateway: `GET /orders/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Show {
    pub order: OrderId,
    pub claim: Claim,
}

/// Gateway: what has happened, without what the stock keeper and the bank say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShowTimeline {
    pub order: OrderId,
    pub claim: Claim,
}

/// Gateway, for the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cancel {
    pub order: OrderId,
    pub claim: Claim,
}

/// Gateway and control socket: a clerk wants money given back of what was taken for an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    pub order: OrderId,
    pub wanted: Box<RefundWanted>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefundWanted {
    /// `None`: all that is left.
    pub amount: Option<Money>,
    pub reason: String,
    pub by: String,
    /// The same again is the same refund.
    pub key: String,
}
/// Gateway: for an order whose card was declined she has typed another one, for its `attempt`th payment as its page counted. The
/// same twice is one payment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TryCard {
    pub order: OrderId,
    pub claim: Claim,
    pub attempt: u8,
    pub card: Box<TypedCard>,
}

/// By what someone claims an order as his own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Claim {
    /// The order's secret key, or what is given for it.
    Key(String),
    /// The program that asks is known by its API key: the gateway has looked.
    Program(ProgramId),
    /// The link that was followed is signed by the shop for this order, and good: the gateway has looked.
    Link,
}

impl From<String> for Claim {
    fn from(key: String) -> Claim {
        Claim::Key(key)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaceOrder {
    pub order: OrderId,
    /// The `ask` that waits for the answer.
    pub request: Option<RequestId>,
    pub idempotency: Idempotency,
    /// At the prices that the customer was shown.
    pub lines: Arc<[OrderLine]>,
    pub quote: Arc<Quote>,
    pub customer: Arc<Customer>,
    pub shipping_address: Arc<ShippingAddress>,
    pub token: String,
    pub backorder: Backorder,
}

/// One request, however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Idempotency {
    /// Who asks.
    pub principal: Buyer,
    pub route: Route,
    /// As the client gave it.
    pub key: String,
    pub digest: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Route {
    Orders,
    CartCheckout,
    /// The browser's return from the payment page.
    Payment,
}

/// What a checkout is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub outcome: Outcome,
    /// It was answered before: this is the same answer again.
    pub replayed: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// 201. The state is the one at the time of the first answer: `Confirmed`, or `AwaitingStock` for an accepted backorder.
    Taken(Box<OrderView>),
    /// 202: the bank has not answered, or the order was cancelled before it had; the order's page will tell. Asked again by
    /// the same key: the present state.
    Pending(Box<OrderView>),
    /// 402.
    Declined { order: Box<RefusedOrder>, reason: DeclineReason },
    /// 409.
    OutOfStock { order: Box<RefusedOrder>, earliest: Option<Date> },
    /// 409: too much is ordered in on verified cards alone.
    BackorderLimit { order: Box<RefusedOrder> },
    /// 422: the processor does not know the token. The key is free again.
    UnknownToken,
    /// 422: the key was used with another body.
    KeyMismatch,
    /// 409: the first request of this key has not been answered yet.
    InProgress,
    /// There is no line, and the key has made no order before: the session answers `CartEmpty`. Nothing is bound.
    NothingToBuy,
    /// 422: no payment carries so much. Nothing is bound.
    TotalTooLarge,
    /// 503: nobody takes the payment: the shop is open for looking. Nothing is bound.
    NotOpen,
}

/// An order that its checkout refused, and what opens it: whoever placed it can read it, as one that was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefusedOrder {
    pub id: OrderId,
    pub key: OrderKey,
}

impl RefusedOrder {
    pub fn boxed(id: OrderId, key: OrderKey) -> Box<RefusedOrder> {
        Box::new(RefusedOrder { id, key })
    }
}

/// An order as its owner may see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderView {
    pub id: OrderId,
    /// For people.
    pub number: OrderNumber,
    pub key: OrderKey,
    pub state: OrderState,
    pub placed_at: Timestamp,
    pub lines: Arc<[OrderLine]>,
    pub quote: Arc<Quote>,
    pub customer: Arc<Customer>,
    pub shipping_address: Arc<ShippingAddress>,
    /// At the doorstep, as promised when the order was taken, or since.
    pub promised_date: Option<Date>,
    pub tracking: Option<String>,
    pub payment: PaymentView,
    pub decline_reason: Option<DeclineReason>,
    pub cancel_reason: Option<CancelReason>,
}

/// What has become of the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentView {
    None,
    Pending,
    Unknown,
    Verified,
    Authorised,
    /// So much was taken.
    Captured {
        amount: Money,
    },
    /// So much is the shop's.
    Settled {
        amount: Money,
    },
    Declined,
    Voided,
    /// The bank let go of the hold; it is asked again before the goods leave.
    Expired,
    /// Of what was taken so much is with the customer again: a part, or all of it.
    Refunded {
        captured: Money,
        refunded: Money,
    },
    /// Declined, and she may try another card so long by the real clock: that would be the order's `attempt`th payment.
    AnotherCard {
        attempt: u8,
        until: Timestamp,
    },
}

impl PaymentView {
    /// As the API writes it.
    pub fn name(self) -> &'static str {
        match self {
            PaymentView::None => "none",
            PaymentView::Pending => "pending",
            PaymentView::Unknown => "unknown",
            PaymentView::Verified => "verified",
            PaymentView::Authorised => "authorised",
            PaymentView::Captured { .. } => "captured",
            PaymentView::Settled { .. } => "settled",
            PaymentView::Declined | PaymentView::AnotherCard { .. } => "declined",
            PaymentView::Voided => "voided",
            PaymentView::Expired => "expired",
            PaymentView::Refunded { captured, refunded } if refunded == captured => "refunded",
            PaymentView::Refunded { .. } => "partly_refunded",
        }
    }
}

/// No order of this id, or what is claimed does not open it: the same to whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchOrder;

/// What came of a wish to cancel.
#[derive(Clone, Debug, PartialEq)]
pub enum CancelReply {
    Cancelled(Box<OrderView>),
    /// It is on its way already.
    TooLate(Box<OrderView>),
    /// The warehouse is being asked to stop it; the order's page will tell.
    Pending(Box<OrderView>),
    NoSuchOrder,
}

/// What came of another card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryCardReply {
    /// The bank is being asked; the order's page will tell.
    Asked,
    /// It is the card that was asked already.
    AskedBefore,
    /// No bank was asked: another card is being asked, or the order is paid, or has ended.
    NotUsed,
    /// No bank was asked: this card was refused for good before.
    RefusedForGood,
    NoSuchOrder,
}

impl Message {
    /// The order that it is about.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Message::Place(place) => Some(place.order),
            Message::Reserved { order }
            | Message::Promised { order, .. }
            | Message::OutOfStock { order, .. }
            | Message::SuppliesArrived { order }
            | Message::PromiseChanged { order, .. }
            | Message::NoSupplies { order }
            | Message::Allocated { order }
            | Message::PaymentAuthorised { order, .. }
            | Message::PaymentHeld { order, .. }
            | Message::CardVerified { order, .. }
            | Message::CreditGranted { order }
            | Message::CreditRefused { order }
            | Message::PaymentDeclined { order, .. }
            | Message::PaymentUnknown { order, .. }
            | Message::PaymentVoided { order, .. }
            | Message::PaymentCaptured { order, .. }
            | Message::PaymentSettled { order, .. }
            | Message::PaymentRefunded { order, .. }
            | Message::Refund(Refund { order, .. })
            | Message::HandedOver { order, .. }
            | Message::Delivered { order }
            | Message::Stopped { order }
            | Message::TooLateToStop { order }
            | Message::Show(Show { order, .. })
            | Message::ShowTimeline(ShowTimeline { order, .. })
            | Message::Cancel(Cancel { order, .. })
            | Message::TryCard(TryCard { order, .. })
            | Message::CardTimeOver { order, .. }
            | Message::PaymentLapsing { order, .. }
            | Message::PaymentExpired { order, .. }
            | Message::RefusalOver { order }
            | Message::NothingKept { order } => Some(*order),
        }
    }
}
