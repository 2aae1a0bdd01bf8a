//! The processor's file, line by line: what of the captures, less the refunds, is in the shop's account.

use std::collections::BTreeSet;
use std::fmt;

use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{CaseText, Turn, case};
use crate::domain::{CaptureId, CaseKind, Money, OrderId, RefundId};
use crate::partners::processor::port::{Settled, SettlementFile, SettlementLine};

use super::capture;
use super::ledger::Posting;
use super::payment::Payment;
use super::{CaptureState, Event, Message, RefundState};

/// Why a line is not what the shop has on its books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    /// The shop knows no such payment.
    UnknownPayment,
    StandsTwice,
    NotCapturedSo,
    NotRefundedSo,
    /// It makes no sense: it is not booked at all.
    BadFee,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Difference::UnknownPayment => "the shop knows no such payment",
            Difference::StandsTwice => "it stands twice in the file",
            Difference::NotCapturedSo => "the shop has not captured this amount",
            Difference::NotRefundedSo => "the shop has not refunded this amount",
            Difference::BadFee => "its fee is negative or more than the amount",
        })
    }
}

/// Books each line; one that does not match what was captured or refunded goes to suspense, with a case.
pub fn settle(turn: &mut Turn<'_>, file: &SettlementFile) {
    let mut seen: BTreeSet<Settled> = BTreeSet::new();
    for line in &file.lines {
        let payment = turn.get::<Payment>(&line.payment());
        let booked = match payment.as_deref() {
            None => Err(Difference::UnknownPayment),
            Some(_) if !seen.insert(line.of) => Err(Difference::StandsTwice),
            Some(payment) => settle_line(turn, line, payment),
        };
        if let Err(why) = booked {
            differs(turn, line, payment.as_deref(), why);
        }
    }
    check_payout(turn, file);
}

fn settle_line(turn: &mut Turn<'_>, line: &SettlementLine, payment: &Payment) -> Result<(), Difference> {
    let same_currency = line.fee.currency == line.amount.currency;
    let posting = || {
        let posting = Posting::settlement(line.amount, line.fee).ok();
        posting.filter(|_| same_currency).ok_or(Difference::BadFee)
    };
    match line.of {
        Settled::Capture(id) => settle_capture(turn, payment, id, line.amount, posting),
        Settled::Refund(id) => settle_refund(turn, payment, id, line.amount, posting),
    }
}

/// The same file again changes nothing.
fn settle_capture(
    turn: &mut Turn<'_>,
    payment: &Payment,
    id: CaptureId,
    amount: Money,
    posting: impl FnOnce() -> Result<Posting, Difference>,
) -> Result<(), Difference> {
    let known = payment.capture(id).filter(|known| known.amount == amount).map(|known| known.state);
    match known {
        Some(CaptureState::Settled) => return Ok(()),
        Some(CaptureState::Captured) => {}
        Some(CaptureState::Sent | CaptureState::Unknown | CaptureState::Failed) | None => {
            return Err(Difference::NotCapturedSo);
        }
    }
    let order = payment.order;
    turn.record(Event::Settled { capture: id, order, amount, posting: posting()? });
    capture::wait_no_more(turn, id);
    if turn.get::<Payment>(&id.payment).is_some_and(|payment| payment.is_settled()) {
        turn.send(ToOrders::PaymentSettled { order, payment: id.payment });
    }
    Ok(())
}

fn settle_refund(
    turn: &mut Turn<'_>,
    payment: &Payment,
    id: RefundId,
    amount: Money,
    posting: impl FnOnce() -> Result<Posting, Difference>,
) -> Result<(), Difference> {
    let is_so = |amount: Money, of: Money| (of.amount, of.currency) == (-amount.amount, amount.currency);
    match payment.refund(id).filter(|known| is_so(amount, known.amount)) {
        Some(known) if known.is_settled => Ok(()),
        Some(known) if known.state == RefundState::Refunded => {
            let (order, posting) = (payment.order, posting()?);
            turn.record(Event::RefundSettled { refund: id, order, amount: known.amount, posting });
            Ok(())
        }
        _ => Err(Difference::NotRefundedSo),
    }
}

fn differs(turn: &mut Turn<'_>, line: &SettlementLine, payment: Option<&Payment>, why: Difference) {
    let order = payment.map(|payment| payment.order);
    let wrong = format_args!("the processor settled {} for {}, but {why}", line.amount, line.of);
    let text = CaseText::new(wrong, "ask the processor");
    match Posting::suspense(line.amount, line.fee) {
        Ok(posting) if why != Difference::BadFee => {
            let why = text.clone().into_string();
            turn.record(Event::InSuspense { payment: line.payment(), order, why, posting });
            case::open_noted(turn, CaseKind::Settlement, order, text);
        }
        _ => case::open(turn, CaseKind::Settlement, order, text),
    }
}

/// Of a message that names no order: each order that the file settles.
pub fn who_waits_for(turn: &mut Turn<'_>, message: &Message) -> BTreeSet<OrderId> {
    let Message::Settlement(file) = message else { return BTreeSet::new() };
    let payments = file.lines.iter().filter_map(|line| turn.get::<Payment>(&line.payment()));
    payments.map(|payment| payment.order).collect()
}

/// A payout is the sum of its lines less their fees.
fn check_payout(turn: &mut Turn<'_>, file: &SettlementFile) {
    let sum: i128 =
        file.lines.iter().map(|line| i128::from(line.amount.amount) - i128::from(line.fee.amount)).sum();
    if sum == i128::from(file.payout.amount) {
        return;
    }
    let first = file.lines.iter().find_map(|line| turn.get::<Payment>(&line.payment()));
    let Money { amount, currency } = file.payout;
    let text = CaseText::new(
        format_args!(
            "the processor paid {amount} minor units of {currency} as {}, for lines that sum to {sum}",
            file.reference
        ),
        "ask the processor",
    );
    case::open(turn, CaseKind::Settlement, first.map(|payment| payment.order), text);
}
