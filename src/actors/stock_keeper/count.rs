//! What somebody counts on the shelf: units that turn up or are missing.
//!
//! A count is of all units of a SKU that are in the house, for sale or put aside for orders. Units that turn up serve whoever waits,
//! oldest first, before any is for sale. Units that are missing were for sale; what is promised to orders is never taken from them:
//! where fewer are there than are promised, somebody has to look, and there is a case.

use crate::actors::{Turn, case};
use crate::domain::{CaseKind, Sku};
use crate::planted::{self, Bug};

use super::release::{Served, complete, serve};
use super::{Count, Counted, Event, Listed, NotListed, StockItem};

pub fn count(turn: &mut Turn<'_>, question: &Count) {
    let Count { sku, counted, reason, who } = question;
    if turn.get::<Listed>(sku).is_none() {
        return turn.answer(question, Err(NotListed));
    }
    match counted {
        Counted::Are(units) => {
            bring_to(turn, sku, *units, reason, who);
        }
        Counted::Came(units) => turn_up(turn, sku, u64::from(*units), reason, who),
    }
    turn.answer(question, Ok(()));
}

/// So many are there: whether that changes what is known.
pub fn bring_to(turn: &mut Turn<'_>, sku: &Sku, counted: u32, reason: &str, who: &str) -> bool {
    let item = turn.get::<StockItem>(sku);
    let (on_hand, available) = item.as_deref().map_or((0, 0), |item| (item.on_hand(), item.available));
    let counted = u64::from(counted);
    let on_hand = on_hand - unseen(item.as_deref());
    if counted >= on_hand {
        turn_up(turn, sku, counted - on_hand, reason, who);
        return counted > on_hand;
    }
    let promised = item.as_deref().map_or(0, StockItem::promised);
    if counted < promised {
        let text = format!(
            "{sku}: {counted} counted, {promised} promised to orders ({reason}): look for the rest, or tell those who wait"
        );
        case::open(turn, CaseKind::Stock, None, text);
    }
    let missing = (on_hand - counted).min(available);
    adjust(turn, sku, -signed(missing), reason, who);
    missing > 0
}

fn unseen(item: Option<&StockItem>) -> u64 {
    if planted::is(Bug::CountIgnoresAllocated) { item.map_or(0, |item| item.allocated) } else { 0 }
}

fn turn_up(turn: &mut Turn<'_>, sku: &Sku, units: u64, reason: &str, who: &str) {
    adjust(turn, sku, signed(units), reason, who);
    let mut served = Served::new();
    serve(turn, sku, units, &mut served);
    complete(turn, &served);
}

fn adjust(turn: &mut Turn<'_>, sku: &Sku, by: i64, reason: &str, who: &str) {
    if by != 0 {
        let (sku, reason, who, at) = (sku.clone(), reason.to_owned(), who.to_owned(), turn.now());
        turn.record(Event::Adjusted { sku, by, reason, who, at });
    }
}

/// Units are far fewer than 63 bits count.
fn signed(units: u64) -> i64 {
    i64::try_from(units).unwrap_or(i64::MAX)
}
