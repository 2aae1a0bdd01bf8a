use crate::actors::{Turn, merchant_proxy};
use crate::domain::{Money, OrderId, PaymentId};
use crate::planted::{self, Bug};

use super::account::{Account, AccountId, OpenBatch};
use super::hold::{Hold, HoldState};
use super::{BatchId, CaptureAnswer, Event, SettlementLine, lapse, payout};

/// Lines of one settlement batch, so that paying it out is a bounded turn.
pub const BATCH_LINES_MAX: u32 = 100;

const BASIS_POINTS: i128 = 10_000;

/// Takes what is held, or a part of it; the rest is let go. Nothing is taken of a hold that has lapsed.
pub fn capture(turn: &mut Turn<'_>, payment: PaymentId, order: OrderId, amount: Money) {
    let hold = turn.get::<Hold>(&payment);
    let answer = match hold.as_deref().map(|hold| (hold, &hold.state)) {
        Some((_, HoldState::Captured { amount, .. })) if !planted::is(Bug::CapturedAgain) => {
            CaptureAnswer::Captured { amount: *amount }
        }
        Some((_, HoldState::Lapsed)) => CaptureAnswer::Lapsed,
        // its timer has yet to ring
        Some((hold, HoldState::Held { capture_before, .. })) if !lapse::is_alive(turn, *capture_before) => {
            lapse::lapse(turn, payment, hold);
            CaptureAnswer::Lapsed
        }
        Some((hold, HoldState::Held { .. } | HoldState::Captured { .. })) if covers(hold.amount, amount) => {
            take(turn, payment, hold, amount);
            CaptureAnswer::Captured { amount }
        }
        _ => CaptureAnswer::NoHold,
    };
    turn.send(merchant_proxy::Message::CaptureAnswered { order, payment, answer });
}

fn covers(held: Money, amount: Money) -> bool {
    held.currency == amount.currency && (0..=held.amount).contains(&amount.amount)
}

fn take(turn: &mut Turn<'_>, payment: PaymentId, hold: &Hold, amount: Money) {
    lapse::watch_no_more(turn, payment);
    let open = batch_for(turn, amount);
    if open.lines == 1 {
        payout::pay_out_later(turn, open.batch);
    }
    let fee = fee(amount, turn.rules().fee_basis_points);
    turn.record(Event::Captured {
        line: SettlementLine { payment, amount, fee },
        token: hold.token.clone(),
        held: hold.amount,
        open,
    });
}

/// The batch that this capture goes into, its line counted.
fn batch_for(turn: &mut Turn<'_>, amount: Money) -> OpenBatch {
    let today = turn.now().date();
    let last = match turn.get::<Account>(&AccountId::merchant()).as_deref() {
        Some(Account::Merchant(merchant)) => merchant.open,
        _ => None,
    };
    let new = |part| OpenBatch {
        batch: BatchId { captured_on: today, part },
        currency: amount.currency,
        lines: 1,
        closed: false,
    };
    match last {
        Some(open) if open.batch.captured_on != today => new(0),
        Some(open) if open.closed || open.lines >= BATCH_LINES_MAX || open.currency != amount.currency => {
            new(open.batch.part + 1)
        }
        Some(open) => OpenBatch { lines: open.lines + 1, ..open },
        None => new(0),
    }
}

/// Rounded down, and never more than the amount.
pub fn fee(amount: Money, basis_points: u32) -> Money {
    let fee = i128::from(amount.amount) * i128::from(basis_points) / BASIS_POINTS;
    let fee = i64::try_from(fee).unwrap_or(i64::MAX).min(amount.amount);
    Money::new(fee, amount.currency)
}
