//! I12: no stock bucket negative; reservations are those of open orders; each has an owner and an end; no unit shipped twice.
//!
//! The stock keeper's own counts are unsigned, so a mistake would not show in them. Here every move is replayed with a
//! sign from the journal's events: by SKU (nothing is taken from where nothing is), and by order (no order moves units that
//! are another's, or has more than it asked for). Where fewer are counted than are promised, less than nothing is for sale: that may
//! be, but nobody gets any until it is made up for. At the end each open order has what it asked for, and one that
//! has ended keeps nothing. Carts reserve nothing, and what is off sale is reserved for nobody who comes then.

use std::collections::{BTreeMap, BTreeSet};

use crate::actors::Event;
use crate::actors::order_manager::{Order, StockState};
use crate::actors::stock_keeper::{self, Bucket};
use crate::domain::{OrderId, OrderState, Sku};

use super::super::observation::Observation;
use super::{Found, given_up};

/// Units with a sign by bucket.
type Counts = [i64; 7];

/// In the house and an order's.
const KEPT: [Bucket; 4] = [Bucket::Reserved, Bucket::Allocated, Bucket::Picked, Bucket::Packed];

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    let mut assortment = Assortment { given_up: given_up(observation), ..Assortment::default() };
    for (_, _, event) in observation.events() {
        if let Event::StockKeeper(event) = event {
            assortment.note(event, found);
        }
    }
    assortment.no_order_has_more_than_it_asked_for(observation, found);
    if observation.is_end() {
        assortment.open_orders_have_theirs_and_others_nothing(observation, found);
    }
}

