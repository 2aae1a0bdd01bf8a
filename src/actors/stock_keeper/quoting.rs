//! Rounds of quotes: who asks, who waits, what comes of it.

use std::collections::HashSet;

use crate::actors::{Address, Answered, Call, Context, Turn, What, order_manager};
use crate::domain::{Backorder, Date, OrderId, Quantity, Sku, Units};
use crate::partners::wholesaler::{QuoteAnswer, QuoteRequest, WholesalerId};
use crate::planted::{self, Bug};
use crate::runtime::TimerId;

use super::listing::for_sale;
use super::supply::can_be;
use super::{
    Availability, Demand, DemandId, DemandLine, Event, Message, Offer, Quotes, Reply, Round, State,
    StockItem, Waiting, Who, reserve,
};

const QUOTE_DEADLINE: u8 = 1;
/// Wholesalers are asked for at least so many, so that one round serves those who come later.
const QUOTED_UNITS_MIN: u64 = 2 * Quantity::MAX as u64;

/// A SKU has one round at a time, so its hash names the timer.
pub fn deadline_of(sku: &Sku) -> TimerId {
    TimerId { kind: QUOTE_DEADLINE, of: xxhash_rust::xxh3::xxh3_128(sku.as_str().as_bytes()) }
}

/// The gateway's question. Lines that are short wait for quotes; what is not listed is left out.
pub fn earliest(state: &State, wanted: &[Units], context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let Some(request) = context.request() else { return turn };
    let mut lines: Vec<DemandLine> = vec![];
    for units in wanted {
        let Some(item) = state.stock.get(&units.sku) else { continue };
        if lines.iter().any(|line| line.sku == units.sku) {
            continue;
        }
        let mut line = look(item, units, context);
        line.held = for_sale(item);
        line.asking &= can_join(item, context);
        lines.push(line);
    }
    if !lines.iter().any(|line| line.asking) {
        turn.reply(request, availability(&lines));
        return turn;
    }
    let id = DemandId::of_question(context.real_now().0, context.random());
    join(state, &mut turn, id, &lines, context);
    let demand = Box::new(Demand { who: Who::Gateway(request), state: Waiting::Asking, lines });
    turn.event(Event::DemandOpened { id, demand });
    turn
}

/// What there is for a line, and by when the rest could be here, as far as fresh quotes tell.
pub fn look(item: &StockItem, wanted: &Units, context: &Context<'_>) -> DemandLine {
    let held = for_sale(item).min(wanted.quantity);
    let short = wanted.quantity - held;
    let date = fresh(item, context).and_then(|quotes| quotes.covered_on(needed(item, None, short)));
    let asking = short > 0 && date.is_none();
    DemandLine { sku: wanted.sku.clone(), held, short, date: date.filter(|_| short > 0), asking }
}

fn fresh<'a>(item: &'a StockItem, context: &Context<'_>) -> Option<&'a Quotes> {
    let quotes = item.quotes.as_ref()?;
    (context.now().ms_since(quotes.at) <= context.rules().quote_fresh_ms).then_some(quotes)
}

/// The units that offers must cover until somebody has `short` of them: those of whoever came before, too,
/// less what is on order. Who has no peg stands last.
fn needed(item: &StockItem, order: Option<OrderId>, short: u32) -> u64 {
    let place = item.pegs.iter().position(|peg| Some(peg.order) == order);
    let wanted = match place {
        Some(i) => item.pegs[..=i].iter().map(|peg| u64::from(peg.units)).sum(),
        None => item.wanted() + u64::from(short),
    };
    wanted.saturating_sub(item.incoming).max(u64::from(short))
}

pub fn can_join(item: &StockItem, context: &Context<'_>) -> bool {
    match &item.round {
        Some(round) => round.waiters.len() < Round::WAITERS_MAX,
        None => !context.rules().wholesalers.is_empty(),
    }
}

/// Waits for the rounds of the lines that have no date, and opens those that are not under way.
pub fn join(state: &State, turn: &mut Turn, id: DemandId, lines: &[DemandLine], context: &Context<'_>) {
    for line in lines.iter().filter(|line| line.asking) {
        let Some(item) = state.stock.get(&line.sku) else { continue };
        if item.round.is_none() {
            open(turn, item, &line.sku, line.short, context);
        }
        turn.event(Event::RoundJoined { sku: line.sku.clone(), waiter: id });
    }
}

fn open(turn: &mut Turn, item: &StockItem, sku: &Sku, short: u32, context: &Context<'_>) {
    let rules = context.rules();
    let round = item.rounds.wrapping_add(1);
    let mut wholesalers = rules.wholesalers.clone();
    if planted::is(Bug::HashOrder) {
        wholesalers = HashSet::<WholesalerId>::from_iter(wholesalers).into_iter().collect();
    }
    turn.event(Event::RoundOpened { sku: sku.clone(), round, asked: wholesalers.clone() });
    let quantity = u32::try_from(needed(item, None, short).max(QUOTED_UNITS_MIN)).unwrap_or(u32::MAX);
    for wholesaler in wholesalers {
        let request = QuoteRequest { sku: sku.clone(), quantity, asked_at: context.now() };
        let what = What::Quote { wholesaler, round, request };
        turn.call(Call { deadline_ms: rules.quote_deadline_ms, what });
    }
    let message = Message::QuoteDeadline { sku: sku.clone(), round };
    turn.timer(deadline_of(sku), context.real_in(rules.quote_deadline_ms), message);
}

