use std::collections::BTreeMap;

use crate::actors::order_manager::{self, transitions};
use crate::actors::{Event, Shop};
use crate::domain::{Happening, OrderId, OrderState, Timestamp};
use crate::runtime::Record;

use super::fault::Fault;

/// A durable step of an order, as its timeline names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step(pub &'static str);

/// Before an order exists, and for what concerns none.
pub const NO_ORDER: Step = Step("(no order)");

/// How often at each state and step.
type Places = BTreeMap<(Option<OrderState>, Step), u64>;

/// Where every order of a world stands, and which faults met it there.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    orders: BTreeMap<OrderId, (OrderState, Step)>,
    /// How often a fault came to an order in this state and after this step.
    met: BTreeMap<(Fault, Option<OrderId>), Places>,
    pub counts: BTreeMap<Fault, u64>,
    /// When each fault came, by the trade's clock as the journal last had it.
    pub moments: Vec<(Timestamp, Fault)>,
    now: Timestamp,
}

impl Coverage {
    /// A turn was appended: orders may stand elsewhere.
    pub fn note(&mut self, record: &Record<Shop>) {
        self.now = record.moment.at;
        for event in &record.stated.events {
            for (order, _, what) in event.happenings() {
                if let Some(step) = step_of(&what) {
                    let state = self.orders.get(&order).map_or(OrderState::Placed, |(state, _)| *state);
                    self.orders.insert(order, (state, step));
                }
            }
            if let Event::OrderManager(event) = event {
                self.note_state(event);
            }
        }
    }

    fn note_state(&mut self, event: &order_manager::Event) {
        let Some(order) = event.order() else { return };
        let (state, step) = self.orders.get(&order).copied().unwrap_or((OrderState::Placed, NO_ORDER));
        let next = event.trigger().and_then(|trigger| transitions::next(state, trigger).ok());
        self.orders.insert(order, (next.unwrap_or(state), step));
    }

    /// A fault came to this order, or to none.
    pub fn hit(&mut self, fault: Fault, order: Option<OrderId>) {
        self.count(fault);
        self.meet(fault, order);
    }

    /// A fault came to the order that a turn speaks of, if any.
    pub fn hit_first(&mut self, fault: Fault, record: &Record<Shop>) {
        let order =
            record.stated.events.iter().flat_map(|event| event.happenings()).map(|(order, ..)| order).next();
        self.hit(fault, order);
    }

    /// A fault came to the whole shop: every order that has not ended meets it.
    pub fn hit_all(&mut self, fault: Fault) {
        self.count(fault);
        let open: Vec<OrderId> =
            self.orders.iter().filter(|(_, (state, _))| !state.is_end()).map(|(order, _)| *order).collect();
        for order in &open {
            self.meet(fault, Some(*order));
        }
        if open.is_empty() {
            self.meet(fault, None);
        }
    }

    fn count(&mut self, fault: Fault) {
        *self.counts.entry(fault).or_default() += 1;
        self.moments.push((self.now, fault));
    }

    fn meet(&mut self, fault: Fault, order: Option<OrderId>) {
        let at = order.and_then(|order| self.orders.get(&order)).copied();
        let at = at.map_or((None, NO_ORDER), |(state, step)| (Some(state), step));
        *self.met.entry((fault, order)).or_default().entry(at).or_default() += 1;
    }

    /// Every meeting: which fault, which order, where it stood, how often.
    pub fn meetings(
        &self,
    ) -> impl Iterator<Item = (Fault, Option<OrderId>, Option<OrderState>, Step, u64)> + '_ {
        self.met.iter().flat_map(|((fault, order), places)| {
            places.iter().map(move |((state, step), times)| (*fault, *order, *state, *step, *times))
        })
    }

    pub fn state_of(&self, order: OrderId) -> Option<OrderState> {
        self.orders.get(&order).map(|(state, _)| *state)
    }
}

/// The durable steps of a checkout and of what follows it, in their order.
pub const STEPS: [Step; 18] = [
    NO_ORDER,
    Step("placed"),
    Step("stock reserved"),
    Step("promised"),
    Step("supplies ordered"),
    Step("supplies arrived"),
    Step("payment asked"),
    Step("bank asked"),
    Step("bank answered"),
    Step("authorised"),
    Step("confirmed"),
    Step("packed"),
    Step("truck booked"),
    Step("handed over"),
    Step("captured"),
    Step("settled"),
    Step("delivered"),
    Step("ended otherwise"),
];

/// `None`: what is said to people and moves nothing.
fn step_of(what: &Happening) -> Option<Step> {
    use Happening::*;
    Some(Step(match what {
        OrderReceived { .. } | OrderSent { .. } | StockAsked => "placed",
        UnitsReserved { .. } | InStock => "stock reserved",
        UnitsPegged { .. } | Promised { .. } => "promised",
        SuppliesOrdered { .. } => "supplies ordered",
        SuppliesArrived { .. } => "supplies arrived",
        PaymentAsked { .. } => "payment asked",
        BankAsked { .. } | PaymentUnknown => "bank asked",
        FundsHeld { .. } | BankDeclined { .. } => "bank answered",
        Authorised { .. } | CardVerified => "authorised",
        StockAllocated | Confirmed | DispatchAsked => "confirmed",
        Packed => "packed",
        TruckBooked { .. } => "truck booked",
        HandedOver { .. } => "handed over",
        Captured { .. } => "captured",
        Settled { .. } => "settled",
        Delivered | Closed => "delivered",
        OutOfStock { .. } | Declined { .. } | Cancelled { .. } => "ended otherwise",
        PaymentReversed
        | PaymentDeclined { .. }
        | PaymentVoided
        | CustomerTold { .. }
        | Mailed { .. }
        | MailParked { .. }
        | CancelAsked
        | TooLateToCancel
        | CaseOpened { .. }
        | HoldLapsing { .. }
        | HoldLapsed { .. }
        | HoldReplaced
        | StopAsked
        | SentAgain { .. }
        | Discarded { .. }
        | CaseClosed { .. }
        | AnotherCardAwaited
        | AnotherCardTyped
        | BasketGivenBack
        | RefundAsked { .. }
        | Refunded { .. } => return None,
    }))
}
