//! A checker, and what it finds.

use crate::domain::OrderId;

use super::super::observation::Observation;

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
    pub check: fn(&Observation<'_>, &mut Found),
}

/// Collects what one checker finds.
#[derive(Default)]
pub struct Found(Vec<(Option<OrderId>, String)>);

impl Found {
    pub fn wrong(&mut self, what: impl Into<String>) {
        self.0.push((None, what.into()));
    }

    pub fn wrong_of(&mut self, order: impl Into<Option<OrderId>>, what: impl Into<String>) {
        self.0.push((order.into(), what.into()));
    }

    /// `what` is only written where it does not hold.
    pub fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong(what());
        }
    }

    pub fn expect_of(
        &mut self,
        order: impl Into<Option<OrderId>>,
        holds: bool,
        what: impl FnOnce() -> String,
    ) {
        if !holds {
            self.wrong_of(order, what());
        }
    }
}

/// What is wrong, as these checkers see it.
pub fn run<'a>(
    checkers: impl IntoIterator<Item = &'a Checker>,
    observation: &Observation<'_>,
) -> Vec<Violation> {
    let mut violations = vec![];
    for checker in checkers {
        let mut found = Found::default();
        (checker.check)(observation, &mut found);
        let named = |(order, what)| Violation { invariant: checker.invariant, order, what };
        violations.extend(found.0.into_iter().map(named));
    }
    violations
}
