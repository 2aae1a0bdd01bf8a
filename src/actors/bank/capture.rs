use crate::actors::{Turn, merchant_proxy};
use crate::domain::{CaptureId, Money, OrderId};
use crate::partners::processor::port::{Answer, CaptureAnswer, NotCaptured, Settled, SettlementLine};
use crate::planted::{self, Bug};

use super::batch::next_line;
use super::hold::{Hold, HoldState, moved};
use super::{Behaviour, Event, card, lapse};

const BASIS_POINTS: i128 = 10_000;

/// Takes what is held, or a part of it; the rest stays held. Nothing is taken of a hold that has lapsed.
pub fn capture(turn: &mut Turn<'_>, order: OrderId, capture: CaptureId, amount: Money) {
    let hold = turn.get::<Hold>(&capture.payment);
    let known = hold.as_deref().and_then(|hold| moved(&hold.captures, hold.amount, capture.no));
    let answer = match known.filter(|_| !planted::is(Bug::CapturedAgain)) {
        Some(taken) => Answer::Known(taken),
        None => decide(turn, capture, hold.as_deref(), amount),
    };
    let is_taken_now = known.is_none() && matches!(answer, Answer::Known(_));
    let is_lost = is_taken_now && hold.is_some_and(|hold| behaves(turn, &hold, Behaviour::CaptureLost));
    if !is_lost {
        turn.send(merchant_proxy::Message::CaptureAnswered { order, capture, answer });
    }
}

fn decide(turn: &mut Turn<'_>, capture: CaptureId, hold: Option<&Hold>, amount: Money) -> CaptureAnswer {
    match hold.map(|hold| (hold, &hold.state)) {
        Some((_, HoldState::Lapsed)) => Answer::Refused(NotCaptured::Lapsed),
        // its timer has yet to ring
        Some((hold, HoldState::Held { capture_before, .. })) if !lapse::is_alive(turn, *capture_before) => {
            lapse::lapse(turn, capture.payment, hold);
            Answer::Refused(NotCaptured::Lapsed)
        }
        Some((hold, HoldState::Held { .. })) if covers(hold.left(), amount) => {
            take(turn, capture, hold, amount)
        }
        Some((hold, HoldState::Captured { .. }))
            if planted::is(Bug::CapturedAgain) && covers(hold.amount, amount) =>
        {
            take(turn, capture, hold, amount)
        }
        _ => Answer::Refused(NotCaptured::NothingHeld),
    }
}

fn covers(held: Money, amount: Money) -> bool {
    held.currency == amount.currency && (0..=held.amount).contains(&amount.amount)
}

fn take(turn: &mut Turn<'_>, capture: CaptureId, hold: &Hold, amount: Money) -> CaptureAnswer {
    if hold.left() == amount {
        lapse::watch_no_more(turn, capture.payment);
    }
    let fee = fee(amount, turn.rules().fee_basis_points);
    let is_settled = !behaves(turn, hold, Behaviour::NeverSettled);
    let batch = is_settled.then(|| next_line(turn, amount.currency));
    let line = SettlementLine { of: Settled::Capture(capture), amount, fee };
    turn.record(Event::Captured { line, token: hold.token.clone(), batch });
    Answer::Known(amount)
}

/// Whether its card is of this kind.
pub fn behaves(turn: &mut Turn<'_>, hold: &Hold, behaviour: Behaviour) -> bool {
    card::behaviour(turn, &hold.token) == Some(behaviour)
}

/// Rounded down, and never more than the amount.
pub fn fee(amount: Money, basis_points: u32) -> Money {
    let fee = i128::from(amount.amount) * i128::from(basis_points) / BASIS_POINTS;
    let fee = i64::try_from(fee).unwrap_or(i64::MAX).min(amount.amount);
    Money::new(fee, amount.currency)
}
