use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse, ResponseError};

use crate::access::{Limited, Rate};
use crate::gateway::{App, Code, PageSettings, Problem};

use super::layout::{self, MessagePage};
use crate::gateway::security::page_policy;

/// Middleware around the whole site: a browser that asks for a page gets a problem as an HTML page, with the same status and
/// headers. Under `/api/` a problem stays a problem document.
pub async fn error_pages<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let app = request.app_data::<Data<App>>().filter(|_| wants_page(&request)).cloned();
    let again = app.as_ref().and_then(|_| WayOn::of(&request));
    let answered = next.call(request).await;
    let Some(app) = app else { return answered.map(ServiceResponse::map_into_boxed_body) };
    let again = again.as_ref();
    match answered {
        Ok(response) => {
            let page = response
                .response()
                .error()
                .and_then(Error::as_error::<Problem>)
                .map(|problem| html(&app, problem, again));
            let response = response.map_into_boxed_body();
            Ok(match page {
                Some(page) => response.map_body(|head, _| as_html(&app.pages, &mut head.headers, page)),
                None => response,
            })
        }
        Err(error) => Err(match error.as_error::<Problem>() {
            Some(problem) => {
                InternalError::from_response(problem.to_string(), html_response(&app, problem, again)).into()
            }
            None => error,
        }),
    }
}

/// Where pages are. Elsewhere outside of the API, who does not name HTML gets a document.
const PAGES: [&str; 5] = ["", "books", "cart", "checkout", "orders"];

/// Browsers name HTML when they go to a page. Of a page's address who takes anything gets one too; a program says that it wants JSON.
fn wants_page(request: &ServiceRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let accept = accept.unwrap_or("*/*");
    let path = request.match_info().as_str();
    let is_page =
        request.method().is_safe() && path.split('/').nth(1).is_some_and(|part| PAGES.contains(&part));
    let takes_one = is_page && accept.contains("*/*") && !accept.contains("json");
    !path.starts_with("/api/") && (accept.contains("text/html") || takes_one)
}

/// Where she tries again what was refused for now.
struct WayOn {
    href: &'static str,
    text: &'static str,
    is_return: bool,
}

impl WayOn {
    /// A page is asked for once more; a form is sent from its page.
    fn of(request: &ServiceRequest) -> Option<WayOn> {
        let path = request.match_info().as_str();
        let to = |href, text| Some(WayOn { href, text, is_return: path == "/checkout/return" });
        match (request.method(), path) {
            // the page itself, whose address may hold an order's key: it is not written into the answer
            (&Method::GET | &Method::HEAD, _) => to("", "Try again"),
            (_, "/checkout") => to("/checkout", "Back to the checkout"),
            (_, path) if path.starts_with("/cart") => to("/cart", "Back to the basket"),
            _ => None,
        }
    }
}

fn html_response(app: &App, problem: &Problem, again: Option<&WayOn>) -> HttpResponse {
    let page = html(app, problem, again);
    let response = problem.error_response();
    response.map_body(|head, _| as_html(&app.pages, &mut head.headers, page))
}

