//! Purchase orders, from the shortage to the acknowledgement.

use crate::actors::{Address, Answered, Call, Context, Turn, What, order_manager};
use crate::domain::{Date, OrderId, Sku, Timestamp};
use crate::partners::wholesaler::{Acknowledgement, WholesalerId};
use crate::runtime::{Due, TimerId};

use super::{
    Demand, DemandId, Event, Message, Peg, PurchaseOrder, PurchaseOrderId, Share, State, StockItem, Supply,
    Waiting,
};

const SUPPLY_RETRY: u8 = 2;
const GOODS_DUE: u8 = 3;
/// The hour of its day, UTC, at which a delivery is expected at our dock.
const ARRIVAL_HOUR: u64 = 9;
/// In trade time: a wholesaler that names a later moment than this from now has said nothing.
const AWAY_MS_MAX: u64 = 365 * Timestamp::DAY_MS;
/// Why such an answer is of no use, for the operator.
pub const TOO_FAR_AWAY: &str = "it names a day more than a year away";

pub fn retry_of(id: PurchaseOrderId) -> TimerId {
    TimerId { kind: SUPPLY_RETRY, of: id.number() }
}

pub fn goods_due_of(id: PurchaseOrderId) -> TimerId {
    TimerId { kind: GOODS_DUE, of: id.number() }
}

/// The order's payment stands: whatever of its lines is neither here nor on the way is ordered.
pub fn order_supplies(state: &State, order: OrderId, context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let id = DemandId::of(order);
    // released meanwhile, or called before: there is nothing to order
    let Some(demand) = state.demands.get(&id) else { return turn };
    let Waiting::Promised { .. } = demand.state else { return turn };
    if demand.short() == 0 {
        turn.event(Event::DemandClosed { id });
        turn.send(Address::OrderManager, order_manager::Message::SuppliesArrived { order });
        return turn;
    }
    let Some(plans) = plans(state, demand) else {
        turn.event(Event::GivenUp { order });
        turn.send(Address::OrderManager, order_manager::Message::NoSupplies { order });
        return turn;
    };
    turn.event(Event::SuppliesCalled { order });
    for (sku, shares) in plans {
        turn.event(Event::PegCalled { order, sku: sku.clone(), called: true });
        for share in shares {
            send(&mut turn, order, sku, share, vec![], context);
        }
    }
    turn
}

/// `None` where the offers no longer cover a line.
fn plans<'a>(state: &State, demand: &'a Demand) -> Option<Vec<(&'a Sku, Vec<Share>)>> {
    let mut plans = vec![];
    for line in demand.lines.iter().filter(|line| line.short > 0) {
        let item = state.stock.get(&line.sku)?;
        let called = called(&item.pegs) + u64::from(line.short);
        let shortage = called.saturating_sub(item.incoming).min(u64::from(line.short));
        let shares = if shortage == 0 { vec![] } else { item.quotes.as_ref()?.plan(shortage, &[])? };
        plans.push((&line.sku, shares));
    }
    Some(plans)
}

fn called(pegs: &[Peg]) -> u64 {
    pegs.iter().filter(|peg| peg.called).map(|peg| u64::from(peg.units)).sum()
}

fn send(
    turn: &mut Turn,
    order: OrderId,
    sku: &Sku,
    share: Share,
    refused_by: Vec<WholesalerId>,
    context: &mut Context<'_>,
) {
    let id = PurchaseOrderId::new(context.real_now().0, context.random());
    let purchase_order = PurchaseOrder {
        order,
        sku: sku.clone(),
        wholesaler: share.wholesaler,
        ordered: share.quantity,
        ordered_at: context.now(),
        refused_by,
        state: Supply::Asked,
        unanswered: 0,
    };
    ask(turn, id, &purchase_order, context);
    turn.event(Event::Ordered { id, purchase_order: Box::new(purchase_order) });
}

fn ask(turn: &mut Turn, id: PurchaseOrderId, purchase_order: &PurchaseOrder, context: &Context<'_>) {
    turn.call(Call {
        deadline_ms: context.rules().call_deadline_ms,
        what: What::Supply {
            wholesaler: purchase_order.wholesaler,
            purchase_order: id,
            order: purchase_order.request(id),
        },
    });
}

