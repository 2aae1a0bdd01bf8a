//! What the page of an order whose card was declined says of another card.

use crate::actors::order_manager::{OrderView, PaymentView};
use crate::domain::{DeclineReason, Timestamp};
use crate::partners::wall_clock;

/// Its button.
pub struct Invitation {
    /// Where its form goes.
    pub action: String,
    pub key: String,
    pub button: &'static str,
}

impl Invitation {
    /// `None` where the order waits for none.
    pub fn of(view: &OrderView, key: &str) -> Option<Invitation> {
        let PaymentView::AnotherCard { .. } = view.payment else { return None };
        let is_of_a_bank = view.decline_reason.is_none_or(DeclineReason::is_of_a_bank);
        let button = if is_of_a_bank { "Pay with another card" } else { "Pay with this card or another" };
        Some(Invitation { action: format!("/orders/{}/card", view.id), key: key.to_owned(), button })
    }
}

/// So many minutes are left of a time that ends then, by the clock on the wall.
pub fn minutes_left(until: Timestamp) -> u64 {
    until.ms_since(wall_clock()) / 60_000
}
