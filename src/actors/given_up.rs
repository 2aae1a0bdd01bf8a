//! What follows when a message has made its actor panic until it was given up: whoever waits for it must not wait for ever.
//!
//! The operator gets a case on each order concerned (`case::open_dead_letter`, by the shop as a whole). A message that is one step
//! of something that goes on by itself (a wholesaler or a timer is waited for) also has its timer set again, in the actor's own
//! `given_up`: a later try has a new message, which may do better.

/// Real time: a message that never succeeds is given up this often.
pub const TRY_AGAIN_MS: u64 = 10 * 60 * 1000;
