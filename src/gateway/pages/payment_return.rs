use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::actors::order_manager::{Answer, Claim, OrderView, Outcome, Show};
use crate::actors::web_session::{NoCheckout, PayWith, View};
use crate::domain::{CancelReason, DeclineReason, OrderId, SessionId};
use crate::gateway::{App, Code, FreshCart, HttpLimits, Problem, fresh_prices, rates};

use super::form::query;
use super::layout::{MessagePage, see_other};
use super::{order_status, visitor};

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
    let Some(session) = visitor::session(&app, &request) else {
        return checkout_over(&app, None, false).await;
    };
    let payment_page = app.payment_page()?;
    let card = payment_page.card_of(&returned.checkout, &returned.code);
    let has_card = card.is_some();
    let has_cancelled = !returned.cancelled.is_empty();
    let is_awaited = !has_card && payment_page.has_card_for(&returned.checkout);
    let pay = PayWith { checkout: returned.checkout, card };
    match app.act_of(session, pay).await {
        // she went back without a card, and none that she has typed elsewhere for this checkout has come to us
        Ok(Err(NoCheckout::CartEmpty | NoCheckout::NoSuchCart | NoCheckout::NoSuchCheckout))
            if has_cancelled =>
        {
            Ok(see_other("/checkout?cancelled=1"))
        }
        Ok(Ok(answer)) => {
            rates::note_refusal(&request, &answer);
            page_for(&app, session, answer).await
        }
        Ok(Err(NoCheckout::CartEmpty)) if is_awaited => typed_again(&app),
        Ok(Err(NoCheckout::CartEmpty)) if !has_card => unknown_card(&app),
        Ok(Err(
            NoCheckout::NoSuchCheckout
            | NoCheckout::NoSuchCart
            | NoCheckout::CartEmpty
            | NoCheckout::NotAsSeen,
        )) => checkout_over(&app, Some(session), has_card).await,
        Ok(Err(NoCheckout::BeingOrdered)) => being_ordered(&app),
        Err(problem) if problem.code() == Code::OutcomeUnknown => {
            still_asking(&app, StatusCode::GATEWAY_TIMEOUT)
        }
        Err(problem) => Err(problem),
    }
}

