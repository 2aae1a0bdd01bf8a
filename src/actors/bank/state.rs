use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::actors::Stamp;
use crate::domain::{DeclineReason, Happening, Money, OrderId, PaymentId, Step};
use crate::runtime::{AnyTable, Keys, Table};

use super::account::{Account, AccountId, Cardholder, Merchant, OpenBatch};
use super::card::CardToken;
use super::hold::{Hold, HoldState};
use super::settlement::SettlementBatch;
use super::{BatchId, Card, SettlementLine};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

#[derive(Default)]
pub struct State {
    pub cards: Table<Card>,
    pub accounts: Table<Account>,
    pub holds: Table<Hold>,
    pub batches: Table<SettlementBatch>,
}

impl Event {
    pub fn changes(&self, keys: &mut Keys) {
        match self {
            Event::CardRegistered { token, .. } | Event::CardForgotten { token } => {
                keys.add::<Card>(&CardToken::new(token));
            }
            Event::Forgotten { payment } => keys.add::<Hold>(payment),
            Event::Asked { payment, hold, .. } => {
                keys.add::<Hold>(payment);
                if matches!(hold.state, HoldState::Held { .. }) {
                    keys.add::<Account>(&AccountId::cardholder(&hold.token, hold.amount.currency));
                }
            }
            Event::Captured { line, token, held, open } => {
                keys.add::<Hold>(&line.payment);
                keys.add::<Account>(&AccountId::cardholder(token, held.currency));
                keys.add::<Account>(&AccountId::merchant());
                keys.add::<SettlementBatch>(&open.batch);
            }
            Event::Released { payment, token, held } | Event::Lapsed { payment, token, held } => {
                keys.add::<Hold>(payment);
                if held.amount != 0 {
                    keys.add::<Account>(&AccountId::cardholder(token, held.currency));
                }
            }
            Event::PaidOut { batch, .. } => {
                keys.add::<Account>(&AccountId::merchant());
                keys.add::<SettlementBatch>(batch);
            }
        }
    }

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

impl State {
    pub fn apply(&mut self, event: &Event, stamp: &Stamp) {
        let at = stamp.position;
        match event {
            Event::CardRegistered { token, card } => {
                self.cards.change(&CardToken::new(token), at, |row| *row = Some(card.clone()));
            }
            Event::Asked { payment, hold, limit, .. } => {
                self.holds.change(payment, at, |row| *row = Some(hold.clone()));
                if matches!(hold.state, HoldState::Held { .. }) {
                    self.apply_to_cardholder(&hold.token, hold.amount, *limit, stamp, |account| {
                        account.held += hold.amount.amount;
                    });
                }
            }
            Event::Captured { line, token, held, open } => {
                self.apply_capture(line, token, *held, open, stamp)
            }
            Event::Released { payment, token, held } => {
                self.apply_end(payment, HoldState::Released, token, *held, stamp);
            }
            Event::Lapsed { payment, token, held } => {
                self.apply_end(payment, HoldState::Lapsed, token, *held, stamp);
            }
            Event::PaidOut { batch, payout, fees } => self.apply_payout(*batch, *payout, *fees, stamp),
            Event::Forgotten { payment } => self.holds.change(payment, at, |row| *row = None),
            Event::CardForgotten { token } => {
                self.cards.change(&CardToken::new(token), at, |row| *row = None);
            }
        }
    }

    fn apply_to_cardholder(
        &mut self,
        token: &str,
        amount: Money,
        limit: i64,
        stamp: &Stamp,
        change: impl FnOnce(&mut Cardholder),
    ) {
        self.accounts.change(&AccountId::cardholder(token, amount.currency), stamp.position, |row| {
            let account = row.get_or_insert(Account::Cardholder(Cardholder::new(amount.currency, limit)));
            if let Account::Cardholder(account) = account {
                change(account);
            }
        });
    }

    fn apply_to_merchant(&mut self, stamp: &Stamp, change: impl FnOnce(&mut Merchant)) {
        self.accounts.change(&AccountId::merchant(), stamp.position, |row| {
            let account = row.get_or_insert_with(|| Account::Merchant(Merchant::default()));
            if let Account::Merchant(account) = account {
                change(account);
            }
        });
    }

    fn apply_capture(
        &mut self,
        line: &SettlementLine,
        token: &str,
        held: Money,
        open: &OpenBatch,
        stamp: &Stamp,
    ) {
        let at = stamp.position;
        self.holds.change(&line.payment, at, |row| {
            let Some(hold) = row else { return };
            if let HoldState::Held { approval, capture_before } = &mut hold.state {
                hold.state = HoldState::Captured {
                    approval: std::mem::take(approval),
                    capture_before: *capture_before,
                    amount: line.amount,
                };
            }
        });
        self.apply_to_cardholder(token, held, 0, stamp, |account| {
            account.held -= held.amount;
            account.drawn += line.amount.amount;
        });
        self.apply_to_merchant(stamp, |merchant| {
            merchant.takings.entry(line.amount.currency).or_default().payable += line.amount.amount;
            merchant.open = Some(*open);
        });
        self.batches.change(&open.batch, at, |row| {
            let batch =
                row.get_or_insert(SettlementBatch { currency: open.currency, lines: vec![], paid: false });
            batch.lines.push(line.clone());
        });
    }

    fn apply_end(&mut self, payment: &PaymentId, end: HoldState, token: &str, held: Money, stamp: &Stamp) {
        self.holds.change(payment, stamp.position, |row| match row {
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
            self.apply_to_cardholder(token, held, 0, stamp, |account| account.held -= held.amount);
        }
    }

    fn apply_payout(&mut self, batch: BatchId, payout: Money, fees: Money, stamp: &Stamp) {
        self.apply_to_merchant(stamp, |merchant| {
            let takings = merchant.takings.entry(payout.currency).or_default();
            takings.payable -= payout.amount + fees.amount;
            takings.paid += payout.amount;
            takings.fees += fees.amount;
            if let Some(open) = merchant.open.as_mut().filter(|open| open.batch == batch) {
                open.closed = true;
            }
        });
        self.batches.change(&batch, stamp.position, |row| {
            if let Some(batch) = row {
                batch.paid = true;
            }
        });
    }

    pub fn tables(&self) -> Vec<&dyn AnyTable> {
        vec![&self.cards, &self.accounts, &self.holds, &self.batches]
    }

    pub fn tables_mut(&mut self) -> Vec<&mut dyn AnyTable> {
        vec![&mut self.cards, &mut self.accounts, &mut self.holds, &mut self.batches]
    }
}
