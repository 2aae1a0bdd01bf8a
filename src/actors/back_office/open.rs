//! A case comes up.

use std::sync::Arc;

use crate::actors::order_manager::Order;
use crate::actors::{Turn, mailer};
use crate::domain::{CaseId, OrderId};
use crate::partners::mail::Letter;

use super::{Alike, CaseCount, CasePlace, Event, NewCase, OpenCase};

/// The same one again, while it is open, is counted.
pub fn open(turn: &mut Turn<'_>, new: &NewCase) {
    let same = turn.get::<OpenCase>(&Alike::of(new)).map(|open| open.0);
    if let Some(case) = same {
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
