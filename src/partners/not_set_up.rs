//! In the place of counterparties that a shop has none of: whoever asks is refused, with what to do. Nothing is pretended.

use std::sync::Arc;

use super::carrier::{Booking, BookingRequest, CancelAnswer, CancelRequest, Carrier, TrackRequest, Tracking};
use super::mail::{Letter, Post};
use super::{Answered, Partners, PendingAnswer, at_once};

/// No carrier, no post.
pub struct NotSetUp;

impl Partners {
    /// Of a shop that has none.
    pub fn not_set_up() -> Partners {
        Partners { wholesalers: vec![], carrier: Box::new(NotSetUp), post: Box::new(NotSetUp) }
    }
}

impl Carrier for NotSetUp {
    fn name(&self) -> &str {
        "no carrier"
    }

    fn book(&self, _request: BookingRequest) -> PendingAnswer<Booking> {
        no_carrier()
    }

    fn track(&self, _request: TrackRequest) -> PendingAnswer<Tracking> {
        no_carrier()
    }

    fn cancel(&self, _request: CancelRequest) -> PendingAnswer<CancelAnswer> {
        no_carrier()
    }
}

impl Post for NotSetUp {
    fn send(&self, _letter: Arc<Letter>) -> PendingAnswer<()> {
        at_once(Answered::Refused("no post is set up: write to her yourself".to_owned()))
    }
}

fn no_carrier<T: 'static>() -> PendingAnswer<T> {
    at_once(Answered::Refused("no carrier is set up: take the parcel to one yourself".to_owned()))
}
