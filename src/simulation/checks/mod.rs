//! What must hold, whatever happened: one file an invariant, named as `RELIABILITY` in the documentation of the project
//! names them. A checker reads the evidence and returns a sentence for each thing that is wrong; it never panics.
//!
//! Not here: I17 (overload) is measured on the real process. Rules that the shop does not have yet (refunds, returns,
//! disputes) get their checker with them.

mod i01_acknowledged_orders;
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
mod journal;

use crate::domain::OrderId;

use super::evidence::Evidence;

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// `I1` to `I22`.
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
];

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