pub fn quote_answered(
    state: &State,
    sku: &Sku,
    number: u32,
    from: WholesalerId,
    result: &Answered<QuoteAnswer>,
    context: &Context<'_>,
) -> Turn {
    let mut turn = Turn::nothing();
    let Some((item, round)) = under_way(state, sku, number) else { return turn };
    // it has answered this round already
    if !round.asked.contains(&from) {
        return turn;
    }
    let offer = offer(sku, from, result).filter(|offer| can_be(offer.ships_on.start(), context));
    turn.event(Event::QuoteCame { sku: sku.clone(), from, offer });
    if round.asked == [from] {
        turn.cancel_timer(deadline_of(sku));
        close(state, &mut turn, sku, item, round, offer);
    }
    turn
}

pub fn deadline(state: &State, sku: &Sku, number: u32) -> Turn {
    let mut turn = Turn::nothing();
    if let Some((item, round)) = under_way(state, sku, number) {
        close(state, &mut turn, sku, item, round, None);
    }
    turn
}

/// `None` where the round has ended: an answer that comes after the deadline counts for nothing.
fn under_way<'a>(state: &'a State, sku: &Sku, number: u32) -> Option<(&'a StockItem, &'a Round)> {
    let item = state.stock.get(sku)?;
    let round = item.round.as_ref().filter(|round| round.number == number)?;
    Some((item, round))
}

/// Who refuses, is silent, or answers for another SKU offers nothing; nor does who names a day too far away.
fn offer(sku: &Sku, from: WholesalerId, result: &Answered<QuoteAnswer>) -> Option<Offer> {
    match result {
        Answered::Yes(QuoteAnswer::Offer(quote)) if quote.sku == *sku && quote.quantity > 0 => Some(Offer {
            wholesaler: from,
            quantity: quote.quantity,
            unit_cost: quote.unit_cost,
            ships_on: quote.ships_on,
        }),
        _ => None,
    }
}

fn close(state: &State, turn: &mut Turn, sku: &Sku, item: &StockItem, round: &Round, last: Option<Offer>) {
    turn.event(Event::RoundClosed { sku: sku.clone() });
    let offers = round.offers.iter().copied().chain(last).collect();
    let quotes = Quotes::new(Default::default(), offers);
    for &id in &round.waiters {
        // it may have been released since it joined
        let Some(demand) = state.demands.get(&id) else { continue };
        let Some(line) = demand.line(sku).filter(|line| line.asking) else { continue };
        let order = match demand.who {
            Who::Order { order, .. } => Some(order),
            Who::Gateway(_) => None,
        };
        let date = quotes.covered_on(needed(item, order, line.short));
        turn.event(Event::Dated { id, sku: sku.clone(), date });
        let waits_on = demand.lines.iter().any(|line| line.asking && line.sku != *sku);
        if !waits_on && demand.state == Waiting::Asking {
            conclude(turn, id, demand, sku, date);
        }
    }
}

/// All dates are in: `date` is that of the last line to get one.
fn conclude(turn: &mut Turn, id: DemandId, demand: &Demand, sku: &Sku, date: Option<Date>) {
    let mut lines = demand.lines.clone();
    lines.iter_mut().filter(|line| line.sku == *sku).for_each(|line| line.date = date);
    let Who::Order { order, backorder } = demand.who else {
        if let Who::Gateway(request) = demand.who {
            turn.reply(request, availability(&lines));
        }
        return turn.event(Event::DemandClosed { id });
    };
    let earliest = Demand::latest(&lines);
    if backorder == Backorder::Refuse {
        turn.send(Address::OrderManager, order_manager::Message::OutOfStock { order, earliest });
        return turn.event(Event::DemandClosed { id });
    }
    // what it missed has come back to the shelf meanwhile
    if demand.short() == 0 {
        turn.send(Address::OrderManager, order_manager::Message::Reserved { order });
        return turn.event(Event::DemandClosed { id });
    }
    match reserve::promise(order, &lines) {
        Some((event, ships_on)) => {
            turn.event(event);
            turn.send(Address::OrderManager, order_manager::Message::Promised { order, ships_on });
        }
        None => {
            turn.event(Event::GivenUp { order });
            turn.send(Address::OrderManager, order_manager::Message::OutOfStock { order, earliest: None });
            // a message of its own, so that each turn gives back the units of one order only
            let units = |line: &DemandLine| Units { sku: line.sku.clone(), quantity: line.quantity() };
            let lines = lines.iter().map(units).collect();
            turn.send(Address::StockKeeper, Message::Release { order, lines });
        }
    }
}

fn availability(lines: &[DemandLine]) -> Reply {
    let seen = |line: &DemandLine| Availability {
        sku: line.sku.clone(),
        available: line.held,
        earliest: line.date.filter(|_| line.short > 0),
    };
    Reply::Availability(lines.iter().map(seen).collect())
}
