use crate::actors::{Address, Context, Turn, order_manager};
use crate::domain::{Backorder, Date, OrderId, Units};
use crate::planted::{self, Bug};

use super::quoting;
use super::{Demand, DemandId, DemandLine, Event, Place, PromisedLine, State, StockItem, Waiting, Who};

pub fn reserve(
    state: &State,
    order: OrderId,
    lines: &[Units],
    backorder: Backorder,
    context: &mut Context<'_>,
) -> Turn {
    let in_stock = |line: &Units| {
        let oversold = |item: &StockItem| if planted::is(Bug::Oversell) { item.reserved } else { 0 };
        let there = |item: &StockItem| item.available + oversold(item) >= u64::from(line.quantity);
        state.stock.get(&line.sku).is_some_and(there)
    };
    if !lines.iter().all(in_stock) {
        return short(state, order, lines, backorder, context);
    }
    let mut turn = Turn::nothing();
    for Units { sku, quantity } in lines {
        turn.event(taken(order, sku.clone(), *quantity));
    }
    turn.send(Address::OrderManager, order_manager::Message::Reserved { order });
    turn
}

fn taken(order: OrderId, sku: crate::domain::Sku, quantity: u32) -> Event {
    Event::Moved { order, sku, from: Place::Available, to: Place::Reserved, quantity }
}

/// Not everything is there.
fn short(
    state: &State,
    order: OrderId,
    lines: &[Units],
    backorder: Backorder,
    context: &mut Context<'_>,
) -> Turn {
    let Some(lines) = survey(state, lines, backorder, context) else {
        return out_of_stock(order, None);
    };
    let asking = lines.iter().any(|line| line.asking);
    if backorder == Backorder::Refuse && !asking {
        return out_of_stock(order, Demand::latest(&lines));
    }
    let mut turn = Turn::nothing();
    if backorder == Backorder::Accept {
        hold(&mut turn, order, &lines);
    }
    let id = DemandId::of(order);
    quoting::join(state, &mut turn, id, &lines, context);
    let promised = if asking { None } else { promise(order, &lines) };
    let who = Who::Order { order, backorder };
    let demand = Box::new(Demand { who, state: Waiting::Asking, lines });
    turn.event(Event::DemandOpened { id, demand });
    if let Some((event, ships_on)) = promised {
        turn.event(event);
        turn.send(Address::OrderManager, order_manager::Message::Promised { order, ships_on });
    }
    turn
}

/// What there is of each line, what is missing, and by when it could be here. `None` where the order
/// cannot even wait: a SKU is not listed, or too many wait for it.
fn survey(
    state: &State,
    lines: &[Units],
    backorder: Backorder,
    context: &Context<'_>,
) -> Option<Vec<DemandLine>> {
    let mut seen = vec![];
    for line in lines {
        let item = state.stock.get(&line.sku)?;
        let surveyed = quoting::look(item, line, context);
        let has_room = item.pegs.len() < StockItem::PEGS_MAX || backorder == Backorder::Refuse;
        let can_ask = !surveyed.asking || quoting::can_join(item, context);
        if surveyed.short > 0 && !(has_room && can_ask) {
            return None;
        }
        seen.push(surveyed);
    }
    Some(seen)
}

/// Reserves what is there, and queues for the rest.
fn hold(turn: &mut Turn, order: OrderId, lines: &[DemandLine]) {
    for line in lines {
        if line.held > 0 {
            turn.event(taken(order, line.sku.clone(), line.held));
        }
        if line.short > 0 {
            turn.event(Event::Pegged { order, sku: line.sku.clone(), quantity: line.short });
        }
    }
}

/// The promise to an order whose lines all have a date.
pub fn promise(order: OrderId, lines: &[DemandLine]) -> Option<(Event, Date)> {
    let ships_on = Demand::latest(lines)?;
    let short = lines.iter().filter(|line| line.short > 0);
    let promised = short.filter_map(|line| {
        let (sku, quantity) = (line.sku.clone(), line.short);
        Some(PromisedLine { sku, quantity, date: line.date? })
    });
    Some((Event::Promised { order, ships_on, lines: promised.collect() }, ships_on))
}

pub fn out_of_stock(order: OrderId, earliest: Option<Date>) -> Turn {
    let mut turn = Turn::nothing();
    turn.send(Address::OrderManager, order_manager::Message::OutOfStock { order, earliest });
    turn
}
