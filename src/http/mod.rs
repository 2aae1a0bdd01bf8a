//! An HTTP/1 server for an actix-web `App` whose memory and time stay bounded whatever a client sends or does not read. It knows
//! no shop: it serves both listeners, the shop's and the card page's.
//!
//! The types, the parser and the encoder are actix-http's. Its connection dispatcher is not used: it makes answers to
//! pipelined requests ahead of a reader who takes none, without a bound, and wakes itself for as long as he stays
//! (`tests/doorstep/dispatcher.rs` shows both). Here a connection is one task that does one thing at a time.
//!
//! Guarantees, on every path:
//! - a request is read only after the answer before it was written: one answer waits at a time, and of a streamed body no more
//!   than [`Limits::OUT_BYTES`] is buffered;
//! - each wait has a deadline: for the first byte, the next request, a head, a body, and for the reader of an answer. The deadline
//!   of an answer grows with its size, so it is a least rate;
//! - a body that no handler reads is not waited for: the connection ends after the answer, which says so;
//! - a head has at most [`Limits::HEAD_BYTES`] bytes, and its lines end in CRLF: a bare LF is a 400;
//! - an idle connection holds no buffer, and what a connection held is given back when it ends;
//! - connections are bounded in all and by address.
//!
//! How long a handler may take, the site bounds itself. A head that is not HTTP is answered 400, one that is too large 431, one
//! that comes too slowly 408, and a connection too many of one address 429, each without a body: no handler sees them.

mod accept;
mod address_permits;
mod body;
mod connection;
mod head;
mod limits;
mod server;
#[cfg(test)]
mod tests;
mod wire;
mod worker;

pub use limits::Limits;
pub use server::{Server, serve};
