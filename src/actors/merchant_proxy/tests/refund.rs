use super::with_bank::{WithBank, order, pence, refund_id, repeat};
use crate::actors::merchant_proxy::{Account, NoRefund, RefundState, RefundView};
use crate::actors::order_manager::Message as ToOrders;

fn captured(token: &str, amount: i64) -> WithBank {
    let mut proxy = WithBank::new();
    proxy.authorise(1, token, amount);
    proxy.capture(1);
    proxy
}

fn refunded(no: u8, amount: i64, in_all: i64) -> ToOrders {
    let (order, refund) = (order(1), refund_id(1, no));
    ToOrders::PaymentRefunded { order, refund, amount: pence(amount), in_all: pence(in_all) }
}

fn state(proxy: &WithBank, no: u8) -> RefundState {
    proxy.row(1).refund(refund_id(1, no)).expect("it is on record").state
}

#[test]
fn what_was_taken_is_given_back_in_parts_each_booked_as_a_return() {
    let mut proxy = captured("tok_visa", 1000);
    proxy.refund(1, "a", Some(250));
    proxy.refund(1, "b", None);
    assert_eq!(proxy.told[2..], [refunded(1, 250, 250), refunded(2, 750, 1000)]);
    assert_eq!((proxy.net(Account::Returns), proxy.net(Account::Sales)), (1000, -1000));
    assert_eq!(proxy.net(Account::ProcessorReceivable), 0);
    let view = |no, amount| RefundView {
        id: refund_id(1, no),
        amount: pence(amount),
        state: RefundState::Sent,
        is_repeated: false,
    };
    assert_eq!(proxy.replies, [Ok(view(1, 250)), Ok(view(2, 750))]);
    proxy.ring_out();
    assert_eq!((proxy.net(Account::Bank), proxy.cases()), (-15, 0), "the fee stays with the processor");
}

#[test]
fn the_same_key_again_is_the_same_refund_and_for_another_amount_it_is_refused() {
    let mut proxy = captured("tok_visa", 1000);
    for amount in [Some(250), Some(250), None, Some(251)] {
        proxy.refund(1, "a", amount);
    }
    for at in 0..proxy.letters.len() {
        repeat(&mut proxy, at);
    }
    assert_eq!(proxy.net(Account::Returns), 250);
    let repeated = |reply: &Result<RefundView, NoRefund>| reply.as_ref().is_ok_and(|view| view.is_repeated);
    assert_eq!(proxy.replies.iter().map(repeated).collect::<Vec<_>>(), [false, true, true, false]);
    assert_eq!(proxy.replies[3], Err(NoRefund::KeyUsed));
}

#[test]
fn never_more_is_given_back_than_was_taken() {
    let mut proxy = WithBank::new();
    proxy.authorise(1, "tok_visa", 1000);
    proxy.refund(1, "a", Some(1));
    proxy.capture(1);
    for (key, amount) in [("b", 1001), ("c", 0), ("d", -1), ("e", 900), ("f", 101), ("g", 100), ("h", 1)] {
        proxy.refund(1, key, Some(amount));
    }
    let refused: Vec<_> = proxy.replies.iter().map(|reply| reply.as_ref().err().cloned()).collect();
    let no_amount = || Some(NoRefund::NotAnAmount(pence(0).currency));
    let more = |left| Some(NoRefund::MoreThanLeft(pence(left)));
    assert_eq!(
        refused,
        [
            Some(NoRefund::NothingTaken),
            more(1000),
            no_amount(),
            no_amount(),
            None,
            more(100),
            None,
            Some(NoRefund::NothingLeft),
        ]
    );
    assert_eq!(proxy.row(1).refunded(), pence(1000));
}

#[test]
fn a_refund_whose_answer_is_lost_is_unknown_counts_and_is_found_by_its_key() {
    let mut proxy = captured("tok_refund_lost", 1000);
    proxy.refund(1, "a", Some(600));
    proxy.refund(1, "b", Some(600));
    assert_eq!(proxy.replies[1], Err(NoRefund::MoreThanLeft(pence(400))));
    assert_eq!((state(&proxy, 1), proxy.net(Account::Returns)), (RefundState::Sent, 0));
    assert!(proxy.ring());
    assert_eq!((state(&proxy, 1), proxy.net(Account::Returns)), (RefundState::Refunded, 600));
    assert_eq!(proxy.told.last(), Some(&refunded(1, 600, 600)));
}

#[test]
fn a_refund_that_is_not_taken_is_a_case_and_its_amount_can_be_given_back_otherwise() {
    let mut proxy = captured("tok_refund_rejected", 1000);
    proxy.refund(1, "a", None);
    assert_eq!((state(&proxy, 1), proxy.cases()), (RefundState::Failed, 1));
    assert_eq!((proxy.net(Account::Returns), proxy.told.len()), (0, 2));
    assert!(!proxy.waits_for_the_bank());
    proxy.refund(1, "b", None);
    assert!(proxy.replies[1].is_ok());
}

#[test]
fn a_processor_that_does_not_answer_is_asked_on_and_the_operator_hears_of_it_once() {
    let mut proxy = captured("tok_visa", 1000);
    proxy.line_is_cut = true;
    proxy.refund(1, "a", None);
    for _ in 0..20 {
        assert!(proxy.ring());
    }
    assert_eq!((proxy.cases(), state(&proxy, 1)), (1, RefundState::Unknown));
    proxy.line_is_cut = false;
    proxy.ring_out();
    assert_eq!((state(&proxy, 1), proxy.net(Account::Returns)), (RefundState::Refunded, 1000));
}
