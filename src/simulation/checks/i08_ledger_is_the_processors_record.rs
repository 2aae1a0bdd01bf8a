//! I8: our ledger equals the processor's record once quiet; the rest sits in suspense with an open case.
//!
//! At the end, payment by payment: what the shop has held, captured and refunded is what the bank holds, took and gave back. In total,
//! by currency: the memo of holds is what the bank holds, the receivable less what is in suspense is what it has yet to
//! pay, the shop's bank account and fees are what it paid and kept. Where an order has a case open its difference is
//! known; a dead letter that is tied to no order can be a settlement file.

use std::collections::BTreeMap;

use crate::actors::Event;
use crate::actors::bank::{self, Takings};
use crate::actors::merchant_proxy::{self, Account, Ledger, Payment};
use crate::domain::{Currency, OrderId, PaymentId};
use crate::simulation::observation::{Observation, Phase};

use super::Found;
use super::journal::{CardBook, has_dead_letter_without_an_order};

/// Of one payment, or of many, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Money {
    held: i64,
    captured: i64,
    refunded: i64,
}

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    suspense_has_cases(observation, found);
    if observation.phase != Phase::End || !observation.derived.is_quiet() {
        return;
    }
    let book = CardBook::of(observation);
    let known = payments_agree(observation, &book, found);
    for (currency, ledger) in merchant_proxy::ledgers(observation.tables().of::<Ledger>().resident()) {
        let known = known.get(&currency).copied().unwrap_or_default();
        holds_agree(currency, &ledger, &book, known, found);
        if !has_dead_letter_without_an_order(observation) {
            takings_agree(observation, currency, &ledger, known, found);
        }
    }
}

fn suspense_has_cases(observation: &Observation<'_>, found: &mut Found) {
    for (_, _, event) in observation.events() {
        let Event::MerchantProxy(merchant_proxy::Event::InSuspense { order, why, payment, .. }) = event
        else {
            continue;
        };
        let has_case = order.is_none_or(|order| observation.has_case(order));
        found.expect(has_case, || format!("{payment} is in suspense without a case: {why}"));
    }
}

/// What the shop has more than the bank, by currency, of payments whose order has a case open.
fn payments_agree(
    observation: &Observation<'_>,
    book: &CardBook,
    found: &mut Found,
) -> BTreeMap<Currency, Money> {
    let mut known: BTreeMap<Currency, Money> = BTreeMap::new();
    let payments = observation.tables().of::<Payment>();
    for (id, row) in payments.resident() {
        let shop = Money {
            held: row.held().amount,
            captured: row.captured().amount,
            refunded: row.refunded().amount,
        };
        let at_the_bank = of_the_bank(book, *id);
        if observation.has_case(row.order) {
            let difference = known.entry(row.amount.currency).or_default();
            difference.held += shop.held - at_the_bank.held;
            difference.captured += shop.captured - at_the_bank.captured;
            difference.refunded += shop.refunded - at_the_bank.refunded;
        } else {
            agree(row.order, *id, shop, at_the_bank, found);
        }
    }
    for (id, row) in book.rows().filter(|(id, _)| payments.peek(id).is_none()) {
        let has_something = row.held.is_some() || row.captured != 0;
        found.expect(!has_something, || format!("the bank has money of {id}, which the shop does not know"));
    }
    known
}

fn of_the_bank(book: &CardBook, payment: PaymentId) -> Money {
    let row = book.get(payment);
    let held = row.held.map_or(0, |held| held.amount);
    Money { held, captured: row.captured, refunded: row.refunded }
}

fn agree(order: OrderId, id: PaymentId, shop: Money, at_the_bank: Money, found: &mut Found) {
    found.expect_of(order, shop == at_the_bank, || {
        format!("the shop has {shop:?} by {id}, and the bank {at_the_bank:?}, in minor units")
    });
}

fn holds_agree(currency: Currency, ledger: &Ledger, book: &CardBook, known: Money, found: &mut Found) {
    let held = book.rows().filter_map(|(_, row)| row.held).filter(|held| held.currency == currency);
    let held: i128 = held.map(|held| i128::from(held.amount)).sum();
    let booked = ledger.balance(Account::CustomerHolds).net() - i128::from(known.held);
    found.expect(booked == held, || {
        format!("the bank holds {held} minor units of {currency}, the ledger has {booked}")
    });
}

fn takings_agree(
    observation: &Observation<'_>,
    currency: Currency,
    ledger: &Ledger,
    known: Money,
    found: &mut Found,
) {
    let Takings { payable, paid, fees } = takings(observation, currency);
    let net = |account| ledger.balance(account).net();
    let known = i128::from(known.captured) - i128::from(known.refunded);
    let to_come = net(Account::ProcessorReceivable) + net(Account::Suspense) - known;
    let pairs = [
        ("to come", to_come, payable),
        ("paid", net(Account::Bank), paid),
        ("fees", net(Account::Fees), fees),
    ];
    for (what, ours, theirs) in pairs {
        found.expect(ours == i128::from(theirs), || {
            format!("{what} in {currency}: the ledger has {ours} minor units, the bank {theirs}")
        });
    }
}

fn takings(observation: &Observation<'_>, currency: Currency) -> Takings {
    match observation.tables().of::<bank::Account>().peek(&bank::AccountId::merchant()) {
        Some(bank::Account::Merchant(merchant)) => {
            merchant.takings.get(&currency).copied().unwrap_or_default()
        }
        _ => Takings::default(),
    }
}