fn as_html(settings: &PageSettings, headers: &mut HeaderMap, page: String) -> BoxBody {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(policy) = HeaderValue::try_from(page_policy(settings)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    BoxBody::new(page)
}

fn html(app: &App, problem: &Problem, again: Option<&WayOn>) -> String {
    if let Some(again) = again.filter(|again| again.is_return && nobody_knows(problem.code())) {
        return unknown_payment(app, again);
    }
    let (heading, text) = heading_and_text(problem.code());
    let limited = problem.limited();
    let text = limited.map_or_else(|| text.to_owned(), too_often);
    let mut page = MessagePage::new(heading, vec![text]);
    if let Some(again) = again.filter(|_| passes(problem.code())) {
        if again.is_return && limited.is_some() {
            page.texts.push("What you typed on the payment page is kept for half an hour.".to_owned());
        }
        page = page.link(again.href, again.text);
    }
    let mut page = page.link(&shop_url(app, problem), "To the shop");
    if matches!(problem.code(), Code::BadQuery | Code::BadField | Code::BadQuantity) {
        page.texts.push(format!("What is wrong: {}.", problem.detail()));
    }
    // a page that cannot be rendered is still an answer
    layout::html(&app.pages, &page).unwrap_or_else(|_| heading.to_owned())
}

/// Whether the order may have been placed all the same, or may be by the next look.
fn nobody_knows(code: Code) -> bool {
    use Code::{Closing, Internal, NoAnswer, NotReady, OutcomeUnknown, Overloaded};
    matches!(code, Closing | NotReady | NoAnswer | OutcomeUnknown | Overloaded | Internal)
}

/// For who has just pressed "Pay".
fn unknown_payment(app: &App, again: &WayOn) -> String {
    let heading = "We cannot say yet what became of your payment";
    let texts = [
        "The shop cannot answer just now. You pay at most once, whatever has happened here.",
        "Reload this page in a moment: it tells what became of your payment.",
    ];
    let page = MessagePage::new(heading, texts.map(str::to_owned).to_vec()).link(again.href, "Look again");
    layout::html(&app.pages, &page).unwrap_or_else(|_| heading.to_owned())
}

/// Whether the same request may be answered a little later.
fn passes(code: Code) -> bool {
    matches!(code, Code::RateLimited | Code::Overloaded | Code::Closing | Code::NotReady | Code::NoAnswer)
}

/// Whose doing it is, and how long she has to wait.
fn too_often(limited: &Limited) -> String {
    let why = match (limited.by_all, limited.standing.rate) {
        (true, _) => "Far more is asked of us just now than we take at once: that is not your doing",
        (false, Rate::Refusals) => "A lot of orders from where you are were refused",
        (false, _) => "A lot has been asked for from where you are",
    };
    let nothing = match limited.standing.rate {
        Rate::Orders | Rate::Refusals => "Nothing was ordered or charged just now",
        _ => "Nothing was done",
    };
    let wait = match limited.retry_after_s {
        1 => "a second".to_owned(),
        seconds @ 2..=119 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    };
    format!("{why}. {nothing}: please wait {wait}, and try again.")
}

/// A link to the shop; where she came by a host that is not its own, it names the right one.
fn shop_url(app: &App, problem: &Problem) -> String {
    let origin = if problem.code() == Code::Misdirected { app.origins.canonical() } else { "" };
    format!("{origin}/")
}

/// What a problem means to a customer.
fn heading_and_text(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::NoSuchProduct => {
            ("We do not have this book", "It may have left our shelves. Perhaps a search finds it.")
        }
        Code::ProductGone => (
            "We do not sell this book now",
            "It was sold here once. Perhaps a search finds another copy, or another edition.",
        ),
        Code::NoSuchOrder => {
            ("There is no such order", "Please open your order by its whole link: the end of it is the key.")
        }
        Code::NotFound | Code::NoSuchCart => {
            ("There is nothing here", "The address may be misspelt, or the page has gone.")
        }
        Code::CardNumber => (
            "This looks like a card number",
            "We have not kept it. Please do not type it here: we ask for it on the payment page, and never see it ourselves.",
        ),
        Code::Misdirected => ("The shop is not at this address", "Its own address is behind the link below."),
        Code::MethodNotAllowed => {
            ("This does not work like that", "Please use the buttons of our own pages.")
        }
        Code::BodyTooLarge | Code::HeadersTooMany => {
            ("That was too much", "Your browser has sent more than we read. Please send less.")
        }
        Code::BodyTooSlow | Code::BodyBroken => {
            ("We did not get all of that", "The connection broke or was too slow. Please send it once more.")
        }
        Code::RateLimited => ("That was too often", "Nothing was done: please wait a little, and try again."),
        Code::PaymentNotSetUp => (
            "We cannot take payments yet",
            "This shop is open for looking: nobody takes your card for us so far. Nothing was charged, and your basket is as it was.",
        ),
        Code::Overloaded => (
            "We have our hands full",
            "More is asked of us just now than we can serve at once. Nothing was done: please try again in a moment.",
        ),
        Code::Closing | Code::NotReady => {
            ("We will be back in a moment", "The shop is closing or opening. Please try again shortly.")
        }
        Code::NoAnswer => ("That took too long", "Nothing was changed. Please try once more."),
        Code::OutcomeUnknown => (
            "We do not know yet",
            "That took too long, and may or may not have been done. Please look at your basket or your order before you try once more.",
        ),
        Code::Internal => {
            ("Something went wrong here", "It is our fault, and we have noted it. Please try once more.")
        }
        _ => ("We did not understand that", "Please go back and try once more."),
    }
}
