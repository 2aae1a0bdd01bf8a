//! Purchase orders that go out.

use crate::actors::Turn;
use crate::domain::{OrderId, Sku};
use crate::partners::wholesaler::WholesalerId;

use super::{
    Demand, Event, Peg, PlacePurchaseOrder, PurchaseOrder, PurchaseOrderId, Share, StockItem, Supply,
};

/// Who is to send what of each line.
pub type Plan = Vec<(Sku, Vec<Share>)>;

/// Whatever of its lines is neither here nor on the way. `None` where the offers no longer cover a line.
pub fn plan(turn: &mut Turn<'_>, demand: &Demand) -> Option<Plan> {
    let mut plan = vec![];
    for line in demand.lines.iter().filter(|line| line.short > 0) {
        let item = turn.get::<StockItem>(&line.sku)?;
        let shortage = shortage(&item, ordered(&item.pegs), line.short);
        let shares = if shortage == 0 { vec![] } else { item.quotes.as_ref()?.plan(shortage, &[])? };
        plan.push((line.sku.clone(), shares));
    }
    Some(plan)
}

/// Of `short` units, those that are to be ordered: neither here nor on the way, where so many of the latter are `taken` by others.
pub fn shortage(item: &StockItem, taken: u64, short: u32) -> u64 {
    let wanted = taken.saturating_add(u64::from(short));
    wanted.saturating_sub(item.incoming).min(u64::from(short))
}

/// Units that are waited for by orders that are paid for.
pub fn ordered(pegs: &[Peg]) -> u64 {
    pegs.iter().filter(|peg| peg.ordered).map(|peg| u64::from(peg.units)).sum()
}

pub fn order_supplies(turn: &mut Turn<'_>, order: OrderId, plan: Plan) {
    turn.record(Event::SuppliesOrdered { order });
    for (sku, shares) in plan {
        turn.record(Event::PegOrdered { order, sku: sku.clone(), ordered: true });
        for share in shares {
            send(turn, order, &sku, share, vec![]);
        }
    }
}

pub fn send(turn: &mut Turn<'_>, order: OrderId, sku: &Sku, share: Share, refused_by: Vec<WholesalerId>) {
    let id = PurchaseOrderId::new(turn.real_now().0, turn.random());
    let purchase_order = PurchaseOrder {
        order,
        sku: sku.clone(),
        wholesaler: share.wholesaler,
        ordered: share.quantity,
        ordered_at: turn.now(),
        refused_by,
        state: Supply::Asked,
        unanswered: 0,
    };
    ask(turn, id, &purchase_order);
    turn.record(Event::Ordered { id, purchase_order: Box::new(purchase_order) });
}

pub fn ask(turn: &mut Turn<'_>, id: PurchaseOrderId, purchase_order: &PurchaseOrder) {
    let (wholesaler, order) = (purchase_order.wholesaler, purchase_order.request(id));
    turn.call(PlacePurchaseOrder { wholesaler, purchase_order: id, order });
}
