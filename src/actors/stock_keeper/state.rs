use serde::{Deserialize, Serialize};

use crate::domain::catalogue::Product;
use crate::domain::{OrderId, Sku, Timestamp};
use crate::planted::{self, Bug};
use crate::runtime::{Fold, system_time};

use super::{
    Adjustment, Adjustments, Bucket, Credit, CreditKey, CreditSum, Demand, DemandId, DemandLine, Event, Peg,
    PurchaseOrder, PurchaseOrderId, Quotes, Round, StockItem, Supply, Waiting,
};

/// Tree `catalogue`: a product that the shop lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    pub product: Product,
    /// Since when it is not sold any more: orders of it go on, and its page says so.
    pub delisted_at: Option<Timestamp>,
}

pub fn fold(event: &Event, fold: &mut Fold<'_>) {
    match event {
        Event::Listed { product } => {
            let listed = Listed { product: product.as_ref().clone(), delisted_at: None };
            fold.change::<Listed>(&product.sku, |slot| *slot = Some(listed));
        }
        Event::Found { sku, quantity } => item(fold, sku, |item| {
            item.found += u64::from(*quantity);
            item.come(u64::from(*quantity));
        }),
        Event::Moved { sku, from, to, quantity, .. } => {
            item(fold, sku, |item| item.shift(*from, *to, *quantity));
        }
        Event::Overdue { order, sku, overdue } => item(fold, sku, |item| {
            item.overdue.retain(|known| known.order != *order);
            item.overdue.extend(overdue.iter().cloned());
        }),

        Event::Pegged { order, sku, quantity } => item(fold, sku, |item| {
            item.pegs.push(Peg { order: *order, units: *quantity, ordered: false });
        }),
        Event::Unpegged { order, sku } => {
            item(fold, sku, |item| item.pegs.retain(|peg| peg.order != *order));
        }
        Event::PegOrdered { order, sku, ordered } => item(fold, sku, |item| {
            item.pegs.iter_mut().filter(|peg| peg.order == *order).for_each(|peg| peg.ordered = *ordered);
        }),
        Event::PegServed { order, sku, quantity } => peg_served(fold, *order, sku, *quantity),

        Event::RoundOpened { sku, round, asked } => item(fold, sku, |item| {
            item.rounds = *round;
            item.round =
                Some(Round { number: *round, asked: asked.clone(), offers: vec![], waiters: vec![] });
        }),
        Event::RoundJoined { sku, waiter } => round(fold, sku, |round| round.waiters.push(*waiter)),
        Event::QuoteCame { sku, from, offer } => round(fold, sku, |round| {
            round.asked.retain(|asked| asked != from);
            round.offers.extend(*offer);
        }),
        Event::RoundClosed { sku, at } => item(fold, sku, |item| {
            if let Some(round) = item.round.take() {
                let at = if planted::is(Bug::WallClock) { system_time().unwrap_or(*at) } else { *at };
                item.quotes = Some(Quotes::new(at, round.offers));
            }
        }),

        Event::DemandOpened { id, demand } => {
            fold.change::<Demand>(id, |slot| *slot = Some(demand.as_ref().clone()));
        }
        Event::DemandClosed { id } => fold.change::<Demand>(id, |slot| *slot = None),
        Event::Dated { id, sku, date } => line(fold, id, sku, |line| {
            line.date = *date;
            line.asking = false;
        }),
        Event::Promised { order, ships_on, .. } => {
            wait(fold, *order, |_| Waiting::Promised { ships_on: *ships_on });
        }
        Event::SuppliesOrdered { order } => wait(fold, *order, |waiting| match waiting {
            Waiting::Promised { ships_on } => Waiting::Ordered { ships_on },
            other => other,
        }),
        Event::Slipped { order, ships_on } => {
            wait(fold, *order, |_| Waiting::Ordered { ships_on: *ships_on });
        }
        Event::GivenUp { order } => wait(fold, *order, |_| Waiting::GivenUp),

        Event::Ordered { id, purchase_order } => {
            fold.change::<PurchaseOrder>(id, |slot| *slot = Some(purchase_order.as_ref().clone()));
            item(fold, &purchase_order.sku, |item| item.incoming += u64::from(purchase_order.ordered));
        }
        Event::Acknowledged { id, sku, accepted, short, arrives_on, .. } => {
            supply(fold, id, Supply::Acknowledged { accepted: *accepted, arrives_on: *arrives_on });
            less_incoming(fold, sku, *short);
        }
        Event::Refused { id, sku, quantity } => {
            supply(fold, id, Supply::Refused);
            less_incoming(fold, sku, *quantity);
        }
        Event::Unanswered { id, .. } => purchase_order(fold, id, |purchase_order| {
            purchase_order.unanswered = purchase_order.unanswered.saturating_add(1);
        }),
        Event::Received { id, sku, expected, quantity } => {
            supply(fold, id, Supply::Received { accepted: *expected, received: *quantity });
            less_incoming(fold, sku, *expected);
            item(fold, sku, |item| {
                item.received += u64::from(*quantity);
                item.come(u64::from(*quantity));
            });
        }

        Event::CreditGiven { order, credit } => {
            fold.change::<Credit>(order, |slot| *slot = Some(credit.as_ref().clone()));
            stands(fold, credit, credit.amount.amount);
        }
        Event::CreditEnded { order, credit } => {
            fold.change::<Credit>(order, |slot| *slot = None);
            let minor = credit.amount.amount.saturating_neg();
            stands(fold, credit, minor);
            if credit.who.contains(&CreditKey::UNWANTED) {
                // what was taken upon the shop is the oldest of it, and ends first
                add(fold, &CreditKey::BORNE, |borne| borne.saturating_add(minor).max(0));
            }
        }
        Event::UnwantedBorne { minor } => add(fold, &CreditKey::BORNE, |_| *minor),
        Event::Adjusted { sku, by, reason, who, at } => {
            item(fold, sku, |item| item.adjust(*by));
            let on_hand = fold.get::<StockItem>(sku).map_or(0, |item| item.on_hand());
            let new = Adjustment { by: *by, on_hand, reason: reason.clone(), who: who.clone(), at: *at };
            fold.change::<Adjustments>(sku, |slot| slot.get_or_insert_default().add(new));
        }
        Event::Delisted { sku, at } => fold.change::<Listed>(sku, |slot| {
            if let Some(listed) = slot {
                listed.delisted_at = Some(*at);
            }
        }),
        // its timeline is not the stock keeper's own
        Event::Forgotten { .. } => {}
    }
}

