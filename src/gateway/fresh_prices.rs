//! A cart is held to what its products cost now before anybody is shown it, begins to check it out in a browser, or buys it over the API: nobody
//! pays a price that she has not seen. A checkout that was begun is bought at what it showed (`web_session/checkout`), whatever a product costs since.

use crate::actors::web_session::{CartView, NoCart, PriceChange, Reprice, View};
use crate::domain::catalogue::Catalogue;
use crate::domain::{Money, OrderLine, SessionId, Sku, Totals};

use super::{App, Problem};

/// A cart as it may be shown.
pub struct FreshCart {
    /// Its lines at today's prices, also of what is no longer sold.
    pub cart: CartView,
    /// What a unit cost when she put it in, where it costs something else now.
    was: Vec<(Sku, Money)>,
    /// Of its lines: no longer sold. They are in no sum.
    pub gone: Vec<Sku>,
    /// Of what is still sold; `None` where that is nothing, or cannot be added up.
    pub totals: Option<Totals>,
    /// A price has changed since the cart was looked at last, so that nobody can have seen it.
    pub is_news: bool,
}

impl FreshCart {
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
    let totals = totals(app, &cart.lines, &gone);
    FreshCart { cart, was, gone, totals, is_news }
}

/// When she put it in.
fn price_before(changes: &[PriceChange], line: &OrderLine) -> Money {
    changes.iter().find(|change| change.sku == line.sku).map_or(line.unit_price, |change| change.was)
}

fn totals(app: &App, lines: &[OrderLine], gone: &[Sku]) -> Option<Totals> {
    let sold: Vec<OrderLine> = lines.iter().filter(|line| !gone.contains(&line.sku)).cloned().collect();
    Totals::charged(&sold, app.rules.shipping).filter(|_| !sold.is_empty())
}
