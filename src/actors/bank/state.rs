use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::domain::{DeclineReason, Happening, Money, OrderId, PaymentId, Step};
use crate::partners::processor::port::{Settled, SettlementLine};
use crate::runtime::{Fold, Versioned};

use super::account::{Account, AccountId, Cardholder, Merchant, OpenBatch};
use super::card::CardToken;
use super::hold::{Hold, HoldState, Moved};
use super::settlement::{ChunkId, SettlementBatch, SettlementLines};
use super::{BatchId, Card};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Event {
    CardRegistered {
        token: String,
        card: Card,
    },
    /// The issuer was asked, and decided: `hold` says how. `limit` is the card's, in minor units.
    Asked {
        order: OrderId,
        payment: PaymentId,
        hold: Hold,
        limit: i64,
    },
    /// The line's amount was taken of what is held; `batch` is the one with the line counted, `None` where it stands in no
    /// settlement.
    Captured {
        line: SettlementLine,
        token: String,
        batch: Option<OpenBatch>,
    },
    /// What was `held` was let go; zero after a verification, or where the request had not come (then the
    /// token is empty).
    Released {
        payment: PaymentId,
        token: String,
        held: Money,
    },
    PaidOut {
        batch: BatchId,
        payout: Money,
        fees: Money,
    },
    /// The window was over: what was `held` is the cardholder's again.
    Lapsed {
        payment: PaymentId,
        token: String,
        held: Money,
    },
    /// The payment came to nothing, and nothing is left of its order.
    Forgotten {
        payment: PaymentId,
    },
    /// Nobody has bought by it.
    CardForgotten {
        token: String,
    },
    /// Of what was taken so much was given back; the line's amount is less than nothing.
    Refunded {
        line: SettlementLine,
        token: String,
        batch: OpenBatch,
    },
}

impl Versioned for Event {
    const VERSION: u8 = 2;
}

impl Event {
    pub fn happenings(&self) -> crate::actors::Happenings {
        let Event::Asked { order, hold, .. } = self else { return smallvec![] };
        let what = match &hold.state {
            HoldState::Held { .. } => Happening::FundsHeld { amount: hold.amount },
            HoldState::Verified { .. } => Happening::CardVerified,
            HoldState::Declined(reason) => Happening::BankDeclined { reason: *reason },
            HoldState::UnknownToken => Happening::BankDeclined { reason: DeclineReason::UnknownCard },
            // no answer to a request leaves it so
            HoldState::Captured { .. } | HoldState::Released | HoldState::Lapsed => return smallvec![],
        };
        smallvec![(*order, Step::BANK_ANSWERS, what)]
    }
}

pub fn fold(event: &Event, fold: &mut Fold<'_>) {
    match event {
        Event::CardRegistered { token, card } => {
            fold.change::<Card>(&CardToken::new(token), |row| *row = Some(card.clone()));
        }
        Event::Asked { payment, hold, limit, .. } => {
            fold.change::<Hold>(payment, |row| *row = Some(hold.clone()));
            if matches!(hold.state, HoldState::Held { .. }) {
                fold_cardholder(fold, &hold.token, hold.amount, *limit, |account| {
                    account.held += hold.amount.amount;
                });
            }
        }
        Event::Captured { line, token, batch } => {
            fold_capture(fold, line, token);
            fold_line(fold, line, batch.as_ref());
        }
        Event::Refunded { line, token, batch } => {
            fold_refund(fold, line, token);
            fold_line(fold, line, Some(batch));
        }
        Event::Released { payment, token, held } => {
            fold_end(fold, payment, HoldState::Released, token, *held);
        }
        Event::Lapsed { payment, token, held } => fold_end(fold, payment, HoldState::Lapsed, token, *held),
        Event::PaidOut { batch, payout, fees } => fold_payout(fold, *batch, *payout, *fees),
        Event::Forgotten { payment } => fold.change::<Hold>(payment, |row| *row = None),
        Event::CardForgotten { token } => fold.change::<Card>(&CardToken::new(token), |row| *row = None),
    }
}

