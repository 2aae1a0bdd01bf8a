use crate::actors::{Notes, Shop, Teller, Turn};
use crate::domain::{OrderId, Party};
use crate::runtime::{Actor, Fold, Partition, Tables};

use super::process::{Report, Step, next};
use super::waiting::{again_later, wait};
use super::{Event, Fulfilment, Message, Shipment, WarehouseActor, booking, road, state, stop};

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
        if let Message::Fulfil(fulfilment) = message {
            fulfil(turn, fulfilment);
        } else if let Some(report) = Report::of(message) {
            go_on(turn, message.about(), report);
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

fn fulfil(turn: &mut Turn<'_>, fulfilment: &Fulfilment) {
    let order = fulfilment.order;
    if turn.get::<Shipment>(&order).is_some() {
        // asked twice: it is on its way through the house
        return;
    }
    turn.record(Event::Asked { fulfilment: Box::new(fulfilment.clone()) });
    // without a crew nothing is packed by itself
    if turn.rules().has_crew {
        let due = turn.trade_in(turn.rules().packing_ms);
        wait(turn, order, due, Message::PackingDone { order });
    }
}

/// What is at the truck, or beyond, is handed over first: then the same report leads it on.
fn go_on(turn: &mut Turn<'_>, order: OrderId, report: Report<'_>) {
    // nothing was ever asked of this house for the order
    while let Some(shipment) = turn.get::<Shipment>(&order) {
        let step = next(shipment.stage, shipment.stop, report);
        take(turn, order, &shipment, step);
        if step != Step::HandOver {
            return;
        }
    }
}

fn take(turn: &mut Turn<'_>, order: OrderId, shipment: &Shipment, step: Step<'_>) {
    match step {
        Step::Wait => {}
        Step::Pack => booking::packed(turn, order, shipment),
        Step::Book => booking::book(turn, order, shipment),
        Step::BookLater(why) => again_later(turn, shipment, why, Message::BookRetry { order }),
        Step::OfferAgain(why) => booking::refused(turn, order, shipment, why),
        Step::AwaitTruck(booking) => booking::await_truck(turn, order, booking),
        Step::Track => road::track(turn, order, shipment),
        Step::TrackLater(why) => again_later(turn, shipment, why, Message::TrackDue { order }),
        Step::TrackUnknownParcel(why) => road::track_unknown(turn, order, shipment, why),
        Step::TrackOn(seen) => road::track_on(turn, order, shipment, seen),
        Step::HandOver => road::hand_over(turn, order, shipment),
        Step::Deliver => road::deliver(turn, order),
        Step::NoteStop => turn.record(Event::StopNoted { order }),
        Step::AskBack => stop::ask_back(turn, order, shipment),
        Step::AskNewBookingBack(booking) => stop::ask_new_booking_back(turn, order, shipment, booking),
        Step::AskBackAgain => stop::ask_back_again(turn, order, shipment),
        Step::AskBackLater(why) => again_later(turn, shipment, why, Message::CancelRetry { order }),
        Step::PutAway { packed } => stop::put_away(turn, order, shipment, packed),
        Step::SayTooLate => stop::too_late(turn, order),
        Step::GoOn => stop::go_on(turn, order, shipment),
    }
}
