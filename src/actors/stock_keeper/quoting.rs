//! Rounds of quotes: who asks, who waits, what comes of it.

use std::collections::HashSet;

use crate::actors::Turn;
use crate::domain::{Quantity, Sku, Units};
use crate::partners::Answered;
use crate::partners::wholesaler::{QuoteAnswer, QuoteRequest, WholesalerId};
use crate::planted::{self, Bug};
use crate::runtime::Snapshot;

use super::credit_check;
use super::delist::is_off_sale;
use super::listing::for_sale;
use super::ordering::shortage;
use super::process::{self, Report, Step, next};
use super::supply::can_be;
use super::{
    Demand, DemandId, DemandLine, Earliest, Event, Message, Offer, Quotes, RequestQuote, Round, StockItem,
    Waiting, Who, timers,
};

/// Wholesalers are asked for at least so many, so that one round serves those who come later.
const QUOTED_UNITS_MIN: u64 = 2 * Quantity::MAX as u64;

/// The gateway's question. Lines that are short wait for quotes; what is not sold is left out.
pub fn earliest(turn: &mut Turn<'_>, question: &Earliest) {
    let Some(owed) = turn.answer_later(question) else { return };
    let mut lines: Vec<DemandLine> = vec![];
    for units in &question.wanted {
        let Some(item) = turn.get::<StockItem>(&units.sku) else { continue };
        if is_off_sale(turn, &units.sku) || lines.iter().any(|line| line.sku == units.sku) {
            continue;
        }
        let mut line = look(turn, &item, units);
        line.held = for_sale(&item);
        line.asking &= can_join(turn, &item);
        lines.push(line);
    }
    let demand = Demand { who: Who::Gateway(owed), state: Waiting::Asking, lines };
    if let Step::Answer(owed) = next(&demand, Report::Dated) {
        return turn.answer_owed(owed, demand.availability());
    }
    let id = DemandId::of_question(turn.real_now().0, turn.random());
    join(turn, id, &demand.lines);
    turn.record(Event::DemandOpened { id, demand: Box::new(demand) });
}

/// What there is for a line, and by when the rest could be here, as far as fresh quotes tell. Nothing is promised that would not be
/// ordered in.
pub fn look(turn: &mut Turn<'_>, item: &StockItem, wanted: &Units) -> DemandLine {
    let held = for_sale(item).min(wanted.quantity);
    let short = wanted.quantity - held;
    let may_come = short > 0 && (shortage(item, item.wanted(), short) == 0 || !credit_check::is_shut(turn));
    let date = fresh(turn, item).filter(|_| may_come);
    let date = date.and_then(|quotes| quotes.covered_on(needed(item, None, short)));
    let asking = may_come && date.is_none();
    DemandLine { sku: wanted.sku.clone(), held, short, date: date.filter(|_| short > 0), asking }
}

fn fresh<'a>(turn: &Turn<'_>, item: &'a StockItem) -> Option<&'a Quotes> {
    let quotes = item.quotes.as_ref()?;
    (turn.now().ms_since(quotes.at) <= turn.rules().quote_fresh_ms).then_some(quotes)
}

/// The units that offers must cover until somebody has `short` of them: those of whoever came before, too,
/// less what is on order. Who has no peg stands last.
fn needed(item: &StockItem, who: Option<DemandId>, short: u32) -> u64 {
    let position = item.pegs.iter().position(|peg| Some(DemandId::of(peg.order)) == who);
    let wanted = match position {
        Some(i) => item.pegs[..=i].iter().map(|peg| u64::from(peg.units)).sum(),
        None => item.wanted() + u64::from(short),
    };
    wanted.saturating_sub(item.incoming).max(u64::from(short))
}

pub fn can_join(turn: &Turn<'_>, item: &StockItem) -> bool {
    match &item.round {
        Some(round) => round.waiters.len() < Round::WAITERS_MAX,
        None => !turn.rules().wholesalers.is_empty(),
    }
}

