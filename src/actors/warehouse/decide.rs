use crate::actors::{Address, Call, Context, Turn, What, order_manager, stock_keeper};
use crate::domain::OrderId;
use crate::planted::{self, Bug};
use crate::runtime::{Due, Keys, TimerId};

use super::{Event, Fulfilment, Message, Shipment, Stage, State, booking, road, stop};

/// One timer for each parcel: whatever it waits for, it waits for one thing.
const NEXT: u8 = 1;

pub fn touches(_state: &State, message: &Message, keys: &mut Keys) {
    keys.add::<Shipment>(&message.about());
}

pub fn decide(state: &State, message: &Message, context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let shipment = state.shipments.get(&message.about());
    let desk = Desk { context, turn: &mut turn };
    match (message, shipment) {
        (Message::Fulfil(fulfilment), None) => desk.fulfil(fulfilment),
        // asked twice: it is on its way through the house
        (Message::Fulfil(_), Some(_)) => {}
        // nothing was ever asked of this house for the order
        (_, None) => {}
        (message, Some(shipment)) => desk.go_on(shipment, message),
    }
    turn
}

/// A turn in the making.
pub struct Desk<'a, 'c> {
    pub context: &'a Context<'c>,
    pub turn: &'a mut Turn,
}

impl Desk<'_, '_> {
    fn fulfil(self, fulfilment: &Fulfilment) {
        let order = fulfilment.order;
        self.turn.event(Event::Asked { fulfilment: Box::new(fulfilment.clone()) });
        let due = self.context.trade_in(self.context.rules().packing_ms);
        self.turn.timer(timer_of(order), due, Message::PackingDone { order });
    }

    fn go_on(mut self, shipment: &Shipment, message: &Message) {
        use Stage::{AwaitingTruck, Booking, Cancelling, OnTheWay, Packing};
        match (message, shipment.stage) {
            (Message::Stop { .. }, stage) => stop::stop(&mut self, shipment, stage),
            (Message::PackingDone { .. }, Packing) => booking::packed(&mut self, shipment),
            (Message::BookRetry { .. }, Booking) => booking::book(&mut self, shipment),
            (Message::Booked { result, .. }, Booking) => booking::answered(&mut self, shipment, result),
            (Message::TrackDue { .. }, AwaitingTruck | OnTheWay) => road::track(&mut self, shipment),
            (Message::Tracked { result, .. }, AwaitingTruck | OnTheWay) => {
                road::tracked(&mut self, shipment, result);
            }
            (Message::CancelRetry { .. }, Cancelling) => stop::cancel_booking(&mut self, shipment),
            (Message::CancelAnswered { result, .. }, Cancelling) => {
                stop::answered(&mut self, shipment, result);
            }
            // late or doubled: a scan that crossed the cancellation (its answer decides), a second
            // result of a booking, a timer of a parcel that was stopped
            _ => {}
        }
    }

    pub fn tell_orders(&mut self, message: order_manager::Message) {
        self.turn.send(Address::OrderManager, message);
    }

    pub fn tell_stock(&mut self, message: stock_keeper::Message) {
        self.turn.send(Address::StockKeeper, message);
    }

    pub fn call(&mut self, what: What) {
        self.turn.call(Call { deadline_ms: self.context.rules().call_deadline_ms, what });
    }

    pub fn wait(&mut self, order: OrderId, due: Due, message: Message) {
        self.turn.timer(timer_of(order), due, message);
    }

    pub fn stop_waiting(&mut self, order: OrderId) {
        self.turn.cancel_timer(timer_of(order));
    }

    /// Not answered: once more after a while, with the same key.
    pub fn again_later(&mut self, shipment: &Shipment, message: Message) {
        let attempt = shipment.unanswered.saturating_add(1);
        let order = shipment.fulfilment.order;
        self.turn.event(Event::Unanswered { order, case: None });
        if planted::is(Bug::RetriesOnce) && attempt > 1 {
            return;
        }
        let due = self.context.real_in(self.context.rules().retry_ms(attempt));
        self.wait(order, due, message);
    }
}

fn timer_of(order: OrderId) -> TimerId {
    TimerId { kind: NEXT, of: u128::from_be_bytes(order.to_bytes()) }
}
