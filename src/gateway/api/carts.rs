use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::actors::web_session::{
    CartReply, CartView, CheckoutCart, Create, NoCart, RemoveLine, SetLine, View,
};
use crate::domain::{SessionId, Sku};
use crate::gateway::{App, Body, Code, Problem, idempotency, sku_in_path};

use super::{checkout as answers, parse, views};

/// `POST /carts`: a new, empty one. Its id is a secret: who has it has the cart.
pub async fn create(app: Data<App>, body: Body) -> Result<HttpResponse, Problem> {
    body.is_empty_or_json()?;
    let cart = app.new_cart()?;
    shown(StatusCode::CREATED, app.act_of(cart, Create).await?)
}

/// `GET /carts/{cart}`
pub async fn show(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let cart = cart(&request)?;
    shown(StatusCode::OK, app.read_of(cart, View).await?)
}

/// `PUT /carts/{cart}/lines/{sku}`: so many, in the place of what the line held.
pub async fn set_line(app: Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse, Problem> {
    let cart = cart(&request)?;
    let line = parse::cart_line(&app, &sku_in_path(&request), &body)?;
    shown(StatusCode::OK, app.act_of(cart, SetLine { line }).await?)
}

/// `DELETE /carts/{cart}/lines/{sku}`: also where there is no such line.
pub async fn remove_line(app: Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse, Problem> {
    body.is_empty_or_json()?;
    let cart = cart(&request)?;
    // a product that has left the catalogue can still leave the cart
    let sku = Sku::parse(&sku_in_path(&request))
        .map_err(|_| Problem::new(Code::NotFound, "this is no SKU, so no cart has a line of it"))?;
    shown(StatusCode::OK, app.act_of(cart, RemoveLine { sku }).await?)
}

/// `POST /carts/{cart}/checkout`: buys what is in it, answered like `POST /orders`.
pub async fn checkout(app: Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse, Problem> {
    let cart = cart(&request)?;
    let idempotency_key = idempotency::key(request.headers())?;
    let (digest, details) = parse::cart_checkout(&app, &body)?;
    let buy = CheckoutCart { idempotency_key, digest, details: Box::new(details) };
    answers::answered(&app, &request, app.act_of(cart, buy).await?)
}

fn cart(request: &HttpRequest) -> Result<SessionId, Problem> {
    // a browser's is opened by its cookie alone
    let cart = parse::cart_id(request.match_info().query("cart")).filter(|cart| !cart.is_of_browser());
    cart.ok_or_else(answers::no_such_cart)
}

fn shown(status: StatusCode, reply: CartReply) -> Result<HttpResponse, Problem> {
    match reply {
        Ok(cart) => Ok(rendered(status, &cart)),
        Err(NoCart::NoSuchCart) => Err(answers::no_such_cart()),
        Err(NoCart::Full) => {
            Err(Problem::new(Code::CartFull, "the cart has as many lines as an order may have"))
        }
    }
}

fn rendered(status: StatusCode, cart: &CartView) -> HttpResponse {
    let mut response = HttpResponseBuilder::new(status);
    if status == StatusCode::CREATED {
        response.insert_header((header::LOCATION, views::cart_path(cart.id)));
    }
    response.insert_header((header::CACHE_CONTROL, "no-store")).json(views::cart(cart))
}
