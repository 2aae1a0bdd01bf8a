use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use actix_http::body::{BoxBody, MessageBody};
use actix_http::{Request, Response};
use actix_web::dev::{Service, ServiceResponse};
use rustix::net::sockopt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep, timeout};

use super::Limits;
use super::address_permits::AddressPermits;
use super::connection::Connection;
use super::worker::Worker;

const TOO_MANY: &[u8] =
    b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Accepts and serves connections until `closed` changes; then answers what is in flight.
pub async fn accept<S, B>(
    listeners: Vec<TcpListener>,
    worker: Rc<Worker>,
    permits: Arc<AddressPermits>,
    site: Rc<S>,
    mut closed: watch::Receiver<()>,
) where
    S: Service<Request, Response = ServiceResponse<B>> + 'static,
    S::Error: Into<Response<BoxBody>>,
    B: MessageBody + 'static,
{
    let connections = Arc::new(Semaphore::new(worker.limits.connections_max));
    let serving = async {
        let mut told = None;
        // the semaphore is never closed
        while let Ok(permit) = place(&connections, worker.limits.connections_max, &mut told).await {
            let (stream, peer) = next(&listeners).await;
            let Some(address_permit) = permits.take(peer.ip()) else {
                // best effort: an answer that cannot be written at once is not waited for
                let _ = stream.try_write(TOO_MANY);
                continue;
            };
            if let Err(error) = set_socket_options(&stream, &worker.limits) {
                tracing::debug!(%error, "a connection ended before it began");
                continue;
            }
            let connection = Connection::new(stream, peer, Rc::clone(&site), Rc::clone(&worker));
            tokio::task::spawn_local(async move {
                connection.run().await;
                drop((permit, address_permit));
            });
        }
    };
    tokio::select! {
        () = serving => {}
        // also when the sender is dropped
        _ = closed.changed() => {}
    }
    drop(listeners);
    worker.close();
    if timeout(Limits::DRAIN, worker.drained()).await.is_err() {
        tracing::warn!(answers = worker.answers_due(), "the server stopped before all answers were out");
    }
}

/// A place for one more connection; who comes while there is none waits for it. The log says so, at most once in
/// [`Limits::FULL_TOLD_EVERY`].
async fn place(
    connections: &Arc<Semaphore>,
    connections_max: usize,
    told: &mut Option<Instant>,
) -> Result<OwnedSemaphorePermit, AcquireError> {
    if connections.available_permits() == 0 && told.is_none_or(|at| at.elapsed() >= Limits::FULL_TOLD_EVERY) {
        *told = Some(Instant::now());
        tracing::warn!(
            connections_max,
            "all connections that may be open at once are, and who comes has to wait"
        );
    }
    Arc::clone(connections).acquire_owned().await
}

async fn next(listeners: &[TcpListener]) -> (TcpStream, SocketAddr) {
    loop {
        let any = poll_fn(|context| {
            let mut accepted = listeners.iter().map(|listener| listener.poll_accept(context));
            accepted.find(Poll::is_ready).unwrap_or(Poll::Pending)
        });
        match any.await {
            Ok(accepted) => return accepted,
            // the client went away before it was accepted
            Err(error) if is_of_one_client(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted, trying again");
                sleep(Limits::ACCEPT_AGAIN).await;
            }
        }
    }
}

fn is_of_one_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Bounds what the kernel buffers for a slow reader, and for how long.
fn set_socket_options(stream: &TcpStream, limits: &Limits) -> io::Result<()> {
    stream.set_nodelay(true)?;
    sockopt::set_socket_send_buffer_size(stream, Limits::SEND_BUFFER_BYTES)?;
    let unacknowledged = limits.write(2 * Limits::SEND_BUFFER_BYTES).as_millis();
    sockopt::set_tcp_user_timeout(stream, u32::try_from(unacknowledged).unwrap_or(u32::MAX))?;
    Ok(())
}
