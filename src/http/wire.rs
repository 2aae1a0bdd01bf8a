use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_codec::{AsyncWrite, Decoder, poll_read_buf};
use actix_http::error::ParseError;
use actix_http::h1::{Codec, Message, MessageType};
use actix_http::{Request, ServiceConfig};
use actix_web::web::{Buf, Bytes, BytesMut};
use tokio::net::TcpStream;
use tokio::time::Instant;
use zeroize::{Zeroize as _, Zeroizing};

use super::Limits;

/// A connection's socket, what was read from it and not parsed yet, and how far the request's body has come. The connection reads
/// heads and writes answers; in between, the reader of the body takes bytes from it.
pub struct Wire {
    stream: TcpStream,
    pub input: BytesMut,
    pub codec: Codec,
    /// Which request this is, so that the reader of a body that outlives its answer gets nothing of the next.
    pub request: u64,
    pub body: BodyProgress,
    /// Until when the body must be here.
    pub body_until: Instant,
    /// The client waits for `100 Continue` before it sends the body.
    continue_wanted: bool,
    /// Whether bodies are wiped from memory when they were read.
    wipes_bodies: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyProgress {
    Coming,
    /// It was read to its end, or there is none.
    Ended,
    /// It can have no end any more: too late, malformed, or the client has gone.
    Broken,
}

impl Wire {
    pub fn new(stream: TcpStream, config: ServiceConfig, now: Instant, wipes_bodies: bool) -> Wire {
        Wire {
            stream,
            input: BytesMut::new(),
            codec: Codec::new(config),
            request: 0,
            body: BodyProgress::Ended,
            body_until: now,
            continue_wanted: false,
            wipes_bodies,
        }
    }

    /// Reads what there is once there is something; until then no buffer is held.
    pub fn poll_first(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.input = BytesMut::new();
        ready!(self.stream.poll_read_ready(context))?;
        let read = self.poll_fill(context);
        if read.is_pending() {
            self.input = BytesMut::new();
        }
        read
    }

    /// Reads what there is, at most [`Limits::READ_BYTES`] or a little more; 0 at the end.
    pub fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if !self.wipes_bodies {
            self.input.reserve(Limits::READ_BYTES);
        } else if self.input.capacity() - self.input.len() < Limits::READ_BYTES {
            self.move_input();
        }
        poll_read_buf(Pin::new(&mut self.stream), context, &mut self.input)
    }

    pub fn poll_write(&mut self, context: &mut Context<'_>, out: &mut BytesMut) -> Poll<io::Result<()>> {
        while !out.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, out))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            out.advance(written);
        }
        Poll::Ready(Ok(()))
    }

    pub fn poll_shutdown(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    /// Ends the connection by a reset: what waits in the system for a reader who does not read is given back at once.
    pub fn abort(&self) {
        // a socket that takes no option is gone already
        let _ = self.stream.set_zero_linger();
    }

    /// Takes the head out of the input, which holds it whole.
    pub fn take_head(&mut self, now: Instant, limits: &Limits) -> Result<Request, ParseError> {
        let Some(Message::Item(request)) = self.codec.decode(&mut self.input)? else {
            return Err(ParseError::Incomplete);
        };
        if self.wipes_bodies {
            // the head's buffer lives as long as its headers, and what is behind it is not theirs
            self.move_input();
        }
        self.request += 1;
        self.continue_wanted = request.head().expect();
        self.body_until = now + limits.body();
        self.body = match self.codec.message_type() {
            MessageType::None => BodyProgress::Ended,
            MessageType::Payload | MessageType::Stream => BodyProgress::Coming,
        };
        Ok(request)
    }

    /// The next piece of the body that is coming; `None` at its end.
    pub fn poll_body(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            match self.body_piece() {
                Ok(Some(piece)) => return Poll::Ready(Some(Ok(piece))),
                Ok(None) if self.body == BodyProgress::Ended => return Poll::Ready(None),
                Ok(None) => {}
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
            if let Err(error) = self.send_continue(context) {
                return Poll::Ready(Some(Err(self.broken(error))));
            }
            match ready!(self.poll_fill(context)) {
                Ok(0) => {
                    let gone = io::ErrorKind::UnexpectedEof.into();
                    return Poll::Ready(Some(Err(self.broken(gone))));
                }
                Ok(_) => {}
                Err(error) => return Poll::Ready(Some(Err(self.broken(error)))),
            }
        }
    }

    /// Discards what is here of a body that no handler read. `true`: that was all of it, so another request may follow.
    pub fn pass_over_body(&mut self, context: &mut Context<'_>) -> bool {
        let mut passed_over = 0;
        while self.body == BodyProgress::Coming && passed_over <= Limits::PASSED_OVER_BYTES {
            match self.body_piece() {
                Ok(Some(piece)) => passed_over += piece.len(),
                Ok(None) if self.body == BodyProgress::Ended => {}
                // a client that waits for `100 Continue` has sent nothing
                Ok(None) if self.continue_wanted => break,
                Ok(None) => match self.poll_fill(context) {
                    Poll::Ready(Ok(1..)) => {}
                    _ => break,
                },
                Err(_) => break,
            }
        }
        self.body == BodyProgress::Ended
    }

    /// Of what was read already.
    fn body_piece(&mut self) -> io::Result<Option<Bytes>> {
        match self.codec.decode(&mut self.input) {
            Ok(Some(Message::Chunk(Some(piece)))) if self.wipes_bodies => Ok(Some(self.wiped(piece))),
            Ok(Some(Message::Chunk(Some(piece)))) => Ok(Some(piece)),
            Ok(Some(Message::Chunk(None))) => {
                self.body = BodyProgress::Ended;
                Ok(None)
            }
            Ok(None) => Ok(None),
            Ok(Some(Message::Item(_))) | Err(_) => Err(self.broken(io::ErrorKind::InvalidData.into())),
        }
    }

    /// Moves what was read to a buffer of its own with room for more, and wipes it where it was.
    fn move_input(&mut self) {
        let mut fresh = BytesMut::with_capacity(self.input.len() + Limits::READ_BYTES);
        fresh.extend_from_slice(&self.input);
        self.input[..].zeroize();
        self.input = fresh;
    }

    /// A piece of a body that is wiped when its reader lets go of it, and is already where it was read.
    fn wiped(&mut self, piece: Bytes) -> Bytes {
        let own = Bytes::from_owner(Zeroizing::new(piece.to_vec()));
        // then nothing else is in the piece's buffer
        self.move_input();
        if let Ok(mut read) = piece.try_into_mut() {
            read[..].zeroize();
        }
        own
    }

    pub fn broken(&mut self, error: io::Error) -> io::Error {
        self.body = BodyProgress::Broken;
        error
    }

    /// `100 Continue`, once. Nothing else is being written now, so the kernel has room for a line.
    fn send_continue(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if !std::mem::take(&mut self.continue_wanted) {
            return Ok(());
        }
        let mut line = BytesMut::from(&b"HTTP/1.1 100 Continue\r\n\r\n"[..]);
        match self.poll_write(context, &mut line) {
            Poll::Ready(written) => written,
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}
