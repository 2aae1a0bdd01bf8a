//! The visitor's session: a cookie that opens her cart.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::actors::web_session::{Adopt, CartView, Create, Forget, View};
use crate::domain::{CART_KEPT_DAYS, SessionId, VisitorKey};
use crate::gateway::{App, Body, FreshCart, Problem, fresh_prices, rates};

use super::layout::see_other;
use super::same_origin::SameOrigin;

/// A browser takes a `__Host-` cookie over TLS only, and then from this very host only.
const NAME: &str = "doorstep_session";
const NAME_OVER_TLS: &str = "__Host-doorstep_session";

/// Whose cart the request is about; `None` for a new visitor, or a cookie that is none of ours.
pub fn session(app: &App, request: &HttpRequest) -> Option<SessionId> {
    let cookie = request.cookie(name(app))?;
    VisitorKey::parse(cookie.value()).map(|key| key.session())
}

pub fn remember(app: &App, visitor: VisitorKey, response: &mut HttpResponse) -> Result<(), Problem> {
    let cookie = Cookie::build(name(app), visitor.to_string())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.origins.is_secure())
        .max_age(Duration::days(CART_KEPT_DAYS.into()))
        .finish();
    response.add_cookie(&cookie).map_err(|_| Problem::internal())
}

fn name(app: &App) -> &'static str {
    if app.origins.is_secure() { NAME_OVER_TLS } else { NAME }
}

/// A new session with an empty cart.
pub async fn create(app: &App, request: &HttpRequest) -> Result<VisitorKey, Problem> {
    rates::admit_cart(app, request)?;
    let visitor = app.new_visitor()?;
    // a new session has room for a cart
    app.act_of(visitor.session(), Create).await?.map_err(|_| Problem::internal())?;
    Ok(visitor)
}

/// What is in her cart; `None` where she has none, or none any more.
pub async fn cart(app: &App, request: &HttpRequest) -> Result<Option<CartView>, Problem> {
    let Some(session) = session(app, request) else { return Ok(None) };
    Ok(app.read_of(session, View).await?.ok().map(|cart| *cart))
}

/// The same at today's prices.
pub async fn fresh_cart(app: &App, request: &HttpRequest) -> Result<Option<FreshCart>, Problem> {
    let Some(session) = session(app, request) else { return Ok(None) };
    Ok(fresh_prices::of(app, session).await?.ok())
}

pub fn units(cart: &CartView) -> u32 {
    cart.lines.iter().map(|line| line.quantity.units()).fold(0, u32::saturating_add)
}

/// Where she is about to say who she is she gets another cookie, and with it another session: who knows the first one, and be it
/// because he has put it into her browser, learns nothing of her. What is in the cart comes along. It counts as a new cart, which it is:
/// who keeps the old cookie gets another one each time.
pub async fn renew(
    app: &App,
    request: &HttpRequest,
    cart: &CartView,
) -> Result<(VisitorKey, CartView), Problem> {
    rates::admit_cart(app, request)?;
    let visitor = app.new_visitor()?;
    let adopted = app.act_of(visitor.session(), Adopt { lines: cart.lines.clone() }).await?;
    // what was in one cart has room in another
    let cart = adopted.map_err(|_| Problem::internal())?;
    Ok((visitor, *cart))
}

/// `POST /cart/forget`: her cart and her cookie are no more.
pub async fn forget(
    app: Data<App>,
    request: HttpRequest,
    _same_origin: SameOrigin,
    _form: Body,
) -> Result<HttpResponse, Problem> {
    let mut response = see_other("/");
    let Some(session) = session(&app, &request) else { return Ok(response) };
    app.act_of(session, Forget).await?;
    let mut gone = Cookie::build(name(&app), "").path("/").secure(app.origins.is_secure()).finish();
    gone.make_removal();
    response.add_cookie(&gone).map_err(|_| Problem::internal())?;
    // what pages have left in the browser goes too; it heeds this over TLS alone
    let everything = HeaderValue::from_static("\"cache\", \"storage\"");
    response.headers_mut().insert(header::CLEAR_SITE_DATA, everything);
    Ok(response)
}
