//! Which rate a request counts against. A request that is limited is refused before its body is read and before anything
//! is asked; a program with an API key, and on a demo any program, is not limited.
//!
//! A right key is never locked out. Whether a key is right shows in the answer alone, so wrong ones are counted once they are
//! known to be wrong, and beyond the rate they are answered 429.

use actix_web::HttpMessage as _;
use actix_web::HttpRequest;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};

use crate::access::write_rate_headers;
use crate::access::{Counted, Limited, Rate, Standing};
use crate::actors::order_manager::{Answer, Outcome, PaymentView};

use super::{App, Code, Principal, Problem};

/// What the way back from the card page counts against.
const OF_AN_ORDER: [Rate; 2] = [Rate::Orders, Rate::Refusals];

/// What a request counts against: `each` whatever becomes of it, `failed` where it fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub each: Option<Rate>,
    pub failed: Option<Rate>,
    /// It leads to the card page, or comes from there: what the order will count against must have room, so that nobody types a card in
    /// vain.
    pub before_a_card: bool,
}

impl Counts {
    fn each(rate: Rate) -> Counts {
        Counts { each: Some(rate), ..Counts::default() }
    }

    fn failed(rate: Rate) -> Counts {
        Counts { failed: Some(rate), ..Counts::default() }
    }

    /// Of a request, by the path that the router matches: percent signs are decoded alike in both places, so another spelling
    /// of an address counts the same.
    pub fn of_request(request: &ServiceRequest) -> Counts {
        Counts::of(request.method(), routed(request.request()))
    }

    /// Of a request by its method and its path without percent signs.
    fn of(method: &Method, path: &str) -> Counts {
        let path = path.strip_prefix("/api/v1").unwrap_or(path);
        let parts = path.strip_prefix('/').unwrap_or_default();
        let (first, rest) = parts.split_once('/').unwrap_or((parts, ""));
        let buys = Counts { failed: Some(Rate::Refusals), ..Counts::each(Rate::Orders) };
        match (method, first, rest) {
            (&Method::POST, "orders", "") => buys,
            (&Method::POST, "orders", rest) if rest.ends_with("/card") => {
                Counts { before_a_card: true, ..Counts::failed(Rate::Keys) }
            }
            (_, "orders", rest) if rest.ends_with("/card/return") => {
                Counts { each: Some(Rate::Orders), before_a_card: true, ..Counts::failed(Rate::Keys) }
            }
            (_, "orders", _) => Counts::failed(Rate::Keys),
            (&Method::POST, "carts", "") => Counts::each(Rate::Carts),
            (&Method::POST, "carts", rest) if rest.ends_with("/checkout") => buys,
            (_, "checkout", "return") => buys,
            (&Method::POST, "checkout", "") => Counts { before_a_card: true, ..Counts::each(Rate::Changes) },
            (&Method::GET | &Method::HEAD, "" | "products" | "books" | "cart" | "carts" | "checkout", _) => {
                Counts::each(Rate::Searches)
            }
            (_, "cart" | "carts" | "checkout", _) => Counts::each(Rate::Changes),
            _ => Counts::default(),
        }
    }

    fn is_nothing(self) -> bool {
        self == Counts::default()
    }
}

/// The path as the router reads it.
fn routed(request: &HttpRequest) -> &str {
    request.match_info().as_str()
}

/// What is counted once the answer is known, if the request fails.
pub struct PendingCount {
    who: Counted,
    failed: Rate,
}

/// Lets a request in, or says when to come again.
pub(super) fn admit(app: &App, request: &ServiceRequest) -> Result<Option<PendingCount>, Problem> {
    let counts = Counts::of_request(request);
    if counts.is_nothing() {
        return Ok(None);
    }
    let known = is_known(app, request.request());
    if matches!(known, Ok(true)) {
        return Ok(None);
    }
    let who = app.clients.who(request.head());
    if let Err(wrong_key) = known {
        app.clients.admit(who, Rate::Keys).map_err(limited)?;
        return Err(wrong_key);
    }
    let looked_at = if counts.before_a_card { &OF_AN_ORDER[..] } else { &[] };
    for rate in counts.failed.iter().filter(|rate| **rate != Rate::Keys).chain(looked_at) {
        app.clients.check(who, *rate).map_err(limited)?;
    }
    if let Some(rate) = counts.each
        && let Some(standing) = app.clients.admit(who, rate).map_err(limited)?
    {
        request.extensions_mut().insert(standing);
    }
    Ok(counts.failed.map(|failed| PendingCount { who, failed }))
}