#[derive(Default)]
struct Assortment<'a> {
    by_sku: BTreeMap<&'a Sku, Counts>,
    by_order: BTreeMap<OrderId, BTreeMap<&'a Sku, Counts>>,
    /// What orders wait for.
    pegs: BTreeMap<(OrderId, &'a Sku), i64>,
    off_sale: BTreeSet<&'a Sku>,
    /// Said once of each.
    below_zero: BTreeSet<(Option<OrderId>, &'a Sku)>,
    /// Orders of which a message was given up: what it was to move is still where it was, and the operator has a case.
    given_up: BTreeSet<OrderId>,
}

impl<'a> Assortment<'a> {
    fn note(&mut self, event: &'a stock_keeper::Event, found: &mut Found) {
        use stock_keeper::Event::*;
        match event {
            Found { sku, quantity } | Received { sku, quantity, .. } => {
                self.by_sku.entry(sku).or_default()[Bucket::Available as usize] += i64::from(*quantity);
            }
            Adjusted { sku, by, .. } => {
                let of_sku = self.by_sku.entry(sku).or_default();
                of_sku[Bucket::Available as usize] += by;
                let left = on_hand(of_sku);
                found.expect(left >= 0, || {
                    format!("{left} units of {sku} are in the house once {by} were counted")
                });
            }
            Delisted { sku, .. } => {
                self.off_sale.insert(sku);
            }
            Listed { product } => {
                self.off_sale.remove(&product.sku);
            }
            Moved { order, sku, from, to, quantity } => {
                let is_new = (*from, *to) == (Bucket::Available, Bucket::Reserved);
                found.expect_of(*order, !(is_new && self.off_sale.contains(sku)), || {
                    format!("{quantity} units of {sku} were reserved for it, which was off sale")
                });
                self.shift(*order, sku, *from, *to, *quantity, found);
            }
            PegServed { order, sku, quantity } => {
                *self.pegs.entry((*order, sku)).or_default() -= i64::from(*quantity);
                self.shift(*order, sku, Bucket::Available, Bucket::Reserved, *quantity, found);
            }
            Pegged { order, sku, quantity } => {
                *self.pegs.entry((*order, sku)).or_default() += i64::from(*quantity);
            }
            Unpegged { order, sku } => {
                self.pegs.remove(&(*order, sku));
            }
            _ => {}
        }
    }

    fn shift(
        &mut self,
        order: OrderId,
        sku: &'a Sku,
        from: Bucket,
        to: Bucket,
        quantity: u32,
        found: &mut Found,
    ) {
        let units = i64::from(quantity);
        let of_sku = self.by_sku.entry(sku).or_default();
        of_sku[from as usize] -= units;
        of_sku[to as usize] += units;
        // also where something is short: then nothing is sold, and nobody who waits gets any
        if of_sku[from as usize] < 0 && self.below_zero.insert((None, sku)) {
            let left = of_sku[from as usize];
            found.wrong_of(order, format!("{left} units of {sku} are {from:?} once it has moved {units}"));
        }
        let left = on_hand(of_sku);
        if left < 0 && self.below_zero.insert((None, sku)) {
            found
                .wrong_of(order, format!("{left} units of {sku} are in the house once it has moved {units}"));
        }
        let own = self.by_order.entry(order).or_default().entry(sku).or_default();
        own[from as usize] -= units;
        own[to as usize] += units;
        // what is available is nobody's
        let below = from != Bucket::Available && own[from as usize] < 0 && !self.given_up.contains(&order);
        if below && self.below_zero.insert((Some(order), sku)) {
            let had = own[from as usize] + units;
            found.wrong_of(
                order,
                format!("it has moved {units} units of {sku} from {from:?}, where it had {had}"),
            );
        }
    }

    /// A message of its own was given up, or units of its own were counted for another of which one was: it is where it
    /// stood, and the operator has a case.
    fn stands_still(&self, observation: &Observation<'_>, order: OrderId) -> bool {
        let skus_of = |order| self.by_order.get(&order).into_iter().flatten().map(|(sku, _)| *sku);
        let shaken: BTreeSet<&Sku> = self.given_up.iter().flat_map(|order| skus_of(*order)).collect();
        self.given_up.contains(&order)
            || observation.has_case(order) && skus_of(order).any(|sku| shaken.contains(sku))
    }

    fn no_order_has_more_than_it_asked_for(&self, observation: &Observation<'_>, found: &mut Found) {
        for (id, skus) in &self.by_order {
            let Some(order) = observation.order(*id) else {
                found.wrong_of(*id, "units were moved for it, and there is no such order");
                continue;
            };
            for (sku, counts) in skus {
                let has = kept(counts) + counts[Bucket::Shipped as usize];
                let asked = asked_for(order, sku);
                found.expect_of(*id, has <= asked, || {
                    format!("{has} units of {sku} are kept for it or were shipped, it asked for {asked}")
                });
            }
        }
    }

    fn open_orders_have_theirs_and_others_nothing(&self, observation: &Observation<'_>, found: &mut Found) {
        let orders = observation.tables().of::<Order>().resident();
        for (id, order) in orders.filter(|(id, _)| !self.stands_still(observation, **id)) {
            for units in order.units() {
                let none = Counts::default();
                let counts = self.by_order.get(id).and_then(|skus| skus.get(&units.sku)).unwrap_or(&none);
                let pegged = self.pegs.get(&(*id, &units.sku)).copied().unwrap_or(0);
                let has = (kept(counts) + pegged, counts[Bucket::Shipped as usize]);
                let should = should_have(order, i64::from(units.quantity));
                found.expect_of(*id, has == should, || {
                    let sku = &units.sku;
                    format!(
                        "it is {}: {} units of {sku} are kept for it and {} were shipped, not {} and {}",
                        order.state, has.0, has.1, should.0, should.1
                    )
                });
            }
        }
    }
}

/// What is short stands as so many less for sale.
fn on_hand(counts: &Counts) -> i64 {
    counts[Bucket::Available as usize] + kept(counts)
}

fn kept(counts: &Counts) -> i64 {
    KEPT.iter().map(|bucket| counts[*bucket as usize]).sum()
}

fn asked_for(order: &Order, sku: &Sku) -> i64 {
    order.units().iter().filter(|units| units.sku == *sku).map(|units| i64::from(units.quantity)).sum()
}

/// Kept for it (or waited for), and shipped.
fn should_have(order: &Order, asked: i64) -> (i64, i64) {
    use OrderState::*;
    match order.state {
        Placed if order.stock == StockState::Asked => (0, 0),
        Placed | AwaitingStock | Reserved | AwaitingPayment | Confirmed | Fulfilling => (asked, 0),
        PartlyDispatched | Dispatched | Delivered | Closed | Returned => (0, asked),
        Declined | Cancelled => (0, 0),
    }
}
