//! I7: double entry balances in every posting and in total, per currency.
//!
//! Every posting of the journal is added up here once more; the ledger's accounts must be the sums of their postings, and
//! its trial balance, and that of its memo of holds alone, zero. The bank keeps books of its own: they balance too.

use std::collections::BTreeMap;

use crate::actors::merchant_proxy::{self, Account, Ledger, Posting, Side};
use crate::actors::{Event, bank};
use crate::domain::Currency;
use crate::journal::Position;
use crate::simulation::observation::Observation;

use super::Found;

/// Debits and credits, in minor units.
type Sums = BTreeMap<Account, (i128, i128)>;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    let mut sums: BTreeMap<Currency, Sums> = BTreeMap::new();
    for (position, _, event) in observation.events() {
        let Event::MerchantProxy(event) = event else { continue };
        if let Some(posting) = event.posting() {
            balances(position, posting, found);
            add(sums.entry(posting.currency()).or_default(), posting);
        }
    }
    for (currency, ledger) in merchant_proxy::ledgers(observation.tables().of::<Ledger>().resident()) {
        is_the_sum(currency, &ledger, sums.get(&currency), found);
        found.expect(merchant_proxy::audit(&ledger).is_ok(), || {
            format!("the ledger in {currency}: {}", merchant_proxy::audit(&ledger).unwrap_err())
        });
    }
    bank_balances(observation, found);
}

fn balances(position: Position, posting: &Posting, found: &mut Found) {
    let sum = |side| -> i128 {
        let entries = posting.entries().iter().filter(|entry| entry.side == side);
        entries.map(|entry| i128::from(entry.amount)).sum()
    };
    let (debits, credits) = (sum(Side::Debit), sum(Side::Credit));
    found.expect(debits == credits, || {
        format!("the posting of turn {position} debits {debits} and credits {credits} minor units")
    });
}

fn add(sums: &mut Sums, posting: &Posting) {
    for entry in posting.entries() {
        let (debits, credits) = sums.entry(entry.account).or_default();
        match entry.side {
            Side::Debit => *debits += i128::from(entry.amount),
            Side::Credit => *credits += i128::from(entry.amount),
        }
    }
}

fn is_the_sum(currency: Currency, ledger: &Ledger, sums: Option<&Sums>, found: &mut Found) {
    let booked: Sums =
        ledger.balances().map(|(account, booked)| (account, (booked.debits, booked.credits))).collect();
    let none = Sums::new();
    let posted = sums.unwrap_or(&none);
    for account in booked.keys().chain(posted.keys()) {
        let of = |sums: &Sums| sums.get(account).copied().unwrap_or_default();
        let (has, should) = (of(&booked), of(posted));
        found.expect(has == should, || {
            format!(
                "{account:?} in {currency} has {has:?} debited and credited, its postings sum to {should:?}"
            )
        });
    }
}

fn bank_balances(observation: &Observation<'_>, found: &mut Found) {
    let tables = observation.tables();
    let holds = tables.of::<bank::Hold>().resident().map(|(_, hold)| hold);
    if let Err(why) = bank::audit(tables.of::<bank::Account>().resident(), holds) {
        found.wrong(format!("the bank's books: {why}"));
    }
}
