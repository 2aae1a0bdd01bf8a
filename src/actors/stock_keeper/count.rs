//! What somebody counts on the shelf: units that turn up or are missing.
//!
//! A count is of all units of a SKU that are in the house, for sale or put aside for orders, and it is what stands in the books
//! afterwards. Units that turn up serve whoever waits, oldest first, before any is for sale. Of units that are missing those go first
//! that were for sale. Where fewer are there than are promised, the orders keep their promises and what comes next makes up for it;
//! meanwhile somebody has to look, and there is a case.

use crate::actors::Turn;
use crate::domain::{STOCK_MAX, Sku};
use crate::planted::{self, Bug};

use super::release::{Served, complete, serve};
use super::{Count, Counted, Event, Listed, NotCounted, StockItem, shortage};

/// Who adjusts by what she does: no person has counted.
const THE_SHOP: &str = "the shop";
const HANDED_OVER: &str = "handed over to the carrier, so they were there";

pub fn count(turn: &mut Turn<'_>, question: &Count) {
    let Count { sku, counted, reason, who } = question;
    match units_then(turn, sku, *counted) {
        Err(why) => turn.answer(question, Err(why)),
        Ok(units) => {
            if !bring_to(turn, sku, units, reason, who) {
                // that all are there was counted too
                note(turn, sku, 0, reason, who);
            }
            turn.answer(question, Ok(()));
        }
    }
}

/// How many are in the house by what she says.
fn units_then(turn: &mut Turn<'_>, sku: &Sku, counted: Counted) -> Result<u32, NotCounted> {
    if turn.get::<Listed>(sku).is_none() {
        return Err(NotCounted::NotListed);
    }
    let on_hand = turn.get::<StockItem>(sku).map_or(0, |item| item.on_hand());
    let units = match counted {
        Counted::Are(units) => u64::from(units),
        Counted::Came(units) => on_hand + u64::from(units),
        Counted::Gone(units) => {
            let left = on_hand.checked_sub(u64::from(units));
            left.ok_or(NotCounted::TooFew { on_hand, gone: units })?
        }
    };
    let fits = u32::try_from(units).ok().filter(|units| *units <= STOCK_MAX);
    fits.ok_or(NotCounted::TooMany { units })
}

/// So many are there; `false`: as the books had it.
pub fn bring_to(turn: &mut Turn<'_>, sku: &Sku, counted: u32, reason: &str, who: &str) -> bool {
    let item = turn.get::<StockItem>(sku);
    let on_hand = item.as_deref().map_or(0, StockItem::on_hand).saturating_sub(unseen(item.as_deref()));
    let by = signed(counted.into()) - signed(on_hand);
    shortage::counted(turn, sku, |turn| adjust(turn, sku, by, reason, who));
    let mut served = Served::new();
    serve(turn, sku, &mut served);
    complete(turn, &served);
    by != 0
}

fn unseen(item: Option<&StockItem>) -> u64 {
    if planted::is(Bug::CountIgnoresAllocated) { item.map_or(0, |item| item.allocated) } else { 0 }
}

/// So many leave the house: those that a count had missed were there after all.
pub fn was_there_after_all(turn: &mut Turn<'_>, sku: &Sku, units: u32) {
    let here = turn.get::<StockItem>(sku).map_or(0, |item| item.promised_here());
    adjust(turn, sku, signed(u64::from(units).saturating_sub(here)), HANDED_OVER, THE_SHOP);
}

fn adjust(turn: &mut Turn<'_>, sku: &Sku, by: i64, reason: &str, who: &str) {
    if by != 0 {
        note(turn, sku, by, reason, who);
    }
}

fn note(turn: &mut Turn<'_>, sku: &Sku, by: i64, reason: &str, who: &str) {
    let (sku, reason, who, at) = (sku.clone(), reason.to_owned(), who.to_owned(), turn.now());
    turn.record(Event::Adjusted { sku, by, reason, who, at });
}

/// Units are far fewer than 63 bits count.
fn signed(units: u64) -> i64 {
    i64::try_from(units).unwrap_or(i64::MAX)
}