pub fn retry(state: &State, id: PurchaseOrderId, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    if let Some(purchase_order) = waiting(state, id, |supply| supply == Supply::Asked) {
        ask(&mut turn, id, purchase_order, context);
    }
    turn
}

/// The purchase order, where it stands so that the message fits: a late or doubled one finds it elsewhere.
pub fn waiting(
    state: &State,
    id: PurchaseOrderId,
    fits: impl FnOnce(Supply) -> bool,
) -> Option<&PurchaseOrder> {
    state.purchase_orders.get(&id).filter(|purchase_order| fits(purchase_order.state))
}

pub fn answered(
    state: &State,
    id: PurchaseOrderId,
    result: &Answered<Acknowledgement>,
    context: &mut Context<'_>,
) -> Turn {
    let mut turn = Turn::nothing();
    let Some(purchase_order) = waiting(state, id, |supply| supply == Supply::Asked) else { return turn };
    match result {
        Answered::Yes(acknowledged) if !can_be(acknowledged.arrives_on.start(), context) => {
            ask_later(&mut turn, id, purchase_order, TOO_FAR_AWAY, context);
        }
        Answered::Yes(acknowledged) if acknowledged.accepted > 0 => {
            accept(state, &mut turn, id, purchase_order, acknowledged, context);
        }
        Answered::Yes(_) | Answered::Refused(_) => {
            let (sku, quantity) = (purchase_order.sku.clone(), purchase_order.ordered);
            turn.event(Event::Refused { id, sku, quantity });
            reorder(state, &mut turn, purchase_order, purchase_order.ordered, context);
        }
        Answered::Unknown(why) => ask_later(&mut turn, id, purchase_order, why, context),
    }
    turn
}

/// Whether a moment that a wholesaler names is one to wait for.
pub fn can_be(at: Timestamp, context: &Context<'_>) -> bool {
    at <= context.now().plus_ms(AWAY_MS_MAX)
}

fn ask_later(
    turn: &mut Turn,
    id: PurchaseOrderId,
    purchase_order: &PurchaseOrder,
    why: &str,
    context: &Context<'_>,
) {
    unanswered(turn, id, purchase_order, why, context);
    let wait_ms = retry_ms(purchase_order, context);
    turn.timer(retry_of(id), context.real_in(wait_ms), Message::SupplyRetry { purchase_order: id });
}

/// Unknown is never taken for a failure: it may have been accepted, so nobody else is asked.
pub fn unanswered(
    turn: &mut Turn,
    id: PurchaseOrderId,
    purchase_order: &PurchaseOrder,
    why: &str,
    context: &Context<'_>,
) {
    let attempts = purchase_order.unanswered.saturating_add(1);
    let case = (attempts == context.rules().supply_attempts_max).then(|| {
        let wholesaler = purchase_order.wholesaler.0;
        format!("wholesaler {wholesaler} has not answered for {id} in {attempts} attempts ({why}): call them")
    });
    turn.event(Event::Unanswered { id, order: purchase_order.order, case });
}

/// With back-off; past the attempts it goes on as seldom as the rules allow.
pub fn retry_ms(purchase_order: &PurchaseOrder, context: &Context<'_>) -> u64 {
    let rules = context.rules();
    let attempts = purchase_order.unanswered.saturating_add(1);
    if attempts > rules.supply_attempts_max { rules.retry_max_ms } else { rules.retry_ms(attempts) }
}

fn accept(
    state: &State,
    turn: &mut Turn,
    id: PurchaseOrderId,
    purchase_order: &PurchaseOrder,
    acknowledged: &Acknowledgement,
    context: &mut Context<'_>,
) {
    let (order, sku) = (purchase_order.order, purchase_order.sku.clone());
    // more than was ordered is not counted on before it is here
    let accepted = acknowledged.accepted.min(purchase_order.ordered);
    let short = purchase_order.ordered - accepted;
    let arrives_on = acknowledged.arrives_on;
    turn.event(Event::Acknowledged { id, order, sku, accepted, short, arrives_on });
    let due = arrives_on.start().plus_ms(ARRIVAL_HOUR * Timestamp::HOUR_MS).max(context.now());
    turn.timer(goods_due_of(id), Due::Trade(due), Message::GoodsDue { purchase_order: id });
    slip(state, turn, purchase_order, arrives_on);
    if short > 0 {
        reorder(state, turn, purchase_order, short, context);
    }
}