fn peg_served(fold: &mut Fold<'_>, order: OrderId, sku: &Sku, quantity: u32) {
    item(fold, sku, |item| {
        item.shift(Bucket::Available, Bucket::Reserved, quantity);
        item.fill_peg(order, quantity);
    });
    line(fold, &DemandId::of(order), sku, |line| {
        line.held = line.held.saturating_add(quantity);
        line.short = line.short.saturating_sub(quantity);
    });
}

/// So much more, or less, is ordered in on the word of these.
fn stands(fold: &mut Fold<'_>, credit: &Credit, minor: i64) {
    for key in &credit.who {
        add(fold, key, |sum| sum.saturating_add(minor));
    }
}

/// There is no row for nothing.
fn add(fold: &mut Fold<'_>, key: &CreditKey, change: impl FnOnce(i64) -> i64) {
    fold.change::<CreditSum>(key, |slot| {
        let sum = change(slot.unwrap_or_default().0);
        *slot = (sum != 0).then_some(CreditSum(sum));
    });
}

fn item(fold: &mut Fold<'_>, sku: &Sku, change: impl FnOnce(&mut StockItem)) {
    fold.change::<StockItem>(sku, |slot| change(slot.get_or_insert_default()));
}

fn round(fold: &mut Fold<'_>, sku: &Sku, change: impl FnOnce(&mut Round)) {
    item(fold, sku, |item| {
        if let Some(round) = &mut item.round {
            change(round);
        }
    });
}

fn less_incoming(fold: &mut Fold<'_>, sku: &Sku, units: u32) {
    item(fold, sku, |item| item.incoming = item.incoming.saturating_sub(u64::from(units)));
}

fn purchase_order(fold: &mut Fold<'_>, id: &PurchaseOrderId, change: impl FnOnce(&mut PurchaseOrder)) {
    fold.change::<PurchaseOrder>(id, |slot| {
        if let Some(purchase_order) = slot {
            change(purchase_order);
        }
    });
}

fn supply(fold: &mut Fold<'_>, id: &PurchaseOrderId, state: Supply) {
    purchase_order(fold, id, |purchase_order| {
        purchase_order.state = state;
        purchase_order.unanswered = 0;
    });
}

fn demand(fold: &mut Fold<'_>, id: &DemandId, change: impl FnOnce(&mut Demand)) {
    fold.change::<Demand>(id, |slot| {
        if let Some(demand) = slot {
            change(demand);
        }
    });
}

fn line(fold: &mut Fold<'_>, id: &DemandId, sku: &Sku, change: impl FnOnce(&mut DemandLine)) {
    demand(fold, id, |demand| {
        if let Some(line) = demand.line_mut(sku) {
            change(line);
        }
    });
}

fn wait(fold: &mut Fold<'_>, order: OrderId, next: impl FnOnce(Waiting) -> Waiting) {
    demand(fold, &DemandId::of(order), |demand| demand.state = next(demand.state));
}
