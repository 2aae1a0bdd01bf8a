use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{Currency, Money, Slot};
use crate::planted::{self, Bug};
use crate::runtime::{Aggregate, Partition, TableKey};
use crate::storage::TreeName;

/// An account of the shop's ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Account {
    /// Memo: what banks hold for the shop on customers' cards.
    CustomerHolds,
    /// Memo: the other side of it.
    HoldsContra,
    /// What the processor owes the shop: captured, less what was refunded, and not yet paid out.
    ProcessorReceivable,
    /// With delivery and tax: a payment is of the order's total.
    Sales,
    Bank,
    Fees,
    /// Paid out for nothing that the shop knows of; each with an open case.
    Suspense,
    /// Given back of what was sold.
    Returns,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    Debit,
    Credit,
}

/// In minor units, not negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub account: Account,
    pub side: Side,
    pub amount: i64,
}

/// What is booked together: its debits equal its credits, however it came to be, also when it was read
/// from the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Posting {
    currency: Currency,
    entries: Vec<Entry>,
}

/// As it is stored: whether it is balanced is looked at when it is read.
#[derive(Deserialize)]
struct Unchecked {
    currency: Currency,
    entries: Vec<Entry>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a posting debits {debits} and credits {credits} minor units: both must be the same, of amounts that are not negative"
)]
pub struct Unbalanced {
    debits: i128,
    credits: i128,
}

impl Entry {
    /// A debit, or where it is less than nothing a credit.
    fn signed(account: Account, amount: i64) -> Entry {
        let side = if amount < 0 { Side::Credit } else { Side::Debit };
        Entry { account, side, amount: amount.saturating_abs() }
    }
}

impl Posting {
    pub fn new(currency: Currency, entries: Vec<Entry>) -> Result<Posting, Unbalanced> {
        let sum = |side| -> i128 {
            entries.iter().filter(|entry| entry.side == side).map(|entry| i128::from(entry.amount)).sum()
        };
        let (debits, credits) = (sum(Side::Debit), sum(Side::Credit));
        if debits != credits || entries.iter().any(|entry| entry.amount < 0) {
            return Err(Unbalanced { debits, credits });
        }
        Ok(Posting { currency, entries })
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The bank holds `amount`: a memo.
    pub fn hold(amount: Money) -> Result<Posting, Unbalanced> {
        Posting::move_between(Account::CustomerHolds, Account::HoldsContra, amount)
    }

    /// The bank let go of `amount`.
    pub fn void(amount: Money) -> Result<Posting, Unbalanced> {
        Posting::move_between(Account::HoldsContra, Account::CustomerHolds, amount)
    }

    /// So much of what was held is earned: its memo is undone.
    pub fn capture(captured: Money) -> Result<Posting, Unbalanced> {
        let mut entries = Posting::void(captured)?.entries;
        let earned = Posting::move_between(Account::ProcessorReceivable, Account::Sales, captured)?;
        entries.extend(earned.entries);
        Posting::new(captured.currency, entries)
    }

    /// So much is given back: the processor takes it from what it owes.
    pub fn refund(refunded: Money) -> Result<Posting, Unbalanced> {
        Posting::move_between(Account::Returns, Account::ProcessorReceivable, refunded)
    }

    /// The processor paid `amount` less `fee`; or took it, where `amount` is less than nothing.
    pub fn settlement(amount: Money, fee: Money) -> Result<Posting, Unbalanced> {
        Posting::pay_in(Account::ProcessorReceivable, amount, fee)
    }

    /// The same, for nothing that the shop knows of.
    pub fn suspense(amount: Money, fee: Money) -> Result<Posting, Unbalanced> {
        Posting::pay_in(Account::Suspense, amount, fee)
    }

    /// A fee is a part of the amount.
    fn pay_in(from: Account, amount: Money, fee: Money) -> Result<Posting, Unbalanced> {
        if fee.amount < 0 || fee.amount > amount.amount.saturating_abs() {
            let (debits, credits) = (i128::from(fee.amount), i128::from(amount.amount));
            return Err(Unbalanced { debits, credits });
        }
        let entries = vec![
            Entry::signed(Account::Bank, amount.amount.saturating_sub(fee.amount)),
            Entry { account: Account::Fees, side: Side::Debit, amount: fee.amount },
            Entry::signed(from, amount.amount.saturating_neg()),
        ];
        Posting::new(amount.currency, entries)
    }

    fn move_between(debit: Account, credit: Account, amount: Money) -> Result<Posting, Unbalanced> {
        let entries = vec![
            Entry { account: debit, side: Side::Debit, amount: amount.amount },
            Entry { account: credit, side: Side::Credit, amount: amount.amount },
        ];
        Posting::new(amount.currency, entries)
    }
}

impl TryFrom<Unchecked> for Posting {
    type Error = Unbalanced;
    fn try_from(unchecked: Unchecked) -> Result<Posting, Unbalanced> {
        Posting::new(unchecked.currency, unchecked.entries)
    }
}

/// Names a part of the ledger: each slot keeps books of its own in each currency. The shop's are their sum, which no
/// decision reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LedgerPart {
    pub currency: Currency,
    pub slot: Slot,
}

/// Tree `ledger`: the totals of every account, of one part or of several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    accounts: BTreeMap<Account, Balance>,
}

/// All that was ever debited and credited, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    pub debits: i128,
    pub credits: i128,
}

impl Balance {
    /// Debits less credits.
    pub fn net(self) -> i128 {
        self.debits - self.credits
    }
}

