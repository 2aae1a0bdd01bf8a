//! The acquirer's file: what of the captures is in the shop's account.

use std::collections::BTreeSet;

use crate::actors::bank::{SettlementFile, SettlementLine};
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{Case, Turn};
use crate::domain::{Money, PaymentId};

use super::decide::tell_orders;
use super::ledger::Posting;
use super::payment::Payment;
use super::transitions::PaymentState;
use super::{Event, State};

/// Books each line; one that does not match what was captured goes to suspense, with a case.
pub fn settle(state: &State, file: &SettlementFile) -> Turn {
    let mut turn = Turn::nothing();
    let mut seen: BTreeSet<PaymentId> = BTreeSet::new();
    for line in &file.lines {
        let payment = state.payments.get(&line.payment);
        if !seen.insert(line.payment) {
            into_suspense(&mut turn, line, payment, "it stands twice in the file");
            continue;
        }
        settle_line(&mut turn, line, payment);
    }
    check_payout(&mut turn, state, file);
    turn
}

fn settle_line(turn: &mut Turn, line: &SettlementLine, payment: Option<&Payment>) {
    let Some(row) = payment else {
        return into_suspense(turn, line, None, "the shop knows no such payment");
    };
    if row.state == PaymentState::Settled && row.settled == line.amount {
        // the same file came twice
        return;
    }
    if row.state != PaymentState::Captured || row.captured != line.amount {
        return into_suspense(turn, line, payment, "the shop has not captured this amount");
    }
    let same_currency = line.fee.currency == line.amount.currency;
    let Some(posting) = Posting::settlement(line.amount, line.fee).ok().filter(|_| same_currency) else {
        return case(turn, payment, line, "its fee is negative or more than the amount");
    };
    let (payment, order) = (line.payment, row.order);
    turn.event(Event::Settled { payment, order, amount: line.amount, posting });
    tell_orders(turn, ToOrders::PaymentSettled { order, payment });
}

fn into_suspense(turn: &mut Turn, line: &SettlementLine, payment: Option<&Payment>, why: &str) {
    match Posting::suspense(line.amount, line.fee) {
        Ok(posting) => {
            let order = payment.map(|payment| payment.order);
            let why = sentence(line, why);
            turn.event(Event::InSuspense { payment: line.payment, order, why, posting });
        }
        Err(_) => case(turn, payment, line, why),
    }
}

fn case(turn: &mut Turn, payment: Option<&Payment>, line: &SettlementLine, why: &str) {
    if let Some(payment) = payment {
        turn.event(Case { order: payment.order, why: sentence(line, why) });
    }
}

fn sentence(line: &SettlementLine, why: &str) -> String {
    format!("the acquirer settled {} for {}: {why}; ask the acquirer", line.amount, line.payment)
}

/// A payout is the sum of its lines less their fees.
fn check_payout(turn: &mut Turn, state: &State, file: &SettlementFile) {
    let sum: i128 =
        file.lines.iter().map(|line| i128::from(line.amount.amount) - i128::from(line.fee.amount)).sum();
    if sum == i128::from(file.payout.amount) {
        return;
    }
    let first = file.lines.iter().find_map(|line| state.payments.get(&line.payment));
    if let Some(payment) = first {
        let Money { amount, currency } = file.payout;
        let why = format!(
            "the acquirer paid {amount} minor units of {currency} for lines that sum to {sum}: ask the acquirer"
        );
        turn.event(Case { order: payment.order, why });
    }
}
