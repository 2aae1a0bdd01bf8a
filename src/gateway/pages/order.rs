use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::actors::order_manager::{Claim, NoSuchOrder, OrderView, PaymentView, Show, can_be_cancelled};
use crate::domain::limits::KEY_CHARS_MAX;
use crate::domain::{Date, Happening, OrderId, OrderState, Timeline, addresses};
use crate::gateway::assets::LIVE;
use crate::gateway::countries::country_name;
use crate::gateway::{self, App, Problem};

use super::cart::Line;
use super::form::{encoded, query};
use super::format::{self, Sums};
use super::invitation::Invitation;
use super::layout::{Layout, render_live};
use super::order_status::{self, Progress};
use super::story::{self, PlainStep};
use super::timeline::{Entry, Has, StepShown, cases, steps};

/// How soon its script asks for the page again while the bank is asked, and while the order is on its way.
const REFRESH_PAYING_S: u32 = 2;
const REFRESH_MOVING_S: u32 = 5;

#[derive(Template)]
#[template(path = "shop/order.html")]
struct OrderPage {
    layout: Layout,
    progress: &'static str,
    headline: &'static str,
    sentence: String,
    promised: Option<String>,
    /// The day that was promised before, where it was another.
    was_promised: Option<String>,
    tracking: Option<String>,
    notice: Option<&'static str>,
    basket_given_back: bool,
    another_card: Option<Invitation>,
    /// `None`: nothing more will happen to it.
    renewed_every_s: Option<u32>,
    /// Its own address.
    itself: String,
    story: Vec<PlainStep>,
    steps: Vec<StepShown>,
    cases: Vec<Entry>,
    number: String,
    placed: String,
    lines: Vec<Line>,
    totals: Sums,
    money: String,
    name: String,
    /// Where it writes to, if it does.
    email: Option<String>,
    address: Vec<String>,
    country: String,
    can_cancel: bool,
    /// Where that is asked.
    cancel: String,
}

#[derive(Deserialize)]
struct Opened {
    #[serde(default)]
    key: String,
    #[serde(default)]
    notice: String,
}

/// `GET /orders/{order}?key=`
pub async fn show(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let Opened { key, notice } = query(&request)?;
    let order = named(&request, &key)?;
    let claim = app.links.claim(order, &key)?;
    let view = view(&app, order, claim.clone()).await?;
    // programs read all of it, in an order that only grows
    let timeline = gateway::order_timeline(&app, order, claim).await?.as_known();
    render_live(&app.pages, &request, &page(&app, &view, &key, &timeline, noted(&notice, &view)))
}

pub async fn view(app: &App, order: OrderId, claim: Claim) -> Result<Box<OrderView>, Problem> {
    app.read(Show { order, claim }).await?.map_err(|NoSuchOrder| Problem::no_such_order())
}

pub fn address(order: OrderId, key: &str) -> String {
    format!("/orders/{order}?key={}", encoded(key))
}

/// The order that the address names. What can be none is answered like one that there is not.
pub fn named(request: &HttpRequest, key: &str) -> Result<OrderId, Problem> {
    let order = OrderId::parse(request.match_info().query("order")).ok();
    order.filter(|_| (1..=KEY_CHARS_MAX).contains(&key.len())).ok_or_else(Problem::no_such_order)
}

/// What came of what she has just done, while that is not in the order's state.
fn noted(notice: &str, view: &OrderView) -> Option<&'static str> {
    let (state, waits) = (view.state, matches!(view.payment, PaymentView::AnotherCard { .. }));
    match notice {
        "card_refused" if waits => Some(
            "A bank has refused this card for good, so it was not asked again. Please take another card.",
        ),
        "card_not_used" => Some(
            "The card that you have just typed was not used, and nothing was charged to it: this order is paid, over, or being paid by another \
             card.",
        ),
        "too_late" if !state.is_end() => Some("It is too late to cancel: your parcel has left."),
        "asking" if can_be_cancelled(state) => Some(
            "We are seeing whether your parcel can still be stopped. If it has not left yet, the order will be cancelled.",
        ),
        _ => None,
    }
}

fn has(app: &App) -> Has {
    Has { wholesalers: app.rules.orders_in(), crew: app.rules.has_crew, mail: app.identity.sends_mail }
}

/// The day that she was promised last before this one.
fn promised_before(timeline: &Timeline, now: Date) -> Option<Date> {
    let mut promises = timeline.entries.iter().rev().filter_map(|entry| match entry.what {
        Happening::Promised { date } => Some(date),
        _ => None,
    });
    promises.find(|date| *date != now)
}

fn renewed_every_s(view: &OrderView) -> Option<u32> {
    let paying = matches!(view.payment, PaymentView::Pending | PaymentView::Unknown);
    (!view.state.is_end()).then_some(if paying { REFRESH_PAYING_S } else { REFRESH_MOVING_S })
}

fn page(
    app: &App,
    view: &OrderView,
    key: &str,
    timeline: &Timeline,
    notice: Option<&'static str>,
) -> OrderPage {
    let renewed_every_s = renewed_every_s(view);
    let script = renewed_every_s.map(|_| LIVE.path.as_str());
    let zone = &app.pages.frame.zone;
    let is_given_back = |what: &Happening| matches!(what, Happening::BasketGivenBack);
    let is_promised = app.rules.has_crew && !view.state.is_end() && view.state != OrderState::Delivered;
    let promised = view.promised_date.filter(|_| is_promised);
    let status = || (order_status::headline(view, &app.rules), order_status::sentence(view, &app.rules));
    let (headline, sentence) = story::packed(view, timeline, zone).unwrap_or_else(status);
    OrderPage {
        layout: Layout { script, ..Layout::titled("Your order") },
        progress: Progress::of(view).class(),
        headline,
        sentence,
        promised: promised.map(format::day),
        was_promised: promised.and_then(|now| promised_before(timeline, now)).map(format::day),
        tracking: view.tracking.clone(),
        notice,
        another_card: Invitation::of(view, key),
        basket_given_back: timeline.entries.iter().any(|entry| is_given_back(&entry.what)),
        renewed_every_s,
        itself: address(view.id, key),
        story: story::steps(view, timeline, zone, app.rules.has_crew),
        steps: steps(view, timeline, zone, has(app)),
        cases: cases(timeline, zone),
        number: view.number.to_string(),
        placed: format::moment(view.placed_at, zone),
        lines: view.lines.iter().map(Line::of).collect(),
        totals: Sums::of(&view.quote),
        money: order_status::money(view),
        name: view.customer.name.clone(),
        email: app.identity.sends_mail.then(|| view.customer.email.clone()),
        address: addresses::lines(&view.shipping_address),
        country: country_name(&view.shipping_address.country).to_owned(),
        can_cancel: can_be_cancelled(view.state),
        cancel: format!("/orders/{}/cancel?key={}", view.id, encoded(key)),
    }
}
