//! What leads an order where: a table, and the only way in which an order's state changes. What an order does on its own
//! is decided by `process`; this says what each fact, a told one or one of its own steps, makes of its state.

use crate::domain::OrderState;

use super::Message;

/// What can happen to an order: what the order manager is told about it, and what it does itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(strum::VariantArray))]
pub enum Trigger {
    Reserved,
    Promised,
    OutOfStock,
    SuppliesArrived,
    PromiseChanged,
    NoSupplies,
    Allocated,
    /// Its own step: it has both, the goods and the money.
    Confirmed,
    /// Its own step: the merchant system is asked for a hold, or whether the card is good.
    PaymentAsked,
    PaymentAuthorised,
    CardVerified,
    CreditGranted,
    CreditRefused,
    PaymentDeclined,
    PaymentUnknown,
    PaymentVoided,
    PaymentCaptured,
    PaymentSettled,
    PaymentRefunded,
    /// Its own step: the payment of a promised order stands, so its supplies are ordered.
    SuppliesOrdered,
    /// Its own step: the warehouse is asked to dispatch.
    DispatchAsked,
    HandedOver,
    Delivered,
    /// Its own step: it is delivered and paid out.
    Completed,
    Cancel,
    Stopped,
    TooLateToStop,
    PaymentLapsing,
    PaymentExpired,
    /// Its own step: the merchant system is asked for another hold, and the order stays where it is.
    RenewalAsked,
    /// Its own step: the warehouse is asked to stop what no money is held for.
    StopAsked,
    /// The bank has declined, and she may try another card.
    CardDeclined,
    /// The bank does not hold anew, and what it holds stands until its end.
    RenewalDeclined,
    /// Its own step: no attempt to pay is left, or too much stands on words.
    GivenUp,
}

use OrderState::*;
use Trigger as T;

impl Trigger {
    /// What a message is to its order; `None` for `Place`, which makes one, for looking at it, for another card and the
    /// time for it, which are its own steps, and for what forgets it.
    pub fn of(message: &Message) -> Option<Trigger> {
        Some(match message {
            Message::Place(_)
            | Message::Show(_)
            | Message::ShowTimeline(_)
            | Message::Refund(_)
            | Message::TryCard(_)
            | Message::CardTimeOver { .. }
            | Message::RefusalOver { .. }
            | Message::NothingKept { .. } => return None,
            Message::Reserved { .. } => T::Reserved,
            Message::Promised { .. } => T::Promised,
            Message::OutOfStock { .. } => T::OutOfStock,
            Message::SuppliesArrived { .. } => T::SuppliesArrived,
            Message::PromiseChanged { .. } => T::PromiseChanged,
            Message::NoSupplies { .. } => T::NoSupplies,
            Message::Allocated { .. } => T::Allocated,
            Message::PaymentAuthorised { .. } | Message::PaymentHeld { .. } => T::PaymentAuthorised,
            Message::CardVerified { .. } => T::CardVerified,
            Message::CreditGranted { .. } => T::CreditGranted,
            Message::CreditRefused { .. } => T::CreditRefused,
            Message::PaymentDeclined { .. } => T::PaymentDeclined,
            Message::PaymentUnknown { .. } => T::PaymentUnknown,
            Message::PaymentVoided { .. } => T::PaymentVoided,
            Message::PaymentCaptured { .. } => T::PaymentCaptured,
            Message::PaymentSettled { .. } => T::PaymentSettled,
            Message::PaymentRefunded { .. } => T::PaymentRefunded,
            Message::HandedOver { .. } => T::HandedOver,
            Message::Delivered { .. } => T::Delivered,
            Message::Stopped { .. } => T::Stopped,
            Message::TooLateToStop { .. } => T::TooLateToStop,
            Message::Cancel(_) => T::Cancel,
            Message::PaymentLapsing { .. } => T::PaymentLapsing,
            Message::PaymentExpired { .. } => T::PaymentExpired,
        })
    }
}