fn fold_cardholder(
    fold: &mut Fold<'_>,
    token: &str,
    amount: Money,
    limit: i64,
    change: impl FnOnce(&mut Cardholder),
) {
    fold.change::<Account>(&AccountId::cardholder(token, amount.currency), |row| {
        let account = row.get_or_insert(Account::Cardholder(Cardholder::new(amount.currency, limit)));
        if let Account::Cardholder(account) = account {
            change(account);
        }
    });
}

fn fold_merchant(fold: &mut Fold<'_>, change: impl FnOnce(&mut Merchant)) {
    fold.change::<Account>(&AccountId::merchant(), |row| {
        let account = row.get_or_insert_with(|| Account::Merchant(Merchant::default()));
        if let Account::Merchant(account) = account {
            change(account);
        }
    });
}

fn fold_capture(fold: &mut Fold<'_>, line: &SettlementLine, token: &str) {
    let (Settled::Capture(capture), Money { amount, .. }) = (line.of, line.amount) else { return };
    fold.change::<Hold>(&capture.payment, |row| {
        let Some(hold) = row else { return };
        hold.captures.push(Moved { no: capture.no, amount });
        let is_taken_whole = hold.left().amount <= 0;
        if let HoldState::Held { approval, capture_before } = &mut hold.state
            && is_taken_whole
        {
            let approval = std::mem::take(approval);
            hold.state = HoldState::Captured { approval, capture_before: *capture_before };
        }
    });
    fold_cardholder(fold, token, line.amount, 0, |account| {
        account.held -= amount;
        account.drawn += amount;
    });
}

fn fold_refund(fold: &mut Fold<'_>, line: &SettlementLine, token: &str) {
    let (Settled::Refund(refund), Money { amount, .. }) = (line.of, line.amount) else { return };
    fold.change::<Hold>(&refund.payment, |row| {
        if let Some(hold) = row {
            hold.refunds.push(Moved { no: refund.no, amount: -amount });
        }
    });
    fold_cardholder(fold, token, line.amount, 0, |account| account.drawn += amount);
}

/// What is owed to the shop, and where it stands until it is paid out.
fn fold_line(fold: &mut Fold<'_>, line: &SettlementLine, batch: Option<&OpenBatch>) {
    fold_merchant(fold, |merchant| {
        merchant.takings.entry(line.amount.currency).or_default().payable += line.amount.amount;
        merchant.open = batch.copied().or(merchant.open);
    });
    let Some(open) = batch else { return };
    fold.change::<SettlementBatch>(&open.batch, |row| {
        let batch = row.get_or_insert(SettlementBatch { currency: open.currency, lines: 0, paid: false });
        batch.lines = open.lines;
    });
    fold.change::<SettlementLines>(&ChunkId::of_line(open.batch, open.lines), |row| {
        row.get_or_insert_default().0.push(line.clone());
    });
}

fn fold_end(fold: &mut Fold<'_>, payment: &PaymentId, end: HoldState, token: &str, held: Money) {
    fold.change::<Hold>(payment, |row| match row {
        Some(hold) => hold.state = end,
        None => *row = Some(Hold::new(token.to_owned(), held, false, end)),
    });
    if held.amount != 0 {
        fold_cardholder(fold, token, held, 0, |account| account.held -= held.amount);
    }
}

fn fold_payout(fold: &mut Fold<'_>, batch: BatchId, payout: Money, fees: Money) {
    fold_merchant(fold, |merchant| {
        let takings = merchant.takings.entry(payout.currency).or_default();
        takings.payable -= payout.amount + fees.amount;
        takings.paid += payout.amount;
        takings.fees += fees.amount;
        if let Some(open) = merchant.open.as_mut().filter(|open| open.batch == batch) {
            open.closed = true;
        }
    });
    fold.change::<SettlementBatch>(&batch, |row| {
        if let Some(batch) = row {
            batch.paid = true;
        }
    });
}
