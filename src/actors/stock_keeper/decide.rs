use std::borrow::Cow;

use crate::actors::{Address, CommonTimeline, Context, Turn, order_manager};
use crate::domain::{OrderId, Sku, Units};
use crate::runtime::{Keys, Table};

use super::state::Listed;
use super::{
    Credit, CreditSum, Demand, DemandId, Event, Message, Place, PurchaseOrder, PurchaseOrderId, Reply, State,
    StockItem, credit, listing, moves, quoting, release, reserve, supply,
};

pub fn touches(state: &State, message: &Message, keys: &mut Keys) {
    match message {
        Message::List { products } => {
            for (product, _) in products {
                keys.add::<Listed>(&product.sku);
                keys.add::<StockItem>(&product.sku);
            }
        }
        Message::Check { skus } => skus.iter().for_each(|sku| keys.add::<StockItem>(sku)),
        Message::Earliest { wanted: lines }
        | Message::Reserve { lines, .. }
        | Message::Allocate { lines, .. }
        | Message::Packed { lines, .. }
        | Message::HandedOver { lines, .. } => items(lines, keys),
        Message::OrderSupplies { order, .. } => held_by(state, *order, keys),
        Message::CheckCredit { order, who, .. } => {
            keys.add::<Credit>(order);
            who.iter().for_each(|key| keys.add::<CreditSum>(key));
        }
        Message::KeepCredit { order } => keys.add::<Credit>(order),
        Message::EndCredit { order } => {
            keys.add::<Credit>(order);
            let given = state.credits.peek(order).into_iter().flat_map(|credit| &credit.who);
            given.for_each(|key| keys.add::<CreditSum>(key));
        }
        Message::Release { order, lines } => {
            items(lines, keys);
            held_by(state, *order, keys);
            lines.iter().for_each(|line| waiting_for(state, &line.sku, keys));
        }
        Message::PutAway { lines, .. } => {
            items(lines, keys);
            lines.iter().for_each(|line| waiting_for(state, &line.sku, keys));
        }
        Message::QuoteAnswered { sku, .. } | Message::QuoteDeadline { sku, .. } => {
            keys.add::<StockItem>(sku);
            let round = state.stock.peek(sku).and_then(|item| item.round.as_ref());
            round.iter().flat_map(|round| &round.waiters).for_each(|waiter| keys.add::<Demand>(waiter));
        }
        Message::SupplyAnswered { purchase_order, .. }
        | Message::ShipNoticeAnswered { purchase_order, .. }
        | Message::SupplyRetry { purchase_order }
        | Message::GoodsDue { purchase_order } => supplied(state, purchase_order, keys),
        Message::ShowTimeline { order } | Message::Forget { order } => keys.add::<CommonTimeline>(order),
    }
}

fn items(lines: &[Units], keys: &mut Keys) {
    lines.iter().for_each(|line| keys.add::<StockItem>(&line.sku));
}

/// The order's demand and the items of its lines.
fn held_by(state: &State, order: OrderId, keys: &mut Keys) {
    let id = DemandId::of(order);
    keys.add::<Demand>(&id);
    if let Some(demand) = state.demands.peek(&id) {
        for line in &demand.lines {
            keys.add::<StockItem>(&line.sku);
            waiting_for(state, &line.sku, keys);
        }
    }
}

/// Whoever waits for units of the SKU.
fn waiting_for(state: &State, sku: &Sku, keys: &mut Keys) {
    let pegs = state.stock.peek(sku).map(|item| item.pegs.as_slice()).unwrap_or_default();
    pegs.iter().for_each(|peg| keys.add::<Demand>(&DemandId::of(peg.order)));
}

fn supplied(state: &State, id: &PurchaseOrderId, keys: &mut Keys) {
    keys.add::<PurchaseOrder>(id);
    if let Some(purchase_order) = state.purchase_orders.peek(id) {
        keys.add::<StockItem>(&purchase_order.sku);
        waiting_for(state, &purchase_order.sku, keys);
    }
}

