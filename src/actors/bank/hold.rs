use serde::{Deserialize, Serialize};

use crate::actors::{Address, Context, Turn, merchant_proxy};
use crate::domain::{DeclineReason, Money, OrderId, PaymentId, Timestamp};
use crate::planted::{self, Bug};
use crate::runtime::Aggregate;
use crate::storage::TreeName;

use super::account::{Account, AccountId, Cardholder};
use super::card::{self, CardToken};
use super::{Behaviour, Event, HoldAnswer, State, VerifyAnswer, lapse, test_cards};

/// Tree `holds`: what became of a payment, and so what every repeat is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    pub token: String,
    /// Zero for a verification.
    pub amount: Money,
    pub verification: bool,
    pub state: HoldState,
    /// The bank answers only a release: the test card that cannot be reached.
    pub unreachable: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HoldState {
    Held {
        approval: String,
        capture_before: Timestamp,
    },
    Verified {
        card: String,
    },
    Declined(DeclineReason),
    UnknownToken,
    Captured {
        approval: String,
        capture_before: Timestamp,
        amount: Money,
    },
    Released,
    /// Its window was over before it was captured.
    Lapsed,
}

impl Aggregate for Hold {
    const TREE: TreeName = TreeName("holds");
    type Key = PaymentId;
}

/// What is asked of the issuer.
pub(super) struct Request<'a> {
    pub order: OrderId,
    pub payment: PaymentId,
    /// The hold in whose place it comes, if it is granted.
    pub replaces: Option<PaymentId>,
    pub token: &'a str,
    pub amount: Money,
    /// Nothing is to stay held.
    pub verification: bool,
}

pub(super) fn request(state: &State, request: &Request<'_>, context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    if let Some(decided) = state.holds.get(&request.payment) {
        answer(&mut turn, request.order, request.payment, decided);
        return turn;
    }
    let behaviour = behaviour(state, request.token);
    let hold = Hold {
        token: request.token.to_owned(),
        amount: if request.verification { Money::zero(request.amount.currency) } else { request.amount },
        verification: request.verification,
        state: verdict(state, request, behaviour, context),
        unreachable: behaviour == Some(Behaviour::Unreachable),
    };
    if !first_answer_is_lost(behaviour) {
        answer(&mut turn, request.order, request.payment, &hold);
    }
    if let HoldState::Held { capture_before, .. } = hold.state {
        replace(&mut turn, state, request, context);
        lapse::watch(&mut turn, request.order, request.payment, capture_before);
    }
    if matches!(hold.state, HoldState::Held { .. } | HoldState::Verified { .. })
        && test_cards::find(request.token).is_none()
    {
        card::keep(&mut turn, request.token);
    }
    let limit = limit(request.token);
    turn.event(Event::Asked { order: request.order, payment: request.payment, hold, limit });
    turn
}

/// The one is let go where the other is held: never both, and never neither.
fn replace(turn: &mut Turn, state: &State, request: &Request<'_>, context: &Context<'_>) {
    if let Some((payment, hold)) = replaced(state, request) {
        lapse::replace(turn, payment, hold, context);
    }
}

/// What is still held of the payment that is to be replaced.
fn replaced<'a>(state: &'a State, request: &Request<'_>) -> Option<(PaymentId, &'a Hold)> {
    let payment = request.replaces?;
    let hold = state.holds.get(&payment)?;
    matches!(hold.state, HoldState::Held { .. }).then_some((payment, hold))
}

fn verdict(
    state: &State,
    request: &Request<'_>,
    behaviour: Option<Behaviour>,
    context: &mut Context<'_>,
) -> HoldState {
    let Some(behaviour) = behaviour else { return HoldState::UnknownToken };
    if let Behaviour::Declines(reason) | Behaviour::DeclineLost(reason) = behaviour {
        let overlooked = planted::is(Bug::VerifiedForNothing) && request.verification;
        if !(overlooked && reason == DeclineReason::InsufficientFunds) {
            return HoldState::Declined(reason);
        }
    }
    let amount = request.amount;
    if behaviour == Behaviour::NeverRenewed && request.replaces.is_some() {
        return HoldState::Declined(DeclineReason::DoNotHonour);
    }
    if amount.amount < 0 {
        return HoldState::Declined(DeclineReason::DoNotHonour);
    }
    let id = AccountId::cardholder(request.token, amount.currency);
    let mut account = match state.accounts.get(&id) {
        Some(Account::Cardholder(account)) => *account,
        _ => Cardholder::new(amount.currency, limit(request.token)),
    };
    if let Some((_, old)) = replaced(state, request)
        && AccountId::cardholder(&old.token, old.amount.currency) == id
    {
        account.held -= old.amount.amount;
    }
    if !account.can_hold(amount) {
        return HoldState::Declined(DeclineReason::InsufficientFunds);
    }
    if request.verification {
        return HoldState::Verified { card: known_by(state, request.token) };
    }
    let window_ms = u64::from(context.rules().hold_days) * Timestamp::DAY_MS;
    HoldState::Held {
        approval: format!("{:06}", context.random() % 1_000_000),
        capture_before: context.now().plus_ms(window_ms),
    }
}

