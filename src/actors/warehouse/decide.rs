use crate::actors::{Notes, Shop, Teller, Turn};
use crate::domain::{OrderId, Party};
use crate::runtime::{Actor, Fold, Partition, Tables};

use super::waiting::wait;
use super::{Event, Fulfilment, Message, Shipment, Stage, WarehouseActor, booking, road, state, stop};

impl Actor for WarehouseActor {
    type App = Shop;
    const NAME: &'static str = Party::WarehouseActor.name();
    const ROLE: Option<Teller> = Some(Teller::own(Party::WarehouseActor));
    type Key = ();
    type Message = Message;
    type Event = Event;

    fn tables(tables: &mut Tables) {
        tables.add::<Shipment>();
    }

    fn decide(_: &(), message: &Message, turn: &mut Turn<'_>) {
        let order = message.about();
        let shipment = turn.get::<Shipment>(&order);
        match (message, shipment.as_deref()) {
            (Message::Fulfil(fulfilment), None) => fulfil(turn, order, fulfilment),
            // asked twice: it is on its way through the house
            (Message::Fulfil(_), Some(_)) => {}
            // nothing was ever asked of this house for the order
            (_, None) => {}
            (message, Some(shipment)) => go_on(turn, order, shipment, message),
        }
    }

    fn fold(event: &Event, fold: &mut Fold<'_>) {
        state::fold(event, fold);
    }

    fn partition(_: &(), message: &Message) -> Partition {
        message.about().slot().into()
    }

    fn name(message: &Message) -> &'static str {
        message.into()
    }

    fn subject(message: &Message) -> Option<OrderId> {
        message.order()
    }

    fn notes(event: &Event) -> Notes {
        event.happenings().into()
    }
}

fn fulfil(turn: &mut Turn<'_>, order: OrderId, fulfilment: &Fulfilment) {
    turn.state(Event::Asked { fulfilment: Box::new(fulfilment.clone()) });
    let due = turn.trade_in(turn.rules().packing_ms);
    wait(turn, order, due, Message::PackingDone { order });
}

fn go_on(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment, message: &Message) {
    use Stage::{AwaitingTruck, Booking, Cancelling, OnTheWay, Packing};
    match (message, shipment.stage) {
        (Message::Stop { .. }, _) => stop::stop(turn, order, shipment),
        (Message::PackingDone { .. }, Packing) => booking::packed(turn, order, shipment),
        (Message::BookRetry { .. }, Booking) => booking::book(turn, order, shipment),
        (Message::Booked { result, .. }, Booking) => booking::answered(turn, order, shipment, result),
        (Message::TrackDue { .. }, AwaitingTruck | OnTheWay) => road::track(turn, order, shipment),
        (Message::Tracked { result, .. }, AwaitingTruck | OnTheWay) => {
            road::tracked(turn, order, shipment, result);
        }
        (Message::CancelRetry { .. }, Cancelling) => stop::cancel_booking(turn, order, shipment),
        (Message::CancelAnswered { result, .. }, Cancelling) => stop::answered(turn, order, shipment, result),
        // late or doubled: a scan that crossed the cancellation (its answer decides), a second
        // result of a booking, a timer of a parcel that was stopped
        _ => {}
    }
}
