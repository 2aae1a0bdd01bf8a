use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::actors::order_manager::{Cancel, CancelReply, can_be_cancelled};
use crate::gateway::{App, Problem};

use super::cart::Line;
use super::form::{Fields, Form, query};
use super::layout::{CachePolicy, Layout, render, see_other};
use super::same_origin::SameOrigin;
use super::{format, order};

/// She is asked once: a click too many cancels nothing.
#[derive(Template)]
#[template(path = "shop/cancel.html")]
struct CancelPage {
    layout: Layout,
    id: String,
    key: String,
    back: String,
    placed: String,
    total: String,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
pub struct Opening {
    key: String,
}

impl Fields for Opening {}

/// `GET /orders/{order}/cancel?key=`
pub async fn ask(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let Opening { key } = query(&request).map_err(|_| Problem::no_such_order())?;
    let order = order::named(&request, &key)?;
    let view = order::view(&app, order, app.links.claim(order, &key)?).await?;
    let back = order::address(order, &key);
    if !can_be_cancelled(view.state) {
        let why = if view.state.is_end() { "" } else { "&notice=too_late" };
        return Ok(see_other(&format!("{back}{why}")));
    }
    let page = CancelPage {
        layout: Layout::titled("Cancel this order?"),
        id: order.to_string(),
        key,
        back,
        placed: format::moment(view.placed_at, &app.pages.frame.zone),
        total: format::money(view.quote.totals.total),
        lines: view.lines.iter().map(Line::of).collect(),
    };
    render(&app.pages, StatusCode::OK, CachePolicy::NoStore, &page)
}

/// `POST /orders/{order}/cancel`
pub async fn cancel(
    app: Data<App>,
    request: HttpRequest,
    _same_origin: SameOrigin,
    Form(Opening { key }): Form<Opening>,
) -> Result<HttpResponse, Problem> {
    let order = order::named(&request, &key)?;
    let back = order::address(order, &key);
    let claim = app.links.claim(order, &key)?;
    match app.act(Cancel { order, claim }).await? {
        CancelReply::Cancelled(_) => Ok(see_other(&back)),
        CancelReply::TooLate(_) => Ok(see_other(&format!("{back}&notice=too_late"))),
        CancelReply::Pending(_) => Ok(see_other(&format!("{back}&notice=asking"))),
        CancelReply::NoSuchOrder => Err(Problem::no_such_order()),
    }
}