/// Waits for the rounds of the lines that have no date, and opens those that are not under way.
pub fn join(turn: &mut Turn<'_>, id: DemandId, lines: &[DemandLine]) {
    for line in lines.iter().filter(|line| line.asking) {
        let Some(item) = turn.get::<StockItem>(&line.sku) else { continue };
        if item.round.is_none() {
            open(turn, &item, &line.sku, needed(&item, Some(id), line.short));
        }
        turn.record(Event::RoundJoined { sku: line.sku.clone(), waiter: id });
    }
}

fn open(turn: &mut Turn<'_>, item: &StockItem, sku: &Sku, needed: u64) {
    let rules = turn.rules();
    let round = item.rounds.wrapping_add(1);
    let mut wholesalers = rules.wholesalers.clone();
    if planted::is(Bug::HashOrder) {
        wholesalers = HashSet::<WholesalerId>::from_iter(wholesalers).into_iter().collect();
    }
    turn.record(Event::RoundOpened { sku: sku.clone(), round, asked: wholesalers.clone() });
    let quantity = u32::try_from(needed.max(QUOTED_UNITS_MIN)).unwrap_or(u32::MAX);
    for wholesaler in wholesalers {
        let request = QuoteRequest { sku: sku.clone(), quantity, asked_at: turn.now() };
        turn.call(RequestQuote { wholesaler, round, request });
    }
    let message = Message::QuoteDeadline { sku: sku.clone(), round };
    turn.timer(timers::quote_deadline(sku), turn.real_in(rules.quote_deadline_ms), message);
}

pub fn quote_answered(
    turn: &mut Turn<'_>,
    sku: &Sku,
    number: u32,
    from: WholesalerId,
    result: &Answered<QuoteAnswer>,
) {
    let Some(item) = under_way(turn, sku, number) else { return };
    let asked = item.round.as_ref().map(|round| round.asked.as_slice()).unwrap_or_default();
    // it has answered this round already
    if !asked.contains(&from) {
        return;
    }
    let offer = offer(sku, from, result).filter(|offer| can_be(turn, offer.ships_on.start()));
    turn.record(Event::QuoteCame { sku: sku.clone(), from, offer });
    if asked == [from] {
        turn.cancel_timer(timers::quote_deadline(sku));
        close(turn, sku, &item);
    }
}

pub fn deadline(turn: &mut Turn<'_>, sku: &Sku, number: u32) {
    if let Some(item) = under_way(turn, sku, number) {
        close(turn, sku, &item);
    }
}

/// The item whose round this is. `None` where the round has ended: an answer that comes after the deadline counts for nothing.
pub fn under_way(turn: &mut Turn<'_>, sku: &Sku, number: u32) -> Option<Snapshot<StockItem>> {
    let is_of = |item: &Snapshot<StockItem>| item.round.as_ref().is_some_and(|round| round.number == number);
    turn.get::<StockItem>(sku).filter(is_of)
}

/// Who refuses, is silent, or answers for another SKU offers nothing; nor does who names a day too far away.
fn offer(sku: &Sku, from: WholesalerId, result: &Answered<QuoteAnswer>) -> Option<Offer> {
    match result {
        Answered::Known(QuoteAnswer::Offer(quote)) if quote.sku == *sku && quote.quantity > 0 => {
            Some(Offer {
                wholesaler: from,
                quantity: quote.quantity,
                unit_cost: quote.unit_cost,
                ships_on: quote.ships_on,
            })
        }
        _ => None,
    }
}

/// Those who waited for the round of this item have their dates.
fn close(turn: &mut Turn<'_>, sku: &Sku, item: &StockItem) {
    turn.record(Event::RoundClosed { sku: sku.clone(), at: turn.now() });
    let closed = turn.get::<StockItem>(sku);
    let Some(quotes) = closed.as_ref().and_then(|closed| closed.quotes.as_ref()) else { return };
    for &id in item.round.iter().flat_map(|round| &round.waiters) {
        // it may have been released since it joined
        let Some(demand) = turn.get::<Demand>(&id) else { continue };
        let Some(line) = demand.line(sku).filter(|line| line.asking) else { continue };
        let date = quotes.covered_on(needed(item, Some(id), line.short));
        turn.record(Event::Dated { id, sku: sku.clone(), date });
        process::go_on(turn, id, Report::Dated);
    }
}
