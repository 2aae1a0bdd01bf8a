//! Who has asked and is not answered yet.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::runtime::actor::{AnyReply, Refused, RequestId};

/// An `ask` that has been admitted.
pub struct PendingRequest {
    pub reply: oneshot::Sender<Result<AnyReply, Refused>>,
    /// Gives its place back when it is dropped: the `ask` is over.
    pub _permit: OwnedSemaphorePermit,
}

/// Who has asked and is not answered yet. Whoever asks is entered before the question is on its way.
#[derive(Default)]
pub struct PendingRequests(Mutex<BTreeMap<RequestId, PendingRequest>>);

impl PendingRequests {
    fn map(&self) -> MutexGuard<'_, BTreeMap<RequestId, PendingRequest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn enter(&self, request: RequestId, waiting: PendingRequest) {
        self.map().insert(request, waiting);
    }

    /// Its place is free again.
    pub fn leave(&self, request: RequestId) -> Option<PendingRequest> {
        self.map().remove(&request)
    }

    pub fn len(&self) -> usize {
        self.map().len()
    }

    /// No cell is left that could answer.
    pub fn close(&self) {
        self.map().clear();
    }
}
