use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::actors::order_manager::Outcome;
use crate::actors::web_session::{NoCheckout, PayWith};
use crate::gateway::{App, Code, HttpLimits, Problem, rates};

use super::form::query;
use super::layout::{MessagePage, see_other};
use super::{format, visitor};

/// How long the browser waits before it asks again what became of her payment.
const ASK_AGAIN_S: u32 = 3;

#[derive(Deserialize)]
struct Returned {
    #[serde(default)]
    checkout: String,
    /// From the card page, for who typed a card there.
    #[serde(default)]
    code: String,
    #[serde(default)]
    cancelled: String,
}

/// `GET /checkout/return?checkout=&code=`: she comes back from the payment page. The shop asks the processor for the card that she
/// has typed; the nonce makes it one order, however often the browser comes here.
pub async fn come_back(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let returned: Returned = query(&request)?;
    if !returned.cancelled.is_empty() {
        return Ok(see_other("/checkout?cancelled=1"));
    }
    let Some(session) = visitor::session(&app, &request) else { return no_such_checkout(&app) };
    let card = app.payment_page()?.card_of(&returned.checkout, &returned.code);
    let has_card = card.is_some();
    let pay = PayWith { checkout: returned.checkout, card };
    match app.act_of(session, pay).await {
        Ok(Ok(answer)) => {
            rates::note_refusal(&request, &answer);
            page_for(&app, answer.outcome)
        }
        Ok(Err(NoCheckout::CartEmpty)) if !has_card => unknown_card(&app),
        Ok(Err(
            NoCheckout::NoSuchCheckout
            | NoCheckout::NoSuchCart
            | NoCheckout::CartEmpty
            | NoCheckout::NotAsSeen,
        )) => no_such_checkout(&app),
        Ok(Err(NoCheckout::BeingOrdered)) => being_ordered(&app),
        Err(problem) if problem.code() == Code::OutcomeUnknown => {
            still_asking(&app, StatusCode::GATEWAY_TIMEOUT)
        }
        Err(problem) => Err(problem),
    }
}

fn page_for(app: &App, outcome: Outcome) -> Result<HttpResponse, Problem> {
    match outcome {
        Outcome::Taken(order) | Outcome::Pending(order) => Ok(see_other(&app.links.path(order.id))),
        Outcome::Declined { reason, .. } => MessagePage::new(
            "The card was declined",
            vec![
                format::declined(reason).to_owned(),
                "Nothing was charged, and your basket is as it was.".to_owned(),
            ],
        )
        .link("/checkout", "Try another card")
        .link("/cart", "Back to the basket")
        .response(&app.pages, StatusCode::PAYMENT_REQUIRED),
        Outcome::OutOfStock { earliest, .. } => {
            let when = match earliest {
                Some(date) => format!("All of it can be sent by {}.", format::day(date)),
                None => {
                    "No wholesaler offers the rest now, so we cannot say when it could be here.".to_owned()
                }
            };
            MessagePage::new(
                "Somebody was faster",
                vec![
                    format!("While you paid, not all of your books were left. {when}"),
                    "Nothing was charged, and your basket is as it was.".to_owned(),
                ],
            )
            .link("/checkout", "See the day and decide")
            .link("/cart", "Back to the basket")
            .response(&app.pages, StatusCode::CONFLICT)
        }
        Outcome::BackorderLimit { .. } => MessagePage::new(
            "We cannot order so much in",
            vec![
                "Your card is good, but these books come so late that your bank would not keep the money for us until then, and we order only so much in before it is paid for.".to_owned(),
                "Nothing was ordered or charged, and your basket is as it was.".to_owned(),
            ],
        )
        .link("/cart", "Take fewer, or what is in stock")
        .response(&app.pages, StatusCode::CONFLICT),
        Outcome::UnknownToken => unknown_card(app),
        Outcome::InProgress => still_asking(app, StatusCode::CONFLICT),
        Outcome::NotOpen => Err(Problem::payment_not_set_up()),
        // the basket says why
        Outcome::TotalTooLarge => Ok(see_other("/cart")),
        // paid in another way before, or bought already
        _ => no_such_checkout(app),
    }
}

fn still_asking(app: &App, status: StatusCode) -> Result<HttpResponse, Problem> {
    MessagePage::new(
        "Your bank is being asked",
        vec![
            "This takes longer than usual. This page asks again by itself, and whatever happens you pay at most once."
                .to_owned(),
        ],
    )
    .refresh(ASK_AGAIN_S.max(HttpLimits::IN_PROGRESS_RETRY_S))
    .response(&app.pages, status)
}

/// Another tab, or a double click on the way to the bank.
fn being_ordered(app: &App) -> Result<HttpResponse, Problem> {
    MessagePage::new(
        "Your basket is being ordered already",
        vec![
            "Another payment for this basket is on its way, and it is bought once: nothing was charged for this one. We \
             send you an e-mail when it is confirmed."
                .to_owned(),
        ],
    )
    .refresh(ASK_AGAIN_S.max(HttpLimits::IN_PROGRESS_RETRY_S))
    .response(&app.pages, StatusCode::CONFLICT)
}

fn unknown_card(app: &App) -> Result<HttpResponse, Problem> {
    MessagePage::new(
        "The payment page did not recognise the card",
        vec!["Nothing was charged. Please type the card once more.".to_owned()],
    )
    .link("/checkout", "Try again")
    .response(&app.pages, StatusCode::UNPROCESSABLE_ENTITY)
}

fn no_such_checkout(app: &App) -> Result<HttpResponse, Problem> {
    MessagePage::new(
        "This checkout is over",
        vec![
            "It was finished before, or was begun in another browser. If you have ordered, the link in our e-mail opens your order."
                .to_owned(),
        ],
    )
    .link("/cart", "To the basket")
    .response(&app.pages, StatusCode::NOT_FOUND)
}
