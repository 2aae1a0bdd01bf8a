//! I6: by order: captured ≤ authorised, refunded ≤ captured, one live authorisation, the processor's charges ≤ its total.
//!
//! After every event of the bank: what it takes by a capture is within what it holds then, and is taken once; over all
//! payments of an order it is within its total; no more is given back than was taken; of each order at most one hold lives.
//! The shop's own rows must agree with themselves.

use std::collections::BTreeMap;

use crate::actors::merchant_proxy::{self, Payment};
use crate::actors::{Event, bank};
use crate::domain::{Money, OrderId};
use crate::partners::processor::port::{Settled, SettlementLine};
use crate::simulation::observation::Observation;

use super::Found;
use super::journal::{CardBook, placed};

type Totals = BTreeMap<OrderId, Money>;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    let totals =
        placed(observation).map(|placed| (placed.place.order, placed.place.quote.totals.total)).collect();
    let mut book = CardBook::default();
    for (_, _, event) in observation.events() {
        let Event::BankActor(event) = event else { continue };
        if let bank::Event::Captured { line, .. } = event {
            is_within_the_hold(&book, line, found);
        }
        book.note(event);
        if let Some(order) = order_of(&book, event) {
            holds_once(&book, order, found);
            is_within_its_total(&book, order, &totals, found);
            gives_back_what_was_taken(&book, order, found);
        }
    }
    shop_agrees(observation, &totals, found);
}

fn order_of(book: &CardBook, event: &bank::Event) -> Option<OrderId> {
    match event {
        bank::Event::Asked { order, .. } => Some(*order),
        bank::Event::Captured { line, .. } | bank::Event::Refunded { line, .. } => {
            book.get(line.payment()).order
        }
        _ => None,
    }
}

fn is_within_the_hold(book: &CardBook, line: &SettlementLine, found: &mut Found) {
    let row = book.get(line.payment());
    let held = row.held.filter(|held| held.currency == line.amount.currency).map_or(0, |held| held.amount);
    let was_taken = matches!(line.of, Settled::Capture(capture) if row.has_taken(capture));
    let what = || {
        let before = if was_taken { "has taken it before" } else { "has not taken it before" };
        format!("the bank takes {} by {}, holds {held} minor units, and {before}", line.amount, line.of)
    };
    let within = line.amount.amount <= held && !was_taken;
    match row.order {
        Some(order) => found.expect_of(order, within, what),
        None => found.expect(within, what),
    }
}

fn holds_once(book: &CardBook, order: OrderId, found: &mut Found) {
    let live: Vec<String> = book
        .of_order(order)
        .filter(|(_, row)| row.held.is_some())
        .map(|(payment, _)| payment.to_string())
        .collect();
    found.expect_of(order, live.len() <= 1, || format!("{} hold money at once", live.join(" and ")));
}

fn is_within_its_total(book: &CardBook, order: OrderId, totals: &Totals, found: &mut Found) {
    let taken: i64 = book.of_order(order).map(|(_, row)| row.captured).sum();
    let total = totals.get(&order).map_or(0, |total| total.amount);
    found.expect_of(order, taken <= total, || {
        format!("the bank has taken {taken} of {total} minor units that it costs")
    });
}

fn gives_back_what_was_taken(book: &CardBook, order: OrderId, found: &mut Found) {
    for (payment, row) in book.of_order(order) {
        found.expect_of(order, row.refunded <= row.captured, || {
            format!("the bank has given back {} of {} minor units by {payment}", row.refunded, row.captured)
        });
    }
}

fn shop_agrees(observation: &Observation<'_>, totals: &Totals, found: &mut Found) {
    let mut captured: BTreeMap<OrderId, i64> = BTreeMap::new();
    for (id, row) in observation.tables().of::<Payment>().resident() {
        *captured.entry(row.order).or_default() += row.captured().amount;
        if let Err(why) = merchant_proxy::audit_payment(row) {
            found.wrong_of(row.order, format!("{id}: {why}"));
        }
    }
    for (order, captured) in captured {
        let total = totals.get(&order).map_or(0, |total| total.amount);
        found.expect_of(order, captured <= total, || {
            format!("the shop has captured {captured} of {total} minor units that it costs")
        });
    }
}
