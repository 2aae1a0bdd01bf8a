//! The outside world: a folder for each counterparty, with its port (a small trait) and an
//! embedded default, so that a fresh machine needs nothing.
//!
//! - The runtime journals a request before it calls the port, and may call again with the same
//!   request after a crash. Every port is idempotent by the request's key, and the embedded ones
//!   repeat their answer.
//! - Deadlines are the runtime's: a port never decides that a call took too long.
//! - The embedded wholesalers and the carrier are pure functions of the request, which carries the
//!   trade's time; they keep nothing, so nothing of theirs can be lost.

use std::future::Future;
use std::pin::Pin;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;

pub mod carrier;
pub mod mail;
mod not_set_up;
pub mod processor;
pub mod wholesaler;

/// The system's time, however fast the trade's time runs: for links and cards that expire in real minutes or days.
pub fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(since.as_millis() as u64)
}

/// What came of a call to a counterparty. The texts are for the operator's list; they name no customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answered<T, R = String> {
    Known(T),
    /// It answered no, for good: the same request would be refused again.
    Refused(R),
    /// It did not answer: whether it did what was asked is unknown. Ask again with the same request.
    Unknown(String),
}

impl<T> Answered<T> {
    /// Of a counterparty that always answers: `Ok` is known, `Err` says why it refuses.
    pub fn from_result(answer: Result<T, String>) -> Answered<T> {
        match answer {
            Ok(known) => Answered::Known(known),
            Err(why) => Answered::Refused(why),
        }
    }
}

impl<T, R> Answered<T, R> {
    pub fn known(self) -> Option<T> {
        match self {
            Answered::Known(known) => Some(known),
            Answered::Refused(_) | Answered::Unknown(_) => None,
        }
    }
}

/// A counterparty's answer, while it is waited for. Not `Send`: it is driven on the cell's own thread.
pub type PendingAnswer<T> = Pin<Box<dyn Future<Output = Answered<T>>>>;

/// An answer that is ready.
pub fn at_once<T: 'static>(answered: Answered<T>) -> PendingAnswer<T> {
    Box::pin(std::future::ready(answered))
}

/// All counterparties of a shop.
pub struct Partners {
    pub wholesalers: Vec<Box<dyn wholesaler::Wholesaler>>,
    pub carrier: Box<dyn carrier::Carrier>,
    pub post: Box<dyn mail::Post>,
}

impl Partners {
    /// `None` where the settings no longer name it.
    pub fn wholesaler(&self, id: wholesaler::WholesalerId) -> Option<&dyn wholesaler::Wholesaler> {
        self.wholesalers.iter().find(|partner| partner.id() == id).map(AsRef::as_ref)
    }
}

/// Drives an embedded partner's answer, which is ready as soon as it is asked for.
#[cfg(test)]
pub(crate) fn now<T>(mut answer: PendingAnswer<T>) -> Answered<T> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match answer.as_mut().poll(&mut context) {
        std::task::Poll::Ready(answered) => answered,
        std::task::Poll::Pending => panic!("an embedded partner answers at once"),
    }
}

#[cfg(test)]
mod tests {
    use super::carrier::{Booking, BookingRequest, TrackRequest};
    use super::wholesaler::{QuoteAnswer, QuoteRequest, ShipNoticeRequest, SupplyOrder};
    use super::*;
    use crate::domain::{OrderId, Sku, Timestamp};

    fn reads_back<T: Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(value: T) {
        let packed = postcard::to_stdvec(&value).unwrap();
        assert_eq!(postcard::from_bytes::<T>(&packed).unwrap(), value);
        let shown = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<T>(&shown).unwrap(), value);
    }

    #[test]
    fn what_is_journaled_about_a_call_reads_back_as_it_was() {
        let asked_at = Timestamp(1_795_305_600_000);
        let sku = Sku::parse("PG-1342").unwrap();
        let quote = QuoteRequest { sku: sku.clone(), quantity: 3, asked_at };
        let answer =
            now(wholesaler::embedded(&jiff::tz::TimeZone::UTC)[0].quote(quote.clone())).known().unwrap();
        assert!(matches!(answer, QuoteAnswer::Offer(_)));
        reads_back(quote);
        reads_back(answer);
        let order = SupplyOrder { key: "po_1".into(), sku, quantity: 3, ordered_at: asked_at };
        reads_back(ShipNoticeRequest { order, asked_at });
        let booking = BookingRequest {
            key: "shp_1".into(),
            order: OrderId::new(1, 1),
            weight_grams: Some(300),
            postcode: "EH1 1YZ".into(),
            country: "GB".into(),
            booked_at: asked_at,
        };
        reads_back(TrackRequest { tracking: "DSD6B5JMFRYP6P".into(), booking, asked_at });
        reads_back(Answered::<Booking>::Unknown("connection reset".into()));
    }
}
