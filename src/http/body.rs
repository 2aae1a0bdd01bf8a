use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_http::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{FutureExt, Stream};
use tokio::time::{Sleep, sleep_until};

use super::wire::{BodyProgress, Wire};

/// A request's body, read from the connection as its reader asks for it. What is late ends it with
/// [`io::ErrorKind::TimedOut`].
pub struct Body {
    wire: Rc<RefCell<Wire>>,
    request: u64,
    /// Set once it has to be waited for.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Body {
    pub fn new(wire: &Rc<RefCell<Wire>>) -> Body {
        let request = wire.borrow().request;
        Body { wire: Rc::clone(wire), request, deadline: None }
    }
}

impl Stream for Body {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Body { wire, request, deadline } = &mut *self;
        let mut wire = wire.borrow_mut();
        if wire.request != *request || wire.body == BodyProgress::Broken {
            return Poll::Ready(Some(Err(PayloadError::Incomplete(None))));
        }
        if wire.body == BodyProgress::Ended {
            return Poll::Ready(None);
        }
        let read = match wire.poll_body(context) {
            Poll::Pending => {
                let until = wire.body_until;
                let deadline = deadline.get_or_insert_with(|| Box::pin(sleep_until(until)));
                if deadline.poll_unpin(context).is_pending() {
                    return Poll::Pending;
                }
                Some(Err(wire.broken(io::ErrorKind::TimedOut.into())))
            }
            Poll::Ready(read) => read,
        };
        Poll::Ready(read.map(|read| read.map_err(PayloadError::Io)))
    }
}
