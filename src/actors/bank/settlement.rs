use serde::{Deserialize, Serialize};

use crate::actors::{Address, Turn, merchant_proxy};
use crate::domain::{Currency, Date, Money};
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

impl SettlementBatch {
    /// All lines, and all fees, in minor units. Cardholders' limits keep the sums within 64 bits.
    pub fn sums(&self) -> (i64, i64) {
        self.lines.iter().fold((0i64, 0i64), |(amounts, fees), line| {
            (amounts.saturating_add(line.amount.amount), fees.saturating_add(line.fee.amount))
        })
    }
}

/// Pays a batch out, once.
pub(super) fn pay_out(state: &State, batch: BatchId) -> Turn {
    let mut turn = Turn::nothing();
    // the timer is set by the batch's first line, and rings once: anything else is a repeat
    let Some(due) = state.batches.get(&batch).filter(|due| !due.paid) else { return turn };
    let (amounts, fees) = due.sums();
    let payout = Money::new(amounts - fees, due.currency);
    turn.event(Event::PaidOut { batch, payout, fees: Money::new(fees, due.currency) });
    let file = SettlementFile { batch, lines: due.lines.clone(), payout };
    turn.send(Address::MerchantProxy, merchant_proxy::Message::Settlement(file));
    turn
}
