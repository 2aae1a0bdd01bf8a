//! Goods at the dock.

use crate::actors::{Answered, Call, Context, Turn, What};
use crate::partners::wholesaler::{ShipNotice, ShipNoticeRequest};
use crate::planted::{self, Bug};
use crate::runtime::Due;

use super::release::{Served, complete, serve};
use super::supply::{Shortage, TOO_FAR_AWAY, can_be, goods_due_of, retry_ms, slip, unanswered, waiting};
use super::{Event, Message, PurchaseOrder, PurchaseOrderId, State, Supply};

/// A wholesaler that says "not yet" is not asked again sooner than this, in trade time.
const ASK_AGAIN_MS_MIN: u64 = 60_000;

fn is_due(supply: Supply) -> bool {
    matches!(supply, Supply::Acknowledged { .. })
        || planted::is(Bug::ShipNoticeTwice) && matches!(supply, Supply::Received { .. })
}

pub fn goods_due(state: &State, id: PurchaseOrderId, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    // the goods have been received already
    let Some(purchase_order) = waiting(state, id, is_due) else { return turn };
    let request = ShipNoticeRequest { order: purchase_order.request(id), asked_at: context.now() };
    let what = What::ShipNotice { wholesaler: purchase_order.wholesaler, purchase_order: id, request };
    turn.call(Call { deadline_ms: context.rules().call_deadline_ms, what });
    turn
}

pub fn answered(
    state: &State,
    id: PurchaseOrderId,
    result: &Answered<ShipNotice>,
    context: &mut Context<'_>,
) -> Turn {
    let mut turn = Turn::nothing();
    let Some(purchase_order) = waiting(state, id, is_due) else { return turn };
    match result {
        Answered::Yes(ShipNotice::NotYet { ask_again_at }) if !can_be(*ask_again_at, context) => {
            ask_later(&mut turn, id, purchase_order, TOO_FAR_AWAY, context);
        }
        Answered::Yes(ShipNotice::NotYet { ask_again_at }) => {
            let at = (*ask_again_at).max(context.now().plus_ms(ASK_AGAIN_MS_MIN));
            turn.timer(goods_due_of(id), Due::Trade(at), Message::GoodsDue { purchase_order: id });
            slip(state, &mut turn, purchase_order, at.date());
        }
        Answered::Yes(ShipNotice::Arrived { quantity }) => {
            receive(state, &mut turn, id, purchase_order, *quantity, context);
        }
        // it knows of no such delivery: nothing will come
        Answered::Refused(_) => receive(state, &mut turn, id, purchase_order, 0, context),
        Answered::Unknown(why) => ask_later(&mut turn, id, purchase_order, why, context),
    }
    turn
}

fn ask_later(
    turn: &mut Turn,
    id: PurchaseOrderId,
    purchase_order: &PurchaseOrder,
    why: &str,
    context: &Context<'_>,
) {
    unanswered(turn, id, purchase_order, why, context);
    let due = context.real_in(retry_ms(purchase_order, context));
    turn.timer(goods_due_of(id), due, Message::GoodsDue { purchase_order: id });
}

/// Pegs first, the rest for sale; what did not come is ordered anew.
fn receive(
    state: &State,
    turn: &mut Turn,
    id: PurchaseOrderId,
    purchase_order: &PurchaseOrder,
    quantity: u32,
    context: &mut Context<'_>,
) {
    let sku = &purchase_order.sku;
    let Some(item) = state.stock.get(sku) else { return };
    let expected = purchase_order.outstanding();
    let quantity = if planted::is(Bug::ShortCountedInFull) { expected } else { quantity };
    turn.event(Event::Received { id, sku: sku.clone(), expected, quantity });
    let mut served = Served::new();
    serve(state, turn, item.pegs.iter(), sku, u64::from(quantity), &mut served);
    complete(state, turn, &served);

    let mut pegs = item.pegs.clone();
    for peg in &mut pegs {
        let got = served.get(&peg.order).copied().unwrap_or(0);
        peg.units = peg.units.saturating_sub(u32::try_from(got).unwrap_or(u32::MAX));
    }
    let incoming = item.incoming.saturating_sub(u64::from(expected));
    let mut refused_by = purchase_order.refused_by.clone();
    if quantity == 0 {
        refused_by.push(purchase_order.wholesaler);
    }
    pegs.retain(|peg| peg.units > 0);
    Shortage { item, purchase_order, pegs, incoming, refused_by }.order(state, turn, context);
}