pub fn decide(
    state: &State,
    timelines: &Table<CommonTimeline>,
    message: &Message,
    context: &mut Context<'_>,
) -> Turn {
    use Place::{Allocated, Packed, Shipped};
    match message {
        Message::List { products } => listing::list(state, products, context),
        Message::Check { skus } => listing::check(state, skus, context),
        Message::Earliest { wanted } => quoting::earliest(state, wanted, context),
        Message::Reserve { order, lines, backorder } => {
            reserve::reserve(state, *order, &merged(lines), *backorder, context)
        }
        Message::OrderSupplies { order, .. } => supply::order_supplies(state, *order, context),
        Message::CheckCredit { order, who, amount } => credit::check(state, *order, who, *amount, context),
        Message::EndCredit { order } => credit::end(state, *order),
        Message::KeepCredit { order } => credit::keep(state, *order, context),
        Message::Release { order, lines } => release::release(state, *order, &merged(lines)),
        Message::Allocate { order, lines } => moves::allocate(state, *order, &merged(lines)),
        Message::Packed { order, lines } => moves::shift(state, *order, &merged(lines), Allocated, Packed),
        Message::HandedOver { order, lines } => moves::shift(state, *order, &merged(lines), Packed, Shipped),
        Message::PutAway { order, lines, packed } => {
            let from = if *packed { Packed } else { Allocated };
            release::give_back(state, *order, &merged(lines), from)
        }
        Message::QuoteAnswered { sku, round, from, result } => {
            quoting::quote_answered(state, sku, *round, *from, result, context)
        }
        Message::QuoteDeadline { sku, round } => quoting::deadline(state, sku, *round),
        Message::SupplyAnswered { purchase_order, result } => {
            supply::answered(state, *purchase_order, result, context)
        }
        Message::SupplyRetry { purchase_order } => supply::retry(state, *purchase_order, context),
        Message::GoodsDue { purchase_order } => super::arrival::goods_due(state, *purchase_order, context),
        Message::ShipNoticeAnswered { purchase_order, result } => {
            super::arrival::answered(state, *purchase_order, result, context)
        }
        Message::ShowTimeline { order } => show_timeline(timelines, *order, context),
        Message::Forget { order } => forget(timelines, *order),
    }
}

/// Whoever asks has shown the order's key to the order manager.
fn show_timeline(timelines: &Table<CommonTimeline>, order: OrderId, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    if let Some(request) = context.request() {
        let part = timelines.get(&order).map(|CommonTimeline(part)| part.read());
        turn.reply(request, Reply::Timeline(part.unwrap_or_default()));
    }
    turn
}

/// Where a case is open the order stays as it is, for the operator.
fn forget(timelines: &Table<CommonTimeline>, order: OrderId) -> Turn {
    let mut turn = Turn::nothing();
    if timelines.get(&order).is_some_and(|CommonTimeline(part)| part.read().has_case()) {
        return turn;
    }
    turn.event(Event::Forgotten { order });
    turn.send(Address::OrderManager, order_manager::Message::NothingKept { order });
    turn
}

/// Lines name each SKU once; where they do not, they are added up, so that each guard sees the whole.
fn merged(lines: &[Units]) -> Cow<'_, [Units]> {
    let doubled = |i: usize| lines[..i].iter().any(|earlier| earlier.sku == lines[i].sku);
    if !(1..lines.len()).any(doubled) {
        return Cow::Borrowed(lines);
    }
    let mut sums: Vec<Units> = vec![];
    for line in lines {
        match sums.iter_mut().find(|sum| sum.sku == line.sku) {
            Some(sum) => sum.quantity = sum.quantity.saturating_add(line.quantity),
            None => sums.push(line.clone()),
        }
    }
    Cow::Owned(sums)
}
