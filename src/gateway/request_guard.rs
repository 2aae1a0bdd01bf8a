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

use super::rates::PendingCount;
use super::{App, Code, Problem, api, card_number_filter, cors, host, notices, pages, rates, security};

/// Middleware around every handler. One does it all, since each middleware costs every request:
///
/// - before the handler it refuses a request for another host, with too many headers, with a card number in its head, from
///   another site, or over a rate limit;
/// - a request that takes too long is a 504, a panic is a 500 and ends nothing else;
/// - every answer carries the security headers, and those that let a browser app read it whose origin the settings name.
#[derive(Clone)]
pub struct RequestGuard {
    headers_max: usize,
    within: Duration,
    origins: Arc<Origins>,
}

impl RequestGuard {
    pub fn new(app: &App) -> RequestGuard {
        let (limits, origins) = (&app.limits, app.origins.clone());
        RequestGuard { headers_max: limits.headers_max, within: limits.request(), origins }
    }
}

impl<S, B> Transform<S, ServiceRequest> for RequestGuard
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type InitError = ();
    type Transform = Guarded<S>;
    type Future = Ready<Result<Guarded<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Guarded { service, guard: self.clone() }))
    }
}

type Answering<B> = Pin<Box<dyn Future<Output = Result<ServiceResponse<B>, Error>>>>;

pub struct Guarded<S> {
    service: S,
    guard: RequestGuard,
}

impl<S, B> Service<ServiceRequest> for Guarded<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = Answering<B>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.service.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let app = request.app_data::<Data<App>>().cloned();
        let browser_app = app.as_ref().and_then(|app| cors::named_origin(app, request.request()));
        let answered = self.answer(app, browser_app.is_some(), request);
        Box::pin(async move {
            match answered.await {
                Ok(mut response) => {
                    cors::show_to(browser_app, response.headers_mut());
                    Ok(response)
                }
                Err(error) => Err(cors::show_error_to(browser_app, error)),
            }
        })
    }
}

impl<S, B> Guarded<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    fn answer(&self, app: Option<Data<App>>, is_named: bool, request: ServiceRequest) -> Answering<B> {
        let pending = match self.guard.check(app.as_ref().map(Data::get_ref), is_named, &request) {
            Ok(pending) => pending,
            Err(refusal) => return Box::pin(ready(Err(refusal))),
        };
        let changes_nothing = request.method().is_safe();
        // the request cannot be kept for the answer: the router needs it for itself
        let handling = match catch_unwind(AssertUnwindSafe(|| self.service.call(request))) {
            Ok(handling) => AssertUnwindSafe(handling).catch_unwind(),
            Err(panic) => return Box::pin(ready(Err(panicked(&*panic).into()))),
        };
        let within = self.guard.within;
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
                count_and_log(&app, pending, &mut response)?;
            }
            security::harden(response.headers_mut());
            Ok(response)
        })
    }
}

impl RequestGuard {
    /// All checks that come before the handler.
    fn check(
        &self,
        app: Option<&App>,
        is_named: bool,
        request: &ServiceRequest,
    ) -> Result<Option<PendingCount>, Error> {
        let logged = |problem: Problem| {
            if let Some(app) = app {
                notices::of_problem(app, request.request(), &problem);
            }
            Error::from(problem)
        };
        host::check(&self.origins, request.head()).map_err(logged)?;
        let headers_max = self.headers_max;
        if request.headers().len() > headers_max {
            let detail = format!("at most {headers_max} headers are read");
            return Err(logged(Problem::new(Code::HeadersTooMany, detail)));
        }
        let Some(app) = app else { return Ok(None) };
        cors::answer_preflight(app, request.request())?;
        if let Err(problem) =
            card_number_filter::check_head(request.uri(), request.headers(), &app.catalogue.now())
        {
            let problem = logged(problem);
            return Err(pages::redirect_without_unread_parameters(app, request).unwrap_or(problem));
        }
        api::check_origin(request.request(), is_named).map_err(logged)?;
        rates::admit(app, request).map_err(logged)
    }
}

/// Counts what failed towards its rate limit, and logs what was refused.
fn count_and_log<B>(
    app: &App,
    pending: Option<PendingCount>,
    response: &mut ServiceResponse<B>,
) -> Result<(), Problem> {
    let counted = rates::count_failure(app, pending, response);
    let problem = response.response().error().and_then(|error| error.as_error::<Problem>());
    if let Some(problem) = counted.as_ref().err().or(problem) {
        notices::of_problem(app, response.request(), problem);
    }
    counted
}

/// The panic hook has written where it was; the text alone says nothing of the request.
fn panicked(panic: &(dyn Any + Send)) -> Problem {
    let text = panic.downcast_ref::<&str>().copied();
    let text =
        text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("of another kind");
    tracing::error!(panic = text, "a handler panicked, and its request was answered 500: report this");
    Problem::internal()
}