/// Counts a new cart that a page begins.
pub(super) fn admit_cart(app: &App, request: &HttpRequest) -> Result<(), Problem> {
    app.clients.admit(app.clients.who(request.head()), Rate::Carts).map(drop).map_err(limited)
}

/// A program: by its key, or by the open one of a demo.
fn is_known(app: &App, request: &HttpRequest) -> Result<bool, Problem> {
    Ok(match Principal::by_key(request)? {
        Principal::Program(_) => true,
        Principal::Anonymous => app.programs.are_open() && routed(request).starts_with("/api/"),
    })
}

/// Counts a failure, and tells the client in `RateLimit` what is left. Errs where a key was wrong once too often.
pub(super) fn count_failure<B>(
    app: &App,
    pending: Option<PendingCount>,
    response: &mut ServiceResponse<B>,
) -> Result<(), Problem> {
    if let Some(PendingCount { who, failed }) = pending
        && let Some(rate) = failure(failed, response)
    {
        match app.clients.admit(who, rate) {
            // what was under way at once may be one too many: it is over, and the next is refused
            Ok(_) | Err(Limited { standing: Standing { rate: Rate::Refusals, .. }, .. }) => {}
            Err(too_often) => return Err(limited(too_often)),
        }
    }
    let standing = response.request().extensions().get().copied();
    if let Some(standing) = standing {
        write_rate_headers(response.headers_mut(), &standing);
    }
    Ok(())
}

/// What a request is counted for whose failures count against `rate`.
fn failure<B>(rate: Rate, response: &ServiceResponse<B>) -> Option<Rate> {
    let request = response.request().extensions();
    match rate {
        // whatever is sent from another site changes nothing here, and is not looked at without end
        Rate::Keys if request.contains::<CrossOrigin>() => Some(Rate::Changes),
        Rate::Keys if request.contains::<Refused>() => Some(Rate::Refusals),
        Rate::Keys => (response.status() == StatusCode::NOT_FOUND).then_some(rate),
        _ => request.contains::<Refused>().then_some(rate),
    }
}

/// Marks a request that comes from another site.
pub(super) struct CrossOrigin;

/// Marks a request whose order was refused after the bank or the stock keeper was asked.
struct Refused;

/// Marks a refused checkout, so that it is counted; every handler that answers a checkout calls this. A replayed answer is not
/// counted: it cost the bank and the stock keeper nothing.
pub(super) fn note_refusal(request: &HttpRequest, answer: &Answer) {
    if is_refusal(&answer.outcome) && !answer.replayed {
        request.extensions_mut().insert(Refused);
    }
}

/// Another card for an order whose card was declined counts as one that was: what its bank says is known later, and who tries stolen
/// cards comes so.
pub(super) fn note_another_card(request: &HttpRequest) {
    request.extensions_mut().insert(Refused);
}

fn is_refusal(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Declined { .. } | Outcome::OutOfStock { .. } | Outcome::BackorderLimit { .. } => true,
        Outcome::Pending(order) => matches!(order.payment, PaymentView::AnotherCard { .. }),
        Outcome::Taken(_)
        | Outcome::UnknownToken
        | Outcome::KeyMismatch
        | Outcome::InProgress
        | Outcome::NothingToBuy
        | Outcome::TotalTooLarge
        | Outcome::NotOpen => false,
    }
}

fn limited(limited: Limited) -> Problem {
    let Limited { standing, by_all, .. } = limited;
    let whose = if by_all { "all who ask without an API key together" } else { "one client" };
    let detail = format!(
        "{} of {whose} are limited to {} in {} s",
        standing.rate.name(),
        standing.quota,
        standing.window_s
    );
    Problem::new(Code::RateLimited, detail).limited_by(limited)
}
