//! Moves of units that were given up: they are made later, once, and nothing of the same order overtakes them.
//!
//! The operator can send a message that was given up again, and by then its move may have been made. So it is remembered as
//! long as that message lies in the dead letters. An order makes each move once, so order and move name it.

use crate::actors::Turn;
use crate::actors::given_up::TRY_AGAIN_MS;
use crate::domain::{OrderId, Sku, Units};

use super::{Event, Message, Move, Overdue, StockItem, moves, timers};

/// Where moves of these lines are noted.
fn noted_at(lines: &[Units]) -> Option<&Sku> {
    lines.iter().map(|line| &line.sku).min()
}

fn noted(turn: &mut Turn<'_>, order: OrderId, at: &Sku) -> Vec<Overdue> {
    let item = turn.get::<StockItem>(at);
    let all = item.iter().flat_map(|item| &item.overdue);
    all.filter(|overdue| overdue.order == order).cloned().collect()
}

/// Makes a move, unless it has been made or its turn has not come.
pub fn take(turn: &mut Turn<'_>, order: OrderId, what: Move, lines: &[Units]) {
    let Some(at) = noted_at(lines) else { return };
    let mut overdue = noted(turn, order, at);
    if let Some(sent_again) = overdue.iter_mut().find(|overdue| overdue.what == what) {
        sent_again.is_buried = false;
        turn.cancel_timer(timers::move_again(order));
        catch_up(turn, order, at, overdue);
    } else if overdue.iter().any(|overdue| !overdue.is_made) {
        overdue.push(Overdue { order, what, lines: lines.to_vec(), is_buried: false, is_made: false });
        note(turn, order, at, overdue);
    } else {
        moves::make(turn, order, what, lines);
    }
}

/// It is time to try again.
pub fn again(turn: &mut Turn<'_>, order: OrderId, at: &Sku) {
    let overdue = noted(turn, order, at);
    if overdue.iter().any(|overdue| !overdue.is_made) {
        catch_up(turn, order, at, overdue);
    }
}

/// In the order in which they came.
fn catch_up(turn: &mut Turn<'_>, order: OrderId, at: &Sku, mut overdue: Vec<Overdue>) {
    for overdue in overdue.iter_mut().filter(|overdue| !overdue.is_made) {
        moves::make(turn, order, overdue.what, &overdue.lines);
        overdue.is_made = true;
    }
    note(turn, order, at, overdue);
}

fn note(turn: &mut Turn<'_>, order: OrderId, at: &Sku, mut overdue: Vec<Overdue>) {
    overdue.retain(|overdue| overdue.is_buried || !overdue.is_made);
    turn.record(Event::Overdue { order, sku: at.clone(), overdue });
}

/// A move was given up: its units must not stay where they are.
pub fn given_up(turn: &mut Turn<'_>, order: OrderId, what: Move, lines: &[Units]) {
    let Some(at) = noted_at(lines) else { return };
    // where there is no such item there is nothing to move
    if turn.get::<StockItem>(at).is_none() {
        return;
    }
    let mut overdue = noted(turn, order, at);
    match overdue.iter_mut().find(|overdue| overdue.what == what) {
        Some(sent_again) => sent_again.is_buried = true,
        None => {
            overdue.push(Overdue { order, what, lines: lines.to_vec(), is_buried: true, is_made: false });
        }
    }
    note(turn, order, at, overdue);
    try_again(turn, order, at);
}

pub fn try_again(turn: &mut Turn<'_>, order: OrderId, at: &Sku) {
    let message = Message::MoveAgain { order, sku: at.clone() };
    turn.timer(timers::move_again(order), turn.real_in(TRY_AGAIN_MS), message);
}

/// The operator has discarded the message of a move that was given up. The move is made all the same; but what has been made
/// can be forgotten.
pub fn discarded(turn: &mut Turn<'_>, order: OrderId, what: Move, lines: &[Units]) {
    let Some(at) = noted_at(lines) else { return };
    let mut overdue = noted(turn, order, at);
    if let Some(discarded) = overdue.iter_mut().find(|overdue| overdue.what == what) {
        discarded.is_buried = false;
        note(turn, order, at, overdue);
    }
}
