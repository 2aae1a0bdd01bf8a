use crate::actors::{Notes, Shop, Teller, Turn};
use crate::domain::{OrderId, Party, PaymentId};
use crate::partners::processor::port::Request;
use crate::runtime::{Actor, Fold, Partition, Tables};

use super::ledger::Ledger;
use super::payment::Payment;
use super::process::{Report, Step, next};
use super::{
    Event, Kind, MerchantProxy, Message, authorise, capture, capture_process, expiry, processor, refund,
    refund_process, reverse, settlement, state,
};

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
            authorise::begin(turn, *payment, attempt.replacing(*replaces));
        }
        Message::Settlement(file) => settlement::settle(turn, file),
        Message::Refund(request) => refund::wanted(turn, request),
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
        Message::Forget { .. } => forget(turn, id, payment),
        Message::SettlementOverdue { capture, .. } => capture::overdue(turn, payment, *capture),
        _ => {
            if let Some((part, report)) = capture_process::Report::of(message) {
                capture::reported(turn, payment, part, report, message);
            } else if let Some((part, report)) = refund_process::Report::of(message) {
                refund::reported(turn, payment, part, report);
            } else if let Some(report) = Report::of(message, payment, turn.now()) {
                let step = next(payment, report, turn.rules().payment_asks_max);
                take(turn, id, payment, step);
            }
        }
    }
}

fn take(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, step: Step<'_>) {
    match step {
        Step::Wait => {}
        Step::MarkUnknown => authorise::no_answer(turn, id, payment),
        Step::AskAgain => authorise::ask_again(turn, id, payment),
        Step::RepeatRequest => authorise::ask(turn, id, payment),
        Step::Authorise(hold, posting) => authorise::held(turn, id, payment, hold, posting),
        Step::Verify(card) => authorise::verified(turn, id, payment, card),
        Step::Decline(reason) => authorise::declined(turn, id, payment, reason),
        Step::Reverse(reason) => reverse::give_up(turn, id, payment, reason),
        Step::Void => reverse::void(turn, id, payment),
        Step::ReleaseLateHold => processor::ask(turn, id, payment, Request::Void),
        Step::ReleaseAgain { case } => reverse::release_again(turn, id, payment, case),
        Step::NoteVoid => turn.record(Event::VoidWanted { payment: id }),
        Step::SayVoided => reverse::say_voided(turn, id, payment),
        Step::BookRelease => reverse::released(turn, id, payment),
        Step::WarnOfEnd(end) => expiry::lapsing(turn, id, payment, end),
        Step::Expire => expiry::expired(turn, id, payment),
    }
}

/// A payment that may hold something, or has taken something, is kept.
fn forget(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment) {
    if payment.is_nothing() {
        turn.record(Event::Forgotten { payment: id });
        processor::ask(turn, id, payment, Request::Forget);
    }
}
