use crate::actors::{Notes, Shop, Teller, Turn, bank};
use crate::domain::{OrderId, Party, PaymentId};
use crate::runtime::{Actor, Fold, Partition, Tables};

use super::ledger::Ledger;
use super::payment::Payment;
use super::transitions::PaymentState;
use super::{Event, Kind, MerchantProxy, Message, authorise, capture, expiry, reverse, settlement, state};

impl Actor for MerchantProxy {
    type App = Shop;
    const NAME: &'static str = Party::MerchantProxy.name();
    const ROLE: Option<Teller> = Some(Teller::own(Party::MerchantProxy));
    type Key = ();
    type Message = Message;
    type Event = Event;

    fn tables(tables: &mut Tables) {
        tables.add::<Payment>();
        tables.add::<Ledger>();
    }

    fn decide(_: &(), message: &Message, turn: &mut Turn<'_>) {
        decide(turn, message);
    }

    fn fold(event: &Event, fold: &mut Fold<'_>) {
        state::fold(event, fold);
    }

    /// In the slot of its payment, where the part of the ledger is too that it is booked in.
    fn partition(_: &(), message: &Message) -> Partition {
        message.payment().map_or(Partition::Common, |payment| payment.slot().into())
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

    fn given_up(_: &(), message: &Message, panic: &str, turn: &mut Turn<'_>) {
        if let Message::Settlement(file) = message {
            settlement::given_up(turn, file, message.into(), panic);
        }
    }
}

fn decide(turn: &mut Turn<'_>, message: &Message) {
    match message {
        Message::Authorise { order, payment, token, amount } => {
            let attempt = Payment::intended(*order, Kind::Hold, token.clone(), *amount);
            authorise::begin(turn, *payment, attempt);
        }
        Message::Verify { order, payment, token, amount } => {
            let attempt = Payment::intended(*order, Kind::Verification, token.clone(), *amount);
            authorise::begin(turn, *payment, attempt);
        }
        Message::Renew { order, payment, replaces, token, amount } => {
            let attempt = Payment::intended(*order, Kind::Hold, token.clone(), *amount);
            let attempt = Payment { replaces: Some(*replaces), ..attempt };
            authorise::begin(turn, *payment, attempt);
        }
        Message::Settlement(file) => settlement::settle(turn, file),
        about_one => {
            let Some(id) = about_one.payment() else { return };
            // nobody can name a payment before its `Authorise` or `Verify`: they travel the same way, in order
            let Some(payment) = turn.get::<Payment>(&id) else { return };
            decide_on(turn, id, &payment, about_one);
        }
    }
}

fn decide_on(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, message: &Message) {
    match message {
        Message::Capture { .. } => capture::begin(turn, id, payment),
        Message::Void { .. } => reverse::void(turn, id, payment),
        Message::HoldAnswered { answer, .. } => authorise::hold_answered(turn, id, payment, answer),
        Message::VerifyAnswered { answer, .. } => authorise::verify_answered(turn, id, payment, answer),
        Message::CaptureAnswered { answer, .. } => capture::answered(turn, id, payment, answer),
        Message::Released { .. } => reverse::released(turn, id, payment),
        Message::Deadline { .. } => deadline(turn, id, payment),
        Message::WindowDue { .. } => expiry::window_due(turn, id, payment),
        Message::Forget { .. } => forget(turn, id, payment),
        Message::Authorise { .. }
        | Message::Verify { .. }
        | Message::Renew { .. }
        | Message::Settlement(_) => {}
    }
}

fn deadline(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    match payment.state {
        PaymentState::AuthSent => authorise::no_answer(turn, id, payment),
        PaymentState::Unknown => authorise::ask_again(turn, id, payment),
        PaymentState::Reversing | PaymentState::Voiding => reverse::release_again(turn, id, payment),
        PaymentState::Capturing => capture::capture_again(turn, id, payment),
        // the timer rang while the answer was being handled: nothing is waited for any more
        _ => {}
    }
}

/// A payment that may hold something, or has, is kept.
fn forget(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    if payment.is_nothing() {
        turn.state(Event::Forgotten { payment: id });
        turn.send(bank::Message::Forget { order: payment.order, payment: id });
    }
}
