//! The basket's form. All of its lines go with every press of a button, so that no quantity that was typed is lost. A line is set where she
//! has typed another quantity than the page showed: what another page has changed meanwhile stays where she has not touched it.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::actors::web_session::{NoCart, RemoveLine, SetLine, View};
use crate::domain::limits::LINES_MAX;
use crate::domain::{OrderLine, Quantity, SessionId, Sku};
use crate::gateway::{App, Code, Problem, sku_in_path};

use super::cart::{self, Again};
use super::form::{Fields, Form};
use super::layout::see_other;
use super::same_origin::SameOrigin;
use super::visitor;

/// Of each line `sku-1`, `held-1` and `quantity-1`, with a number that is the line's on this page; and `go=checkout` of the button that
/// leads on.
#[derive(Deserialize)]
#[serde(try_from = "Vec<(String, String)>")]
pub struct BasketForm {
    lines: Vec<FormLine>,
    checks_out: bool,
}

#[derive(Default)]
struct FormLine {
    sku: Option<String>,
    /// What the page showed as held.
    held: Option<String>,
    quantity: Option<String>,
}

/// Beginning of the name of a line's field for its quantity.
const QUANTITY: &str = "quantity";

impl TryFrom<Vec<(String, String)>> for BasketForm {
    type Error = &'static str;

    fn try_from(fields: Vec<(String, String)>) -> Result<BasketForm, &'static str> {
        let mut lines: BTreeMap<usize, FormLine> = BTreeMap::new();
        let mut checks_out = false;
        for (name, value) in fields {
            if name == "go" {
                checks_out = value == "checkout";
            }
            let Some((name, number)) = name.split_once('-') else { continue };
            let number = number.parse().ok().filter(|number| (1..=LINES_MAX).contains(number));
            let line = lines.entry(number.ok_or("a line has a number that no basket has")?).or_default();
            let field = match name {
                "sku" => &mut line.sku,
                "held" => &mut line.held,
                QUANTITY => &mut line.quantity,
                _ => continue,
            };
            if field.replace(value).is_some() {
                return Err("a field is there twice");
            }
        }
        let lines: Vec<FormLine> = lines.into_values().collect();
        let is_whole = |line: &FormLine| line.sku.is_some() && line.quantity.is_some();
        if lines.iter().all(is_whole) {
            Ok(BasketForm { lines, checks_out })
        } else {
            Err("a field is missing")
        }
    }
}

impl Fields for BasketForm {
    /// What came empty is no quantity, and is told beside its line.
    fn without(&mut self, names: Vec<String>) -> bool {
        names.iter().all(|name| name.starts_with(QUANTITY))
    }
}

/// A line whose quantity she has changed.
struct Changed {
    sku: Sku,
    shown: String,
    typed: String,
}

impl Changed {
    fn of(line: &FormLine) -> Option<Changed> {
        let typed = line.quantity.as_deref()?.trim();
        let sku = Sku::parse(line.sku.as_deref()?).ok()?;
        let shown = line.held.clone().unwrap_or_default();
        (shown != typed).then(|| Changed { sku, shown, typed: typed.to_owned() })
    }
}

/// `POST /cart`: "Change" and "Check out".
pub async fn send(
    app: Data<App>,
    request: HttpRequest,
    _same_origin: SameOrigin,
    Form(form): Form<BasketForm>,
) -> Result<HttpResponse, Problem> {
    let Some(session) = visitor::session(&app, &request) else { return Ok(see_other("/cart")) };
    let changed = form.lines.iter().filter_map(Changed::of).collect();
    let then = if form.checks_out { "/checkout" } else { "/cart" };
    set(&app, &request, session, changed, then).await
}

/// `POST /cart/lines/{sku}/remove`: also where there is no such line.
pub async fn remove_line(
    app: Data<App>,
    request: HttpRequest,
    _same_origin: SameOrigin,
    Form(form): Form<BasketForm>,
) -> Result<HttpResponse, Problem> {
    // a book that has left the catalogue can still leave the basket
    let sku = Sku::parse(&sku_in_path(&request))
        .map_err(|_| Problem::new(Code::NoSuchProduct, "this is no SKU, so no basket has a line of it"))?;
    let Some(session) = visitor::session(&app, &request) else { return Ok(see_other("/cart")) };
    // where there is no such cart there is no such line either
    let _ = app.act_of(session, RemoveLine { sku: sku.clone() }).await?;
    let others = form.lines.iter().filter_map(Changed::of).filter(|line| line.sku != sku).collect();
    set(&app, &request, session, others, "/cart").await
}

/// Sets all of these lines, or none where a quantity is none.
async fn set(
    app: &App,
    request: &HttpRequest,
    session: SessionId,
    changed: Vec<Changed>,
    then: &str,
) -> Result<HttpResponse, Problem> {
    if changed.is_empty() {
        return Ok(see_other(then));
    }
    let wanted = changed.iter().map(|line| Some((line, cart::quantity(&line.typed)?)));
    let Some(wanted) = wanted.collect::<Option<Vec<(&Changed, Quantity)>>>() else {
        let refused = "The quantities that you typed were not taken yet: please look at those marked below.";
        return again(app, request, &changed, refused.to_owned()).await;
    };
    let Ok(before) = app.read_of(session, View).await? else { return Ok(see_other("/cart")) };
    for line in lines(app, &wanted) {
        match app.act_of(session, SetLine { line }).await? {
            Ok(_) => {}
            Err(NoCart::NoSuchCart) => return Ok(see_other("/cart")),
            Err(NoCart::Full) => return again(app, request, &changed, cart::full()).await,
        }
    }
    let held_otherwise = |(line, wanted): &(&Changed, Quantity)| {
        let held = cart::held_otherwise(&before, &line.sku, &line.shown, *wanted)?;
        Some(cart::path_that_tells(&line.sku, held))
    };
    Ok(see_other(&wanted.iter().find_map(held_otherwise).unwrap_or_else(|| then.to_owned())))
}

/// A book that has left the catalogue meanwhile is left out: her basket says so of it.
fn lines(app: &App, wanted: &[(&Changed, Quantity)]) -> Vec<OrderLine> {
    let catalogue = app.catalogue.now();
    let line =
        |(line, quantity): &(&Changed, Quantity)| Some(OrderLine::of(catalogue.get(&line.sku)?, *quantity));
    wanted.iter().filter_map(line).collect()
}

/// Her basket with what she has typed.
async fn again(
    app: &App,
    request: &HttpRequest,
    changed: &[Changed],
    refused: String,
) -> Result<HttpResponse, Problem> {
    let fresh = visitor::fresh_cart(app, request).await?;
    let typed = |line: &Changed| (line.sku.clone(), cart::shortened(&line.typed));
    let again = Again { refused: Some(refused), quantities: changed.iter().map(typed).collect() };
    cart::cart_page(app, fresh.as_ref(), None, again).await
}
