use crate::actors::{Notes, Shop, Teller, Turn};
use crate::domain::{OrderId, Party};
use crate::runtime::{Actor, Fold, Tables};

use super::account::Account;
use super::approve::{self, Request};
use super::hold::Hold;
use super::settlement::{SettlementBatch, SettlementLines};
use super::{BankActor, Card, Event, Message, capture, lapse, payout, refund, state, typed_card};

/// All orders meet in its accounts: it is kept in common, whole.
impl Actor for BankActor {
    type App = Shop;
    const NAME: &'static str = Party::BankActor.name();
    const ROLE: Option<Teller> = Some(Teller::common(Party::BankActor));
    type Key = ();
    type Message = Message;
    type Event = Event;

    fn tables(tables: &mut Tables) {
        tables.add::<Card>();
        tables.add::<Account>();
        tables.add::<Hold>();
        tables.add::<SettlementBatch>();
        tables.add::<SettlementLines>();
    }

    fn decide(_: &(), message: &Message, turn: &mut Turn<'_>) {
        decide(turn, message);
    }

    fn fold(event: &Event, fold: &mut Fold<'_>) {
        state::fold(event, fold);
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

    fn given_up(_: &(), message: &Message, _panic: &str, turn: &mut Turn<'_>) {
        if let Message::SettlementDue { batch } = message {
            payout::try_again(turn, *batch);
        }
    }
}

fn decide(turn: &mut Turn<'_>, message: &Message) {
    match message {
        Message::RegisterCard(question) => typed_card::register(turn, question),
        Message::ApproveHold { order, payment, token, amount } => {
            let (replaces, amount, verification) = (None, *amount, false);
            let request = Request { order: *order, replaces, token, amount, verification };
            approve::request(turn, *payment, &request);
        }
        Message::RenewHold { order, payment, replaces, token, amount } => {
            let (replaces, amount, verification) = (Some(*replaces), *amount, false);
            let request = Request { order: *order, replaces, token, amount, verification };
            approve::request(turn, *payment, &request);
        }
        Message::VerifyCard { order, payment, token, amount } => {
            let (replaces, amount, verification) = (None, *amount, true);
            let request = Request { order: *order, replaces, token, amount, verification };
            approve::request(turn, *payment, &request);
        }
        Message::QueryHold { order, payment, verification } => {
            approve::ask(turn, *payment, *order, *verification)
        }
        Message::CaptureHold { order, capture, amount } => capture::capture(turn, *order, *capture, *amount),
        Message::RefundCaptured { order, refund, amount } => refund::refund(turn, *order, *refund, *amount),
        Message::ReleaseHold { order, payment } => approve::release(turn, *payment, *order),
        Message::SettlementDue { batch } => payout::pay_out(turn, *batch),
        Message::WindowOver { payment, .. } => lapse::window_over(turn, *payment),
        Message::Forget { payment, .. } => approve::forget(turn, *payment),
        Message::CardDue { token } => typed_card::due(turn, token),
    }
}
