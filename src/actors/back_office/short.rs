//! What is short of a SKU: one case, which says how things stand.

use crate::actors::Turn;
use crate::domain::{CaseId, CaseKind, Sku};
use crate::runtime::Snapshot;

use super::{CaseRecord, Event, NewCase, ShortageCase, ShowShortage, close, open};

const THE_SHOP: &str = "the shop";
const MADE_GOOD: &str = "the shortage is made good: as many are in the house as are promised";

/// Where a person has closed the case, and units are counted or move while there are too few, there is another one.
pub fn short(turn: &mut Turn<'_>, sku: &Sku, text: &str) {
    if let Some((case, row)) = open_case(turn, sku) {
        if row.text != text {
            turn.record(Event::BroughtUpToDate { case, text: text.to_owned() });
        }
        return;
    }
    let new = NewCase { kind: CaseKind::Stock, order: None, text: text.to_owned(), dead_letter: None };
    let case = open::open_another(turn, &new);
    turn.record(Event::Shortage { sku: sku.clone(), case });
}

pub fn made_good(turn: &mut Turn<'_>, sku: &Sku) {
    if let Some((case, row)) = open_case(turn, sku) {
        close::end(turn, case, &row, THE_SHOP, MADE_GOOD);
    }
    if turn.get::<ShortageCase>(sku).is_some() {
        turn.record(Event::ShortageEnded { sku: sku.clone() });
    }
}

pub fn show(turn: &mut Turn<'_>, question: &ShowShortage) {
    let case = open_case(turn, &question.sku).map(|(case, _)| case);
    turn.answer(question, case);
}

fn open_case(turn: &mut Turn<'_>, sku: &Sku) -> Option<(CaseId, Snapshot<CaseRecord>)> {
    let ShortageCase(case) = *turn.get::<ShortageCase>(sku)?;
    let row = turn.get::<CaseRecord>(&case)?;
    row.closed.is_none().then_some((case, row))
}
