//! What follows when a message has made its actor panic until it was given up: whoever waits for it must not wait for ever.
//!
//! The operator gets a case on each order concerned: on that which the message names, and where it names none the actor itself
//! opens them, in its own `given_up`. Of the stock keeper and of the bank's payouts, one step of something that goes on by itself
//! also sets its timer again there: a later try has a new message, which may do better. All else waits for the operator.

use crate::domain::OrderId;

use super::{Case, Turn};

/// Real time: a message that never succeeds is given up this often.
pub const TRY_AGAIN_MS: u64 = 10 * 60 * 1000;

/// The actor whose turn it is has given up this message.
pub fn open_case(turn: &mut Turn<'_>, order: OrderId, message: &str, panic: &str) {
    let why = format!("{} gave up on {message} after it panicked: {panic}", turn.address());
    turn.record(Case { order, why });
}