impl Aggregate for Ledger {
    const TREE: TreeName = TreeName("ledger");
    type Key = LedgerPart;

    fn partition(part: &LedgerPart) -> Partition {
        part.slot.into()
    }
}

/// The currency's code, then the number of the slot.
impl TableKey for LedgerPart {
    fn to_bytes(&self) -> Vec<u8> {
        [self.currency.code().as_bytes(), &[self.slot.number()]].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<LedgerPart> {
        let (slot, code) = bytes.split_last()?;
        let currency = Currency::parse(std::str::from_utf8(code).ok()?).ok()?;
        Some(LedgerPart { currency, slot: Slot::parse(*slot)? })
    }
}

impl Ledger {
    pub fn post(&mut self, posting: &Posting) {
        for entry in &posting.entries {
            let balance = self.accounts.entry(entry.account).or_default();
            let rounds = planted::is(Bug::FeeRounded) && entry.account == Account::Fees;
            let amount = i128::from(if rounds { entry.amount / 10 * 10 } else { entry.amount });
            match entry.side {
                Side::Debit => balance.debits += amount,
                Side::Credit => balance.credits += amount,
            }
        }
    }

    /// Adds what another part has.
    fn add(&mut self, part: &Ledger) {
        for (account, balance) in part.balances() {
            let sum = self.accounts.entry(account).or_default();
            sum.debits += balance.debits;
            sum.credits += balance.credits;
        }
    }

    pub fn balance(&self, account: Account) -> Balance {
        self.accounts.get(&account).copied().unwrap_or_default()
    }

    /// Every account that was ever posted to.
    pub fn balances(&self) -> impl Iterator<Item = (Account, Balance)> {
        self.accounts.iter().map(|(account, balance)| (*account, *balance))
    }
}

/// The books of the shop: the sum of their parts, by currency.
pub fn ledgers<'a>(
    parts: impl IntoIterator<Item = (&'a LedgerPart, &'a Ledger)>,
) -> BTreeMap<Currency, Ledger> {
    let mut sums: BTreeMap<Currency, Ledger> = BTreeMap::new();
    for (part, ledger) in parts {
        sums.entry(part.currency).or_default().add(ledger);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pence(amount: i64) -> Money {
        Money::new(amount, Currency::GBP)
    }

    #[test]
    fn what_does_not_balance_is_no_posting_also_not_when_read() {
        let entries = vec![
            Entry { account: Account::Bank, side: Side::Debit, amount: 2 },
            Entry { account: Account::Sales, side: Side::Credit, amount: 1 },
        ];
        assert_eq!(Posting::new(Currency::GBP, entries.clone()), Err(Unbalanced { debits: 2, credits: 1 }));
        let written = postcard::to_stdvec(&(Currency::GBP, entries)).unwrap();
        assert!(postcard::from_bytes::<Posting>(&written).is_err());
        assert!(Posting::hold(pence(-1)).is_err());
        assert!(Posting::settlement(pence(1), pence(2)).is_err());
    }

    #[test]
    fn the_books_of_the_shop_are_the_sum_of_those_of_its_slots() {
        let part = |slot| LedgerPart { currency: Currency::GBP, slot: Slot::of(slot) };
        let (mut one, mut other) = (Ledger::default(), Ledger::default());
        one.post(&Posting::hold(pence(100)).unwrap());
        other.post(&Posting::hold(pence(7)).unwrap());
        let sum = ledgers([(&part(1), &one), (&part(2), &other)]);
        assert_eq!(sum[&Currency::GBP].balance(Account::CustomerHolds), Balance { debits: 107, credits: 0 });
        let bytes = part(2).to_bytes();
        assert_eq!((LedgerPart::from_bytes(&bytes), bytes.len()), (Some(part(2)), 4));
        assert_eq!(LedgerPart::from_bytes(b"GBP\x10"), None);
    }

    #[test]
    fn a_posting_reads_back_as_written() {
        let posting = Posting::capture(pence(60)).unwrap();
        let written = postcard::to_stdvec(&posting).unwrap();
        assert_eq!(postcard::from_bytes::<Posting>(&written).unwrap(), posting);
    }

    #[test]
    fn a_capture_undoes_the_memo_and_the_settlement_the_receivable() {
        let mut ledger = Ledger::default();
        ledger.post(&Posting::hold(pence(100)).unwrap());
        ledger.post(&Posting::capture(pence(60)).unwrap());
        ledger.post(&Posting::void(pence(40)).unwrap());
        ledger.post(&Posting::settlement(pence(60), pence(1)).unwrap());
        let net = |account| ledger.balance(account).net();
        assert_eq!(net(Account::CustomerHolds), 0);
        assert_eq!(net(Account::ProcessorReceivable), 0);
        assert_eq!((net(Account::Sales), net(Account::Bank), net(Account::Fees)), (-60, 59, 1));
    }

    #[test]
    fn a_refund_is_a_return_and_its_settlement_takes_the_money_from_the_bank() {
        let mut ledger = Ledger::default();
        ledger.post(&Posting::refund(pence(25)).unwrap());
        assert_eq!(ledger.balance(Account::ProcessorReceivable).net(), -25);
        ledger.post(&Posting::settlement(pence(-25), pence(0)).unwrap());
        let net = |account| ledger.balance(account).net();
        assert_eq!(
            (net(Account::Returns), net(Account::Bank), net(Account::ProcessorReceivable)),
            (25, -25, 0)
        );
        assert!(Posting::settlement(pence(-25), pence(26)).is_err());
    }
}
