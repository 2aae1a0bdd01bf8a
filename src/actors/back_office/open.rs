//! A case comes up.

use crate::actors::Turn;
use crate::domain::{CaseId, OrderId};

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
    let place = CasePlace(new.order.map(OrderId::slot));
    let before = turn.get::<CaseCount>(&place).map_or(0, |count| count.0);
    let (case, at) = (CaseId::nth_of(place.0, before + 1), turn.now());
    turn.record(Event::Opened { case, new: new.clone(), at });
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
