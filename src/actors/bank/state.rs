use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::domain::{DeclineReason, Happening, Money, OrderId, PaymentId, Step};
use crate::runtime::{Fold, Versioned};

use super::account::{Account, AccountId, Cardholder, Merchant, OpenBatch};
use super::card::CardToken;
use super::hold::{Hold, HoldState};
use super::settlement::{ChunkId, SettlementBatch, SettlementLines};
use super::{BatchId, Card, SettlementLine};

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
    /// Of `held`, the line's amount was taken and the rest let go; `open` is the batch with the line counted.
    Captured {
        line: SettlementLine,
        token: String,
        held: Money,
        open: OpenBatch,
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
}

impl Versioned for Event {}

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
        Event::Captured { line, token, held, open } => fold_capture(fold, line, token, *held, open),
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

fn fold_capture(fold: &mut Fold<'_>, line: &SettlementLine, token: &str, held: Money, open: &OpenBatch) {
    fold.change::<Hold>(&line.payment, |row| {
        let Some(hold) = row else { return };
        if let HoldState::Held { approval, capture_before } = &mut hold.state {
            hold.state = HoldState::Captured {
                approval: std::mem::take(approval),
                capture_before: *capture_before,
                amount: line.amount,
            };
        }
    });
    fold_cardholder(fold, token, held, 0, |account| {
        account.held -= held.amount;
        account.drawn += line.amount.amount;
    });
    fold_merchant(fold, |merchant| {
        merchant.takings.entry(line.amount.currency).or_default().payable += line.amount.amount;
        merchant.open = Some(*open);
    });
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
        None => {
            *row = Some(Hold {
                token: token.to_owned(),
                amount: held,
                verification: false,
                state: end,
                unreachable: false,
            });
        }
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
