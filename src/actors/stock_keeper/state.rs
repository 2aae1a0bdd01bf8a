use serde::{Deserialize, Serialize};

use crate::actors::Stamp;
use crate::domain::Sku;
use crate::domain::catalogue::Product;
use crate::planted::{self, Bug};
use crate::runtime::{Aggregate, AnyTable, Table, system_time};
use crate::storage::TreeName;

use super::{
    Credit, CreditSum, Demand, DemandId, Event, Peg, PurchaseOrder, PurchaseOrderId, Quotes, Round,
    StockItem, Supply, Waiting,
};

/// Tree `catalogue`: a product that the shop lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listed(pub Product);

impl Aggregate for Listed {
    const TREE: TreeName = TreeName("catalogue");
    type Key = Sku;
}

#[derive(Default)]
pub struct State {
    pub catalogue: Table<Listed>,
    pub stock: Table<StockItem>,
    pub purchase_orders: Table<PurchaseOrder>,
    pub demands: Table<Demand>,
    pub credits: Table<Credit>,
    pub credit_sums: Table<CreditSum>,
}

impl State {
    pub fn apply(&mut self, event: &Event, stamp: &Stamp) {
        match event {
            Event::Listed { product } => {
                self.catalogue.change(&product.sku, stamp.position, |listed| {
                    *listed = Some(Listed(product.as_ref().clone()));
                });
            }
            Event::Ordered { id, purchase_order } => {
                self.purchase_orders.change(id, stamp.position, |slot| {
                    *slot = Some(purchase_order.as_ref().clone());
                });
                self.item(&purchase_order.sku, stamp, |item| {
                    item.incoming += u64::from(purchase_order.ordered);
                });
            }
            Event::Acknowledged { .. }
            | Event::Refused { .. }
            | Event::Unanswered { .. }
            | Event::Received { .. } => self.apply_supply(event, stamp),
            Event::DemandOpened { .. }
            | Event::DemandClosed { .. }
            | Event::Dated { .. }
            | Event::Promised { .. }
            | Event::SuppliesCalled { .. }
            | Event::Slipped { .. }
            | Event::GivenUp { .. } => self.apply_demand(event, stamp),
            Event::CreditGiven { order, credit } => {
                self.credits.change(order, stamp.position, |slot| *slot = Some(credit.as_ref().clone()));
                self.stands(credit, credit.amount.amount, stamp);
            }
            Event::CreditEnded { order, credit } => {
                self.credits.change(order, stamp.position, |slot| *slot = None);
                self.stands(credit, credit.amount.amount.saturating_neg(), stamp);
            }
            Event::RoundOpened { sku, .. }
            | Event::RoundJoined { sku, .. }
            | Event::QuoteCame { sku, .. }
            | Event::RoundClosed { sku } => self.item(sku, stamp, |item| apply_round(item, event, stamp)),
            // its timeline is not the stock keeper's own
            Event::Forgotten { .. } => {}
            Event::Found { sku, quantity } => self.item(sku, stamp, |item| {
                item.found += u64::from(*quantity);
                item.available += u64::from(*quantity);
            }),
            Event::Moved { sku, from, to, quantity, .. } => {
                self.item(sku, stamp, |item| item.shift(*from, *to, *quantity));
            }
            Event::Pegged { order, sku, quantity } => self.item(sku, stamp, |item| {
                item.pegs.push(Peg { order: *order, units: *quantity, called: false });
            }),
            Event::Unpegged { order, sku } => {
                self.item(sku, stamp, |item| item.pegs.retain(|peg| peg.order != *order));
            }
            Event::PegCalled { order, sku, called } => self.item(sku, stamp, |item| {
                if let Some(peg) = item.pegs.iter_mut().find(|peg| peg.order == *order) {
                    peg.called = *called;
                }
            }),
            Event::PegServed { order, sku, quantity } => {
                self.item(sku, stamp, |item| {
                    item.shift(super::Place::Available, super::Place::Reserved, *quantity);
                    item.fill_peg(*order, *quantity);
                });
                self.demand(&DemandId::of(*order), stamp, |demand| {
                    if let Some(line) = demand.line_mut(sku) {
                        line.held = line.held.saturating_add(*quantity);
                        line.short = line.short.saturating_sub(*quantity);
                    }
                });
            }
        }
    }

    fn apply_supply(&mut self, event: &Event, stamp: &Stamp) {
        match event {
            Event::Acknowledged { id, sku, accepted, short, arrives_on, .. } => {
                let state = Supply::Acknowledged { accepted: *accepted, arrives_on: *arrives_on };
                self.supply(id, stamp, state);
                self.less_incoming(sku, *short, stamp);
            }
            Event::Refused { id, sku, quantity } => {
                self.supply(id, stamp, Supply::Refused);
                self.less_incoming(sku, *quantity, stamp);
            }
            Event::Received { id, sku, expected, quantity, .. } => {
                self.supply(id, stamp, Supply::Received { accepted: *expected, received: *quantity });
                self.less_incoming(sku, *expected, stamp);
                self.item(sku, stamp, |item| {
                    item.received += u64::from(*quantity);
                    item.available += u64::from(*quantity);
                });
            }
            Event::Unanswered { id, .. } => self.purchase_orders.change(id, stamp.position, |slot| {
                if let Some(purchase_order) = slot {
                    purchase_order.unanswered = purchase_order.unanswered.saturating_add(1);
                }
            }),
            _ => {}
        }
    }

