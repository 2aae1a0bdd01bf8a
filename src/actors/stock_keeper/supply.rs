//! Purchase orders, from the shortage to the acknowledgement.

use crate::actors::{CaseText, Rules, Turn, case};
use crate::domain::{CaseKind, Date, OrderId, Timestamp};
use crate::partners::Answered;
use crate::partners::wholesaler::{Acknowledgement, WholesalerId};
use crate::runtime::{Due, Snapshot};

use super::process::{self, Report};
use super::{
    Demand, DemandId, Event, Message, PurchaseOrder, PurchaseOrderId, StockItem, Supply, ordering, timers,
};

/// The hour of its day, UTC, at which a delivery is expected at our dock.
const ARRIVAL_HOUR: u64 = 9;
/// In trade time: a wholesaler that names a later moment than this from now has said nothing.
const AWAY_MS_MAX: u64 = 365 * Timestamp::DAY_MS;
/// Why such an answer is of no use, for the operator.
pub const TOO_FAR_AWAY: &str = "it names a day more than a year away";

/// The order's payment stands. Where it was released meanwhile, or ordered before, there is nothing to order.
pub fn order_supplies(turn: &mut Turn<'_>, order: OrderId) {
    let id = DemandId::of(order);
    let Some(demand) = turn.get::<Demand>(&id) else { return };
    let plan = ordering::plan(turn, &demand);
    process::go_on(turn, id, Report::Paid(plan));
}

pub fn retry(turn: &mut Turn<'_>, id: PurchaseOrderId) {
    if let Some(purchase_order) = waiting(turn, id, |supply| supply == Supply::Asked) {
        ordering::ask(turn, id, &purchase_order);
    }
}

/// The purchase order, where it stands so that the message fits: a late or doubled one finds it elsewhere.
pub fn waiting(
    turn: &mut Turn<'_>,
    id: PurchaseOrderId,
    fits: impl FnOnce(Supply) -> bool,
) -> Option<Snapshot<PurchaseOrder>> {
    turn.get::<PurchaseOrder>(&id).filter(|purchase_order| fits(purchase_order.state))
}

pub fn answered(turn: &mut Turn<'_>, id: PurchaseOrderId, result: &Answered<Acknowledgement>) {
    let Some(purchase_order) = waiting(turn, id, |supply| supply == Supply::Asked) else { return };
    match result {
        Answered::Known(acknowledged) if !can_be(turn, acknowledged.arrives_on.start()) => {
            ask_later(turn, id, &purchase_order, TOO_FAR_AWAY);
        }
        Answered::Known(acknowledged) if acknowledged.accepted > 0 => {
            accept(turn, id, &purchase_order, acknowledged);
        }
        Answered::Known(_) | Answered::Refused(_) => {
            let (sku, quantity) = (purchase_order.sku.clone(), purchase_order.ordered);
            turn.record(Event::Refused { id, sku, quantity });
            order_elsewhere(turn, &purchase_order);
        }
        Answered::Unknown(why) => ask_later(turn, id, &purchase_order, why),
    }
}

/// Whether a moment that a wholesaler names is one to wait for.
pub fn can_be(turn: &Turn<'_>, at: Timestamp) -> bool {
    at <= turn.now().plus_ms(AWAY_MS_MAX)
}

fn ask_later(turn: &mut Turn<'_>, id: PurchaseOrderId, purchase_order: &PurchaseOrder, why: &str) {
    unanswered(turn, id, purchase_order, why);
    let due = turn.real_in(retry_ms(turn.rules(), purchase_order));
    turn.timer(timers::supply_retry(id), due, Message::SupplyRetry { purchase_order: id });
}

/// Unknown is never taken for a failure: it may have been accepted, so nobody else is asked.
pub fn unanswered(turn: &mut Turn<'_>, id: PurchaseOrderId, purchase_order: &PurchaseOrder, why: &str) {
    let attempts = purchase_order.unanswered.saturating_add(1);
    let text = (attempts == turn.rules().supply_attempts_max).then(|| {
        let wholesaler = purchase_order.wholesaler.0;
        CaseText::new(
            format_args!("wholesaler {wholesaler} has not answered for {id} in {attempts} attempts ({why})"),
            "call them",
        )
    });
    let order = purchase_order.order;
    let noted = text.clone().map(CaseText::into_string);
    turn.record(Event::Unanswered { id, order, case: noted });
    if let Some(text) = text {
        case::open_noted(turn, CaseKind::Supplier, Some(order), text);
    }
}

