//! Why the shop has a server of its own (`src/http`): what actix-http's own connection dispatcher does with a reader who
//! asks and never reads. It decodes all that it has read into a queue, however long that is already; where an answer has no body it
//! is made too, however many wait to be written; and once the queue is full and so is what it reads into, it wakes itself. Should one of these tests fail after an upgrade, the library has been mended: look whether the shop's
//! server is still needed.

use std::cell::Cell;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use actix_http::{HttpService, KeepAlive, Request, Response, StatusCode};
use actix_service::{Service, ServiceFactory, fn_service};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
/// Twice as many bytes as the library reads at once, and more.
const REQUESTS: usize = 12_000;
/// A connection that has nothing to do is looked at no more often than this.
const POLLS_MAX: usize = 10_000;

/// A client that has sent all of its requests, and takes no byte of an answer.
struct NeverReads {
    sent: Vec<u8>,
    read: usize,
}

impl AsyncRead for NeverReads {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let bytes = into.remaining().min(self.sent.len() - self.read);
        if bytes == 0 {
            // it will never send more, so nobody is woken
            return Poll::Pending;
        }
        into.put_slice(&self.sent[self.read..self.read + bytes]);
        self.read += bytes;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for NeverReads {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Pending
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// How many answers the library makes for a client that takes none, each with a body of `body_bytes`; and how often it was
/// polled because it had woken itself, at most [`POLLS_MAX`] times.
fn answers_and_polls(body_bytes: usize) -> (usize, usize) {
    actix_web::rt::System::new().block_on(async move {
        let answers = Rc::new(Cell::new(0));
        let counted = answers.clone();
        let site = fn_service(move |_: Request| {
            counted.set(counted.get() + 1);
            let answer = Response::build(StatusCode::OK).body(vec![b'x'; body_bytes]);
            async move { Ok::<_, Infallible>(answer) }
        });
        let service = HttpService::build().keep_alive(KeepAlive::Os).h1(site);
        let service = service.new_service(()).await.expect("a service");
        let mut connection =
            Box::pin(service.call((NeverReads { sent: REQUEST.repeat(REQUESTS), read: 0 }, None)));
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(wakes.clone());
        let mut polls = 0;
        loop {
            let before = wakes.0.load(Ordering::Relaxed);
            let polled = connection.as_mut().poll(&mut Context::from_waker(&waker));
            assert!(polled.is_pending(), "the library has ended the connection");
            polls += 1;
            if wakes.0.load(Ordering::Relaxed) == before || polls == POLLS_MAX {
                return (answers.get(), polls);
            }
        }
    })
}

#[test]
fn the_librarys_dispatcher_makes_answers_ahead_of_a_reader_who_takes_none() {
    let (answers, _) = answers_and_polls(0);
    assert!(answers > REQUESTS / 2, "{answers} answers");
}

#[test]
fn the_librarys_dispatcher_wakes_itself_for_a_reader_who_takes_nothing() {
    let (_, polls) = answers_and_polls(64 * 1024);
    assert_eq!(polls, POLLS_MAX);
}