async fn page_for(app: &App, session: SessionId, answer: Answer) -> Result<HttpResponse, Problem> {
    match answer.outcome {
        Outcome::Taken(order) | Outcome::Pending(order) => Ok(see_other(&app.links.path(order.id))),
        Outcome::Declined { reason, .. } => declined(app, reason, answer.replayed),
        Outcome::OutOfStock { earliest, .. } => {
            if let Some(title) = gone(app, session).await? {
                return no_longer_sold(app, &title);
            }
            MessagePage::new(
                "Your order was not taken",
                vec![
                    "While you paid, somebody was faster, or the day by which all of it can come has moved."
                        .to_owned(),
                    CancelReason::OutOfStock { earliest }.sentence(),
                    "Nothing was charged, and your basket is as it was.".to_owned(),
                ],
            )
            .link("/checkout", "See the day and decide")
            .link("/cart", "Back to the basket")
            .response(&app.pages, StatusCode::CONFLICT)
        }
        Outcome::BackorderLimit { .. } => MessagePage::new(
            "We cannot order this in at present",
            vec![
                CancelReason::BackorderLimit.sentence(),
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
        _ => checkout_over(app, Some(session), false).await,
    }
}

/// `is_told_again`: she may have typed another card since, by her browser's way back; the payment page takes one for a checkout.
fn declined(app: &App, reason: DeclineReason, is_told_again: bool) -> Result<HttpResponse, Problem> {
    let mut texts = vec![reason.sentence(), "Nothing was charged, and your basket is as it was.".to_owned()];
    if is_told_again {
        let other = "If you have typed another card since, it was not asked: please begin once more, and type it there.";
        texts.push(other.to_owned());
    }
    MessagePage::new(reason.headline(), texts)
        .link("/checkout", if reason.is_of_a_bank() { "Try another card" } else { "Try again" })
        .link("/cart", "Back to the basket")
        .response(&app.pages, StatusCode::PAYMENT_REQUIRED)
}

/// A book of her basket, which is as it was, that is not sold any more.
async fn gone(app: &App, session: SessionId) -> Result<Option<String>, Problem> {
    let fresh = fresh_prices::of(app, session).await?.ok();
    let gone = |fresh: FreshCart| {
        fresh.cart.lines.iter().find(|line| !fresh.is_sold(&line.sku)).map(|line| line.title.clone())
    };
    Ok(fresh.and_then(gone))
}

fn no_longer_sold(app: &App, title: &str) -> Result<HttpResponse, Problem> {
    MessagePage::new(
        "A book is no longer sold",
        vec![
            format!("While you paid, “{title}” was taken off sale, so your order was not taken."),
            "Nothing was charged, and your basket is as it was.".to_owned(),
        ],
    )
    .link("/cart", "Back to the basket")
    .response(&app.pages, StatusCode::CONFLICT)
}

fn still_asking(app: &App, status: StatusCode) -> Result<HttpResponse, Problem> {
    asks_again(
        "Your bank is being asked",
        "This takes longer than usual. This page asks again by itself, and whatever happens you pay at most once.",
    )
    .response(&app.pages, status)
}

/// Another tab, or a double click on the way to the bank.
fn being_ordered(app: &App) -> Result<HttpResponse, Problem> {
    asks_again(
        "Your basket is being ordered already",
        "Another payment for this basket is on its way, and it is bought once: nothing was charged for this one.",
    )
    .response(&app.pages, StatusCode::CONFLICT)
}

/// She pressed twice, and this is the way back of the first: what came of the second is told once it is known.
fn typed_again(app: &App) -> Result<HttpResponse, Problem> {
    asks_again(
        "Your payment is on its way",
        "A card was typed once more for this order, and that one counts. This page asks again by itself, and whatever happens you pay \
         at most once.",
    )
    .link("/checkout", "Back to the checkout")
    .response(&app.pages, StatusCode::CONFLICT)
}

fn asks_again(title: &str, text: &str) -> MessagePage {
    let page = MessagePage::new(title, vec![text.to_owned()]);
    page.refresh(ASK_AGAIN_S.max(HttpLimits::IN_PROGRESS_RETRY_S))
}

fn unknown_card(app: &App) -> Result<HttpResponse, Problem> {
    MessagePage::new(
        "The payment page did not recognise the card",
        vec!["Nothing was charged. Please type the card once more.".to_owned()],
    )
    .link("/checkout", "Try again")
    .response(&app.pages, StatusCode::UNPROCESSABLE_ENTITY)
}

/// It says whether she has paid, as far as this browser's last order tells. `has_card`: one was typed for this checkout, and was not
/// used.
async fn checkout_over(
    app: &App,
    session: Option<SessionId>,
    has_card: bool,
) -> Result<HttpResponse, Problem> {
    let cart = match session {
        Some(session) => app.read_of(session, View).await?.ok(),
        None => None,
    };
    let waits = has_card && cart.as_ref().is_some_and(|cart| !cart.lines.is_empty());
    let why = if waits {
        "You have begun it once more since, in another tab or by going back, or have left it for longer than its price was good for, so this \
         one was not taken. Nothing was charged to the card that you have just typed, and your basket waits."
    } else {
        "It was finished before, or was begun in another browser."
    };
    let mut page = MessagePage::new("This checkout is over", vec![why.to_owned()]);
    if waits {
        page = page.link("/checkout", "Back to the checkout");
    } else if has_card {
        page.texts.push("Nothing was charged to the card that you have just typed.".to_owned());
    }
    match last_order(app, cart.and_then(|cart| cart.last_order)).await? {
        Some(order) => {
            let (number, money) = (order.number, order_status::money(&order));
            page.texts.push(format!("Your last order from this browser is No. {number}: {money}"));
            page = page.link(&app.links.path(order.id), "To your order");
        }
        None if waits => {}
        None => {
            let elsewhere = if app.identity.sends_mail { "; the link in our e-mail opens it" } else { "" };
            page.texts.push(format!(
                "We know of no order from this browser, so nothing was paid here. If you have ordered in another one, that \
                 order stands{elsewhere}."
            ));
        }
    }
    page.link("/cart", "To the basket").response(&app.pages, StatusCode::NOT_FOUND)
}

/// Whatever came of it, as long as it is kept.
async fn last_order(app: &App, order: Option<OrderId>) -> Result<Option<Box<OrderView>>, Problem> {
    let Some(order) = order else { return Ok(None) };
    // her cookie shows that it is hers
    Ok(app.read(Show { order, claim: Claim::Link }).await?.ok())
}
