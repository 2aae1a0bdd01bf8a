use crate::actors::given_up::TRY_AGAIN_MS;
use crate::actors::{Address, Context, Turn, merchant_proxy};
use crate::domain::{Money, OrderId, PaymentId, Timestamp};
use crate::planted::{self, Bug};
use crate::runtime::{Due, TimerId};

use super::account::{Account, AccountId, OpenBatch};
use super::hold::HoldState;
use super::{BatchId, CaptureAnswer, Event, Message, SettlementLine, State, lapse};

/// Lines of one settlement batch, so that paying it out is a bounded turn.
pub const BATCH_LINES_MAX: u32 = 100;

/// When the day's payments go out, after midnight UTC, in trade time.
const PAYOUT_AFTER_MIDNIGHT_MS: u64 = 6 * Timestamp::HOUR_MS;

const BASIS_POINTS: i128 = 10_000;

const TIMER_SETTLEMENT: u8 = 1;

/// Takes what is held, or a part of it; the rest is let go. Nothing is taken of a hold that has lapsed.
pub(super) fn capture(
    state: &State,
    order: OrderId,
    payment: PaymentId,
    amount: Money,
    context: &Context<'_>,
) -> Turn {
    let mut turn = Turn::nothing();
    let hold = state.holds.get(&payment);
    let answer = match hold.map(|hold| (hold, &hold.state)) {
        Some((_, HoldState::Captured { amount, .. })) if !planted::is(Bug::CapturedAgain) => {
            CaptureAnswer::Captured { amount: *amount }
        }
        Some((_, HoldState::Lapsed)) => CaptureAnswer::Lapsed,
        // its timer has yet to ring
        Some((hold, HoldState::Held { capture_before, .. }))
            if !lapse::is_alive(*capture_before, context) =>
        {
            lapse::lapse(&mut turn, payment, hold);
            CaptureAnswer::Lapsed
        }
        Some((hold, HoldState::Held { .. } | HoldState::Captured { .. })) if covers(hold.amount, amount) => {
            lapse::watch_no_more(&mut turn, payment);
            let open = batch_for(state, amount, context);
            if open.lines == 1 {
                settle_later(&mut turn, open.batch, context);
            }
            let fee = fee(amount, context.rules().fee_basis_points);
            turn.event(Event::Captured {
                line: SettlementLine { payment, amount, fee },
                token: hold.token.clone(),
                held: hold.amount,
                open,
            });
            CaptureAnswer::Captured { amount }
        }
        _ => CaptureAnswer::NoHold,
    };
    let answer = merchant_proxy::Message::CaptureAnswered { order, payment, answer };
    turn.send(Address::MerchantProxy, answer);
    turn
}

fn covers(held: Money, amount: Money) -> bool {
    held.currency == amount.currency && (0..=held.amount).contains(&amount.amount)
}

/// The batch that this capture goes into, its line counted.
fn batch_for(state: &State, amount: Money, context: &Context<'_>) -> OpenBatch {
    let today = context.now().date();
    let last = match state.accounts.get(&AccountId::merchant()) {
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

fn settle_later(turn: &mut Turn, batch: BatchId, context: &Context<'_>) {
    let day = batch.captured_on.plus_days(context.rules().settlement_days);
    let due = Due::Trade(day.start().plus_ms(PAYOUT_AFTER_MIDNIGHT_MS));
    turn.timer(timer_of(batch), due, Message::SettlementDue { batch });
}

fn timer_of(batch: BatchId) -> TimerId {
    let of = (u128::from(batch.captured_on.0) << 32) | u128::from(batch.part);
    TimerId { kind: TIMER_SETTLEMENT, of }
}

/// A message was given up: a payout is tried again.
pub fn try_again(message: &Message, turn: &mut Turn, context: &Context<'_>) {
    if let Message::SettlementDue { batch } = message {
        turn.timer(timer_of(*batch), context.real_in(TRY_AGAIN_MS), message.clone());
    }
}

/// Rounded down, and never more than the amount.
pub(super) fn fee(amount: Money, basis_points: u32) -> Money {
    let fee = i128::from(amount.amount) * i128::from(basis_points) / BASIS_POINTS;
    let fee = i64::try_from(fee).unwrap_or(i64::MAX).min(amount.amount);
    Money::new(fee, amount.currency)
}
