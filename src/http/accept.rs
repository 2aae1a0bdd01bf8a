use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use actix_http::body::{BoxBody, MessageBody};
use actix_http::{Request, Response};
use actix_web::dev::{Service, ServiceResponse};
use rustix::net::sockopt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::Limits;
use super::connection::Connection;
use super::places::Places;
use super::worker::Worker;

const TOO_MANY: &[u8] =
    b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Serves who comes, until `closed` says otherwise; then what is in flight is answered.
pub async fn accept<S, B>(
    listener: TcpListener,
    worker: Rc<Worker>,
    places: Arc<Places>,
    site: Rc<S>,
    mut closed: watch::Receiver<()>,
) where
    S: Service<Request, Response = ServiceResponse<B>> + 'static,
    S::Error: Into<Response<BoxBody>>,
    B: MessageBody + 'static,
{
    let room = Arc::new(Semaphore::new(worker.limits.connections_max));
    let serving = async {
        // the room is never closed
        while let Ok(permit) = Arc::clone(&room).acquire_owned().await {
            let (stream, peer) = next(&listener).await;
            let Some(place) = places.take(peer.ip()) else {
                // who has that many connections knows it from those; an answer that cannot be written is not waited for
                let _ = stream.try_write(TOO_MANY);
                continue;
            };
            if let Err(error) = prepare(&stream, &worker.limits) {
                tracing::debug!(%error, "a connection ended before it began");
                continue;
            }
            let connection = Connection::new(stream, peer, Rc::clone(&site), Rc::clone(&worker));
            tokio::task::spawn_local(async move {
                connection.run().await;
                drop((permit, place));
            });
        }
    };
    tokio::select! {
        () = serving => {}
        // also where its other half was dropped
        _ = closed.changed() => {}
    }
    drop(listener);
    worker.close();
    if timeout(Limits::DRAIN, worker.drained()).await.is_err() {
        tracing::warn!(answers = worker.answers_due(), "the server stopped before all answers were out");
    }
}

async fn next(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // it had gone before it was looked at
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

/// Bounds what the system keeps for a reader, and for how long.
fn prepare(stream: &TcpStream, limits: &Limits) -> io::Result<()> {
    stream.set_nodelay(true)?;
    sockopt::set_socket_send_buffer_size(stream, Limits::SEND_BUFFER_BYTES)?;
    let unacknowledged = limits.write(2 * Limits::SEND_BUFFER_BYTES).as_millis();
    sockopt::set_tcp_user_timeout(stream, u32::try_from(unacknowledged).unwrap_or(u32::MAX))?;
    Ok(())
}
