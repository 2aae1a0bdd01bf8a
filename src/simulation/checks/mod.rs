//! What must hold, whatever happened: one file an invariant, which says it in its first sentence; `i07` is invariant 7. A checker reads the evidence and returns a sentence for each thing that is wrong; it never panics.
//!
//! Not here: I17 (overload) is measured on the real process. Rules that the shop does not have yet (refunds, returns,
//! disputes) get their checker with them.

use std::collections::BTreeSet;

use crate::actors::Event;
use crate::actors::stock_keeper::PurchaseOrderId;
use crate::domain::OrderId;

use super::evidence::Evidence;
use super::fault::Fault;

mod i01_acknowledged_orders;
mod i02_forgotten;
mod i02_refused_or_unanswered;
mod i03_one_key_one_order;
mod i04_only_along_the_table;
mod i05_exact_starts;
mod i06_within_what_is_authorised;
mod i07_double_entry;
mod i08_ledger_is_the_processors_record;
mod i09_unknown_stays_unknown;
mod i10_money_before_goods;
mod i11_charged_as_shown;
mod i12_stock_units;
mod i13_stock_balance;
mod i14_outbox;
mod i15_counted_once;
mod i16_comes_to_rest;
mod i18_one_down;
mod i19_secrets;
mod i20_owners_only;
mod i21_bad_input;
mod i22_replays;
mod i24_supplies_are_covered;
mod i26_strangers_are_bounded;
mod journal;

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// `I1` to `I26`.
    pub invariant: &'static str,
    /// The order concerned, where it is one.
    pub order: Option<OrderId>,
    /// A sentence.
    pub what: String,
}

/// One invariant and its check.
pub struct Checker {
    pub invariant: &'static str,
    /// What must hold, as a sentence.
    pub holds: &'static str,
    pub check: fn(&Evidence<'_>, &mut Found),
}

/// Collects what one checker finds.
#[derive(Default)]
pub struct Found(Vec<(Option<OrderId>, String)>);

impl Found {
    pub fn wrong(&mut self, what: impl Into<String>) {
        self.0.push((None, what.into()));
    }

    pub fn wrong_of(&mut self, order: OrderId, what: impl Into<String>) {
        self.0.push((Some(order), what.into()));
    }

    /// `what` is only written where it does not hold.
    pub fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong(what());
        }
    }

    pub fn expect_of(&mut self, order: OrderId, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong_of(order, what());
        }
    }
}

