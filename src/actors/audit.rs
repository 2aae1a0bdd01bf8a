//! What must hold between the actors' states once nothing is on its way: for `doorstep verify`.

use std::collections::BTreeMap;

use crate::domain::{OrderState, Sku};
use crate::runtime::Tables;

use super::bank::{Account, Hold};
use super::merchant_proxy::{Ledger, Payment};
use super::order_manager::{AttemptState, Cover, Order, StockState, StopState};
use super::stock_keeper::{Demand, DemandId, StockItem};
use super::{bank, merchant_proxy, stock_keeper};

/// Audits tables that hold every aggregate, as derived from the journal. Each finding is a sentence.
/// `quiet`: no message is on its way, so what actors know of each other must agree.
pub fn audit(tables: &Tables, quiet: bool) -> Vec<String> {
    let mut found = vec![];
    for (currency, ledger) in merchant_proxy::ledgers(tables.of::<Ledger>().resident()) {
        found.extend(merchant_proxy::audit(&ledger).err().map(|why| format!("ledger {currency}: {why}")));
        let payments = tables.of::<Payment>().resident().map(|(_, payment)| payment);
        let agrees = merchant_proxy::audit_against(&ledger, currency, payments);
        found.extend(agrees.err().map(|why| format!("ledger {currency}: {why}")));
    }
    for (id, payment) in tables.of::<Payment>().resident() {
        found.extend(merchant_proxy::audit_payment(payment).err().map(|why| format!("payment {id}: {why}")));
    }
    let holds = tables.of::<Hold>().resident().map(|(_, hold)| hold);
    found.extend(
        bank::audit(tables.of::<Account>().resident(), holds).err().map(|why| format!("bank: {why}")),
    );
    for (sku, item) in tables.of::<StockItem>().resident() {
        found.extend(stock_keeper::audit(item).err().map(|why| format!("stock {sku}: {why}")));
    }
    if quiet {
        found.extend(stock_against_orders(tables));
        found.extend(payments_against_orders(tables));
    }
    found.sort();
    found
}

/// What orders hold of a SKU: surely, and perhaps (the stock keeper has not answered yet, or a move is overdue).
#[derive(Default)]
struct Held {
    surely: u64,
    perhaps: u64,
}

/// I12: reservations, pegs, allocations and parcels in the house are those of the open orders.
fn stock_against_orders(tables: &Tables) -> Vec<String> {
    let mut held: BTreeMap<&Sku, Held> = BTreeMap::new();
    for (id, order) in tables.of::<Order>().resident() {
        let (is_open, is_asked) = (is_in_the_house(order), order.stock == StockState::Asked);
        // an order that has ended gives back what it has once it is told; until then wholesalers are asked
        let is_asking = || tables.of::<Demand>().peek(&DemandId::of(*id)).is_some();
        let may_hold = is_open || is_asked && is_asking();
        for line in order.terms.lines.iter().filter(|_| may_hold) {
            let held = held.entry(&line.sku).or_default();
            let of_line = if is_asked { &mut held.perhaps } else { &mut held.surely };
            *of_line += u64::from(line.quantity.units());
        }
    }
    let overdue = tables.of::<StockItem>().resident().flat_map(|(_, item)| &item.overdue);
    for line in overdue.filter(|overdue| !overdue.is_made).flat_map(|overdue| &overdue.lines) {
        held.entry(&line.sku).or_default().perhaps += u64::from(line.quantity);
    }
    let none = Held::default();
    let off = tables.of::<StockItem>().resident().filter_map(|(sku, item)| {
        let Held { surely, perhaps } = held.get(sku).unwrap_or(&none);
        let kept = kept_for_orders(item);
        let fits = (*surely..=surely + perhaps).contains(&kept);
        (!fits)
            .then(|| format!("stock {sku}: {kept} units are kept for orders, the open orders hold {surely}"))
    });
    off.collect()
}

fn kept_for_orders(item: &StockItem) -> u64 {
    let pegged: u64 = item.pegs.iter().map(|peg| u64::from(peg.units)).sum();
    item.reserved + item.allocated + item.picked + item.packed + pegged
}

fn is_in_the_house(order: &Order) -> bool {
    use OrderState::*;
    matches!(order.state, Placed | AwaitingStock | Reserved | AwaitingPayment | Confirmed | Fulfilling)
}

/// I6, I10: a closed order was paid to the cent; an order that ended otherwise holds no money; at most one hold of an
/// order stands, and what is in the house is paid for, or being asked for, or being stopped.
fn payments_against_orders(tables: &Tables) -> Vec<String> {
    let mut found = vec![];
    for (id, order) in tables.of::<Order>().resident() {
        let rows = order.payments.iter().map(|payment| tables.of::<Payment>().peek(&payment.id));
        let rows: Vec<_> = rows.flatten().collect();
        let settled: i64 = rows.iter().map(|row| row.settled().amount).sum();
        let holds = rows.iter().filter(|row| row.is_held()).count();
        let held = holds > 0;
        if holds > 1 {
            found.push(format!("{id} holds money {holds} times"));
        }
        if is_left_unpaid(order) {
            found.push(format!("{id} is {}, its hold has lapsed and nobody asks for another", order.state));
        }
        if order.state == OrderState::Closed && settled != order.terms.quote.totals.total.amount {
            found.push(format!(
                "{id} is closed at {}, and {settled} minor units were settled",
                order.terms.quote.totals.total
            ));
        }
        let ended_unpaid = matches!(order.state, OrderState::Cancelled | OrderState::Declined);
        let unknown = order.payments.iter().any(|payment| payment.state == AttemptState::Unknown);
        if ended_unpaid && (settled != 0 || held) && !unknown {
            found.push(format!("{id} is {} and still holds or took money", order.state));
        }
    }
    found
}

fn is_left_unpaid(order: &Order) -> bool {
    let in_the_house = matches!(order.state, OrderState::Confirmed | OrderState::Fulfilling);
    in_the_house && order.cover() == Cover::Lapsed && order.stop == StopState::No
}
