use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;

use actix_codec::Encoder;
use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_http::error::ParseError;
use actix_http::h1::Message;
use actix_http::{BoxedPayloadStream, ConnectionType, Payload, Request, Response, StatusCode};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::web::BytesMut;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::Limits;
use super::body::Body;
use super::head::{HeadScan, Scanned};
use super::wire::{BodyProgress, Wire};
use super::worker::Worker;

/// Room for a status line and the headers that an answer usually has.
const ANSWER_HEAD_BYTES: usize = 1_024;

/// One client's connection: one request and its answer after the other, until client or server closes it.
pub struct Connection<S> {
    wire: Rc<RefCell<Wire>>,
    peer: SocketAddr,
    site: Rc<S>,
    worker: Rc<Worker>,
}

/// Why there is no request.
enum NoRequest {
    /// The client has gone, or said nothing for too long.
    Gone,
    /// It is answered with this status and no body.
    Refused(StatusCode),
}

/// What follows an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    NextRequest,
    Close,
    /// Something is unread, or still to come: a plain close would be a reset, and could take the answer from its reader.
    CloseAfterLinger,
}

impl<S, B> Connection<S>
where
    S: Service<Request, Response = ServiceResponse<B>>,
    S::Error: Into<Response<BoxBody>>,
    B: MessageBody,
{
    pub fn new(stream: TcpStream, peer: SocketAddr, site: Rc<S>, worker: Rc<Worker>) -> Connection<S> {
        let wire = Rc::new(RefCell::new(Wire::new(
            stream,
            worker.config.clone(),
            Instant::now(),
            worker.limits.wipes_bodies,
        )));
        Connection { wire, peer, site, worker }
    }

    pub async fn run(self) {
        let mut wait_max = self.limits().head();
        loop {
            let request = match timeout(wait_max, self.first_byte()).await {
                Ok(true) => self.request().await,
                _ => Err(NoRequest::Gone),
            };
            let answering = self.worker.answering();
            let then = match request {
                Ok(request) => self.handle(request).await,
                Err(NoRequest::Gone) => return,
                Err(NoRequest::Refused(status)) => self.refuse(status).await,
            };
            drop(answering);
            match then {
                Ok(Then::NextRequest) => wait_max = self.limits().idle(),
                Ok(Then::Close) => return,
                Ok(Then::CloseAfterLinger) => return self.linger().await,
                Err(_) => return self.wire.borrow().abort(),
            }
        }
    }

    fn limits(&self) -> &Limits {
        &self.worker.limits
    }

    /// Waits for the next request. Says whether there is any.
    async fn first_byte(&self) -> bool {
        let is_here = !self.wire.borrow().input.is_empty();
        is_here || matches!(poll_fn(|context| self.wire.borrow_mut().poll_first(context)).await, Ok(1..))
    }

    async fn request(&self) -> Result<Request, NoRequest> {
        match timeout(self.limits().head(), self.head()).await {
            Ok(request) => request,
            Err(_) => Err(NoRequest::Refused(StatusCode::REQUEST_TIMEOUT)),
        }
    }

    async fn head(&self) -> Result<Request, NoRequest> {
        let mut scan = HeadScan::default();
        loop {
            let scanned = scan.look(&self.wire.borrow().input);
            match scanned {
                Scanned::Whole(bytes) if bytes <= Limits::HEAD_BYTES => return self.parsed(),
                Scanned::Partial if self.wire.borrow().input.len() < Limits::HEAD_BYTES => {}
                Scanned::Malformed => return Err(NoRequest::Refused(StatusCode::BAD_REQUEST)),
                Scanned::Whole(_) | Scanned::Partial => {
                    return Err(NoRequest::Refused(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
                }
            }
            match poll_fn(|context| self.wire.borrow_mut().poll_fill(context)).await {
                Ok(1..) => {}
                Ok(0) | Err(_) => return Err(NoRequest::Gone),
            }
        }
    }

    fn parsed(&self) -> Result<Request, NoRequest> {
        let taken = self.wire.borrow_mut().take_head(Instant::now(), self.limits());
        let mut request = taken.map_err(|error| match error {
            ParseError::TooLarge => NoRequest::Refused(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
            _ => NoRequest::Refused(StatusCode::BAD_REQUEST),
        })?;
        request.head_mut().peer_addr = Some(self.peer);
        if self.wire.borrow().body == BodyProgress::Coming {
            let body: BoxedPayloadStream = Box::pin(Body::new(&self.wire));
            *request.payload() = Payload::from(body);
        }
        Ok(request)
    }

    async fn handle(&self, request: Request) -> io::Result<Then> {
        let answered = match poll_fn(|context| self.site.poll_ready(context)).await {
            Ok(()) => self.site.call(request).await,
            Err(error) => Err(error),
        };
        match answered {
            Ok(response) => self.answer(response.into()).await,
            Err(error) => self.answer(error.into()).await,
        }
    }

    /// Writes an answer, as fast as its reader takes it.
    async fn answer<A: MessageBody>(&self, response: Response<A>) -> io::Result<Then> {
        let (mut response, body) = response.into_parts();
        let is_whole = poll_fn(|context| Poll::Ready(self.wire.borrow_mut().pass_over_body(context))).await;
        if !is_whole || self.worker.is_closing() {
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        let size = body.size();
        let body_bytes = if let BodySize::Sized(bytes) = size { bytes as usize } else { 0 };
        let mut out = BytesMut::with_capacity(ANSWER_HEAD_BYTES + body_bytes.min(Limits::OUT_BYTES));
        self.wire.borrow_mut().codec.encode(Message::Item((response, size)), &mut out)?;
        if !matches!(size, BodySize::None | BodySize::Sized(0)) {
            self.write_body(pin!(body), &mut out).await?;
        }
        self.write(&mut out).await?;
        Ok(match (is_whole, self.wire.borrow().codec.keep_alive()) {
            (true, true) => Then::NextRequest,
            (true, false) => Then::Close,
            (false, _) => Then::CloseAfterLinger,
        })
    }

    async fn write_body<A: MessageBody>(&self, mut body: Pin<&mut A>, out: &mut BytesMut) -> io::Result<()> {
        while let Some(piece) = poll_fn(|context| body.as_mut().poll_next(context)).await {
            let piece = piece.map_err(|error| io::Error::other(error.into().to_string()))?;
            self.wire.borrow_mut().codec.encode(Message::Chunk(Some(piece)), out)?;
            if out.len() >= Limits::OUT_BYTES {
                self.write(out).await?;
            }
        }
        self.wire.borrow_mut().codec.encode(Message::Chunk(None), out)
    }

    async fn write(&self, out: &mut BytesMut) -> io::Result<()> {
        let within = self.limits().write(out.len());
        let writing = poll_fn(|context| self.wire.borrow_mut().poll_write(context, out));
        timeout(within, writing).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn refuse(&self, status: StatusCode) -> io::Result<Then> {
        let mut response = Response::with_body(status, ());
        response.head_mut().set_connection_type(ConnectionType::Close);
        let mut out = BytesMut::with_capacity(ANSWER_HEAD_BYTES);
        let empty = BodySize::Sized(0);
        self.wire.borrow_mut().codec.encode(Message::Item((response, empty)), &mut out)?;
        self.write(&mut out).await?;
        Ok(Then::CloseAfterLinger)
    }

    /// Shuts the sending half down, and discards what still comes, for a while: a close with bytes unread is a reset, by which
    /// the client loses what it has not read yet.
    async fn linger(&self) {
        let until = Instant::now() + Limits::LINGER;
        let mut left = Limits::LINGER_BYTES;
        let emptied = async {
            poll_fn(|context| self.wire.borrow_mut().poll_shutdown(context)).await?;
            while left > 0 {
                self.wire.borrow_mut().input.clear();
                let read = poll_fn(|context| self.wire.borrow_mut().poll_fill(context)).await?;
                if read == 0 {
                    break;
                }
                left = left.saturating_sub(read);
            }
            io::Result::Ok(())
        };
        // whatever ends it, the connection ends now
        let _ = timeout_at(until, emptied).await;
    }
}
