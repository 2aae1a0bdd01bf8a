//! What follows when a message has made its actor panic until it was given up: whoever waits for it must not wait for ever.
//!
//! The operator gets a case on each order concerned. A message that is one step of something that goes on by itself (a
//! wholesaler or a timer is waited for) also sets its timer again: a later try has a new message, which may do better.

use std::collections::BTreeSet;

use crate::domain::OrderId;

use super::{Address, Case, Context, Message, State, Turn, bank, merchant_proxy, stock_keeper};

/// Real time: a message that never succeeds is given up this often.
pub const TRY_AGAIN_MS: u64 = 10 * 60 * 1000;

pub fn turn(state: &State, to: Address, message: &Message, why: &str, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let why = format!("{to} gave up on {why}");
    for order in concerned(state, message) {
        turn.event(Case { order, why: why.clone() });
    }
    match message {
        Message::Stock(message) => stock_keeper::try_again(&state.stock, message, &mut turn, context),
        Message::Bank(message) => bank::try_again(message, &mut turn, context),
        _ => {}
    }
    turn
}

/// The order that the message names; else those that wait for what it would have done.
fn concerned(state: &State, message: &Message) -> BTreeSet<OrderId> {
    if let Some(order) = message.order() {
        return BTreeSet::from([order]);
    }
    match message {
        Message::Stock(message) => stock_keeper::who_waits_for(&state.stock, message),
        Message::Merchant(merchant_proxy::Message::Settlement(file)) => {
            let payments = file.lines.iter().filter_map(|line| state.payments.payments.peek(&line.payment));
            payments.map(|payment| payment.order).collect()
        }
        _ => BTreeSet::new(),
    }
}
