use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::actors::{Address, Turn, merchant_proxy};
use crate::domain::{Currency, Date, Money, Slot};
use crate::runtime::{Aggregate, TableKey};
use crate::storage::TreeName;

use super::{BatchId, Event, SettlementFile, SettlementLine, State};

/// Tree `settlement_batches`: captures that are paid out together; kept, as the processor's record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettlementBatch {
    pub currency: Currency,
    pub lines: Vec<SettlementLine>,
    pub paid: bool,
}

impl Aggregate for SettlementBatch {
    const TREE: TreeName = TreeName("settlement_batches");
    type Key = BatchId;
}

impl TableKey for BatchId {
    fn to_bytes(&self) -> Vec<u8> {
        let number = (u64::from(self.captured_on.0) << 32) | u64::from(self.part);
        number.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<BatchId> {
        let number = u64::from_be_bytes(bytes.try_into().ok()?);
        Some(BatchId { captured_on: Date((number >> 32) as u32), part: number as u32 })
    }
}

/// All amounts, and all fees, of these lines, in minor units. Cardholders' limits keep the sums within 64 bits.
fn sums(lines: &[SettlementLine]) -> (i64, i64) {
    lines.iter().fold((0i64, 0i64), |(amounts, fees), line| {
        (amounts.saturating_add(line.amount.amount), fees.saturating_add(line.fee.amount))
    })
}

/// Pays a batch out, once. The shop gets a file for each slot that its payments are of.
pub(super) fn pay_out(state: &State, batch: BatchId) -> Turn {
    let mut turn = Turn::nothing();
    // the timer is set by the batch's first line, and rings once: anything else is a repeat
    let Some(due) = state.batches.get(&batch).filter(|due| !due.paid) else { return turn };
    let (amounts, fees) = sums(&due.lines);
    let payout = Money::new(amounts - fees, due.currency);
    turn.event(Event::PaidOut { batch, payout, fees: Money::new(fees, due.currency) });
    for lines in by_slot(&due.lines).into_values() {
        let (amounts, fees) = sums(&lines);
        let file = SettlementFile { batch, lines, payout: Money::new(amounts - fees, due.currency) };
        turn.send(Address::MerchantProxy, merchant_proxy::Message::Settlement(file));
    }
    turn
}

/// The lines of each slot, in their order.
fn by_slot(lines: &[SettlementLine]) -> BTreeMap<Slot, Vec<SettlementLine>> {
    let mut slots: BTreeMap<Slot, Vec<SettlementLine>> = BTreeMap::new();
    for line in lines {
        slots.entry(line.payment.slot()).or_default().push(line.clone());
    }
    slots
}
