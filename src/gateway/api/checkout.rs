use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde_json::Value;

use crate::actors::order_manager::{Answer, OrderView, Outcome, RefusedOrder};
use crate::actors::web_session::{CheckoutReply, NoCheckout};
use crate::domain::CancelReason;
use crate::gateway::{App, Code, HttpLimits, Problem, rates};

use super::views::{self, OpenedBy};

/// What a checkout is answered over HTTP, the first time and every other.
pub fn answered(app: &App, request: &HttpRequest, reply: CheckoutReply) -> Result<HttpResponse, Problem> {
    match reply {
        Ok(answer) => {
            rates::note_refusal(request, &answer);
            render(app, answer)
        }
        Err(NoCheckout::NoSuchCart) => Err(no_such_cart()),
        Err(NoCheckout::CartEmpty) => Err(cart_empty()),
        Err(NoCheckout::BeingOrdered) => {
            let detail = "what is in the cart is being ordered under another Idempotency-Key";
            Err(Problem::new(Code::CartBeingOrdered, detail).retry_after(HttpLimits::IN_PROGRESS_RETRY_S))
        }
        // a program begins no checkout
        Err(NoCheckout::NoSuchCheckout | NoCheckout::NotAsSeen) => Err(Problem::internal()),
    }
}

pub fn cart_empty() -> Problem {
    Problem::new(Code::CartEmpty, "the cart has no line")
}

pub fn no_such_cart() -> Problem {
    Problem::new(Code::NoSuchCart, "there is no cart of this id")
}

fn render(app: &App, answer: Answer) -> Result<HttpResponse, Problem> {
    let replayed = answer.replayed;
    match answer.outcome {
        Outcome::Taken(order) => Ok(taken(app, StatusCode::CREATED, &order, replayed)),
        Outcome::Pending(order) => Ok(taken(app, StatusCode::ACCEPTED, &order, replayed)),
        refused => Err(problem(refused).replayed(replayed)),
    }
}

fn taken(app: &App, status: StatusCode, order: &OrderView, replayed: bool) -> HttpResponse {
    let mut response = HttpResponseBuilder::new(status);
    response.insert_header((header::LOCATION, views::order_path(order.id)));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if replayed {
        response.insert_header(("Idempotent-Replayed", "true"));
    }
    response.json(views::order(&app.rules, order, OpenedBy::Key))
}

/// Of an order that was not taken she is told as much as of one that was: what it is, what opens it, and where it is read.
fn with_order(problem: Problem, order: &RefusedOrder) -> Problem {
    let key = order.key.to_string();
    let links = views::as_value(&views::links(order.id, &key));
    problem.with("order", order.id.to_string()).with("key", key).with("links", links)
}

pub fn problem(refused: Outcome) -> Problem {
    match refused {
        Outcome::Declined { order, reason } => {
            let detail = format!("{}; order again {}", reason.said(), reason.way_on());
            let declined = Problem::new(Code::PaymentDeclined, detail).with("decline_code", reason.code());
            with_order(declined, &order)
        }
        Outcome::OutOfStock { order, earliest } => {
            let out_of_stock = Problem::new(Code::OutOfStock, CancelReason::OutOfStock { earliest }.said())
                .with("earliest_date", earliest.map_or(Value::Null, |date| date.to_string().into()));
            with_order(out_of_stock, &order)
        }
        Outcome::BackorderLimit { order } => {
            with_order(Problem::new(Code::BackorderLimit, CancelReason::BackorderLimit.said()), &order)
        }
        Outcome::UnknownToken => {
            Problem::new(Code::UnknownToken, "the payment system does not know this token")
                .at("/payment/token")
        }
        Outcome::KeyMismatch => {
            Problem::new(Code::IdempotencyMismatch, "the Idempotency-Key came before with another body")
        }
        Outcome::InProgress => {
            let detail = "the first request with this Idempotency-Key has not been answered yet";
            Problem::new(Code::InProgress, detail).retry_after(HttpLimits::IN_PROGRESS_RETRY_S)
        }
        Outcome::TotalTooLarge => {
            Problem::new(Code::TotalTooLarge, "what is in the cart costs more than one payment can carry")
        }
        Outcome::NotOpen => Problem::payment_not_set_up(),
        // the caller has answered these; that there is nothing to buy, the session
        Outcome::Taken(_) | Outcome::Pending(_) | Outcome::NothingToBuy => Problem::internal(),
    }
}
