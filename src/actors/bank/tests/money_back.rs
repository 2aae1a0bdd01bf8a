//! Captures of one hold, and what of them is given back.
use super::*;
use crate::domain::RefundId;
use crate::partners::processor::port::NotRefunded;

pub fn refund(bank: &mut Alone<Shop>, n: u128, no: u8, amount: i64) -> Decided {
    let (order, refund, amount) = (order(n), RefundId { payment: payment(n), no }, pence(amount));
    bank.when(Address::BankActor, Message::RefundCaptured { order, refund, amount })
}

#[test]
fn captures_take_at_most_what_is_held_each_once_and_the_rest_stays_held_until_it_is_released() {
    let mut bank = alone();
    approve(&mut bank, 1, "tok_visa", 100);
    assert_eq!(captured(&capture(&mut bank, 1, 101)), Answer::Refused(NotCaptured::NothingHeld));
    assert_eq!(captured(&capture(&mut bank, 1, 60)), Answer::Known(pence(60)));
    assert_eq!(captured(&capture(&mut bank, 1, 100)), Answer::Known(pence(60)), "the same again");
    assert_eq!(captured(&capture_part(&mut bank, 1, 2, 41)), Answer::Refused(NotCaptured::NothingHeld));
    assert_eq!(captured(&capture_part(&mut bank, 1, 2, 30)), Answer::Known(pence(30)));
    let sums = |bank: &Alone<Shop>| {
        let Cardholder { held, drawn, .. } = account(bank, "tok_visa");
        (held, drawn)
    };
    assert_eq!(sums(&bank), (10, 90));
    release(&mut bank, 1);
    assert_eq!(sums(&bank), (0, 90));
    check_books(&bank);
}

#[test]
fn what_was_taken_is_given_back_once_and_never_more_and_is_deducted_from_the_next_payout() {
    let mut bank = alone();
    let answer = |turn: &Decided| match said(turn).pop() {
        Some(merchant_proxy::Message::RefundAnswered { answer, .. }) => answer,
        other => panic!("{other:?} is no answer to a refund"),
    };
    approve(&mut bank, 1, "tok_visa", 1000);
    assert_eq!(answer(&refund(&mut bank, 1, 1, 10)), Answer::Refused(NotRefunded::NotTaken));
    capture(&mut bank, 1, 1000);
    assert_eq!(answer(&refund(&mut bank, 1, 1, 1001)), Answer::Refused(NotRefunded::NotTaken));
    assert_eq!(answer(&refund(&mut bank, 1, 1, 400)), Answer::Known(pence(400)));
    assert_eq!(answer(&refund(&mut bank, 1, 1, 400)), Answer::Known(pence(400)), "the same again");
    assert_eq!(answer(&refund(&mut bank, 1, 2, 601)), Answer::Refused(NotRefunded::NotTaken));
    assert_eq!(account(&bank, "tok_visa").drawn, 600);
    let batch = BatchId { captured_on: NOON.date(), part: 0 };
    let [file] = &files(&bank.when(Address::BankActor, Message::SettlementDue { batch }))[..] else {
        panic!("one file, of one slot");
    };
    assert_eq!(file.lines.iter().map(|line| line.amount.amount).collect::<Vec<_>>(), [1000, -400]);
    assert_eq!(file.payout, pence(1000 - 15 - 400), "the fee is not given back");
    check_books(&bank);
}

#[test]
fn test_cards_lose_a_captures_or_a_refunds_first_answer_approve_a_part_and_refuse_refunds() {
    let mut bank = alone();
    let Some(Answer::Known(part)) = answer(&approve(&mut bank, 1, "tok_approves_part", 100)) else {
        panic!("held")
    };
    assert_eq!(part.amount, pence(50));
    approve(&mut bank, 2, "tok_capture_lost", 100);
    assert!(said(&capture(&mut bank, 2, 100)).is_empty());
    assert_eq!(captured(&capture(&mut bank, 2, 100)), Answer::Known(pence(100)));
    approve(&mut bank, 3, "tok_refund_lost", 100);
    capture(&mut bank, 3, 100);
    assert!(said(&refund(&mut bank, 3, 1, 100)).is_empty());
    assert_eq!(said(&refund(&mut bank, 3, 1, 100)).len(), 1);
    approve(&mut bank, 4, "tok_refund_rejected", 100);
    capture(&mut bank, 4, 100);
    assert!(refund(&mut bank, 4, 1, 100).events().is_empty());
    approve(&mut bank, 5, "tok_never_settled", 100);
    capture(&mut bank, 5, 100);
    let batch = BatchId { captured_on: NOON.date(), part: 0 };
    let files = files(&bank.when(Address::BankActor, Message::SettlementDue { batch }));
    assert!(files.iter().flat_map(|file| &file.lines).all(|line| line.payment() != payment(5)));
    check_books(&bank);
}
