use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::gateway::frame::TextPage;
use crate::gateway::{App, Code, Problem};

use super::layout::{CachePolicy, Layout, render};

/// What the operator has written, in plain text: each line where it was, and nothing in it is markup.
#[derive(Template)]
#[template(path = "shop/text.html")]
struct Page<'a> {
    layout: Layout,
    text: &'a TextPage,
}

/// `GET /contact`, `/terms`, `/returns`, `/privacy`: where the shop has it.
pub async fn show(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let text = app.pages.frame.text(request.path());
    let text = text.ok_or_else(|| Problem::new(Code::NotFound, "this shop has no such page"))?;
    let page = Page { layout: Layout::titled(text.title), text };
    render(&app.pages, StatusCode::OK, CachePolicy::NoCache, &page)
}