/// From, by, to; where `to` is `from`, something is noted on the order, and its state stays.
///
/// `PartlyDispatched` and `Returned` have no row yet: nothing leads there.
pub const TABLE: &[(OrderState, Trigger, OrderState)] = &[
    (Placed, T::Reserved, Reserved),
    (Placed, T::Promised, AwaitingStock),
    (Placed, T::OutOfStock, Cancelled),
    (Placed, T::Cancel, Cancelled),
    (Reserved, T::PaymentAsked, AwaitingPayment),
    (Reserved, T::Allocated, Reserved),
    (Reserved, T::Confirmed, Confirmed),
    (Reserved, T::Cancel, Cancelled),
    // its hold lapsed while it waited for supplies, or for their allocation
    (Reserved, T::RenewalAsked, Reserved),
    (Reserved, T::PaymentAuthorised, Reserved),
    (Reserved, T::PaymentUnknown, Reserved),
    (Reserved, T::PaymentLapsing, Reserved),
    (Reserved, T::PaymentExpired, Reserved),
    (Reserved, T::PaymentDeclined, Declined),
    (Reserved, T::CardDeclined, AwaitingPayment),
    (Reserved, T::RenewalDeclined, Reserved),
    (Reserved, T::GivenUp, Cancelled),
    (AwaitingStock, T::PaymentAsked, AwaitingPayment),
    (AwaitingStock, T::SuppliesArrived, Reserved),
    (AwaitingStock, T::PromiseChanged, AwaitingStock),
    (AwaitingStock, T::NoSupplies, Cancelled),
    (AwaitingStock, T::Cancel, Cancelled),
    // the supplier slipped, the hold lapses, and it is held anew meanwhile
    (AwaitingStock, T::RenewalAsked, AwaitingStock),
    (AwaitingStock, T::PaymentAuthorised, AwaitingStock),
    (AwaitingStock, T::PaymentUnknown, AwaitingStock),
    (AwaitingStock, T::PaymentLapsing, AwaitingStock),
    (AwaitingStock, T::PaymentExpired, AwaitingStock),
    (AwaitingStock, T::PaymentDeclined, Declined),
    (AwaitingStock, T::GivenUp, Cancelled),
    // goods of others' supplies can come in while the bank is still being asked
    (AwaitingPayment, T::SuppliesArrived, AwaitingPayment),
    (AwaitingPayment, T::PromiseChanged, AwaitingPayment),
    (AwaitingPayment, T::PaymentAuthorised, AwaitingPayment),
    (AwaitingPayment, T::CardVerified, AwaitingPayment),
    (AwaitingPayment, T::CreditGranted, AwaitingPayment),
    (AwaitingPayment, T::CreditRefused, AwaitingPayment),
    (AwaitingPayment, T::PaymentUnknown, AwaitingPayment),
    // the card was verified, the goods came in meanwhile: now the money itself is asked for
    (AwaitingPayment, T::PaymentAsked, AwaitingPayment),
    (AwaitingPayment, T::SuppliesOrdered, AwaitingStock),
    (AwaitingPayment, T::Allocated, AwaitingPayment),
    (AwaitingPayment, T::Confirmed, Confirmed),
    // at once, or when no other card was tried in time
    (AwaitingPayment, T::PaymentDeclined, Declined),
    (AwaitingPayment, T::CardDeclined, AwaitingPayment),
    (AwaitingPayment, T::RenewalDeclined, AwaitingPayment),
    (AwaitingPayment, T::Cancel, Cancelled),
    // while the stock is being allocated
    (AwaitingPayment, T::PaymentLapsing, AwaitingPayment),
    (AwaitingPayment, T::PaymentExpired, AwaitingPayment),
    (AwaitingPayment, T::RenewalAsked, AwaitingPayment),
    (AwaitingPayment, T::GivenUp, Cancelled),
    (Confirmed, T::DispatchAsked, Fulfilling),
    (Fulfilling, T::HandedOver, Dispatched),
    // the warehouse is asked whether it can still be stopped
    (Fulfilling, T::Cancel, Fulfilling),
    (Fulfilling, T::Stopped, Cancelled),
    (Fulfilling, T::TooLateToStop, Fulfilling),
    // the truck has not come, and the hold is to be renewed
    (Fulfilling, T::PaymentLapsing, Fulfilling),
    (Fulfilling, T::PaymentExpired, Fulfilling),
    (Fulfilling, T::RenewalAsked, Fulfilling),
    (Fulfilling, T::PaymentAuthorised, Fulfilling),
    (Fulfilling, T::PaymentUnknown, Fulfilling),
    (Fulfilling, T::PaymentDeclined, Fulfilling),
    (Fulfilling, T::StopAsked, Fulfilling),
    (Dispatched, T::PaymentCaptured, Dispatched),
    (Dispatched, T::PaymentSettled, Dispatched),
    (Dispatched, T::PaymentRefunded, Dispatched),
    (Dispatched, T::Delivered, Delivered),
    (Dispatched, T::TooLateToStop, Dispatched),
    // it left while the hold was being renewed, or the capture came too late
    (Dispatched, T::PaymentExpired, Dispatched),
    (Dispatched, T::RenewalAsked, Dispatched),
    (Dispatched, T::PaymentAuthorised, Dispatched),
    (Dispatched, T::PaymentUnknown, Dispatched),
    (Dispatched, T::PaymentDeclined, Dispatched),
    (Delivered, T::PaymentCaptured, Delivered),
    (Delivered, T::PaymentSettled, Delivered),
    (Delivered, T::PaymentRefunded, Delivered),
    (Delivered, T::Completed, Closed),
    (Delivered, T::TooLateToStop, Delivered),
    (Delivered, T::PaymentExpired, Delivered),
    (Delivered, T::RenewalAsked, Delivered),
    (Delivered, T::PaymentAuthorised, Delivered),
    (Delivered, T::PaymentUnknown, Delivered),
    (Delivered, T::PaymentDeclined, Delivered),
    // whoever asked to stop it still waits for an answer
    (Closed, T::TooLateToStop, Closed),
    (Closed, T::PaymentRefunded, Closed),
    (Cancelled, T::PaymentVoided, Cancelled),
    // she cancelled while the stock was being asked for: what is kept for it is given back
    (Cancelled, T::Reserved, Cancelled),
    (Cancelled, T::Promised, Cancelled),
    // a hold that stood when its renewal was declined
    (Declined, T::PaymentVoided, Declined),
];

/// Something does not fit an order's state: it came twice, or crossed what led the order on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an order that is {state} takes no {trigger:?}")]
pub struct Refusal {
    pub state: OrderState,
    pub trigger: Trigger,
}

/// Whether it is worth asking: of an order that is packed, the warehouse decides.
pub fn can_be_cancelled(state: OrderState) -> bool {
    next(state, Trigger::Cancel).is_ok()
}

/// Where the trigger leads an order in this state.
pub fn next(state: OrderState, trigger: Trigger) -> Result<OrderState, Refusal> {
    let row = TABLE.iter().find(|(from, by, _)| (*from, *by) == (state, trigger));
    row.map(|(_, _, to)| *to).ok_or(Refusal { state, trigger })
}