fn behaviour(state: &State, token: &str) -> Option<Behaviour> {
    match test_cards::find(token) {
        Some(card) => Some(card.behaviour),
        None => state.cards.get(&CardToken::new(token)).map(|card| card.behaviour),
    }
}

/// A test card by its token. One that was typed by its brand and last four digits, all that is kept of its number: typed
/// again, it has another token and is the same card.
fn known_by(state: &State, token: &str) -> String {
    if test_cards::find(token).is_some() {
        return token.to_owned();
    }
    let card = state.cards.get(&CardToken::new(token));
    card.map_or(token.to_owned(), |card| format!("{} {}", card.brand, card.last4))
}

fn limit(token: &str) -> i64 {
    test_cards::find(token).map_or(test_cards::REGISTERED_LIMIT_MINOR, |card| card.limit)
}

/// A repeat, or a question, is answered then, unless the card cannot be reached at all.
fn first_answer_is_lost(behaviour: Option<Behaviour>) -> bool {
    matches!(behaviour, Some(Behaviour::AnswerLost | Behaviour::DeclineLost(_) | Behaviour::Unreachable))
}

pub(super) fn ask(state: &State, order: OrderId, payment: PaymentId, verification: bool) -> Turn {
    let mut turn = Turn::nothing();
    match state.holds.get(&payment) {
        Some(hold) => answer(&mut turn, order, payment, hold),
        None if verification => send_verify_answer(&mut turn, order, payment, VerifyAnswer::NeverSeen),
        None => send_hold_answer(&mut turn, order, payment, HoldAnswer::NeverSeen),
    }
    turn
}

/// Only of what holds nothing, nor has taken anything.
pub(super) fn forget(state: &State, payment: PaymentId) -> Turn {
    let mut turn = Turn::nothing();
    match state.holds.get(&payment).map(|hold| &hold.state) {
        None | Some(HoldState::Held { .. } | HoldState::Captured { .. }) => {}
        Some(
            HoldState::Verified { .. }
            | HoldState::Declined(_)
            | HoldState::UnknownToken
            | HoldState::Released
            | HoldState::Lapsed,
        ) => turn.event(Event::Forgotten { payment }),
    }
    turn
}

/// Lets go of the hold. Where the request for it is still to come, it will be refused.
pub(super) fn release(state: &State, order: OrderId, payment: PaymentId, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    match state.holds.get(&payment) {
        // the money was taken: only a refund brings it back. The merchant asks for no release after a capture
        Some(Hold { state: HoldState::Captured { .. }, .. }) => return turn,
        // nothing is held, nor will be
        Some(Hold {
            state: HoldState::Released | HoldState::Lapsed | HoldState::Declined(_) | HoldState::UnknownToken,
            ..
        }) => {}
        Some(hold) => {
            turn.event(Event::Released { payment, token: hold.token.clone(), held: hold.amount });
            lapse::watch_no_more(&mut turn, payment);
        }
        None => {
            let held = Money::zero(context.rules().currency);
            turn.event(Event::Released { payment, token: String::new(), held });
        }
    }
    turn.send(Address::MerchantProxy, merchant_proxy::Message::Released { order, payment });
    turn
}

fn answer(turn: &mut Turn, order: OrderId, payment: PaymentId, hold: &Hold) {
    if hold.unreachable {
        return;
    }
    if hold.verification {
        let answer = match &hold.state {
            HoldState::Declined(reason) => VerifyAnswer::Declined(*reason),
            HoldState::UnknownToken => VerifyAnswer::UnknownToken,
            HoldState::Verified { card } => VerifyAnswer::Good { card: card.clone() },
            // released before the request came; a verification is never held
            HoldState::Released | HoldState::Held { .. } | HoldState::Captured { .. } | HoldState::Lapsed => {
                VerifyAnswer::Declined(DeclineReason::DoNotHonour)
            }
        };
        return send_verify_answer(turn, order, payment, answer);
    }
    let answer = match &hold.state {
        HoldState::Held { approval, capture_before }
        | HoldState::Captured { approval, capture_before, .. } => HoldAnswer::Held {
            approval: approval.clone(),
            amount: hold.amount,
            capture_before: *capture_before,
        },
        HoldState::Declined(reason) => HoldAnswer::Declined(*reason),
        HoldState::UnknownToken => HoldAnswer::UnknownToken,
        // released before the request came, or after: either way nothing is held, nor will be
        HoldState::Released | HoldState::Verified { .. } => HoldAnswer::Declined(DeclineReason::DoNotHonour),
        HoldState::Lapsed => HoldAnswer::Lapsed,
    };
    send_hold_answer(turn, order, payment, answer);
}

fn send_hold_answer(turn: &mut Turn, order: OrderId, payment: PaymentId, answer: HoldAnswer) {
    turn.send(Address::MerchantProxy, merchant_proxy::Message::HoldAnswered { order, payment, answer });
}

fn send_verify_answer(turn: &mut Turn, order: OrderId, payment: PaymentId, answer: VerifyAnswer) {
    turn.send(Address::MerchantProxy, merchant_proxy::Message::VerifyAnswered { order, payment, answer });
}
