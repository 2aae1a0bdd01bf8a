use super::with_bank::{WithBank, capture_id, order, payment, pence, refund_id, repeat};
use crate::actors::Message;
use crate::actors::merchant_proxy::{Account, CaptureState, Message as ToMerchant};
use crate::actors::order_manager::Message as ToOrders;
use crate::domain::Happening;
use crate::partners::processor::port::{Settled, SettlementFile, SettlementLine};

fn settled(n: u128) -> ToOrders {
    ToOrders::PaymentSettled { order: order(n), payment: payment(n) }
}

fn file(lines: &[(u128, i64, i64)]) -> ToMerchant {
    let line = |(n, amount, fee): &(u128, i64, i64)| line(Settled::Capture(capture_id(*n, 1)), *amount, *fee);
    file_of(lines.iter().map(line).collect())
}

fn line(of: Settled, amount: i64, fee: i64) -> SettlementLine {
    SettlementLine { of, amount: pence(amount), fee: pence(fee) }
}

fn file_of(lines: Vec<SettlementLine>) -> ToMerchant {
    let payout = lines.iter().map(|line| line.amount.amount - line.fee.amount).sum();
    ToMerchant::Settlement(SettlementFile { reference: "2026-11-22/0".into(), lines, payout: pence(payout) })
}

fn captured(amounts: &[i64]) -> WithBank {
    let mut proxy = WithBank::new();
    for (n, amount) in (1..).zip(amounts) {
        proxy.authorise(n, "tok_visa", *amount);
        proxy.capture(n);
    }
    proxy
}

#[test]
fn two_days_later_the_money_less_the_fee_is_in_the_bank() {
    let mut proxy = captured(&[2298]);
    assert!(proxy.ring());
    assert_eq!(proxy.alone.now.to_string(), "2026-11-24T06:00:00.000Z");
    assert_eq!(proxy.told.last(), Some(&settled(1)));
    // 1.5 % of 22.98 is 34.47 pence: rounded down
    assert_eq!((proxy.net(Account::Bank), proxy.net(Account::Fees)), (2264, 34));
    assert_eq!(proxy.net(Account::ProcessorReceivable), 0);
    assert_eq!(proxy.happenings.last(), Some(&Happening::Settled { amount: pence(2298) }));
    assert!(!proxy.waits_for_the_bank());
}

#[test]
fn a_day_of_many_captures_is_paid_in_parts_of_at_most_a_hundred() {
    let mut proxy = captured(&[1000; 205]);
    proxy.ring_out();
    let sizes: Vec<usize> = proxy
        .letters
        .iter()
        .filter_map(|letter| match letter {
            Message::MerchantProxy(ToMerchant::Settlement(file)) => Some(file.lines.len()),
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [100, 100, 5]);
    assert_eq!((proxy.net(Account::Bank), proxy.net(Account::Fees)), (205 * 985, 205 * 15));
}

#[test]
fn the_next_day_has_its_own_batch() {
    let mut proxy = captured(&[100]);
    proxy.alone.now = proxy.alone.now.date().plus_days(1).start();
    proxy.authorise(9, "tok_visa", 100);
    proxy.capture(9);
    proxy.ring();
    assert_eq!(proxy.told.last(), Some(&settled(1)));
    proxy.ring();
    assert_eq!(proxy.told.last(), Some(&settled(9)));
}

#[test]
fn the_same_file_twice_is_booked_once() {
    let mut proxy = captured(&[1000, 2000]);
    proxy.ring_out();
    let bank = proxy.net(Account::Bank);
    for at in 0..proxy.letters.len() {
        repeat(&mut proxy, at);
    }
    assert_eq!(proxy.net(Account::Bank), bank);
    assert_eq!(proxy.cases(), 0);
}

#[test]
fn what_the_shop_has_not_captured_so_goes_to_suspense_with_a_case() {
    let mut proxy = captured(&[1000]);
    proxy.authorise(2, "tok_visa", 500);
    // another amount; one that is only held; one that nobody knows
    proxy.merchant(file(&[(1, 999, 10), (2, 500, 5), (7, 70, 1)]));
    assert_eq!(proxy.capture_state(1, 1), CaptureState::Captured);
    assert_eq!(proxy.net(Account::Suspense), -1569);
    assert_eq!(proxy.net(Account::Bank) + proxy.net(Account::Fees), 1569);
    assert_eq!(proxy.cases(), 2, "the third names no order");
}

#[test]
fn a_line_that_stands_twice_in_a_file_is_settled_once() {
    let mut proxy = captured(&[1000]);
    proxy.merchant(file(&[(1, 1000, 10), (1, 1000, 10)]));
    assert_eq!(proxy.told.iter().filter(|told| **told == settled(1)).count(), 1);
    assert_eq!((proxy.net(Account::ProcessorReceivable), proxy.net(Account::Suspense)), (0, -1000));
}

#[test]
fn a_payout_that_is_not_the_sum_of_its_lines_opens_a_case() {
    let mut proxy = captured(&[1000]);
    let ToMerchant::Settlement(mut wrong) = file(&[(1, 1000, 10)]) else { unreachable!() };
    wrong.payout = pence(1);
    proxy.merchant(ToMerchant::Settlement(wrong));
    assert_eq!(proxy.capture_state(1, 1), CaptureState::Settled);
    assert_eq!(proxy.cases(), 1);
}

#[test]
fn a_fee_that_makes_no_sense_is_not_booked() {
    for fee in [-1, 1001] {
        let mut proxy = captured(&[1000]);
        proxy.merchant(file(&[(1, 1000, fee)]));
        assert_eq!(proxy.capture_state(1, 1), CaptureState::Captured);
        assert_eq!((proxy.cases(), proxy.net(Account::Bank)), (1, 0));
    }
}

#[test]
fn the_lines_of_two_captures_and_of_a_refund_of_one_payment_are_each_matched() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 1000);
    proxy.capture_part(1, 1, 400, false);
    proxy.capture_part(1, 2, 600, true);
    proxy.refund(1, "k", Some(250));
    let lines = || {
        file_of(vec![
            line(Settled::Capture(capture_id(1, 1)), 400, 6),
            line(Settled::Capture(capture_id(1, 2)), 600, 9),
            line(Settled::Refund(refund_id(1, 1)), -250, 0),
        ])
    };
    for _ in 0..2 {
        proxy.merchant(lines());
    }
    assert_eq!((proxy.net(Account::Bank), proxy.net(Account::Fees)), (1000 - 15 - 250, 15));
    assert_eq!((proxy.net(Account::ProcessorReceivable), proxy.net(Account::Suspense)), (0, 0));
    assert_eq!((proxy.net(Account::Returns), proxy.cases()), (250, 0));
}

#[test]
fn a_refund_that_the_shop_did_not_make_goes_to_suspense_with_a_case() {
    let mut proxy = captured(&[1000]);
    proxy.refund(1, "k", Some(100));
    proxy.merchant(file_of(vec![
        line(Settled::Refund(refund_id(1, 1)), -101, 0),
        line(Settled::Refund(refund_id(1, 2)), -5, 0),
    ]));
    assert_eq!((proxy.net(Account::Suspense), proxy.net(Account::Bank), proxy.cases()), (106, -106, 2));
}
