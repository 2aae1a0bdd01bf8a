//! Where the next line of a settlement stands.

use crate::actors::Turn;
use crate::domain::Currency;

use super::account::{Account, AccountId, OpenBatch};
use super::{BatchId, payout};

/// Lines of one settlement batch, so that paying it out is a bounded turn.
pub const BATCH_LINES_MAX: u32 = 100;

/// The batch that a line of this turn goes into, that line counted. Its first line sets the time of its payout.
pub fn next_line(turn: &mut Turn<'_>, currency: Currency) -> OpenBatch {
    let open = batch_for(turn, currency);
    if open.lines == 1 {
        payout::pay_out_later(turn, open.batch);
    }
    open
}

fn batch_for(turn: &mut Turn<'_>, currency: Currency) -> OpenBatch {
    let today = turn.now().date();
    let last = match turn.get::<Account>(&AccountId::merchant()).as_deref() {
        Some(Account::Merchant(merchant)) => merchant.open,
        _ => None,
    };
    let new =
        |part| OpenBatch { batch: BatchId { captured_on: today, part }, currency, lines: 1, closed: false };
    match last {
        Some(open) if open.batch.captured_on != today => new(0),
        Some(open) if open.closed || open.lines >= BATCH_LINES_MAX || open.currency != currency => {
            new(open.batch.part + 1)
        }
        Some(open) => OpenBatch { lines: open.lines + 1, ..open },
        None => new(0),
    }
}