/// With back-off; past the attempts it goes on as seldom as the rules allow. The purchase order is as it was asked this time.
pub fn retry_ms(rules: &Rules, purchase_order: &PurchaseOrder) -> u64 {
    let attempts = purchase_order.unanswered.saturating_add(1);
    if attempts > rules.supply_attempts_max { rules.retry_max_ms } else { rules.retry_ms(attempts) }
}

fn accept(
    turn: &mut Turn<'_>,
    id: PurchaseOrderId,
    purchase_order: &PurchaseOrder,
    acknowledged: &Acknowledgement,
) {
    let (order, sku) = (purchase_order.order, purchase_order.sku.clone());
    // more than was ordered is not counted on before it is here
    let accepted = acknowledged.accepted.min(purchase_order.ordered);
    let short = purchase_order.ordered - accepted;
    let arrives_on = acknowledged.arrives_on;
    turn.record(Event::Acknowledged { id, order, sku, accepted, short, arrives_on });
    let due = arrives_on.at(ARRIVAL_HOUR * 60, &turn.rules().time_zone).max(turn.now());
    turn.timer(timers::goods_due(id), Due::Trade(due), Message::GoodsDue { purchase_order: id });
    slip(turn, purchase_order, arrives_on);
    if short > 0 {
        order_elsewhere(turn, purchase_order);
    }
}

/// Where the goods come later than the order was promised, it is told.
pub fn slip(turn: &mut Turn<'_>, purchase_order: &PurchaseOrder, arrives_on: Date) {
    let order = purchase_order.order;
    let item = turn.get::<StockItem>(&purchase_order.sku);
    // it has its units already, or wants them no more
    if !item.is_some_and(|item| item.pegs.iter().any(|peg| peg.order == order)) {
        return;
    }
    process::go_on(turn, DemandId::of(order), Report::Comes(arrives_on));
}

/// What its wholesaler will not send is ordered from others, if it is still wanted.
fn order_elsewhere(turn: &mut Turn<'_>, purchase_order: &PurchaseOrder) {
    let mut refused_by = purchase_order.refused_by.clone();
    refused_by.push(purchase_order.wholesaler);
    order_anew(turn, purchase_order, &refused_by);
}

/// After a purchase order went short, what was ordered and is not on its way is ordered anew; an order for which nobody is left
/// to ask is told so.
pub fn order_anew(turn: &mut Turn<'_>, purchase_order: &PurchaseOrder, refused_by: &[WholesalerId]) {
    let sku = &purchase_order.sku;
    while let Some((order, units)) = uncovered(turn, purchase_order) {
        let item = turn.get::<StockItem>(sku);
        let plan = item.and_then(|item| item.quotes.as_ref()?.plan(units, refused_by));
        let Some(shares) = plan else {
            turn.record(Event::PegOrdered { order, sku: sku.clone(), ordered: false });
            process::go_on(turn, DemandId::of(order), Report::NobodyLeft);
            continue;
        };
        for share in shares {
            ordering::send(turn, order, sku, share, refused_by.to_vec());
        }
    }
}

/// Whose peg is not covered, and by how many units: that of the order that the purchase order was for, else the youngest.
fn uncovered(turn: &mut Turn<'_>, purchase_order: &PurchaseOrder) -> Option<(OrderId, u64)> {
    let item = turn.get::<StockItem>(&purchase_order.sku)?;
    let missing = ordering::ordered(&item.pegs).saturating_sub(item.incoming);
    if missing == 0 {
        return None;
    }
    let mut ordered = item.pegs.iter().filter(|peg| peg.ordered);
    let own = ordered.clone().find(|peg| peg.order == purchase_order.order);
    let peg = own.or_else(|| ordered.next_back())?;
    Some((peg.order, missing.min(u64::from(peg.units))))
}
