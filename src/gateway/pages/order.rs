use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::actors::order_manager::{Cancel, CancelReply, NoSuchOrder, OrderView, PaymentView, Show};
use crate::domain::limits::KEY_CHARS_MAX;
use crate::domain::{OrderId, OrderState, Timeline};
use crate::gateway::countries::country_name;
use crate::gateway::{self, App, Problem};

use super::cart::Line;
use super::form::{Fields, Form, encoded, query};
use super::format::{self, Sums};
use super::layout::{CachePolicy, Layout, render, see_other};
use super::order_status::{self, Progress};
use super::same_origin::SameOrigin;
use super::timeline::{Entry, StepShown, cases, steps};

/// How soon the page is renewed while the bank is asked, and while the order is on its way.
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
    tracking: Option<String>,
    notice: Option<&'static str>,
    steps: Vec<StepShown>,
    cases: Vec<Entry>,
    id: String,
    key: String,
    placed: String,
    lines: Vec<Line>,
    totals: Sums,
    money: String,
    name: String,
    email: String,
    line1: String,
    city: String,
    postcode: String,
    country: String,
    can_cancel: bool,
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
    let view = app.read(Show { order, claim: claim.clone() }).await?;
    let view = view.map_err(|NoSuchOrder| Problem::no_such_order())?;
    let timeline = gateway::order_timeline(&app, order, claim).await?;
    render(&app.pages, StatusCode::OK, CachePolicy::NoStore, &page(&view, key, &timeline, noted(&notice)))
}

/// The order that the address names. What can be none is answered like one that there is not.
fn named(request: &HttpRequest, key: &str) -> Result<OrderId, Problem> {
    let order = OrderId::parse(request.match_info().query("order")).ok();
    order.filter(|_| (1..=KEY_CHARS_MAX).contains(&key.len())).ok_or_else(Problem::no_such_order)
}

fn noted(notice: &str) -> Option<&'static str> {
    match notice {
        "too_late" => Some(
            "It is too late to cancel: your parcel has left. The carrier hands it over, or you refuse it at the door.",
        ),
        "asking" => Some(
            "We have asked the carrier to give your parcel back. If it has not left yet, the order will be cancelled.",
        ),
        _ => None,
    }
}

fn page(view: &OrderView, key: String, timeline: &Timeline, notice: Option<&'static str>) -> OrderPage {
    let paying = matches!(view.payment, PaymentView::Pending | PaymentView::Unknown);
    let mut layout = Layout::titled("Your order");
    if !view.state.is_end() {
        layout.refresh_s = Some(if paying { REFRESH_PAYING_S } else { REFRESH_MOVING_S });
    }
    let on_its_way_or_to_be = !view.state.is_end() && view.state != OrderState::Delivered;
    OrderPage {
        layout,
        progress: Progress::of(view).class(),
        headline: order_status::headline(view),
        sentence: order_status::sentence(view),
        promised: view.promised_date.filter(|_| on_its_way_or_to_be).map(format::day),
        tracking: view.tracking.clone(),
        notice,
        steps: steps(view, timeline),
        cases: cases(timeline),
        id: view.id.to_string(),
        key,
        placed: format::moment(view.placed_at),
        lines: view.lines.iter().map(Line::of).collect(),
        totals: Sums::of(&view.totals),
        money: order_status::money(view),
        name: view.customer.name.clone(),
        email: view.customer.email.clone(),
        line1: view.shipping_address.line1.clone(),
        city: view.shipping_address.city.clone(),
        postcode: view.shipping_address.postcode.clone(),
        country: country_name(&view.shipping_address.country).to_owned(),
        can_cancel: order_status::can_be_cancelled(view.state),
    }
}

#[derive(Deserialize)]
pub struct Opening {
    key: String,
}

impl Fields for Opening {}

/// `POST /orders/{order}/cancel`
pub async fn cancel(
    app: Data<App>,
    request: HttpRequest,
    _same_origin: SameOrigin,
    Form(Opening { key }): Form<Opening>,
) -> Result<HttpResponse, Problem> {
    let order = named(&request, &key)?;
    let back = format!("/orders/{order}?key={}", encoded(&key));
    let claim = app.links.claim(order, &key)?;
    match app.act(Cancel { order, claim }).await? {
        CancelReply::Cancelled(_) => Ok(see_other(&back)),
        CancelReply::TooLate(_) => Ok(see_other(&format!("{back}&notice=too_late"))),
        CancelReply::Pending(_) => Ok(see_other(&format!("{back}&notice=asking"))),
        CancelReply::NoSuchOrder => Err(Problem::no_such_order()),
    }
}
