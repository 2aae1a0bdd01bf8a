use crate::actors::{Notes, OwnTimeline, Shop, Teller, Turn};
use crate::domain::{OrderId, Party};
use crate::runtime::{Actor, Fold, Partition, Tables};

use super::transitions::{self, Trigger};
use super::{
    Event, KeyBinding, Message, NoSuchOrder, Order, OrderManager, OrderNumbers, Show, ShowTimeline,
    another_card, cancel, credit, parcel, payments, place, refund, refusal, state, stock,
};

impl Actor for OrderManager {
    type App = Shop;
    const NAME: &'static str = Party::OrderManager.name();
    const ROLE: Option<Teller> = Some(Teller::own(Party::OrderManager));
    type Key = ();
    type Message = Message;
    type Event = Event;

    fn tables(tables: &mut Tables) {
        tables.add::<Order>();
        tables.add::<KeyBinding>();
        tables.add::<OrderNumbers>();
    }

    fn decide((): &(), message: &Message, turn: &mut Turn<'_>) {
        match message {
            Message::Place(order) => place::place(turn, order),
            Message::Show(question) => show(turn, question),
            Message::ShowTimeline(question) => show_timeline(turn, question),
            Message::Cancel(question) => cancel::cancel(turn, question),
            Message::Refund(question) => refund::refund(turn, question),
            Message::TryCard(question) => another_card::try_card(turn, question),
            told => on_told(turn, told),
        }
    }

    fn fold(event: &Event, fold: &mut Fold<'_>) {
        state::fold(event, fold);
    }

    fn partition((): &(), message: &Message) -> Partition {
        // a new order is in one slot with its idempotency key
        message.order().map_or(Partition::Common, |order| order.slot().into())
    }

    fn name(message: &Message) -> &'static str {
        message.into()
    }

    fn subject(message: &Message) -> Option<OrderId> {
        message.order()
    }

    fn notes(event: &Event) -> Notes {
        let told = Notes::from(event.happenings());
        match event {
            Event::Forgotten { order, .. } => told.forgetting(*order),
            _ => told,
        }
    }
}

fn on_told(turn: &mut Turn<'_>, message: &Message) {
    let Some(id) = message.order() else { return };
    // nobody tells of an order that was never placed, or was forgotten
    let Some(order) = turn.get::<Order>(&id) else { return };
    match message {
        Message::RefusalOver { .. } => refusal::over(turn, id, &order),
        Message::NothingKept { .. } => refusal::forget(turn, id, &order),
        Message::CardTimeOver { payment, .. } => another_card::time_over(turn, id, &order, *payment),
        of_its_way => on_its_way(turn, id, &order, of_its_way),
    }
}

/// What another actor tells of an order. What does not fit its state is consumed: it crossed what ended the
/// order, or came twice.
fn on_its_way(turn: &mut Turn<'_>, id: OrderId, order: &Order, message: &Message) {
    let fits = Trigger::of(message).is_some_and(|trigger| transitions::next(order.state, trigger).is_ok());
    if !fits {
        return;
    }
    match message {
        Message::Reserved { .. } => stock::reserved(turn, id, order),
        Message::Promised { ships_on, .. } => stock::promised(turn, id, order, *ships_on),
        Message::OutOfStock { earliest, .. } => stock::out_of_stock(turn, id, order, *earliest),
        Message::SuppliesArrived { .. } => stock::supplies_arrived(turn, id, order),
        Message::PromiseChanged { ships_on, .. } => stock::promise_changed(turn, id, order, *ships_on),
        Message::NoSupplies { .. } => stock::no_supplies(turn, id, order),
        Message::Allocated { .. } => stock::allocated(turn, id, order),
        Message::PaymentAuthorised { payment, .. } => payments::authorised(turn, id, order, *payment, None),
        Message::PaymentHeld { payment, card, .. } => {
            payments::authorised(turn, id, order, *payment, Some(card));
        }
        Message::CardVerified { payment, card, .. } => payments::verified(turn, id, order, *payment, card),
        Message::CreditGranted { .. } => credit::granted(turn, id, order),
        Message::CreditRefused { .. } => credit::refused(turn, id, order),
        Message::PaymentDeclined { payment, reason, .. } => {
            payments::declined(turn, id, order, *payment, *reason);
        }
        Message::PaymentUnknown { payment, .. } => payments::unknown(turn, id, order, *payment),
        Message::PaymentLapsing { payment, .. } => payments::lapsing(turn, id, order, *payment),
        Message::PaymentExpired { payment, .. } => payments::expired(turn, id, order, *payment),
        Message::PaymentVoided { payment, .. } => payments::voided(turn, id, order, *payment),
        Message::PaymentCaptured { payment, amount, .. } => {
            payments::captured(turn, id, order, *payment, *amount);
        }
        Message::PaymentRefunded { refund, amount, in_all, .. } => {
            refund::refunded(turn, id, order, *refund, *amount, *in_all);
        }
        Message::PaymentSettled { payment, .. } => payments::settled(turn, id, order, *payment),
        Message::HandedOver { tracking, .. } => parcel::handed_over(turn, id, order, tracking),
        Message::Delivered { .. } => parcel::delivered(turn, id, order),
        Message::Stopped { .. } => parcel::stopped(turn, id, order),
        Message::TooLateToStop { .. } => parcel::too_late(turn, id, order),
        // not told of an order on its way: decided on above
        Message::Place(_)
        | Message::Show(_)
        | Message::ShowTimeline(_)
        | Message::Cancel(_)
        | Message::Refund(_)
        | Message::TryCard(_)
        | Message::CardTimeOver { .. }
        | Message::RefusalOver { .. }
        | Message::NothingKept { .. } => {}
    }
}

fn show(turn: &mut Turn<'_>, question: &Show) {
    let order = turn.get::<Order>(&question.order).filter(|order| order.is_owned_by(&question.claim));
    let reply = order.map(|order| Box::new(order.view(question.order))).ok_or(NoSuchOrder);
    turn.answer(question, reply);
}

fn show_timeline(turn: &mut Turn<'_>, question: &ShowTimeline) {
    let order = turn.get::<Order>(&question.order);
    let known = order.is_some_and(|order| order.is_owned_by(&question.claim));
    let timeline = turn.get::<OwnTimeline>(&question.order).filter(|_| known);
    turn.answer(question, timeline.map(|timeline| timeline.0.read()).ok_or(NoSuchOrder));
}
