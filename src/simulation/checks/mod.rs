//! What must hold, whatever happened: one file an invariant, which says it in its first sentence; `i07` is invariant 7.
//! A checker reads the observation and returns a sentence for each thing that is wrong; it never panics.
//!
//! Not here: I17 (overload) is measured on the real process. Rules that the shop does not have yet (refunds, returns,
//! disputes) get their checker with them.

mod checker;
mod exemptions;
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

pub use checker::{Checker, Found, Violation, run};
use exemptions::{
    given_up, given_up_by_the_back_office, is_expected_server_error, names_mail, names_purchase_order,
};

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
        holds: "once faults stop, queues drain and every order reaches an end or an open case, which is kept",
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
