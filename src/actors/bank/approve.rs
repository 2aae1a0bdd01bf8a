//! From the request for a hold to its release: what the issuer decides, and what every repeat is answered.

use crate::actors::{Turn, merchant_proxy};
use crate::domain::{DeclineReason, Money, OrderId, PaymentId, Timestamp};
use crate::partners::processor::port::{self, Answer, AuthoriseAnswer, NotHeld, VerifyAnswer, VoidAnswer};
use crate::planted::{self, Bug};
use crate::runtime::Snapshot;

use super::account::{Account, AccountId, Cardholder};
use super::card::{CardToken, test_card};
use super::hold::{Hold, HoldState};
use super::{Behaviour, Card, Event, lapse, test_cards, typed_card};

/// What is asked of the issuer.
pub struct Request<'a> {
    pub order: OrderId,
    /// The hold in whose place it comes, if it is granted.
    pub replaces: Option<PaymentId>,
    pub token: &'a str,
    pub amount: Money,
    /// Nothing is to stay held.
    pub verification: bool,
}

pub fn request(turn: &mut Turn<'_>, payment: PaymentId, request: &Request<'_>) {
    let order = request.order;
    if let Some(decided) = turn.get::<Hold>(&payment) {
        return answer(turn, payment, &decided, order);
    }
    let test_card = test_card(turn, request.token);
    let typed = if test_card.is_some() { None } else { turn.get::<Card>(&CardToken::new(request.token)) };
    let behaviour = test_card.map(|card| card.behaviour).or(typed.as_deref().map(|card| card.behaviour));
    let limit = test_card.map_or(test_cards::REGISTERED_LIMIT_MINOR, |card| card.limit);
    let replaced = replaced(turn, request);
    let state = verdict(turn, request, behaviour, limit, typed.as_deref(), replaced.as_ref());
    let unreachable = behaviour == Some(Behaviour::Unreachable);
    let (token, amount) = (request.token.to_owned(), granted(request, behaviour));
    let hold = Hold { unreachable, ..Hold::new(token, amount, request.verification, state) };
    if !first_answer_is_lost(behaviour) {
        answer(turn, payment, &hold, order);
    }
    if let HoldState::Held { capture_before, .. } = hold.state {
        // the one is let go where the other is held: never both, and never neither
        if let Some((old, held)) = &replaced {
            lapse::replace(turn, *old, held);
        }
        lapse::watch(turn, payment, order, capture_before);
    }
    if matches!(hold.state, HoldState::Held { .. } | HoldState::Verified { .. }) && test_card.is_none() {
        typed_card::keep(turn, request.token);
    }
    turn.record(Event::Asked { order, payment, hold, limit });
}

/// Of what is asked for, where it is granted.
fn granted(request: &Request<'_>, behaviour: Option<Behaviour>) -> Money {
    let Money { amount, currency } = request.amount;
    match behaviour {
        _ if request.verification => Money::zero(currency),
        Some(Behaviour::ApprovesPart) => Money::new(amount / 2, currency),
        _ => request.amount,
    }
}

/// What is still held of the payment that is to be replaced.
fn replaced(turn: &mut Turn<'_>, request: &Request<'_>) -> Option<(PaymentId, Snapshot<Hold>)> {
    let payment = request.replaces?;
    let hold = turn.get::<Hold>(&payment)?;
    matches!(hold.state, HoldState::Held { .. }).then_some((payment, hold))
}

fn verdict(
    turn: &mut Turn<'_>,
    request: &Request<'_>,
    behaviour: Option<Behaviour>,
    limit: i64,
    typed: Option<&Card>,
    replaced: Option<&(PaymentId, Snapshot<Hold>)>,
) -> HoldState {
    let Some(behaviour) = behaviour else { return HoldState::UnknownToken };
    if let Behaviour::Declines(reason) | Behaviour::DeclineLost(reason) = behaviour {
        let overlooked = planted::is(Bug::VerifiedForNothing) && request.verification;
        if !(overlooked && reason == DeclineReason::InsufficientFunds) {
            return HoldState::Declined(reason);
        }
    }
    let amount = if request.verification { request.amount } else { granted(request, Some(behaviour)) };
    if behaviour == Behaviour::NeverRenewed && request.replaces.is_some() {
        return HoldState::Declined(DeclineReason::DoNotHonour);
    }
    if amount.amount < 0 {
        return HoldState::Declined(DeclineReason::DoNotHonour);
    }
    let id = AccountId::cardholder(request.token, amount.currency);
    let mut account = match turn.get::<Account>(&id).as_deref() {
        Some(Account::Cardholder(account)) => *account,
        _ => Cardholder::new(amount.currency, limit),
    };
    if let Some((_, old)) = replaced
        && AccountId::cardholder(&old.token, old.amount.currency) == id
    {
        account.held -= old.left().amount;
    }
    if !account.can_hold(amount) {
        return HoldState::Declined(DeclineReason::InsufficientFunds);
    }
    if request.verification {
        return HoldState::Verified { card: known_by(request.token, typed) };
    }
    let window_ms = u64::from(turn.rules().hold_days) * Timestamp::DAY_MS;
    HoldState::Held {
        approval: format!("{:06}", turn.random() % 1_000_000),
        capture_before: turn.now().plus_ms(window_ms),
    }
}