/// Every checker, in the order of their numbers.
pub const ALL: &[Checker] = &[
    Checker {
        invariant: "I1",
        holds: "every order answered with 2xx is there, same content, after any crash",
        check: i01_acknowledged_orders::check,
    },
    Checker {
        invariant: "I2",
        holds: "an order refused or never answered does not exist, or exists once and ends; nothing is kept for it",
        check: i02_refused_or_unanswered::check,
    },
    Checker {
        invariant: "I3",
        holds: "one key, at most one order; same key and body, the same answer; another body never executes",
        check: i03_one_key_one_order::check,
    },
    Checker {
        invariant: "I4",
        holds: "states move only along the table; the event log has no gap; the states are what the events say",
        check: i04_only_along_the_table::check,
    },
    Checker {
        invariant: "I5",
        holds: "a start finds exactly what was acknowledged, or refuses with a named reason",
        check: i05_exact_starts::check,
    },
    Checker {
        invariant: "I6",
        holds: "captured ≤ authorised, one live authorisation, the processor's charges ≤ the order's total",
        check: i06_within_what_is_authorised::check,
    },
    Checker {
        invariant: "I7",
        holds: "double entry balances in every posting and in total, by currency",
        check: i07_double_entry::check,
    },
    Checker {
        invariant: "I8",
        holds: "once quiet our ledger equals the processor's record; the rest is in suspense with a case",
        check: i08_ledger_is_the_processors_record::check,
    },
    Checker {
        invariant: "I9",
        holds: "an unknown outcome is never retried under a new key, never taken for success or failure",
        check: i09_unknown_stays_unknown::check,
    },
    Checker {
        invariant: "I10",
        holds: "no capture and no shipment without a live authorisation; a cancelled order keeps no hold",
        check: i10_money_before_goods::check,
    },
    Checker {
        invariant: "I11",
        holds: "price, tax and shipping charged are those shown when she confirmed",
        check: i11_charged_as_shown::check,
    },
    Checker {
        invariant: "I12",
        holds: "no stock bucket is negative, each reservation is an open order's, and no unit is shipped twice",
        check: i12_stock_units::check,
    },
    Checker {
        invariant: "I13",
        holds: "units received and found are on hand, shipped or written off, as the wholesalers' books say",
        check: i13_stock_balance::check,
    },
    Checker {
        invariant: "I14",
        holds: "every letter, supplier order and call is in the turn of its cause and ends; no purchase order comes twice",
        check: i14_outbox::check,
    },
    Checker {
        invariant: "I15",
        holds: "a provider's event counts once, in whatever order it comes",
        check: i15_counted_once::check,
    },
    Checker {
        invariant: "I16",
        holds: "once faults stop, queues drain and every order reaches an end or an open case",
        check: i16_comes_to_rest::check,
    },
    Checker {
        invariant: "I18",
        holds: "one counterparty down blocks nothing else",
        check: i18_one_down::check,
    },
    Checker {
        invariant: "I19",
        holds: "no answer, log, letter or file carries a card number, a session or another secret",
        check: i19_secrets::check,
    },
    Checker {
        invariant: "I20",
        holds: "nothing is reachable but by its owner",
        check: i20_owners_only::check,
    },
    Checker {
        invariant: "I21",
        holds: "bad input never panics, is never answered 5xx and never changes state",
        check: i21_bad_input::check,
    },
    Checker { invariant: "I22", holds: "the journal replays to the same state", check: i22_replays::check },
    Checker {
        invariant: "I24",
        holds: "nothing is ordered in on a customer's word that no money and no stated limit covers",
        check: i24_supplies_are_covered::check,
    },
    Checker {
        invariant: "I26",
        holds: "a stranger gets no more than the rates allow, others are answered, and what is over is gone",
        check: i26_strangers_are_bounded::check,
    },
];

/// Orders of which a message was given up after it had panicked too often: they stand where they stood, and the
/// operator has a case.
fn given_up(evidence: &Evidence<'_>) -> BTreeSet<OrderId> {
    let dead = evidence.records.iter().filter(|(_, record)| record.dead.is_some());
    let cases = dead.flat_map(|(_, record)| &record.events);
    let order = |event: &Event| match event {
        Event::Case(case) => Some(case.order),
        _ => None,
    };
    cases.filter_map(order).collect()
}

/// A message about it was given up, and lies in the dead letters.
fn names_purchase_order(evidence: &Evidence<'_>, id: PurchaseOrderId) -> bool {
    let number = id.number().to_string();
    let mut dead = evidence.records.iter().filter_map(|(_, record)| record.dead.as_ref());
    dead.any(|dead| dead.message.contains(&number))
}

/// Not an answer to what was asked: the shop has too much work, is closing, or its actors panic or hang on purpose.
fn is_shops_trouble(evidence: &Evidence<'_>, status: u16) -> bool {
    let panics = [Fault::PanicBefore, Fault::PanicAfter, Fault::Poison, Fault::Hang];
    match status {
        503 | 504 => true,
        500 => panics.iter().any(|fault| evidence.plan.faults.contains(*fault)),
        _ => false,
    }
}

/// What is wrong, as these checkers see it.
pub fn run<'a>(checkers: impl IntoIterator<Item = &'a Checker>, evidence: &Evidence<'_>) -> Vec<Violation> {
    let mut violations = vec![];
    for checker in checkers {
        let mut found = Found::default();
        (checker.check)(evidence, &mut found);
        let named = |(order, what)| Violation { invariant: checker.invariant, order, what };
        violations.extend(found.0.into_iter().map(named));
    }
    violations
}