/// Where the goods come later than the order was promised, it is told.
pub fn slip(state: &State, turn: &mut Turn, purchase_order: &PurchaseOrder, arrives_on: Date) {
    let order = purchase_order.order;
    let Some(item) = state.stock.get(&purchase_order.sku) else { return };
    // it has its units already, or wants them no more
    if !item.pegs.iter().any(|peg| peg.order == order) {
        return;
    }
    let demand = state.demands.get(&DemandId::of(order));
    if let Some(Waiting::Called { ships_on }) = demand.map(|demand| demand.state)
        && arrives_on > ships_on
    {
        turn.event(Event::Slipped { order, ships_on: arrives_on });
        turn.send(
            Address::OrderManager,
            order_manager::Message::PromiseChanged { order, ships_on: arrives_on },
        );
    }
}

/// `lost` units of a purchase order will not come: they are ordered elsewhere, if they are still wanted.
fn reorder(
    state: &State,
    turn: &mut Turn,
    purchase_order: &PurchaseOrder,
    lost: u32,
    context: &mut Context<'_>,
) {
    let Some(item) = state.stock.get(&purchase_order.sku) else { return };
    let incoming = item.incoming.saturating_sub(u64::from(lost));
    let mut refused_by = purchase_order.refused_by.clone();
    refused_by.push(purchase_order.wholesaler);
    let shortage = Shortage { item, purchase_order, pegs: item.pegs.clone(), incoming, refused_by };
    shortage.order(state, turn, context);
}

/// What is still to be ordered of one SKU after a purchase order went short.
pub struct Shortage<'a> {
    pub item: &'a StockItem,
    pub purchase_order: &'a PurchaseOrder,
    /// As they stand after the turn so far.
    pub pegs: Vec<Peg>,
    /// As it stands after the turn so far.
    pub incoming: u64,
    pub refused_by: Vec<WholesalerId>,
}

impl Shortage<'_> {
    /// Orders it anew; an order for which nobody is left to ask is told so.
    pub fn order(mut self, state: &State, turn: &mut Turn, context: &mut Context<'_>) {
        let sku = &self.purchase_order.sku;
        while let Some(i) = self.next() {
            let order = self.pegs[i].order;
            let units = called(&self.pegs).saturating_sub(self.incoming).min(u64::from(self.pegs[i].units));
            let plan = self.item.quotes.as_ref().and_then(|quotes| quotes.plan(units, &self.refused_by));
            let Some(shares) = plan else {
                self.pegs[i].called = false;
                turn.event(Event::PegCalled { order, sku: sku.clone(), called: false });
                give_up(state, turn, order);
                continue;
            };
            for share in shares {
                send(turn, order, sku, share, self.refused_by.clone(), context);
            }
            self.incoming += units;
        }
    }

    /// Whose peg is not covered: that of the order that the purchase order was for, else the youngest.
    fn next(&self) -> Option<usize> {
        if called(&self.pegs) <= self.incoming {
            return None;
        }
        let own = |peg: &Peg| peg.called && peg.order == self.purchase_order.order;
        self.pegs.iter().position(own).or_else(|| self.pegs.iter().rposition(|peg| peg.called))
    }
}

/// Told once, also where several of its lines cannot be supplied.
fn give_up(state: &State, turn: &mut Turn, order: OrderId) {
    let demand = state.demands.get(&DemandId::of(order));
    if matches!(demand.map(|demand| demand.state), Some(Waiting::Called { .. })) {
        turn.event(Event::GivenUp { order });
        turn.send(Address::OrderManager, order_manager::Message::NoSupplies { order });
    }
}