/// A test card by its token. One that was typed by its brand and last four digits, all that is kept of its number: typed
/// again, it has another token and is the same card.
fn known_by(token: &str, typed: Option<&Card>) -> String {
    typed.map_or(token.to_owned(), |card| format!("{} {}", card.brand, card.last4))
}

fn card_behind(turn: &mut Turn<'_>, token: &str) -> String {
    let typed =
        if test_card(turn, token).is_some() { None } else { turn.get::<Card>(&CardToken::new(token)) };
    known_by(token, typed.as_deref())
}

/// A repeat, or a question, is answered then, unless the card cannot be reached at all.
fn first_answer_is_lost(behaviour: Option<Behaviour>) -> bool {
    matches!(behaviour, Some(Behaviour::AnswerLost | Behaviour::DeclineLost(_) | Behaviour::Unreachable))
}

pub fn ask(turn: &mut Turn<'_>, payment: PaymentId, order: OrderId, verification: bool) {
    match turn.get::<Hold>(&payment) {
        Some(hold) => answer(turn, payment, &hold, order),
        None if verification => {
            send_verify_answer(turn, payment, order, Answer::Refused(NotHeld::NeverAsked))
        }
        None => send_hold_answer(turn, payment, order, Answer::Refused(NotHeld::NeverAsked)),
    }
}

/// Only of what holds nothing, nor has taken anything.
pub fn forget(turn: &mut Turn<'_>, payment: PaymentId) {
    let hold = turn.get::<Hold>(&payment);
    match hold.as_deref().map(|hold| &hold.state) {
        None | Some(HoldState::Held { .. } | HoldState::Captured { .. }) => {}
        Some(
            HoldState::Verified { .. }
            | HoldState::Declined(_)
            | HoldState::UnknownToken
            | HoldState::Released
            | HoldState::Lapsed,
        ) => turn.record(Event::Forgotten { payment }),
    }
}

/// Lets go of what is held and not taken. Where the request for it is still to come, it will be refused.
pub fn release(turn: &mut Turn<'_>, payment: PaymentId, order: OrderId) {
    match turn.get::<Hold>(&payment).as_deref() {
        // nothing is held, nor will be; what was taken only a refund brings back
        Some(Hold {
            state:
                HoldState::Captured { .. }
                | HoldState::Released
                | HoldState::Lapsed
                | HoldState::Declined(_)
                | HoldState::UnknownToken,
            ..
        }) => {}
        Some(hold) => {
            turn.record(Event::Released { payment, token: hold.token.clone(), held: hold.left() });
            lapse::watch_no_more(turn, payment);
        }
        None => {
            let held = Money::zero(turn.rules().currency);
            turn.record(Event::Released { payment, token: String::new(), held });
        }
    }
    let answer: VoidAnswer = Answer::Known(());
    turn.send(merchant_proxy::Message::VoidAnswered { order, payment, answer });
}

fn answer(turn: &mut Turn<'_>, payment: PaymentId, hold: &Hold, order: OrderId) {
    if hold.unreachable {
        return;
    }
    let answer = match &hold.state {
        HoldState::Verified { card } => {
            return send_verify_answer(turn, payment, order, Answer::Known(card.clone()));
        }
        HoldState::Held { approval, capture_before } | HoldState::Captured { approval, capture_before } => {
            Answer::Known(Box::new(port::Hold {
                approval: approval.clone(),
                amount: hold.amount,
                capture_before: *capture_before,
                card: card_behind(turn, &hold.token),
            }))
        }
        HoldState::Declined(reason) => Answer::Refused(NotHeld::Declined(*reason)),
        HoldState::UnknownToken => Answer::Refused(NotHeld::UnknownCard),
        // released before the request came, or after: either way nothing is held, nor will be
        HoldState::Released => Answer::Refused(NotHeld::Declined(DeclineReason::DoNotHonour)),
        HoldState::Lapsed => Answer::Refused(NotHeld::Lapsed),
    };
    match answer {
        Answer::Refused(why) if hold.verification => {
            send_verify_answer(turn, payment, order, Answer::Refused(why));
        }
        answer => send_hold_answer(turn, payment, order, answer),
    }
}

fn send_hold_answer(turn: &mut Turn<'_>, payment: PaymentId, order: OrderId, answer: AuthoriseAnswer) {
    turn.send(merchant_proxy::Message::AuthoriseAnswered { order, payment, answer });
}

fn send_verify_answer(turn: &mut Turn<'_>, payment: PaymentId, order: OrderId, answer: VerifyAnswer) {
    turn.send(merchant_proxy::Message::VerifyAnswered { order, payment, answer });
}
