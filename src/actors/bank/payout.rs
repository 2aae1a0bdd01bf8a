//! What was captured, less what was given back, goes out to the shop.

use std::collections::BTreeMap;

use crate::actors::given_up::TRY_AGAIN_MS;
use crate::actors::{Turn, merchant_proxy};
use crate::domain::{Money, Slot, Timestamp};
use crate::partners::processor::port::{SettlementFile, SettlementLine};
use crate::runtime::{Due, TimerId};

use super::settlement::{ChunkId, SettlementBatch, SettlementLines};
use super::{BatchId, Event, Message};

/// When the day's payments go out, after midnight UTC, in trade time.
const PAYOUT_AFTER_MIDNIGHT_MS: u64 = 6 * Timestamp::HOUR_MS;

const TIMER_SETTLEMENT: u8 = 1;

/// Its first line sets the time of its payout.
pub fn pay_out_later(turn: &mut Turn<'_>, batch: BatchId) {
    let day = batch.captured_on.plus_days(turn.rules().settlement_days);
    let due = Due::Trade(day.start().plus_ms(PAYOUT_AFTER_MIDNIGHT_MS));
    turn.timer(timer(batch), due, Message::SettlementDue { batch });
}

/// The payout was given up.
pub fn try_again(turn: &mut Turn<'_>, batch: BatchId) {
    turn.timer(timer(batch), turn.real_in(TRY_AGAIN_MS), Message::SettlementDue { batch });
}

fn timer(batch: BatchId) -> TimerId {
    let of = (u128::from(batch.captured_on.0) << 32) | u128::from(batch.part);
    TimerId { kind: TIMER_SETTLEMENT, of }
}

/// Pays a batch out, once. The shop gets a file for each slot that its payments are of.
pub fn pay_out(turn: &mut Turn<'_>, batch: BatchId) {
    // the timer is set by the batch's first line, and rings once: anything else is a repeat
    let Some(due) = turn.get::<SettlementBatch>(&batch).filter(|due| !due.paid) else { return };
    let lines = lines(turn, batch, due.lines);
    let (amounts, fees) = sums(&lines);
    let payout = Money::new(amounts - fees, due.currency);
    turn.record(Event::PaidOut { batch, payout, fees: Money::new(fees, due.currency) });
    for lines in by_slot(lines).into_values() {
        let (amounts, fees) = sums(&lines);
        let payout = Money::new(amounts - fees, due.currency);
        let reference = batch.to_string();
        turn.send(merchant_proxy::Message::Settlement(SettlementFile { reference, lines, payout }));
    }
}

fn lines(turn: &mut Turn<'_>, batch: BatchId, count: u32) -> Vec<SettlementLine> {
    let chunks = ChunkId::of_batch(batch, count).filter_map(|chunk| turn.get::<SettlementLines>(&chunk));
    chunks.flat_map(|chunk| chunk.0.clone()).collect()
}

/// All amounts, and all fees, of these lines, in minor units. Cardholders' limits keep the sums within 64 bits.
fn sums(lines: &[SettlementLine]) -> (i64, i64) {
    lines.iter().fold((0i64, 0i64), |(amounts, fees), line| {
        (amounts.saturating_add(line.amount.amount), fees.saturating_add(line.fee.amount))
    })
}

/// The lines of each slot, in their order.
fn by_slot(lines: Vec<SettlementLine>) -> BTreeMap<Slot, Vec<SettlementLine>> {
    let mut slots: BTreeMap<Slot, Vec<SettlementLine>> = BTreeMap::new();
    for line in lines {
        slots.entry(line.payment().slot()).or_default().push(line);
    }
    slots
}
