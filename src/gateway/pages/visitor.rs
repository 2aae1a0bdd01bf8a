//! The visitor's session: a cookie that opens her cart.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::{HttpRequest, HttpResponse};

use crate::actors::web_session::{CartView, Message, Reply as CartReply};
use crate::actors::{Address, Reply};
use crate::domain::SessionId;
use crate::gateway::{App, Problem, rates};

/// A browser takes a `__Host-` cookie over TLS only, and then from this very host only.
const NAME: &str = "doorstep_session";
const NAME_OVER_TLS: &str = "__Host-doorstep_session";
const KEPT_DAYS: i64 = 30;

/// Whose cart the request is about; `None` for a new visitor, or a cookie that is none of ours.
pub fn session(app: &App, request: &HttpRequest) -> Option<SessionId> {
    let cookie = request.cookie(name(app))?;
    // the session that all programs share is nobody's cart
    SessionId::parse(cookie.value()).ok().filter(|session| *session != SessionId::PROGRAMS)
}

pub fn remember(app: &App, session: SessionId, response: &mut HttpResponse) -> Result<(), Problem> {
    let cookie = Cookie::build(name(app), session.to_string())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.origins.is_secure())
        .max_age(Duration::days(KEPT_DAYS))
        .finish();
    response.add_cookie(&cookie).map_err(|_| Problem::internal())
}

fn name(app: &App) -> &'static str {
    if app.origins.is_secure() { NAME_OVER_TLS } else { NAME }
}

/// A new session with an empty cart.
pub async fn create(app: &App, request: &HttpRequest) -> Result<SessionId, Problem> {
    rates::admit_cart(app, request)?;
    let session = app.new_session()?;
    match app.act(Address::WebSession(session), Message::Create).await? {
        Reply::Session(CartReply::Cart(_)) => Ok(session),
        other => Err(Problem::unfit(&other)),
    }
}

/// What is in her cart; `None` where she has none, or none any more.
pub async fn cart(app: &App, request: &HttpRequest) -> Result<Option<CartView>, Problem> {
    let Some(session) = session(app, request) else { return Ok(None) };
    match app.read(Address::WebSession(session), Message::View).await? {
        Reply::Session(CartReply::Cart(cart)) => Ok(Some(*cart)),
        Reply::Session(CartReply::NoSuchCart) => Ok(None),
        other => Err(Problem::unfit(&other)),
    }
}

pub fn units(cart: &CartView) -> u32 {
    cart.lines.iter().map(|line| line.quantity.units()).fold(0, u32::saturating_add)
}
