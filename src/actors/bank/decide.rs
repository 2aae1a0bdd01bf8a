use crate::actors::{Context, Turn};
use crate::domain::{Currency, PaymentId};
use crate::runtime::Keys;

use super::account::{Account, AccountId};
use super::card::CardToken;
use super::hold::{self, Hold, Request};
use super::settlement::SettlementBatch;
use super::{Card, Message, State, capture, card, lapse, settlement, test_cards};

pub fn touches(_state: &State, message: &Message, keys: &mut Keys) {
    match message {
        Message::RegisterCard { token, .. } => keys.add::<Card>(&CardToken::new(token)),
        Message::ApproveHold { payment, token, amount, .. } => {
            touches_request(*payment, token, amount.currency, keys);
        }
        Message::RenewHold { payment, replaces, token, amount, .. } => {
            keys.add::<Hold>(replaces);
            touches_request(*payment, token, amount.currency, keys);
        }
        Message::VerifyCard { payment, token, amount, .. } => {
            touches_request(*payment, token, amount.currency, keys);
        }
        Message::AskHold { payment, .. }
        | Message::ReleaseHold { payment, .. }
        | Message::WindowOver { payment, .. }
        | Message::Forget { payment, .. } => keys.add::<Hold>(payment),
        Message::CardDue { token } => keys.add::<Card>(&CardToken::new(token)),
        Message::CaptureHold { payment, .. } => {
            keys.add::<Hold>(payment);
            keys.add::<Account>(&AccountId::merchant());
        }
        Message::SettlementDue { batch } => keys.add::<SettlementBatch>(batch),
    }
}

fn touches_request(payment: PaymentId, token: &str, currency: Currency, keys: &mut Keys) {
    keys.add::<Hold>(&payment);
    if test_cards::find(token).is_none() {
        keys.add::<Card>(&CardToken::new(token));
    }
    keys.add::<Account>(&AccountId::cardholder(token, currency));
}

pub fn decide(state: &State, message: &Message, context: &mut Context<'_>) -> Turn {
    match message {
        Message::RegisterCard { token, card } => card::register(state, token, card, context),
        Message::ApproveHold { order, payment, token, amount } => {
            let (replaces, amount, verification) = (None, *amount, false);
            let request = Request { order: *order, payment: *payment, replaces, token, amount, verification };
            hold::request(state, &request, context)
        }
        Message::RenewHold { order, payment, replaces, token, amount } => {
            let (replaces, amount, verification) = (Some(*replaces), *amount, false);
            let request = Request { order: *order, payment: *payment, replaces, token, amount, verification };
            hold::request(state, &request, context)
        }
        Message::VerifyCard { order, payment, token, amount } => {
            let (replaces, amount, verification) = (None, *amount, true);
            let request = Request { order: *order, payment: *payment, replaces, token, amount, verification };
            hold::request(state, &request, context)
        }
        Message::AskHold { order, payment, verification } => {
            hold::ask(state, *order, *payment, *verification)
        }
        Message::CaptureHold { order, payment, amount } => {
            capture::capture(state, *order, *payment, *amount, context)
        }
        Message::ReleaseHold { order, payment } => hold::release(state, *order, *payment, context),
        Message::SettlementDue { batch } => settlement::pay_out(state, *batch),
        Message::WindowOver { payment, .. } => lapse::window_over(state, *payment, context),
        Message::Forget { payment, .. } => hold::forget(state, *payment),
        Message::CardDue { token } => card::due(state, token),
    }
}
