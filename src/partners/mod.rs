//! The outside world: a folder for each counterparty, with its port (a small trait) and an
//! embedded default, so that a fresh machine needs nothing.
//!
//! - The runtime journals a request before it calls the port, and may call again with the same
//!   request after a crash: every port takes a repeat for what it is, and the embedded ones answer
//!   it as they did before.
//! - A port never decides that a call took too long: the runtime does.
//! - The embedded wholesalers and the carrier are pure functions of the request, which carries the
//!   trade's time; they keep nothing, so nothing of theirs can be lost.

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

pub mod carrier;
pub mod processor;
pub mod wholesaler;

/// What a counterparty will answer. Not `Send`: it is driven on the cell's own thread.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Trouble>>>>;

/// An answer that is known at once.
pub fn answered<T: 'static>(result: Result<T, Trouble>) -> Answer<T> {
    Box::pin(std::future::ready(result))
}

/// Why a call brought no result. The text is for the operator's list; it names no customer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Trouble {
    /// It answered no, for good: the same request would be refused again.
    #[error("refused: {0}")]
    Refused(String),
    /// It did not answer: whether it did what was asked is unknown. Ask again with the same request.
    #[error("no answer: {0}")]
    Unavailable(String),
}

/// Drives an embedded partner's answer, which is ready as soon as it is asked for.
#[cfg(test)]
pub(crate) fn now<T>(mut answer: Answer<T>) -> Result<T, Trouble> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match answer.as_mut().poll(&mut context) {
        std::task::Poll::Ready(result) => result,
        std::task::Poll::Pending => panic!("an embedded partner answers at once"),
    }
}

pub mod mail;

/// Everybody outside whom the shop deals with.
pub struct Partners {
    pub wholesalers: Vec<Box<dyn wholesaler::Wholesaler>>,
    pub carrier: Box<dyn carrier::Carrier>,
    pub post: Box<dyn mail::Post>,
}

impl Partners {
    pub fn wholesaler(&self, id: wholesaler::WholesalerId) -> Option<&dyn wholesaler::Wholesaler> {
        self.wholesalers.iter().find(|partner| partner.id() == id).map(AsRef::as_ref)
    }
}
