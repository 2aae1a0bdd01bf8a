use std::cell::Cell;
use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::with_bank::{WithBank, payment, repeat};
use crate::actors::bank::{self, HoldState, test_cards::TEST_CARDS};
use crate::actors::merchant_proxy::{Account, AuthorisationState, Payment};
use crate::domain::Currency;

const PAYMENTS: u128 = 6;

#[derive(Clone, Debug)]
enum Step {
    Authorise {
        n: u128,
        card: usize,
        amount: i64,
    },
    Verify {
        n: u128,
        card: usize,
    },
    Capture {
        n: u128,
    },
    /// Of one shipment among several.
    CapturePart {
        n: u128,
        no: u8,
        amount: i64,
        is_last: bool,
    },
    Refund {
        n: u128,
        key: u8,
        amount: Option<i64>,
    },
    Void {
        n: u128,
    },
    Ring,
    /// What was said before comes again.
    Repeat {
        at: prop::sample::Index,
    },
    Cut {
        cut: bool,
    },
    /// In the place of what is authorised under `replaces`.
    Renew {
        n: u128,
        replaces: u128,
        card: usize,
    },
    Days {
        days: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let n = || 1..=PAYMENTS;
    let card = || 0..TEST_CARDS.len();
    prop_oneof![
        4 => (n(), card(), 0i64..100_000).prop_map(|(n, card, amount)| Step::Authorise { n, card, amount }),
        1 => (n(), card()).prop_map(|(n, card)| Step::Verify { n, card }),
        3 => n().prop_map(|n| Step::Capture { n }),
        2 => n().prop_map(|n| Step::Void { n }),
        2 => (n(), 1u8..5, 0i64..60_000, any::<bool>())
            .prop_map(|(n, no, amount, is_last)| Step::CapturePart { n, no, amount, is_last }),
        3 => (n(), 0u8..4, prop::option::of(-10i64..60_000))
            .prop_map(|(n, key, amount)| Step::Refund { n, key, amount }),
        4 => Just(Step::Ring),
        3 => any::<prop::sample::Index>().prop_map(|at| Step::Repeat { at }),
        1 => any::<bool>().prop_map(|cut| Step::Cut { cut }),
        3 => (n(), n(), card()).prop_map(|(n, replaces, card)| Step::Renew { n, replaces, card }),
        1 => (0u64..9).prop_map(|days| Step::Days { days }),
    ]
}

fn take(proxy: &mut WithBank, step: &Step) {
    match step {
        Step::Authorise { n, card, amount } => proxy.authorise(*n, TEST_CARDS[*card].token, *amount),
        Step::Verify { n, card } => proxy.verify(*n, TEST_CARDS[*card].token, 100),
        // the order manager waits for the renewal's answer, and counts on the old hold no more where it is unknown
        Step::Capture { n } | Step::CapturePart { n, .. } if is_being_replaced(proxy, *n) => {}
        Step::Capture { n } => proxy.capture(*n),
        Step::CapturePart { n, no, amount, is_last } => proxy.capture_part(*n, *no, *amount, *is_last),
        Step::Refund { n, key, amount } => proxy.refund(*n, &key.to_string(), *amount),
        Step::Void { n } => proxy.void(*n),
        Step::Ring => {
            proxy.ring();
        }
        Step::Repeat { .. } if proxy.letters.is_empty() => {}
        Step::Repeat { at } => repeat(proxy, at.index(proxy.letters.len())),
        Step::Cut { cut } => proxy.line_is_cut = *cut,
        Step::Renew { n, replaces, card } => {
            let row = proxy.alone.get::<Payment>(&payment(*replaces));
            let stands = row.is_some_and(|row| {
                row.is_held() && row.state() == AuthorisationState::Authorised && row.captures.is_empty()
            });
            if stands {
                let amount = proxy.row(*replaces).amount.amount;
                proxy.renew(*n, *replaces, TEST_CARDS[*card].token, amount);
            }
        }
        Step::Days { days } => proxy.days(*days),
    }
}

fn is_being_replaced(proxy: &WithBank, n: u128) -> bool {
    use AuthorisationState::*;
    let mut rows = proxy.alone.tables.of::<Payment>().resident();
    rows.any(|(_, row)| {
        row.authorisation.replaces == Some(payment(n))
            && matches!(row.state(), Sent | Unknown | Reversing | Voided)
    })
}

/// Once all is quiet, the shop and the bank say the same of every payment and of every penny.
fn agree(proxy: &WithBank) {
    let rows: BTreeMap<_, _> = proxy.alone.tables.of::<Payment>().resident().collect();
    for (id, row) in rows {
        use AuthorisationState::*;
        let hold = proxy.alone.get::<bank::Hold>(id);
        match (row.state(), hold.map(|hold| &hold.state)) {
            (Authorised, Some(HoldState::Held { .. } | HoldState::Verified { .. })) => {}
            (Authorised, Some(HoldState::Captured { .. })) if !row.is_held() => {}
            (Declined, Some(HoldState::Declined(_) | HoldState::UnknownToken)) => {}
            (Voided, Some(HoldState::Released | HoldState::Lapsed | HoldState::Declined(_))) => {}
            (Declined | Expired, Some(HoldState::Lapsed)) | (Expired, Some(HoldState::Released)) => {}
            other => panic!("{id}: the shop and the bank say {other:?}"),
        }
        let at_the_bank = hold.map(|hold| (hold.captured().amount, hold.refunded().amount));
        assert_eq!(Some((row.captured().amount, row.refunded().amount)), at_the_bank, "{id}");
    }
    if let Some(bank::Account::Merchant(merchant)) =
        proxy.alone.get::<bank::Account>(&bank::AccountId::merchant())
    {
        let takings = merchant.takings.get(&Currency::GBP).copied().unwrap_or_default();
        assert_eq!(proxy.net(Account::ProcessorReceivable), i128::from(takings.payable));
        assert_eq!(proxy.net(Account::Bank), i128::from(takings.paid));
        assert_eq!(proxy.net(Account::Fees), i128::from(takings.fees));
    }
    assert_eq!(proxy.net(Account::Suspense), 0);
}

/// Of so many steps at most.
const CASES: u32 = 256;
const STEPS_MAX: usize = 60;

/// After every turn [`WithBank`] checks the tables, the books, and the rules that it names; sums within what they may be (P1, P2) are
/// [`audit_payment`](crate::actors::merchant_proxy::audit_payment)'s. At the end what came late is void (P8), and what was held is
/// captured, voided or expired, once (P12).
#[test]
fn whatever_comes_in_whatever_order_the_books_balance_and_all_comes_to_rest() {
    let config = ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() };
    let taken = Cell::new(0);
    let lived = TestRunner::new(config).run(&prop::collection::vec(step(), 1..STEPS_MAX), |steps| {
        taken.set(taken.get() + steps.len());
        let mut proxy = WithBank::new();
        for step in &steps {
            take(&mut proxy, step);
        }
        proxy.line_is_cut = false;
        proxy.ring_out();
        agree(&proxy);
        for n in 1..=PAYMENTS {
            proxy.void(n);
        }
        proxy.ring_out();
        agree(&proxy);
        prop_assert_eq!(proxy.net(Account::CustomerHolds), 0, "P12");
        let live = |n: &u128| {
            let row = proxy.alone.get::<Payment>(&payment(*n));
            row.is_some_and(|row| row.is_held())
        };
        prop_assert_eq!((1..=PAYMENTS).filter(live).count(), 0, "P8");
        Ok(())
    });
    lived.unwrap_or_else(|wrong| panic!("{wrong}"));
    println!(
        "{CASES} cases of {} steps in all: P1, P2, P3, P4, P6, P8, P11 and P12 held after each",
        taken.get()
    );
}
