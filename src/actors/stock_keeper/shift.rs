//! Units that go from one bucket to another: the guard of every move.

use std::borrow::Cow;

use crate::actors::{CaseText, Turn, case};
use crate::domain::{CaseKind, OrderId, Units};

use super::{Bucket, Event, StockItem};

/// Moves all lines or none, and says whether it has.
pub fn shift(turn: &mut Turn<'_>, order: OrderId, lines: &[Units], from: Bucket, to: Bucket) -> bool {
    if !are_there(turn, order, lines, from) {
        return false;
    }
    for Units { sku, quantity } in lines {
        turn.record(Event::Moved { order, sku: sku.clone(), from, to, quantity: *quantity });
    }
    true
}

/// The guard of every move (S1). The other actors only move what they were told is theirs, so a
/// mismatch is a defect somewhere: nothing moves, and the operator gets a case.
pub fn are_there(turn: &mut Turn<'_>, order: OrderId, lines: &[Units], from: Bucket) -> bool {
    for Units { sku, quantity } in lines {
        let there = turn.get::<StockItem>(sku).map_or(0, |item| item.at(from));
        if u64::from(*quantity) > there {
            let text = CaseText::new(
                format_args!("{quantity} units of {sku} should be {from:?} but only {there} are"),
                "count the shelf, then run `doorstep verify`",
            );
            case::open(turn, CaseKind::Stock, Some(order), text);
            return false;
        }
    }
    true
}

/// Lines name each SKU once; where they do not, they are added up, so that each guard sees the whole.
pub fn merged(lines: &[Units]) -> Cow<'_, [Units]> {
    let doubled = |i: usize| lines[..i].iter().any(|earlier| earlier.sku == lines[i].sku);
    if !(1..lines.len()).any(doubled) {
        return Cow::Borrowed(lines);
    }
    let mut sums: Vec<Units> = vec![];
    for line in lines {
        match sums.iter_mut().find(|sum| sum.sku == line.sku) {
            Some(sum) => sum.quantity = sum.quantity.saturating_add(line.quantity),
            None => sums.push(line.clone()),
        }
    }
    Cow::Owned(sums)
}
