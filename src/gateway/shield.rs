use std::any::Any;
use std::future::{Ready, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::web::Data;
use futures_util::FutureExt;

use crate::access::Origins;

use super::{App, Code, Problem, host, rates, screen, security};

/// Stands around every handler: a request for another host, with too many headers, or with a card number in its head, is refused, one that
/// takes too long is a 504, a panic is a 500 and ends nothing else, and every answer carries the security headers. One middleware, since each
/// costs every request.
#[derive(Clone)]
pub struct Shield {
    headers_max: usize,
    within: Duration,
    origins: Arc<Origins>,
}

impl Shield {
    pub fn new(app: &App) -> Shield {
        let (limits, origins) = (&app.limits, app.origins.clone());
        Shield { headers_max: limits.headers_max, within: limits.request(), origins }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Shield
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type InitError = ();
    type Transform = Shielded<S>;
    type Future = Ready<Result<Shielded<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Shielded { service, shield: self.clone() }))
    }
}

pub struct Shielded<S> {
    service: S,
    shield: Shield,
}

impl<S, B> Service<ServiceRequest> for Shielded<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<ServiceResponse<B>, Error>>>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.service.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        if let Err(problem) = host::check(&self.shield.origins, request.head()) {
            return refused(problem);
        }
        let headers_max = self.shield.headers_max;
        if request.headers().len() > headers_max {
            let detail = format!("at most {headers_max} headers are read");
            return refused(Problem::new(Code::HeadersTooMany, detail));
        }
        if let Some(app) = request.app_data::<Data<App>>()
            && let Err(problem) = screen::head(request.uri(), request.headers(), &app.catalogue)
        {
            return refused(problem);
        }
        let app = request.app_data::<Data<App>>().cloned();
        let pending = match app.as_ref().map(|app| rates::admit(app, &request)).transpose() {
            Ok(pending) => pending.flatten(),
            Err(problem) => return refused(problem),
        };
        let changes_nothing = request.method().is_safe();
        // the request cannot be kept for the answer: the router needs it for itself
        let handling = match catch_unwind(AssertUnwindSafe(|| self.service.call(request))) {
            Ok(handling) => AssertUnwindSafe(handling).catch_unwind(),
            Err(panic) => return refused(panicked(&*panic)),
        };
        let within = self.shield.within;
        Box::pin(async move {
            let mut response = match tokio::time::timeout(within, handling).await {
                Ok(Ok(response)) => response?,
                Ok(Err(panic)) => return Err(panicked(&*panic).into()),
                Err(_) if changes_nothing => return Err(Problem::no_answer().into()),
                Err(_) => {
                    let detail = "the request took longer than it may, and was left";
                    return Err(Problem::new(Code::OutcomeUnknown, detail).into());
                }
            };
            if let Some(app) = app {
                rates::settle(&app, pending, &mut response)?;
            }
            security::harden(response.headers_mut());
            Ok(response)
        })
    }
}

fn refused<T: 'static>(problem: Problem) -> Pin<Box<dyn Future<Output = Result<T, Error>>>> {
    Box::pin(ready(Err(problem.into())))
}

/// The panic hook has written where it was; the text alone says nothing of the request.
fn panicked(panic: &(dyn Any + Send)) -> Problem {
    let text = panic.downcast_ref::<&str>().copied();
    let text =
        text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("of another kind");
    tracing::error!(panic = text, "a handler panicked, and its request was answered 500: report this");
    Problem::internal()
}
