use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;

use actix_http::body::{BoxBody, MessageBody};
use actix_http::{Request, Response};
use actix_service::{IntoServiceFactory, ServiceFactory};
use actix_web::dev::{AppConfig, ServiceResponse};
use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;

use super::Limits;
use super::accept::accept;
use super::address_permits::AddressPermits;
use super::worker::Worker;

/// Runs until it is dropped: then it accepts nothing more, answers what is in flight, and its threads end by themselves.
/// As a future it resolves only if a worker ends before that, to the reason.
#[must_use = "a server that is dropped stops"]
pub struct Server {
    ended: mpsc::UnboundedReceiver<io::Error>,
    /// Dropped with it, which the workers see.
    _closing: watch::Sender<()>,
}

impl Future for Server {
    type Output = io::Error;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Error> {
        let gone = || io::Error::other("the server has no worker left");
        self.ended.poll_recv(context).map(|why| why.unwrap_or_else(gone))
    }
}

/// Serves on all of `listeners` by `workers` threads, each with a site of its own: what `site` makes is an actix-web `App`.
///
/// Errs where the system gives no thread, or not the listeners.
pub fn serve<M, A, F, B>(
    listeners: Vec<TcpListener>,
    workers: usize,
    limits: &Limits,
    site: M,
) -> io::Result<Server>
where
    M: Fn() -> A + Clone + Send + 'static,
    A: IntoServiceFactory<F, Request>,
    F: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>> + 'static,
    F::Error: Into<Response<BoxBody>>,
    F::InitError: Debug,
    B: MessageBody + 'static,
{
    for listener in &listeners {
        listener.set_nonblocking(true)?;
    }
    let permits = AddressPermits::new(limits);
    let (closing, closed) = watch::channel(());
    let (ends, ended) = mpsc::unbounded_channel();
    for nth in 0..workers {
        let listeners: Vec<_> = listeners.iter().map(TcpListener::try_clone).collect::<io::Result<_>>()?;
        let (limits, permits) = (limits.clone(), Arc::clone(&permits));
        let (site, closed, end) = (site.clone(), closed.clone(), End(ends.clone()));
        let work = move || async move {
            let factory = site().into_factory();
            let site = factory.new_service(AppConfig::default()).await;
            let site = site.map_err(|error| io::Error::other(format!("no site could be made: {error:?}")))?;
            let listeners = listeners.into_iter().map(tokio::net::TcpListener::from_std);
            let listeners = listeners.collect::<io::Result<_>>()?;
            accept(listeners, Worker::new(limits), permits, Rc::new(site), closed).await;
            Ok(())
        };
        thread::Builder::new().name(format!("http-{nth}")).spawn(move || end.with(run(work())))?;
    }
    Ok(Server { ended, _closing: closing })
}

/// On a runtime of this thread's own, with tasks that need not leave it.
fn run(work: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, work)
}

/// Tells the server of its worker's end, also of one by a panic.
struct End(mpsc::UnboundedSender<io::Error>);

impl End {
    fn with(self, result: io::Result<()>) {
        if let Err(error) = result {
            // a server that was dropped asks no more
            let _ = self.0.send(error);
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let _ = self.0.send(io::Error::other("a worker of the server ended"));
    }
}
