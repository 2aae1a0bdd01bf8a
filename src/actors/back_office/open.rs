//! A case comes up.

use std::sync::Arc;

use crate::actors::order_manager::Order;
use crate::actors::{Turn, mailer};
use crate::domain::{CaseId, OrderId};
use crate::partners::mail::Letter;

use super::{About, CaseCount, CasePlace, CaseRecord, Event, NewCase, OpenCases};

/// Of what is open, so many are looked at, the newest first: an order has a few, and where the shop as a whole has more of them a
/// repeat may open a second case.
const COMPARED_MAX: usize = 64;

/// The same one again, while it is open, is counted.
pub fn open(turn: &mut Turn<'_>, new: &NewCase) {
    let same =
        |row: &CaseRecord| (row.kind, &row.text, &row.dead_letter) == (new.kind, &new.text, &new.dead_letter);
    if let Some(case) = newest_open(turn, new.order, same) {
        turn.record(Event::CameAgain { case });
        return;
    }
    open_another(turn, new);
}

/// Whatever else is open.
pub fn open_another(turn: &mut Turn<'_>, new: &NewCase) -> CaseId {
    let place = CasePlace(new.order.map(OrderId::slot));
    let before = turn.get::<CaseCount>(&place).map_or(0, |count| count.0);
    let (case, at) = (CaseId::nth_of(place.0, before + 1), turn.now());
    turn.record(Event::Opened { case, new: new.clone(), at });
    tell_the_shop(turn, case, new);
    case
}

/// By a letter to its own mailbox, where it has one.
fn tell_the_shop(turn: &mut Turn<'_>, case: CaseId, new: &NewCase) {
    let Some(mailbox) = &turn.rules().mailbox else { return };
    let order = new.order.and_then(|order| turn.get::<Order>(&order));
    let (number, text) = (order.map(|order| order.terms.number), format!("{}: {}", new.kind, new.text));
    let letter = Letter::new_case(case, text, number, mailbox, turn.now());
    turn.send(mailer::Message::Send(Arc::new(letter)));
}

/// The newest open case about the order, or about none, that fits.
pub fn newest_open(
    turn: &mut Turn<'_>,
    order: Option<OrderId>,
    fits: impl Fn(&CaseRecord) -> bool,
) -> Option<CaseId> {
    let open = turn.get::<OpenCases>(&About(order))?;
    let mut newest = open.0.iter().rev().take(COMPARED_MAX);
    newest.find(|case| turn.get::<CaseRecord>(case).is_some_and(|row| fits(&row))).copied()
}
