//! What no single actor states: cases for the operator, and what came of them. Every case stands on the timeline of its order, and is
//! kept by the back office: [`open`] sees to both, [`open_noted`] to the second where a fact of the actor itself says the same.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::{CaseKind, Happening, OrderId, Step};
use crate::planted::{self, Bug};
use crate::runtime::{Actor as _, Resolution, Versioned};

use super::Turn;
use super::back_office::{BackOffice, Message as ToBackOffice, NewCase};

/// What the operator reads. There is none that does not say what to do.
#[derive(Clone, Debug)]
pub struct CaseText(String);

impl CaseText {
    pub fn new(what_is_wrong: impl fmt::Display, what_to_do: impl fmt::Display) -> CaseText {
        CaseText(format!("{what_is_wrong}: {what_to_do}"))
    }

    /// As facts and the back office keep it.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Somebody has to look at this: it is noted on the order's timeline, where it is about one, and kept by the back office.
pub fn open(turn: &mut Turn<'_>, kind: CaseKind, order: Option<OrderId>, text: CaseText) {
    note(turn, order, &text.0);
    open_noted(turn, kind, order, text);
}

/// A fact of the actor itself has noted it on the timeline, in the same words.
pub fn open_noted(turn: &mut Turn<'_>, kind: CaseKind, order: Option<OrderId>, text: CaseText) {
    tell(turn, NewCase { kind, order, text: text.0, dead_letter: None });
}

/// The same, where the actor has given up this message.
pub fn open_dead_letter(turn: &mut Turn<'_>, order: Option<OrderId>, message: &str, panic: &str) {
    let CaseText(text) = CaseText::new(
        format_args!("{} gave up on {message} after it panicked: {panic}", turn.address()),
        "`doorstep dead-letters` lists it; retry it there once what made it fail is mended, or discard it",
    );
    note(turn, order, &text);
    let dead_letter = Some(name(turn, message));
    tell(turn, NewCase { kind: CaseKind::DeadLetter, order, text, dead_letter });
}

/// The operator has dealt with it.
pub fn dealt_with(turn: &mut Turn<'_>, order: Option<OrderId>, message: &str, how: Resolution) {
    if !is_back_office(turn) {
        let dead_letter = name(turn, message);
        turn.send(ToBackOffice::DealtWith { order, dead_letter, how });
    }
}

fn tell(turn: &mut Turn<'_>, new: NewCase) {
    // what the back office itself cannot do is not given to it again: it would never end
    if !is_back_office(turn) && !planted::is(Bug::CaseToldNotKept) {
        turn.send(ToBackOffice::Open(new));
    }
}

fn is_back_office(turn: &Turn<'_>) -> bool {
    turn.address().actor() == BackOffice::NAME
}

fn note(turn: &mut Turn<'_>, order: Option<OrderId>, text: &str) {
    if let Some(order) = order {
        turn.record(Case { order, why: text.to_owned() });
    }
}

/// How a case names the message that was given up.
fn name(turn: &Turn<'_>, message: &str) -> String {
    format!("{} {message}", turn.address())
}

/// A case for the operator, tied to its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub order: OrderId,
    pub why: String,
}

impl Versioned for Case {}

impl Case {
    pub fn happening(&self) -> (OrderId, Step, Happening) {
        (self.order, Step::CASE, Happening::CaseOpened { why: self.why.clone() })
    }
}

/// The operator has dealt with a message about this order that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    pub order: OrderId,
    pub message: String,
    pub resolution: Resolution,
}

impl Versioned for Resolved {}

impl Resolved {
    pub fn happening(&self) -> (OrderId, Step, Happening) {
        let message = self.message.clone();
        let what = match self.resolution {
            Resolution::Retry => Happening::SentAgain { message },
            Resolution::Discard => Happening::Discarded { message },
        };
        (self.order, Step::CASE, what)
    }
}
