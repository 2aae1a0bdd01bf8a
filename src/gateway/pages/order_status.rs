//! The status of an order as a customer reads it.

use crate::actors::Rules;
use crate::actors::order_manager::{OrderView, PaymentView};
use crate::domain::{CancelReason, DeclineReason, OrderState, Timestamp};

use super::format;

/// Which of three looks the page has.
#[derive(Clone, Copy)]
pub enum Progress {
    OnTrack,
    Waiting,
    Ended,
}

impl Progress {
    pub fn of(view: &OrderView) -> Progress {
        match view.state {
            OrderState::Declined | OrderState::Cancelled | OrderState::Returned => Progress::Ended,
            OrderState::Placed
            | OrderState::AwaitingStock
            | OrderState::Reserved
            | OrderState::AwaitingPayment => Progress::Waiting,
            _ => Progress::OnTrack,
        }
    }

    /// For the stylesheet.
    pub fn class(self) -> &'static str {
        match self {
            Progress::OnTrack => "well",
            Progress::Waiting => "waits",
            Progress::Ended => "ended",
        }
    }
}

pub fn headline(view: &OrderView, rules: &Rules) -> &'static str {
    match view.state {
        _ if waits_for_card(view).is_some() => declined(view),
        OrderState::Placed => "We have your order",
        OrderState::Reserved | OrderState::AwaitingPayment => "Your bank is being asked",
        OrderState::AwaitingStock => "Thank you: your books are being ordered in",
        OrderState::Confirmed => "Thank you: your order is confirmed",
        OrderState::Fulfilling if !rules.has_crew => "Thank you: your order is confirmed",
        OrderState::Fulfilling => "Thank you: your books are being packed",
        OrderState::PartlyDispatched => "Part of your order is on its way",
        OrderState::Dispatched => "Your books are on their way",
        OrderState::Delivered | OrderState::Closed => "Your books have come",
        OrderState::Declined => declined(view),
        OrderState::Cancelled => "The order is cancelled",
        OrderState::Returned => "Your books came back to us",
    }
}

/// Until when, by the real clock, she may try another card.
fn waits_for_card(view: &OrderView) -> Option<Timestamp> {
    match view.payment {
        PaymentView::AnotherCard { until, .. } => Some(until),
        _ => None,
    }
}

/// In a few words.
pub fn declined(view: &OrderView) -> &'static str {
    view.decline_reason.map_or("The payment did not go through", DeclineReason::headline)
}

/// Why, and until when she may pay with another card.
fn invitation(view: &OrderView, until: Timestamp, rules: &Rules) -> String {
    let why = view.decline_reason.map(DeclineReason::sentence).unwrap_or_default();
    let way_on = view.decline_reason.map_or("with another card", DeclineReason::way_on);
    let until = format::moment(until, &rules.time_zone);
    format!("{why} Nothing was charged. We keep your order until {until}: you can pay {way_on}.")
        .trim_start()
        .to_owned()
}

pub fn sentence(view: &OrderView, rules: &Rules) -> String {
    if let Some(until) = waits_for_card(view) {
        return invitation(view, until, rules);
    }
    match view.state {
        OrderState::Placed => "We are looking whether everything is on our shelves.".to_owned(),
        OrderState::Reserved | OrderState::AwaitingPayment if view.payment == PaymentView::Unknown => {
            "Your bank has not answered yet, so we go on asking. You pay at most once; you need not do anything.".to_owned()
        }
        OrderState::Reserved | OrderState::AwaitingPayment => {
            "Your books are put aside for you while the bank looks at the payment.".to_owned()
        }
        OrderState::AwaitingStock => "We pack as soon as everything has come.".to_owned(),
        OrderState::Confirmed => "Everything is here and put aside for you.".to_owned(),
        OrderState::Fulfilling if !rules.has_crew => "Everything is here and put aside for you.".to_owned(),
        OrderState::Fulfilling => "Everything is here. The truck collects it as soon as it is packed.".to_owned(),
        OrderState::PartlyDispatched => "The rest follows as soon as it is here.".to_owned(),
        OrderState::Dispatched => "The truck has collected your parcel.".to_owned(),
        OrderState::Delivered => "Enjoy reading. Only the money has still to move between the banks.".to_owned(),
        OrderState::Closed => "Enjoy reading. Everything about this order is done.".to_owned(),
        OrderState::Declined => view.decline_reason.map_or("It was not paid.".to_owned(), |reason| {
            format!("{} Nothing was charged. {}", reason.sentence(), reason.invitation())
        }),
        OrderState::Cancelled => {
            let why = view.cancel_reason.map(CancelReason::sentence).unwrap_or_default();
            format!("{why} You are not charged for it.").trim_start().to_owned()
        }
        OrderState::Returned => "We have received what you sent back.".to_owned(),
    }
}

/// What has become of her money.
pub fn money(view: &OrderView) -> String {
    match (Progress::of(view), view.payment) {
        (Progress::Ended, PaymentView::Pending | PaymentView::Unknown) => {
            "Your bank has not answered yet. Whatever it says, nothing is charged.".to_owned()
        }
        (Progress::Ended, PaymentView::Authorised) => {
            "The money is still reserved on your card, and your bank is asked to let go of it. Nothing is charged.".to_owned()
        }
        (Progress::Ended, PaymentView::Verified | PaymentView::Expired) => "Nothing was charged.".to_owned(),
        (_, PaymentView::Declined | PaymentView::AnotherCard { .. }) => format!("{}. Nothing was charged.", declined(view)),
        (_, payment) => money_of_open_order(payment),
    }
}

fn money_of_open_order(payment: PaymentView) -> String {
    match payment {
        PaymentView::None => "Nothing has been asked of your bank.".to_owned(),
        PaymentView::Pending => "Your bank is being asked for the payment.".to_owned(),
        PaymentView::Unknown => "Your bank has not answered yet; we go on asking.".to_owned(),
        PaymentView::Verified => "Your card was checked, and nothing is reserved on it yet. It is charged when your books leave us.".to_owned(),
        PaymentView::Authorised => {
            "The money is reserved on your card. It is taken when your books leave us.".to_owned()
        }
        PaymentView::Captured { amount } => format!("{} taken from your card.", format::money(amount)),
        PaymentView::Settled { amount } => format!("{} paid.", format::money(amount)),
        PaymentView::Declined | PaymentView::AnotherCard { .. } => "Nothing was charged.".to_owned(),
        PaymentView::Voided => "The payment was let go of. Nothing was charged.".to_owned(),
        PaymentView::Expired => {
            "The money is no longer reserved on your card. Your bank is asked again before your books leave us.".to_owned()
        }
    }
}
