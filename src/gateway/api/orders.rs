use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use actix_web::http::StatusCode;

use crate::actors::merchant_proxy::NoRefund;
use crate::actors::order_manager::{
    Cancel, CancelReply, Claim, NoSuchOrder, OrderView, Refund, RefundWanted, Show,
};
use crate::actors::web_session::{NoCheckout, Submit};
use crate::domain::{OrderId, SessionId};
use crate::gateway::{self, App, Body, Code, Principal, Problem, idempotency, order_key};
use crate::planted::{self, Bug};

use super::views::{self, OpenedBy};
use super::{checkout, parse};

/// `POST /orders`: a whole checkout in one call.
pub async fn place(app: Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse, Problem> {
    let key = idempotency::key(request.headers())?;
    let program = app.programs.buyer(Principal::of(&request)?)?;
    let parse::Order { checkout, refused } = parse::order(&app, program, key, &body)?;
    let submit = Submit(Box::new(checkout));
    match (app.act_of(SessionId::PROGRAMS, submit).await?, refused) {
        // the key has bought nothing before
        (Err(NoCheckout::CartEmpty), Some(refused)) => Err(refused),
        (reply, _) => checkout::answered(&app, &request, reply),
    }
}

/// `GET /orders/{order}`
pub async fn show(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (order, claim, opened) = owner(&app, &request)?;
    if let Claim::Key(key) = &claim
        && planted::is(Bug::KeyInTheLog)
    {
        tracing::info!(%order, %key, "an order is shown");
    }
    let order = app.read(Show { order, claim }).await?.map_err(|NoSuchOrder| Problem::no_such_order())?;
    Ok(private(&app, StatusCode::OK, &order, opened))
}

/// `GET /orders/{order}/timeline`
pub async fn timeline(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (order, claim, _) = owner(&app, &request)?;
    let timeline = gateway::order_timeline(&app, order, claim).await?;
    let zone = &app.pages.frame.zone;
    let entries: Vec<_> = timeline.entries.iter().map(|entry| views::entry(entry, zone)).collect();
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(entries))
}

/// `POST /orders/{order}/cancel`: 200 cancelled, 202 the carrier is being asked, 409 too late.
pub async fn cancel(app: Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse, Problem> {
    body.is_empty_or_json()?;
    let (order, claim, opened) = owner(&app, &request)?;
    match app.act(Cancel { order, claim }).await? {
        CancelReply::Cancelled(order) => Ok(private(&app, StatusCode::OK, &order, opened)),
        CancelReply::Pending(order) => Ok(private(&app, StatusCode::ACCEPTED, &order, opened)),
        CancelReply::TooLate(order) => {
            let detail = "the order has left the house";
            Err(Problem::new(Code::TooLateToCancel, detail).with("state", order.state.name()))
        }
        CancelReply::NoSuchOrder => Err(Problem::no_such_order()),
    }
}

/// `POST /orders/{order}/refunds`, by a clerk's API key: 201 it is on record and the processor is asked, 200 it was before under this key.
pub async fn refund(app: Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse, Problem> {
    let clerk = app.programs.clerk(Principal::of(&request)?)?;
    let key = idempotency::key(request.headers())?;
    let order = parse::order_id(request.match_info().query("order")).ok_or_else(Problem::no_such_order)?;
    let parse::WantedRefund { amount, reason } = parse::refund(&body)?;
    // programs and the operator have keys of their own
    let (by, key) = (format!("program {clerk}"), format!("{clerk}/{key}"));
    let wanted = Box::new(RefundWanted { amount, reason, by, key });
    match app.act(Refund { order, wanted }).await? {
        Ok(view) => {
            let mut response = match view.is_repeated {
                true => HttpResponse::Ok(),
                false => HttpResponse::Created(),
            };
            response.insert_header((header::CACHE_CONTROL, "no-store"));
            Ok(response.json(views::refund(&view)))
        }
        Err(NoRefund::NoSuchOrder) => Err(Problem::no_such_order()),
        Err(NoRefund::KeyUsed) => {
            Err(Problem::new(Code::IdempotencyMismatch, "the key was used for another amount of this order"))
        }
        Err(why) => Err(Problem::new(Code::RefundRefused, why.to_string())),
    }
}

/// The order that the path names and by what the request claims it, its key or the program's; both must be there to be
/// asked for.
fn owner(app: &App, request: &HttpRequest) -> Result<(OrderId, Claim, OpenedBy), Problem> {
    let order = parse::order_id(request.match_info().query("order")).ok_or_else(Problem::no_such_order)?;
    match (Principal::of(request)?, order_key(request)) {
        (_, Some(given)) => {
            let claim = app.links.claim(order, &given)?;
            let opened = if claim == Claim::Link { OpenedBy::Link(given) } else { OpenedBy::Key };
            Ok((order, claim, opened))
        }
        (Principal::Program(program), None) => {
            Ok((order, Claim::Program(program), OpenedBy::Program(app.links.path(order))))
        }
        (Principal::Anonymous, None) => Err(Problem::no_such_order()),
    }
}

fn private(app: &App, status: StatusCode, order: &OrderView, opened: OpenedBy) -> HttpResponse {
    let mut response = HttpResponseBuilder::new(status);
    response.insert_header((header::CACHE_CONTROL, "no-store")).json(views::order(&app.rules, order, opened))
}
