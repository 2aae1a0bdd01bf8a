//! A cart is held to what its products cost now before anybody is shown it, begins to check it out in a browser, or buys it over the API: nobody
//! pays a price that she has not seen. A checkout that was begun is bought at what it showed (`web_session/checkout`), whatever a product costs since.

use std::sync::Arc;

use crate::actors::web_session::{CartView, NoCart, PriceChange, Reprice, View};
use crate::domain::catalogue::Catalogue;
use crate::domain::quote::{NoQuote, Quote};
use crate::domain::{Money, OrderLine, SessionId, Sku, Totals};

use super::{App, Problem, Way, prices};

/// A cart as it may be shown.
pub struct FreshCart {
    /// Its lines at today's prices, also of what is no longer sold.
    pub cart: CartView,
    /// What a unit cost when she put it in, where it costs something else now.
    was: Vec<(Sku, Money)>,
    /// Of its lines: no longer sold. They are in no sum.
    pub gone: Vec<Sku>,
    /// Where it would go, and how.
    pub way: Way,
    /// What costs there what is still sold.
    pub quote: Result<Arc<Quote>, NoQuote>,
    /// A price has changed since the cart was looked at last, so that nobody can have seen it.
    pub is_news: bool,
}

impl FreshCart {
    /// `None`: it has no price.
    pub fn totals(&self) -> Option<&Totals> {
        self.quote.as_ref().ok().map(|quote| &quote.totals)
    }

    /// The same, to go there.
    pub fn by(mut self, app: &App, way: Way) -> FreshCart {
        self.quote = prices::quote(app, &self.sold(), &way);
        FreshCart { way, ..self }
    }

    /// Its lines but those that are sold no more.
    pub fn sold(&self) -> Vec<OrderLine> {
        self.cart.lines.iter().filter(|line| self.is_sold(&line.sku)).cloned().collect()
    }

    pub fn was(&self, sku: &Sku) -> Option<&Money> {
        self.was.iter().find(|(changed, _)| changed == sku).map(|(_, was)| was)
    }

    pub fn is_sold(&self, sku: &Sku) -> bool {
        !self.gone.contains(sku)
    }
}

/// The cart of this session for who looks at it: the session notes what she is shown.
pub async fn of(app: &App, session: SessionId) -> Result<Result<FreshCart, NoCart>, Problem> {
    match app.read_of(session, View).await? {
        Ok(cart) => freshened(app, *cart).await,
        Err(no_cart) => Ok(Err(no_cart)),
    }
}

/// A cart that an actor has shown just now, the same way.
pub async fn freshened(app: &App, cart: CartView) -> Result<Result<FreshCart, NoCart>, Problem> {
    let catalogue = &*app.catalogue.now();
    let prices = news(catalogue, &cart.lines);
    if prices.is_empty() {
        return Ok(Ok(held_to(app, catalogue, cart, false)));
    }
    let repriced = app.act_of(cart.id, Reprice { prices }).await?;
    Ok(repriced.map(|cart| held_to(app, catalogue, *cart, true)))
}

/// The prices that are others than those of the lines.
fn news(catalogue: &Catalogue, lines: &[OrderLine]) -> Vec<(Sku, Money)> {
    let price = |line: &OrderLine| {
        let now = catalogue.get(&line.sku)?.price;
        (now != line.unit_price).then(|| (line.sku.clone(), now))
    };
    lines.iter().filter_map(price).collect()
}

fn held_to(app: &App, catalogue: &Catalogue, mut cart: CartView, is_news: bool) -> FreshCart {
    let (mut was, mut gone) = (vec![], vec![]);
    for line in &mut cart.lines {
        let Some(product) = catalogue.get(&line.sku) else {
            gone.push(line.sku.clone());
            continue;
        };
        let before = price_before(&cart.price_changes, line);
        line.unit_price = product.price;
        if before != line.unit_price {
            was.push((line.sku.clone(), before));
        }
    }
    let way = way_of(app, &cart);
    let fresh = FreshCart { cart, was, gone, quote: Err(NoQuote::Nothing), way: way.clone(), is_news };
    let fresh = fresh.by(app, way);
    match (&fresh.quote, &fresh.way.method) {
        // what is in it now does not go the way that she has chosen for something else
        (Err(NoQuote::NoSuchMethod | NoQuote::TooHeavy), Some(_)) => {
            let way = Way { method: None, ..fresh.way.clone() };
            fresh.by(app, way)
        }
        _ => fresh,
    }
}

/// When she put it in.
fn price_before(changes: &[PriceChange], line: &OrderLine) -> Money {
    changes.iter().find(|change| change.sku == line.sku).map_or(line.unit_price, |change| change.was)
}

/// As she has said it last, or home.
fn way_of(app: &App, cart: &CartView) -> Way {
    let method = cart.delivery_method.as_ref().map(|method| method.to_string());
    let said = cart.details.as_ref().map(|(_, address, _)| Way::to(app, address, method));
    said.unwrap_or_else(|| Way::home(app))
}
