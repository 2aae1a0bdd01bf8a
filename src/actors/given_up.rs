//! What follows when a message has made its actor panic until it was given up: whoever waits for it must not wait for ever.
//!
//! The operator gets a case on each order concerned (`case::open_dead_letter`, by the shop as a whole). Of the stock keeper and
//! of the bank's payouts, one step of something that goes on by itself also has its timer set again, in the actor's own `given_up`: a
//! later try has a new message, which may do better. All else waits for the operator.

/// Real time: a message that never succeeds is given up this often.
pub const TRY_AGAIN_MS: u64 = 10 * 60 * 1000;
