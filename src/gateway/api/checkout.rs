use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde_json::Value;

use crate::actors::order_manager::{Answer, OrderView, Outcome};
use crate::actors::web_session::{CheckoutReply, NoCheckout};
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

fn problem(refused: Outcome) -> Problem {
    match refused {
        Outcome::Declined { order, reason } => Problem::new(Code::PaymentDeclined, reason.said())
            .with("decline_code", reason.code())
            .with("order", order.to_string()),
        Outcome::OutOfStock { order, earliest } => {
            let detail = match earliest {
                Some(date) => format!("not all of it is in stock; all of it could be sent by {date}"),
                None => "not all of it is in stock, and nobody supplies it now".to_owned(),
            };
            Problem::new(Code::OutOfStock, detail)
                .with("earliest_date", earliest.map_or(Value::Null, |date| date.to_string().into()))
                .with("order", order.to_string())
        }
        Outcome::BackorderLimit { order } => {
            let detail = "its card is good, but no more is ordered in before it has left the house; what was cancelled lately counts";
            Problem::new(Code::BackorderLimit, detail).with("order", order.to_string())
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
        Outcome::NothingToBuy => Problem::new(Code::CartEmpty, "there is nothing in the cart to buy"),
        Outcome::TotalTooLarge => {
            Problem::new(Code::TotalTooLarge, "what is in the cart costs more than one payment can carry")
        }
        Outcome::NotOpen => Problem::payment_not_set_up(),
        // the caller has answered these
        Outcome::Taken(_) | Outcome::Pending(_) => Problem::internal(),
    }
}
