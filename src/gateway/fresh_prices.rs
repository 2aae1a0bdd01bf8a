//! A cart is held to what its products cost now before anybody is shown it or buys it: nobody pays a price that she has not seen.

use crate::actors::web_session::{CartView, NoCart, Reprice, View};
use crate::domain::catalogue::Catalogue;
use crate::domain::{Money, OrderLine, SessionId, Sku, Totals};

use super::{App, Problem};

/// A cart as it may be shown.
pub struct FreshCart {
    /// Its lines at today's prices, also of what is no longer sold.
    pub cart: CartView,
    /// Of its lines: no longer sold. They are in no sum.
    pub gone: Vec<Sku>,
    /// Of what is still sold; `None` where that is nothing, or cannot be added up.
    pub totals: Option<Totals>,
    /// A price has changed since the cart was looked at last, so that nobody can have seen it.
    pub is_news: bool,
}

impl FreshCart {
    /// What a unit of this cost when she put it in, where it costs something else now.
    pub fn was(&self, sku: &Sku) -> Option<&Money> {
        let changes = &self.cart.price_changes;
        changes.iter().find(|change| change.sku == *sku).map(|change| &change.was)
    }

    pub fn is_sold(&self, sku: &Sku) -> bool {
        !self.gone.contains(sku)
    }

    /// The total that may be charged if she has seen it; `None` where something has to be looked at first.
    pub fn payable(&self) -> Option<Money> {
        let can_be_bought = self.gone.is_empty() && !self.is_news;
        self.totals.filter(|_| can_be_bought).map(|totals| totals.total)
    }
}

/// The cart of this session, held to the catalogue of now.
pub async fn of(app: &App, session: SessionId) -> Result<Result<FreshCart, NoCart>, Problem> {
    match app.read_of(session, View).await? {
        Ok(cart) => freshened(app, *cart).await,
        Err(no_cart) => Ok(Err(no_cart)),
    }
}

/// A cart that has been looked at just now, the same way.
pub async fn freshened(app: &App, cart: CartView) -> Result<Result<FreshCart, NoCart>, Problem> {
    let catalogue = &*app.catalogue;
    let prices = changed(catalogue, &cart.lines);
    if prices.is_empty() {
        return Ok(Ok(held_to(app, catalogue, cart, false)));
    }
    let repriced = app.act_of(cart.id, Reprice { prices }).await?;
    Ok(repriced.map(|cart| held_to(app, catalogue, *cart, true)))
}

/// The prices that are others than those of the lines.
fn changed(catalogue: &Catalogue, lines: &[OrderLine]) -> Vec<(Sku, Money)> {
    let price = |line: &OrderLine| {
        let now = catalogue.get(&line.sku)?.price;
        (now != line.unit_price).then(|| (line.sku.clone(), now))
    };
    lines.iter().filter_map(price).collect()
}

fn held_to(app: &App, catalogue: &Catalogue, cart: CartView, is_news: bool) -> FreshCart {
    let is_sold = |line: &&OrderLine| catalogue.get(&line.sku).is_some();
    let sold: Vec<OrderLine> = cart.lines.iter().filter(is_sold).cloned().collect();
    if sold.len() == cart.lines.len() {
        return FreshCart { totals: cart.totals, cart, gone: vec![], is_news };
    }
    let gone = cart.lines.iter().filter(|line| !is_sold(line)).map(|line| line.sku.clone()).collect();
    let shipping = app.rules.shipping;
    let totals = Totals::of(&sold, shipping, Money::zero(shipping.currency)).filter(|_| !sold.is_empty());
    FreshCart { cart, gone, totals, is_news }
}
