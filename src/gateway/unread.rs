use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::Payload;
use actix_web::web::Bytes;

/// What is left of a request's body. Once its owner is gone actix reads on to the end of a chunked body, and a client
/// may never come to it; while it has an owner, the connection is closed as soon as the answer is out.
#[derive(Clone)]
pub struct Unread(#[expect(dead_code, reason = "it is only owned")] Rc<Payload>);

impl Unread {
    pub fn of(payload: Payload) -> Unread {
        Unread(Rc::new(payload))
    }
}

impl fmt::Debug for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unread")
    }
}

/// An answer's body that owns what is unread of its request until it is out.
pub struct LastBody {
    text: Bytes,
    _unread: Unread,
}

impl LastBody {
    pub fn new(text: String, unread: Unread) -> LastBody {
        LastBody { text: text.into(), _unread: unread }
    }
}

impl MessageBody for LastBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.text.len() as u64)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let text = std::mem::take(&mut self.text);
        Poll::Ready(if text.is_empty() { None } else { Some(Ok(text)) })
    }
}
