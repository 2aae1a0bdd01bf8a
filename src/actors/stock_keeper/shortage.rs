//! Fewer units than are promised to orders: somebody has to look, so the back office keeps a case for the SKU until it is made good.

use crate::actors::{Turn, back_office};
use crate::domain::Sku;

use super::StockItem;

/// Changes the units of a SKU, and says what is short of it where that is other than before.
pub fn watched(turn: &mut Turn<'_>, sku: &Sku, change: impl FnOnce(&mut Turn<'_>)) {
    let before = Short::of(turn, sku);
    change(turn);
    let now = Short::of(turn, sku);
    if now != before && (before.units > 0 || now.units > 0) {
        tell(turn, sku, now);
    }
}

/// The same of a count: also what is short as before is said once more, since somebody may have closed its case.
pub fn counted(turn: &mut Turn<'_>, sku: &Sku, count: impl FnOnce(&mut Turn<'_>)) {
    let before = Short::of(turn, sku);
    count(turn);
    let now = Short::of(turn, sku);
    if before.units > 0 || now.units > 0 {
        tell(turn, sku, now);
    }
}

#[derive(Clone, Copy, Default, PartialEq)]
struct Short {
    units: u64,
    promised: u64,
    on_hand: u64,
}

impl Short {
    fn of(turn: &mut Turn<'_>, sku: &Sku) -> Short {
        turn.get::<StockItem>(sku).map_or(Short::default(), |item| Short {
            units: item.missing,
            promised: item.promised(),
            on_hand: item.on_hand(),
        })
    }
}

fn tell(turn: &mut Turn<'_>, sku: &Sku, Short { units, promised, on_hand }: Short) {
    if units == 0 {
        return turn.send(back_office::Message::MadeGood { sku: sku.clone() });
    }
    let typed = if sku.as_str().contains(' ') { format!("\"{sku}\"") } else { sku.to_string() };
    let text = format!(
        "{sku}: {promised} promised to orders, {on_hand} in the house: {units} short. Look for the rest and count again, or say what \
         has come with `doorstep stock {typed} --add N --reason …`; `doorstep orders --search {typed} --state open` lists the orders"
    );
    turn.send(back_office::Message::Short { sku: sku.clone(), text });
}