    fn apply_demand(&mut self, event: &Event, stamp: &Stamp) {
        match event {
            Event::DemandOpened { id, demand } => self.demands.change(id, stamp.position, |slot| {
                *slot = Some(demand.as_ref().clone());
            }),
            Event::DemandClosed { id } => self.demands.change(id, stamp.position, |slot| *slot = None),
            Event::Dated { id, sku, date } => self.demand(id, stamp, |demand| {
                if let Some(line) = demand.line_mut(sku) {
                    line.date = *date;
                    line.asking = false;
                }
            }),
            Event::Promised { order, ships_on, .. } => {
                self.wait(*order, stamp, |_| Waiting::Promised { ships_on: *ships_on });
            }
            Event::SuppliesCalled { order } => self.wait(*order, stamp, |waiting| match waiting {
                Waiting::Promised { ships_on } => Waiting::Called { ships_on },
                other => other,
            }),
            Event::Slipped { order, ships_on } => {
                self.wait(*order, stamp, |_| Waiting::Called { ships_on: *ships_on });
            }
            Event::GivenUp { order } => self.wait(*order, stamp, |_| Waiting::GivenUp),
            _ => {}
        }
    }

    /// So much more, or less, is ordered in on the word of these.
    fn stands(&mut self, credit: &Credit, minor: i64, stamp: &Stamp) {
        for key in &credit.who {
            self.credit_sums.change(key, stamp.position, |slot| {
                let sum = slot.unwrap_or_default().0.saturating_add(minor);
                *slot = (sum != 0).then_some(CreditSum(sum));
            });
        }
    }

    fn item(&mut self, sku: &Sku, stamp: &Stamp, change: impl FnOnce(&mut StockItem)) {
        self.stock.change(sku, stamp.position, |slot| change(slot.get_or_insert_default()));
    }

    fn less_incoming(&mut self, sku: &Sku, units: u32, stamp: &Stamp) {
        self.item(sku, stamp, |item| item.incoming = item.incoming.saturating_sub(u64::from(units)));
    }

    fn supply(&mut self, id: &PurchaseOrderId, stamp: &Stamp, state: Supply) {
        self.purchase_orders.change(id, stamp.position, |slot| {
            if let Some(purchase_order) = slot {
                purchase_order.state = state;
                purchase_order.unanswered = 0;
            }
        });
    }

    fn demand(&mut self, id: &DemandId, stamp: &Stamp, change: impl FnOnce(&mut Demand)) {
        self.demands.change(id, stamp.position, |slot| {
            if let Some(demand) = slot {
                change(demand);
            }
        });
    }

    fn wait(&mut self, order: crate::domain::OrderId, stamp: &Stamp, next: impl FnOnce(Waiting) -> Waiting) {
        self.demand(&DemandId::of(order), stamp, |demand| demand.state = next(demand.state));
    }

    pub fn tables(&self) -> Vec<&dyn AnyTable> {
        vec![
            &self.catalogue,
            &self.stock,
            &self.purchase_orders,
            &self.demands,
            &self.credits,
            &self.credit_sums,
        ]
    }

    pub fn tables_mut(&mut self) -> Vec<&mut dyn AnyTable> {
        vec![
            &mut self.catalogue,
            &mut self.stock,
            &mut self.purchase_orders,
            &mut self.demands,
            &mut self.credits,
            &mut self.credit_sums,
        ]
    }
}

fn apply_round(item: &mut StockItem, event: &Event, stamp: &Stamp) {
    match (event, &mut item.round) {
        (Event::RoundOpened { round, asked, .. }, slot) => {
            item.rounds = *round;
            *slot = Some(Round { number: *round, asked: asked.clone(), offers: vec![], waiters: vec![] });
        }
        (Event::RoundJoined { waiter, .. }, Some(round)) => round.waiters.push(*waiter),
        (Event::QuoteCame { from, offer, .. }, Some(round)) => {
            round.asked.retain(|asked| asked != from);
            round.offers.extend(*offer);
        }
        (Event::RoundClosed { .. }, slot) => {
            if let Some(round) = slot.take() {
                let at =
                    if planted::is(Bug::WallClock) { system_time().unwrap_or(stamp.at) } else { stamp.at };
                item.quotes = Some(Quotes::new(at, round.offers));
            }
        }
        _ => {}
    }
}
