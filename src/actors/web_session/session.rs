use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::actors::order_manager::KeyHash;
use crate::domain::quote::Quote;
use crate::domain::{
    Backorder, Customer, Money, OrderId, OrderLine, SessionId, ShippingAddress, Sku, Timestamp, Units, limits,
};

use crate::runtime::{Aggregate, Partition};
use crate::storage::TreeName;

use super::Nonce;

/// How many checkouts a session remembers to have begun: a browser may come back to an older one.
pub const CHECKOUTS_MAX: usize = 8;

/// Tree `sessions`: one visitor.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// At most [`limits::LINES_MAX`], each SKU once.
    pub lines: Vec<OrderLine>,
    /// As the checkout page was last filled in.
    pub form: Option<CheckoutForm>,
    /// Begun checkouts, the newest last; at most [`CHECKOUTS_MAX`].
    pub checkouts: Vec<Nonce>,
    /// What the newest of them showed her, at its prices: that is bought, whatever another tab does to the cart.
    pub shown: Vec<OrderLine>,
    /// And what it costs.
    pub quote: Option<Arc<Quote>>,
    pub last_order: Option<OrderId>,
    /// The checkout of the cart that has not been answered yet.
    pub ordering: Option<Ordering>,
    /// Of lines that cost something else when she put them in; until she changes the line.
    pub price_changes: Vec<PriceChange>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChange {
    pub sku: Sku,
    /// Of one unit, when she put it in.
    pub was: Money,
    /// When it was found to have changed last.
    pub at: Timestamp,
}

/// A checkout on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordering {
    /// The idempotency key that it was sent under.
    pub key: KeyHash,
    /// Real time.
    pub since: Timestamp,
}

/// A checkout is answered within minutes. One of which nothing was heard for so long was given up, and its cart is free.
pub const ORDERING_MAX_MS: u64 = Timestamp::HOUR_MS;

impl Aggregate for Session {
    const TREE: TreeName = TreeName("sessions");
    const VERSION: u8 = 3;
    type Key = SessionId;

    fn partition(id: &SessionId) -> Partition {
        id.slot().into()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutForm {
    pub customer: Arc<Customer>,
    pub shipping_address: Arc<ShippingAddress>,
    pub backorder: Backorder,
}

/// The lines once `line` is in, in the place of any other of its SKU; `None` where there is no room for it.
pub fn with_line(lines: &[OrderLine], line: &OrderLine) -> Option<Vec<OrderLine>> {
    let mut lines = lines.to_vec();
    match lines.iter().position(|known| known.sku == line.sku) {
        Some(known) => lines[known] = line.clone(),
        None if lines.len() < limits::LINES_MAX => lines.push(line.clone()),
        None => return None,
    }
    Some(lines)
}

impl Session {
    pub fn set_line(&mut self, line: &OrderLine) {
        if let Some(lines) = with_line(&self.lines, line) {
            self.lines = lines;
        }
        self.price_changes.retain(|change| change.sku != line.sku);
    }

    pub fn remove_line(&mut self, sku: &Sku) {
        self.lines.retain(|line| line.sku != *sku);
        self.price_changes.retain(|change| change.sku != *sku);
    }

    /// A unit costs so much now. What has come back to the price that she knows has not changed.
    pub fn reprice(&mut self, sku: &Sku, price: Money, at: Timestamp) {
        let Some(line) = self.lines.iter_mut().find(|line| line.sku == *sku) else { return };
        let before = self.price_changes.iter().position(|change| change.sku == *sku);
        let was = before.map_or(line.unit_price, |place| self.price_changes.remove(place).was);
        line.unit_price = price;
        if was != price {
            self.price_changes.push(PriceChange { sku: sku.clone(), was, at });
        }
    }

    /// At the prices that she put them in for.
    pub fn lines_as_put_in(&self) -> Vec<OrderLine> {
        let before = |line: &OrderLine| self.price_changes.iter().find(|change| change.sku == line.sku);
        let as_put_in = |line: &OrderLine| OrderLine {
            unit_price: before(line).map_or(line.unit_price, |change| change.was),
            ..line.clone()
        };
        self.lines.iter().map(as_put_in).collect()
    }

    /// Into the cart again, in the place of fewer of the same; where there is no room, it is left out.
    pub fn give_back(&mut self, lines: &[OrderLine]) {
        for line in lines {
            let known = self.lines.iter().find(|known| known.sku == line.sku);
            if known.is_none_or(|known| known.quantity < line.quantity) {
                self.set_line(line);
            }
        }
    }

    pub fn begin_checkout(&mut self, nonce: Nonce, form: &CheckoutForm, quote: Option<&Arc<Quote>>) {
        self.form = Some(form.clone());
        if self.checkouts.len() >= CHECKOUTS_MAX {
            self.checkouts.remove(0);
        }
        self.checkouts.push(nonce);
        self.shown = self.lines.clone();
        self.quote = quote.cloned();
    }

    /// What was bought leaves the cart; a line that she changed while the bank was asked stays.
    pub fn bought(&mut self, order: OrderId, units: &[Units]) {
        let was_bought = |line: &OrderLine| {
            units.iter().any(|unit| unit.sku == line.sku && unit.quantity == line.quantity.units())
        };
        self.lines.retain(|line| !was_bought(line));
        let lines = &self.lines;
        self.price_changes.retain(|change| lines.iter().any(|line| line.sku == change.sku));
        self.shown.clear();
        self.quote = None;
        self.last_order = Some(order);
    }

    /// The newest checkout is open: it buys what it showed.
    pub fn is_open(&self, checkout: &str) -> bool {
        self.checkouts.last().is_some_and(|nonce| nonce.is(checkout))
    }

    /// Its cart is being ordered, by another checkout than this.
    pub fn is_being_ordered(&self, key: KeyHash, now: Timestamp) -> bool {
        self.ordering.is_some_and(|other| other.key != key && now.ms_since(other.since) < ORDERING_MAX_MS)
    }

    pub fn has_begun(&self, checkout: &str) -> bool {
        self.checkouts.iter().any(|nonce| nonce.is(checkout))
    }
}
