//! A case is over: a person says so, or what it was about is done.

use crate::actors::{Turn, stock_keeper};
use crate::domain::{CaseId, CaseKind, OrderId};
use crate::runtime::Resolution;

use super::{Alike, CaseRecord, CloseCase, Closed, Event, NotClosed, OpenCase};

/// Whoever deals with dead letters.
const OPERATOR: &str = "operator";

pub fn close(turn: &mut Turn<'_>, question: &CloseCase) {
    let CloseCase { case, by, why } = question;
    let reply = match turn.get::<CaseRecord>(case).as_deref() {
        None => Err(NotClosed::NoSuchCase(*case)),
        Some(CaseRecord { closed: Some(closed), .. }) => Err(NotClosed::ClosedBefore(*case, closed.clone())),
        Some(row) => {
            if row.kind == CaseKind::Credit {
                turn.send(stock_keeper::Message::BearUnwanted);
            }
            Ok(end(turn, *case, row, by, why))
        }
    };
    turn.answer(question, reply);
}

/// A case stands for all dead letters of one kind about its order: it is closed with the last of them.
pub fn dealt_with(turn: &mut Turn<'_>, order: Option<OrderId>, dead_letter: &str, how: Resolution) {
    let open = turn.get::<OpenCase>(&Alike::dead_letter(order, dead_letter));
    let Some(case) = open.map(|open| open.0) else { return };
    let Some(row) = turn.get::<CaseRecord>(&case) else { return };
    if row.times > 1 {
        turn.record(Event::OneDealtWith { case });
        return;
    }
    let why = match how {
        Resolution::Retry => "the message that was given up was sent again",
        Resolution::Discard => "the message that was given up was discarded",
    };
    end(turn, case, &row, OPERATOR, why);
}

/// As it is then.
pub fn end(turn: &mut Turn<'_>, case: CaseId, row: &CaseRecord, by: &str, why: &str) -> CaseRecord {
    let closed = Closed { by: by.to_owned(), why: why.to_owned(), at: turn.now() };
    turn.record(Event::Closed { case, order: row.order, closed: closed.clone() });
    CaseRecord { closed: Some(closed), ..row.clone() }
}
