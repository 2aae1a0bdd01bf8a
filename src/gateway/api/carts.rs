use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::actors::web_session::{
    CartReply, CheckoutCart, Create, NoCart, NoCheckout, RemoveLine, Seen, SetLine,
};
use crate::domain::quote::Method;
use crate::domain::{Money, SessionId, Sku};
use crate::gateway::{App, Body, Code, FreshCart, Problem, fresh_prices, idempotency, prices, sku_in_path};

use super::{checkout as answers, parse, views};

/// `POST /carts`: a new, empty one. Its id is a secret: who has it has the cart.
pub async fn create(app: Data<App>, body: Body) -> Result<HttpResponse, Problem> {
    body.is_empty_or_json()?;
    let cart = app.new_cart()?;
    let created = app.act_of(cart, Create).await?;
    shown(&app, StatusCode::CREATED, created).await
}

/// `GET /carts/{cart}?country=&region=&postcode=&delivery_method=`: what it costs there; home where no country is named.
pub async fn show(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (cart, way) = (cart(&request)?, parse::way(&app, &request)?);
    let fresh = fresh(&app, cart).await?;
    let fresh = match way {
        Some(way) => fresh.by(&app, way),
        None => fresh,
    };
    Ok(rendered(&app, StatusCode::OK, &fresh))
}

/// `PUT /carts/{cart}/lines/{sku}`: so many, in the place of what the line held.
pub async fn set_line(app: Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse, Problem> {
    let cart = cart(&request)?;
    let line = parse::cart_line(&app, &sku_in_path(&request), &body)?;
    let set = app.act_of(cart, SetLine { line }).await?;
    shown(&app, StatusCode::OK, set).await
}

/// `DELETE /carts/{cart}/lines/{sku}`: also where there is no such line.
pub async fn remove_line(app: Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse, Problem> {
    body.is_empty_or_json()?;
    let cart = cart(&request)?;
    // a product that has left the catalogue can still leave the cart
    let sku = Sku::parse(&sku_in_path(&request))
        .map_err(|_| Problem::new(Code::NotFound, "this is no SKU, so no cart has a line of it"))?;
    let removed = app.act_of(cart, RemoveLine { sku }).await?;
    shown(&app, StatusCode::OK, removed).await
}

/// `POST /carts/{cart}/checkout`: buys what is in it, answered like `POST /orders`.
pub async fn checkout(app: Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse, Problem> {
    let id = cart(&request)?;
    let idempotency_key = idempotency::key(request.headers())?;
    let parse::CartCheckout { digest, details, way, expected_total } = parse::cart_checkout(&app, &body)?;
    let cart = fresh(&app, id).await?.by(&app, way.clone());
    let buy = CheckoutCart {
        idempotency_key,
        digest,
        details: Box::new(details),
        seen: seen(&cart, expected_total),
    };
    match app.act_of(id, buy).await? {
        // the key has bought nothing, and now it is said why it does not
        Err(NoCheckout::CartEmpty) => Err(not_bought(&app, &fresh(&app, id).await?.by(&app, way))),
        reply => answers::answered(&app, &request, reply),
    }
}

/// What is no longer sold is in no total, so that nothing of such a cart is bought.
fn seen(cart: &FreshCart, expected_total: Money) -> Option<Seen> {
    let quote = cart.quote.as_ref().ok().filter(|quote| quote.totals.total == expected_total)?;
    cart.gone.is_empty().then(|| Seen::of(&cart.cart.lines, quote.clone()))
}

fn not_bought(app: &App, cart: &FreshCart) -> Problem {
    if cart.cart.lines.is_empty() {
        return answers::cart_empty();
    }
    if let Some(sku) = cart.gone.first() {
        return Problem::new(
            Code::ProductGone,
            format!("`{sku}` is no longer sold: take it out of the cart"),
        );
    }
    if let Err(why) = cart.quote {
        return prices::problem(app, why, &cart.way);
    }
    let detail = "what is in the cart comes to another total than the one that is expected";
    Problem::new(Code::PriceChanged, detail)
        .at("/expected_total")
        .with("cart", views::as_value(&views::cart(cart, &methods(app, cart))))
}

async fn fresh(app: &App, cart: SessionId) -> Result<FreshCart, Problem> {
    fresh_prices::of(app, cart).await?.map_err(no_cart)
}

fn cart(request: &HttpRequest) -> Result<SessionId, Problem> {
    // a browser's is opened by its cookie alone
    let cart = parse::cart_id(request.match_info().query("cart")).filter(|cart| !cart.is_of_browser());
    cart.ok_or_else(answers::no_such_cart)
}

async fn shown(app: &App, status: StatusCode, reply: CartReply) -> Result<HttpResponse, Problem> {
    let cart = reply.map_err(no_cart)?;
    let fresh = fresh_prices::freshened(app, *cart).await?.map_err(no_cart)?;
    Ok(rendered(app, status, &fresh))
}

fn methods<'a>(app: &'a App, cart: &FreshCart) -> Vec<(&'a Method, Money)> {
    prices::methods(app, &cart.sold(), &cart.way)
}

fn no_cart(why: NoCart) -> Problem {
    match why {
        NoCart::NoSuchCart => answers::no_such_cart(),
        NoCart::Full => Problem::new(Code::CartFull, "the cart has as many lines as an order may have"),
    }
}

fn rendered(app: &App, status: StatusCode, fresh: &FreshCart) -> HttpResponse {
    let mut response = HttpResponseBuilder::new(status);
    if status == StatusCode::CREATED {
        response.insert_header((header::LOCATION, views::cart_path(fresh.cart.id)));
    }
    response.insert_header((header::CACHE_CONTROL, "no-store")).json(views::cart(fresh, &methods(app, fresh)))
}
