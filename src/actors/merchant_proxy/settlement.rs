//! The acquirer's file: what of the captures is in the shop's account.

use std::collections::BTreeSet;

use crate::actors::bank::{SettlementFile, SettlementLine};
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{CaseText, Turn, case};
use crate::domain::{CaseKind, Money, OrderId, PaymentId};

use super::ledger::Posting;
use super::payment::Payment;
use super::transitions::PaymentState;
use super::{Event, Message};

/// Books each line; one that does not match what was captured goes to suspense, with a case.
pub fn settle(turn: &mut Turn<'_>, file: &SettlementFile) {
    let mut seen: BTreeSet<PaymentId> = BTreeSet::new();
    for line in &file.lines {
        let payment = turn.get::<Payment>(&line.payment);
        if !seen.insert(line.payment) {
            into_suspense(turn, line, payment.as_deref(), "it stands twice in the file");
            continue;
        }
        settle_line(turn, line, payment.as_deref());
    }
    check_payout(turn, file);
}

fn settle_line(turn: &mut Turn<'_>, line: &SettlementLine, payment: Option<&Payment>) {
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
        return open_case(turn, line, payment, "its fee is negative or more than the amount");
    };
    let (payment, order) = (line.payment, row.order);
    turn.record(Event::Settled { payment, order, amount: line.amount, posting });
    turn.send(ToOrders::PaymentSettled { order, payment, amount: line.amount });
}

fn into_suspense(turn: &mut Turn<'_>, line: &SettlementLine, payment: Option<&Payment>, why: &str) {
    match Posting::suspense(line.amount, line.fee) {
        Ok(posting) => {
            let order = payment.map(|payment| payment.order);
            let text = sentence(line, why);
            let why = text.clone().into_string();
            turn.record(Event::InSuspense { payment: line.payment, order, why, posting });
            case::open_noted(turn, CaseKind::Settlement, order, text);
        }
        Err(_) => open_case(turn, line, payment, why),
    }
}

fn open_case(turn: &mut Turn<'_>, line: &SettlementLine, payment: Option<&Payment>, why: &str) {
    case::open(turn, CaseKind::Settlement, payment.map(|payment| payment.order), sentence(line, why));
}

fn sentence(line: &SettlementLine, why: &str) -> CaseText {
    let wrong = format_args!("the acquirer settled {} for {}, but {why}", line.amount, line.payment);
    CaseText::new(wrong, "ask the acquirer")
}

/// Of a message that names no order: each order that the file settles.
pub fn who_waits_for(turn: &mut Turn<'_>, message: &Message) -> BTreeSet<OrderId> {
    let Message::Settlement(file) = message else { return BTreeSet::new() };
    let payments = file.lines.iter().filter_map(|line| turn.get::<Payment>(&line.payment));
    payments.map(|payment| payment.order).collect()
}

/// A payout is the sum of its lines less their fees.
fn check_payout(turn: &mut Turn<'_>, file: &SettlementFile) {
    let sum: i128 =
        file.lines.iter().map(|line| i128::from(line.amount.amount) - i128::from(line.fee.amount)).sum();
    if sum == i128::from(file.payout.amount) {
        return;
    }
    let first = file.lines.iter().find_map(|line| turn.get::<Payment>(&line.payment));
    let Money { amount, currency } = file.payout;
    let text = CaseText::new(
        format_args!("the acquirer paid {amount} minor units of {currency} for lines that sum to {sum}"),
        "ask the acquirer",
    );
    case::open(turn, CaseKind::Settlement, first.map(|payment| payment.order), text);
}
