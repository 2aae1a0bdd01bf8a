use crate::actors::{Turn, order_manager};
use crate::domain::{Backorder, Date, OrderId, Sku, Units};
use crate::planted::{self, Bug};

use super::delist::is_off_sale;
use super::process::{self, Report, Step, next};
use super::quoting;
use super::{Bucket, Demand, DemandId, DemandLine, Event, StockItem, Waiting, Who};

pub fn reserve(turn: &mut Turn<'_>, order: OrderId, lines: &[Units], backorder: Backorder) {
    if !lines.iter().all(|line| is_in_stock(turn, line)) {
        return short(turn, order, lines, backorder);
    }
    for Units { sku, quantity } in lines {
        turn.record(taken(order, sku.clone(), *quantity));
    }
    turn.send(order_manager::Message::Reserved { order });
}

fn is_in_stock(turn: &mut Turn<'_>, line: &Units) -> bool {
    let Some(item) = turn.get::<StockItem>(&line.sku) else { return false };
    if is_off_sale(turn, &line.sku) {
        return false;
    }
    let oversold = if planted::is(Bug::Oversell) { item.reserved } else { 0 };
    item.available + oversold >= u64::from(line.quantity)
}

fn taken(order: OrderId, sku: Sku, quantity: u32) -> Event {
    Event::Moved { order, sku, from: Bucket::Available, to: Bucket::Reserved, quantity }
}

/// Not everything is there.
fn short(turn: &mut Turn<'_>, order: OrderId, lines: &[Units], backorder: Backorder) {
    let Some(lines) = survey(turn, lines, backorder) else {
        return out_of_stock(turn, order, None);
    };
    let demand = Demand { who: Who::Order { order, backorder }, state: Waiting::Asking, lines };
    // whoever does not want to wait is told at once, where the dates are known
    if let Step::Refuse(earliest) = next(&demand, Report::Dated) {
        return out_of_stock(turn, order, earliest);
    }
    if demand.holds() {
        hold(turn, order, &demand.lines);
    }
    let id = DemandId::of(order);
    quoting::join(turn, id, &demand.lines);
    turn.record(Event::DemandOpened { id, demand: Box::new(demand) });
    process::go_on(turn, id, Report::Dated);
}

/// What there is of each line, what is missing, and by when it could be here. `None` where the order
/// cannot even wait: a SKU is not sold, or too many wait for it.
fn survey(turn: &mut Turn<'_>, lines: &[Units], backorder: Backorder) -> Option<Vec<DemandLine>> {
    let mut seen = vec![];
    for line in lines {
        let item = turn.get::<StockItem>(&line.sku).filter(|_| !is_off_sale(turn, &line.sku))?;
        let surveyed = quoting::look(turn, &item, line);
        let has_room = item.pegs.len() < StockItem::PEGS_MAX || !backorder.waits();
        let can_ask = !surveyed.asking || quoting::can_join(turn, &item);
        if surveyed.short > 0 && !(has_room && can_ask) {
            return None;
        }
        seen.push(surveyed);
    }
    Some(seen)
}

/// Reserves what is there, and queues for the rest.
fn hold(turn: &mut Turn<'_>, order: OrderId, lines: &[DemandLine]) {
    for line in lines {
        if line.held > 0 {
            turn.record(taken(order, line.sku.clone(), line.held));
        }
        if line.short > 0 {
            turn.record(Event::Pegged { order, sku: line.sku.clone(), quantity: line.short });
        }
    }
}

fn out_of_stock(turn: &mut Turn<'_>, order: OrderId, earliest: Option<Date>) {
    turn.send(order_manager::Message::OutOfStock { order, earliest });
}
