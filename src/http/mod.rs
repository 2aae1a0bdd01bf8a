//! An HTTP/1 server for an actix-web `App` that keeps its bounds whatever a stranger sends or does not read. It knows no
//! shop: both listeners, the shop's and the card page's, are served by it.
//!
//! The types, the parser and the encoder are actix-http's. Its connection dispatcher is not used: it makes answers to
//! pipelined requests ahead of a reader who takes none, without a bound, and wakes itself for as long as he stays
//! (`tests/doorstep/dispatcher.rs` shows both). Here a connection is one task that does one thing at a time.
//!
//! Guarantees, on every path:
//! - a request is read once the answer before it was taken: one answer waits to be written, and no more than
//!   [`Limits::OUT_BYTES`] of a body that is made as it is sent;
//! - a connection that waits for its first byte or its next request, a head, a body, and an answer that is not taken each
//!   have a deadline; the one of an answer grows with its size, so that it is a least rate;
//! - a body that nobody reads is not waited for: the connection ends after the answer, and says so in it;
//! - a head has at most [`Limits::HEAD_BYTES`] bytes, and its lines end in CRLF: a bare LF is a 400;
//! - an idle connection holds no buffer, and what a connection held is given back when it ends;
//! - connections are bounded in all and by address.
//!
//! How long a handler may take is the site's own to bound. A head that is not HTTP is answered by a bare 400, one that is too large by 431,
//! one that comes too slowly by 408, and an address that has too many connections by 429: no handler sees them.

mod accept;
mod body;
mod connection;
mod head;
mod limits;
mod places;
mod server;
#[cfg(test)]
mod tests;
mod wire;
mod worker;

pub use limits::Limits;
pub use server::{Server, serve};
