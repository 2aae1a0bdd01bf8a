//! Goods at the dock.

use crate::actors::Turn;
use crate::partners::Answered;
use crate::partners::wholesaler::{ShipNotice, ShipNoticeRequest};
use crate::planted::{self, Bug};
use crate::runtime::Due;

use super::release::{Served, complete, serve};
use super::supply::{TOO_FAR_AWAY, can_be, order_anew, retry_ms, slip, unanswered, waiting};
use super::{
    Event, Message, PurchaseOrder, PurchaseOrderId, RequestShipNotice, StockItem, Supply, shortage, timers,
};

/// A wholesaler that says "not yet" is not asked again sooner than this, in trade time.
const ASK_AGAIN_MS_MIN: u64 = 60_000;

fn is_due(supply: Supply) -> bool {
    matches!(supply, Supply::Acknowledged { .. })
        || planted::is(Bug::ShipNoticeTwice) && matches!(supply, Supply::Received { .. })
}

pub fn goods_due(turn: &mut Turn<'_>, id: PurchaseOrderId) {
    // the goods have been received already
    let Some(purchase_order) = waiting(turn, id, is_due) else { return };
    let request = ShipNoticeRequest { order: purchase_order.request(id), asked_at: turn.now() };
    let wholesaler = purchase_order.wholesaler;
    turn.call(RequestShipNotice { wholesaler, purchase_order: id, request });
}

pub fn answered(turn: &mut Turn<'_>, id: PurchaseOrderId, result: &Answered<ShipNotice>) {
    let Some(purchase_order) = waiting(turn, id, is_due) else { return };
    match result {
        Answered::Known(ShipNotice::NotYet { ask_again_at }) if !can_be(turn, *ask_again_at) => {
            ask_later(turn, id, &purchase_order, TOO_FAR_AWAY);
        }
        Answered::Known(ShipNotice::NotYet { ask_again_at }) => {
            let at = (*ask_again_at).max(turn.now().plus_ms(ASK_AGAIN_MS_MIN));
            turn.timer(timers::goods_due(id), Due::Trade(at), Message::GoodsDue { purchase_order: id });
            let day = turn.rules().day_of(at);
            slip(turn, &purchase_order, day);
        }
        Answered::Known(ShipNotice::Arrived { quantity }) => receive(turn, id, &purchase_order, *quantity),
        // it knows of no such delivery: nothing will come
        Answered::Refused(_) => receive(turn, id, &purchase_order, 0),
        Answered::Unknown(why) => ask_later(turn, id, &purchase_order, why),
    }
}

fn ask_later(turn: &mut Turn<'_>, id: PurchaseOrderId, purchase_order: &PurchaseOrder, why: &str) {
    unanswered(turn, id, purchase_order, why);
    let due = turn.real_in(retry_ms(turn.rules(), purchase_order));
    turn.timer(timers::goods_due(id), due, Message::GoodsDue { purchase_order: id });
}

/// What is short first, then pegs, the rest for sale; what did not come is ordered anew.
fn receive(turn: &mut Turn<'_>, id: PurchaseOrderId, purchase_order: &PurchaseOrder, quantity: u32) {
    let sku = &purchase_order.sku;
    if turn.get::<StockItem>(sku).is_none() {
        return;
    }
    let expected = purchase_order.outstanding();
    let quantity = if planted::is(Bug::ShortCountedInFull) { expected } else { quantity };
    shortage::watched(turn, sku, |turn| {
        turn.record(Event::Received { id, sku: sku.clone(), expected, quantity });
    });
    let mut served = Served::new();
    serve(turn, sku, &mut served);
    complete(turn, &served);

    let mut refused_by = purchase_order.refused_by.clone();
    if quantity == 0 {
        refused_by.push(purchase_order.wholesaler);
    }
    order_anew(turn, purchase_order, &refused_by);
}
