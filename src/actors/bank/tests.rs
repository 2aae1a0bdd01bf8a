mod cards;
mod lapse;
mod money_back;
mod payout;

use proptest::prelude::*;

use super::test_cards::{REGISTERED_LIMIT_MINOR, TEST_CARDS};
use super::*;
use crate::actors::testing::{NOON, alone};
use crate::actors::{self, Address, Decided, Shop, merchant_proxy};
use crate::domain::{
    CaptureId, Currency, DeclineReason, Happening, Money, OrderId, PaymentId, SLOTS, Timestamp,
};
use crate::partners::processor::port::{
    self, Answer, AuthoriseAnswer, CaptureAnswer, NotCaptured, NotHeld, SettlementFile, VerifyAnswer,
};
use crate::partners::processor::{CardNumber, test_behaviour};
use crate::runtime::{Alone, Due, RequestId, TimerChange};

fn pence(amount: i64) -> Money {
    Money::new(amount, Currency::GBP)
}

fn payment(n: u128) -> PaymentId {
    PaymentId::new(NOON.0, n)
}

fn order(n: u128) -> OrderId {
    OrderId::new(NOON.0, n)
}

fn approve(bank: &mut Alone<Shop>, n: u128, token: &str, amount: i64) -> Decided {
    let (order, payment, token, amount) = (order(n), payment(n), token.to_owned(), pence(amount));
    bank.when(Address::BankActor, Message::ApproveHold { order, payment, token, amount })
}

fn verify(bank: &mut Alone<Shop>, n: u128, token: &str) -> Decided {
    verify_for(bank, n, token, 1_298)
}

fn verify_for(bank: &mut Alone<Shop>, n: u128, token: &str, amount: i64) -> Decided {
    let (order, payment, token, amount) = (order(n), payment(n), token.to_owned(), pence(amount));
    bank.when(Address::BankActor, Message::VerifyCard { order, payment, token, amount })
}

fn ask(bank: &mut Alone<Shop>, n: u128, verification: bool) -> Decided {
    bank.when(Address::BankActor, Message::QueryHold { order: order(n), payment: payment(n), verification })
}

fn capture(bank: &mut Alone<Shop>, n: u128, amount: i64) -> Decided {
    capture_part(bank, n, 1, amount)
}

fn capture_part(bank: &mut Alone<Shop>, n: u128, no: u8, amount: i64) -> Decided {
    let (order, capture, amount) = (order(n), CaptureId { payment: payment(n), no }, pence(amount));
    bank.when(Address::BankActor, Message::CaptureHold { order, capture, amount })
}

fn release(bank: &mut Alone<Shop>, n: u128) -> Decided {
    bank.when(Address::BankActor, Message::ReleaseHold { order: order(n), payment: payment(n) })
}

fn register(bank: &mut Alone<Shop>, token: &str) -> Decided {
    let card = Card { brand: "visa".into(), last4: "1111".into(), behaviour: Behaviour::Approves };
    let question = RegisterCard { token: token.to_owned(), card };
    bank.asked(Address::BankActor, RequestId(1), Message::from(question))
}

fn files(turn: &Decided) -> Vec<SettlementFile> {
    let files = said(turn).into_iter().map(|message| match message {
        merchant_proxy::Message::Settlement(file) => file,
        other => panic!("a settlement file is expected: {other:?}"),
    });
    files.collect()
}

fn said(turn: &Decided) -> Vec<merchant_proxy::Message> {
    let messages = turn.sends().iter().map(|(_, message)| match message {
        actors::Message::MerchantProxy(message) => message.clone(),
        other => panic!("the bank tells only the merchant: {other:?}"),
    });
    messages.collect()
}

/// The answer to a hold, if one was given.
fn answer(turn: &Decided) -> Option<AuthoriseAnswer> {
    said(turn).pop().map(|message| match message {
        merchant_proxy::Message::AuthoriseAnswered { answer, .. } => answer,
        other => panic!("{other:?} is no answer to a hold"),
    })
}

fn verdict(turn: &Decided) -> Option<VerifyAnswer> {
    said(turn).pop().map(|message| match message {
        merchant_proxy::Message::VerifyAnswered { answer, .. } => answer,
        other => panic!("{other:?} is no answer to a verification"),
    })
}

fn good(card: &str) -> VerifyAnswer {
    Answer::Known(card.to_owned())
}

fn captured(turn: &Decided) -> CaptureAnswer {
    match said(turn).pop() {
        Some(merchant_proxy::Message::CaptureAnswered { answer, .. }) => answer,
        other => panic!("{other:?} is no answer to a capture"),
    }
}

fn declined(reason: DeclineReason) -> Option<AuthoriseAnswer> {
    Some(Answer::Refused(NotHeld::Declined(reason)))
}

fn is_held(answer: Option<AuthoriseAnswer>) -> bool {
    matches!(answer, Some(Answer::Known(_)))
}

fn account(bank: &Alone<Shop>, token: &str) -> Cardholder {
    match bank.get::<Account>(&AccountId::cardholder(token, Currency::GBP)) {
        Some(Account::Cardholder(account)) => *account,
        _ => Cardholder::new(Currency::GBP, 0),
    }
}

fn timers_set(turn: &Decided) -> Vec<Due> {
    let set = |change: &TimerChange<actors::Shop>| match change {
        TimerChange::Set { due, .. } => Some(*due),
        TimerChange::Cancel { .. } => None,
    };
    turn.timers().iter().filter_map(set).collect()
}

fn check_books(bank: &Alone<Shop>) {
    let holds = bank.tables.of::<Hold>().resident().map(|(_, hold)| hold);
    audit(bank.tables.of::<Account>().resident(), holds).expect("the books balance");
}

#[test]
fn a_good_card_is_held_for_seven_days_under_an_approval_code() {
    let mut bank = alone();
    let turn = approve(&mut bank, 1, "tok_visa", 100);
    let Some(Answer::Known(held)) = answer(&turn) else { panic!("held") };
    let port::Hold { approval, amount, capture_before, card } = *held;
    assert_eq!(card, "tok_visa");
    assert_eq!((approval.len(), amount), (6, pence(100)));
    assert_eq!(capture_before, NOON.plus_ms(7 * Timestamp::DAY_MS));
    let happenings = turn.events()[0].happenings();
    assert_eq!(happenings[0].2, Happening::FundsHeld { amount: pence(100) });
    assert_eq!(happenings[0].0, order(1));
}

#[test]
fn each_test_card_does_what_its_name_says() {
    use DeclineReason::*;
    let mut bank = alone();
    for (n, token) in (1..).zip(["tok_visa", "tok_mastercard", "tok_amex"]) {
        assert!(is_held(answer(&approve(&mut bank, n, token, 100))), "{token}");
    }
    for (n, (token, reason)) in (10..).zip([
        ("tok_declined", DoNotHonour),
        ("tok_insufficient_funds", InsufficientFunds),
        ("tok_expired_card", ExpiredCard),
        ("tok_stolen_card", StolenCard),
        ("tok_lost_card", LostCard),
        ("tok_pick_up_card", PickUpCard),
        ("tok_suspected_fraud", SuspectedFraud),
    ]) {
        assert_eq!(answer(&approve(&mut bank, n, token, 100)), declined(reason), "{token}");
    }
    for (n, token) in (20..).zip(["tok_timeout", "tok_timeout_declined", "tok_unreachable"]) {
        assert_eq!(answer(&approve(&mut bank, n, token, 100)), None, "{token}");
    }
    assert!(is_held(answer(&ask(&mut bank, 20, false))));
    assert_eq!(answer(&ask(&mut bank, 21, false)), declined(DoNotHonour));
    assert_eq!(answer(&ask(&mut bank, 22, false)), None);
    assert_eq!(account(&bank, "tok_unreachable").held, 100);
    assert_eq!(said(&release(&mut bank, 22)).len(), 1, "a release is answered");
    assert_eq!(account(&bank, "tok_unreachable").held, 0);
    check_books(&bank);
}

#[test]
fn a_verification_holds_nothing_and_finds_out_whether_the_card_is_good_for_the_amount() {
    let mut bank = alone();
    assert_eq!(verdict(&verify(&mut bank, 1, "tok_visa")), Some(good("tok_visa")));
    let too_poor = Some(Answer::Refused(NotHeld::Declined(DeclineReason::InsufficientFunds)));
    assert_eq!(verdict(&verify(&mut bank, 2, "tok_insufficient_funds")), too_poor);
    register(&mut bank, "tok_hers");
    assert_eq!(
        verdict(&verify_for(&mut bank, 7, "tok_hers", REGISTERED_LIMIT_MINOR)),
        Some(good("visa 1111"))
    );
    assert_eq!(verdict(&verify_for(&mut bank, 8, "tok_hers", REGISTERED_LIMIT_MINOR + 1)), too_poor);
    let stolen = Some(Answer::Refused(NotHeld::Declined(DeclineReason::StolenCard)));
    assert_eq!(verdict(&verify(&mut bank, 3, "tok_stolen_card")), stolen);
    assert_eq!(verdict(&verify(&mut bank, 4, "tok_nobody")), Some(Answer::Refused(NotHeld::UnknownCard)));
    assert_eq!(verdict(&verify(&mut bank, 5, "tok_timeout")), None);
    assert_eq!(verdict(&ask(&mut bank, 5, true)), Some(good("tok_timeout")));
    assert_eq!(verdict(&ask(&mut bank, 6, true)), Some(Answer::Refused(NotHeld::NeverAsked)));
    assert_eq!(captured(&capture(&mut bank, 1, 100)), Answer::Refused(NotCaptured::NothingHeld));
    assert_eq!(account(&bank, "tok_visa").held, 0);
}

#[test]
fn a_registered_card_has_a_limit_and_a_release_gives_it_back() {
    let mut bank = alone();
    let turn = register(&mut bank, "tok_hers");
    assert_eq!(turn.reply(), Some(&()));
    assert!(is_held(answer(&approve(&mut bank, 1, "tok_hers", REGISTERED_LIMIT_MINOR))));
    let over = approve(&mut bank, 2, "tok_hers", 1);
    assert_eq!(answer(&over), declined(DeclineReason::InsufficientFunds));
    release(&mut bank, 1);
    assert!(is_held(answer(&approve(&mut bank, 3, "tok_hers", 1))));
    capture(&mut bank, 3, 1);
    let all = approve(&mut bank, 4, "tok_hers", REGISTERED_LIMIT_MINOR);
    assert_eq!(answer(&all), declined(DeclineReason::InsufficientFunds), "what was drawn counts too");
    check_books(&bank);
}

#[test]
fn the_first_registration_of_a_token_stands() {
    let mut bank = alone();
    register(&mut bank, "tok_hers");
    let again = register(&mut bank, "tok_hers");
    assert!(again.events().is_empty());
    assert_eq!(again.reply(), Some(&()));
}

#[test]
fn an_unknown_token_stays_unknown_for_its_payment() {
    let mut bank = alone();
    let unknown = Some(Answer::Refused(NotHeld::UnknownCard));
    assert_eq!(answer(&approve(&mut bank, 1, "tok_hers", 100)), unknown);
    register(&mut bank, "tok_hers");
    assert_eq!(answer(&approve(&mut bank, 1, "tok_hers", 100)), unknown);
    assert!(is_held(answer(&approve(&mut bank, 2, "tok_hers", 100))));
}

#[test]
fn the_same_request_again_gets_the_same_answer_and_holds_nothing_more() {
    let mut bank = alone();
    let first = answer(&approve(&mut bank, 1, "tok_visa", 100));
    let again = approve(&mut bank, 1, "tok_visa", 100);
    assert_eq!(answer(&again), first);
    assert!(again.events().is_empty());
    assert_eq!(answer(&ask(&mut bank, 1, false)), first);
    capture(&mut bank, 1, 100);
    assert_eq!(answer(&ask(&mut bank, 1, false)), first, "also after the capture");
    assert_eq!(account(&bank, "tok_visa"), Cardholder { drawn: 100, ..account(&bank, "tok_visa") });
}

#[test]
fn what_was_never_asked_for_was_never_seen() {
    let mut bank = alone();
    assert_eq!(answer(&ask(&mut bank, 1, false)), Some(Answer::Refused(NotHeld::NeverAsked)));
    assert_eq!(captured(&capture(&mut bank, 1, 100)), Answer::Refused(NotCaptured::NothingHeld));
}

#[test]
fn a_request_that_comes_after_its_release_is_refused() {
    let mut bank = alone();
    release(&mut bank, 1);
    let late = approve(&mut bank, 1, "tok_visa", 100);
    assert_eq!(answer(&late), declined(DeclineReason::DoNotHonour));
    assert_eq!(account(&bank, "tok_visa").held, 0);
}

#[test]
fn a_released_hold_cannot_be_captured_and_a_captured_one_not_released() {
    let mut bank = alone();
    approve(&mut bank, 1, "tok_visa", 100);
    release(&mut bank, 1);
    assert_eq!(said(&release(&mut bank, 1)).len(), 1, "a repeat is acknowledged");
    assert_eq!(captured(&capture(&mut bank, 1, 100)), Answer::Refused(NotCaptured::NothingHeld));

    approve(&mut bank, 2, "tok_visa", 100);
    capture(&mut bank, 2, 100);
    assert!(release(&mut bank, 2).events().is_empty(), "nothing is held any more");
    assert_eq!(account(&bank, "tok_visa").drawn, 100);
    check_books(&bank);
}

#[test]
fn a_batch_is_paid_once_at_six_in_the_morning_of_the_second_day() {
    let mut bank = alone();
    approve(&mut bank, 1, "tok_visa", 1000);
    let turn = capture(&mut bank, 1, 1000);
    let [Due::Trade(at)] = timers_set(&turn)[..] else { panic!("one timer is set, in trade time") };
    assert_eq!(at.to_string(), "2026-11-24T06:00:00.000Z");
    approve(&mut bank, 2, "tok_visa", 99);
    assert!(timers_set(&capture(&mut bank, 2, 99)).is_empty(), "the batch is open");

    let batch = BatchId { captured_on: NOON.date(), part: 0 };
    let files = files(&bank.when(Address::BankActor, Message::SettlementDue { batch }));
    let fees: Vec<i64> = files.iter().flat_map(|file| &file.lines).map(|line| line.fee.amount).collect();
    assert_eq!(fees, [15, 1]);
    assert_eq!(files.iter().map(|file| file.payout.amount).sum::<i64>(), 1083);
    let again = bank.when(Address::BankActor, Message::SettlementDue { batch });
    assert!(again.events().is_empty() && again.sends().is_empty());
    check_books(&bank);
}

#[test]
fn a_payout_comes_in_a_file_for_each_slot_with_its_lines_in_their_order() {
    let mut bank = alone();
    let (one, of_the_same_slot, of_another) = (1, 1 + u128::from(SLOTS), 2);
    for (n, amount) in [(of_the_same_slot, 1000), (of_another, 99), (one, 200)] {
        approve(&mut bank, n, "tok_visa", amount);
        capture(&mut bank, n, amount);
    }
    let batch = BatchId { captured_on: NOON.date(), part: 0 };
    let [first, second] = &files(&bank.when(Address::BankActor, Message::SettlementDue { batch }))[..] else {
        panic!("two files");
    };
    let payments = |file: &SettlementFile| file.lines.iter().map(|line| line.payment()).collect::<Vec<_>>();
    assert_eq!(payments(first), [payment(of_the_same_slot), payment(one)]);
    assert_eq!(payments(second), [payment(of_another)]);
    assert_eq!((first.payout, second.payout), (pence(1000 - 15 + 200 - 3), pence(99 - 1)));
    check_books(&bank);
}

#[test]
fn what_is_captured_after_the_payout_of_its_day_goes_into_another_part() {
    let mut bank = alone();
    bank.rules.settlement_days = 0;
    approve(&mut bank, 1, "tok_visa", 10);
    approve(&mut bank, 2, "tok_visa", 10);
    capture(&mut bank, 1, 10);
    let batch = BatchId { captured_on: NOON.date(), part: 0 };
    bank.when(Address::BankActor, Message::SettlementDue { batch });
    assert_eq!(timers_set(&capture(&mut bank, 2, 10)).len(), 1);
    let next = BatchId { part: 1, ..batch };
    let paid = bank.when(Address::BankActor, Message::SettlementDue { batch: next });
    assert_eq!(said(&paid).len(), 1);
    check_books(&bank);
}

#[test]
fn another_currency_has_its_own_account_and_its_own_batch() {
    let mut bank = alone();
    let euro = Money::new(500, Currency::parse("EUR").unwrap());
    approve(&mut bank, 1, "tok_visa", 10);
    capture(&mut bank, 1, 10);
    let (order, id, token) = (order(2), payment(2), "tok_visa".to_owned());
    bank.when(Address::BankActor, Message::ApproveHold { order, payment: id, token, amount: euro });
    let capture = CaptureId { payment: id, no: 1 };
    let turn = bank.when(Address::BankActor, Message::CaptureHold { order, capture, amount: euro });
    assert_eq!(captured(&turn), Answer::Known(euro));
    assert_eq!(timers_set(&turn).len(), 1, "a batch of its own");
    assert_eq!(account(&bank, "tok_visa").drawn, 10);
    check_books(&bank);
}

#[test]
fn a_card_that_everybody_uses_is_one_row_that_does_not_grow() {
    let mut bank = alone();
    let size = |bank: &Alone<Shop>| {
        let row = bank.get::<Account>(&AccountId::cardholder("tok_visa", Currency::GBP));
        postcard::to_stdvec(row.expect("it was used")).unwrap().len()
    };
    approve(&mut bank, 0, "tok_visa", 1_000_000);
    let before = size(&bank);
    for n in 1..300 {
        approve(&mut bank, n, "tok_visa", 100);
    }
    assert_eq!(size(&bank), before);
    assert!(bank.tables.of::<Card>().resident().next().is_none());
}

#[test]
fn every_test_number_of_the_card_page_behaves_like_a_test_card_of_its_brand_and_last_four() {
    for (digits, token) in [
        ("4242424242424242", "tok_visa"),
        ("5555555555554444", "tok_mastercard"),
        ("378282246310005", "tok_amex"),
        ("4000000000000002", "tok_declined"),
        ("4000000000009995", "tok_insufficient_funds"),
        ("4000000000000069", "tok_expired_card"),
        ("4000000000009979", "tok_stolen_card"),
        ("4000000000009987", "tok_lost_card"),
        ("4000000000004103", "tok_pick_up_card"),
        ("4000000000005902", "tok_suspected_fraud"),
        ("4000000000004087", "tok_timeout"),
        ("4000000000005993", "tok_timeout_declined"),
        ("4000000000005043", "tok_unreachable"),
        ("4000000000000341", "tok_never_renewed"),
        ("4000000000002685", "tok_approves_part"),
        ("4000000000006173", "tok_capture_lost"),
        ("4000000000007726", "tok_refund_lost"),
        ("4000000000005126", "tok_refund_rejected"),
        ("4000000000003089", "tok_never_settled"),
    ] {
        let number = CardNumber::parse(digits).unwrap();
        assert_eq!(test_behaviour(&number), Some(token));
        let card = test_cards::find(token).expect("the bank has such a card");
        assert_eq!((card.brand, card.last4), (number.brand().name(), number.last4()));
    }
}

#[test]
fn a_token_is_not_shown_where_keys_are() {
    let shown =
        format!("{:?} {:?}", AccountId::cardholder("tok_hers", Currency::GBP), CardToken::new("tok_hers"));
    assert!(!shown.contains("tok_hers"), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_in_whatever_order_the_books_balance_and_a_held_payment_keeps_its_answer(
        steps in prop::collection::vec((0u8..10, 1u128..5, 0..TEST_CARDS.len(), -5i64..1000), 1..50)
    ) {
        let mut bank = alone();
        for (what, n, card, amount) in steps {
            let token = TEST_CARDS[card].token;
            let turn = match what {
                0 => approve(&mut bank, n, token, amount),
                1 => verify(&mut bank, n, token),
                2 => ask(&mut bank, n, false),
                3 => capture(&mut bank, n, amount),
                4 => release(&mut bank, n),
                8 => capture_part(&mut bank, n, 2, amount),
                9 => money_back::refund(&mut bank, n, 1, amount),
                5 => lapse::renew(&mut bank, n + 4, n, token, amount),
                6 => {
                    bank.now = bank.now.plus_ms(amount.unsigned_abs() * Timestamp::HOUR_MS / 10);
                    lapse::window_over(&mut bank, n)
                }
                _ => {
                    let part = (n - 1) as u32;
                    let batch = BatchId { captured_on: NOON.date(), part };
                    bank.when(Address::BankActor, Message::SettlementDue { batch })
                }
            };
            let is_payout = matches!(turn.events(), [actors::Event::BankActor(Event::PaidOut { .. })]);
            prop_assert!(turn.sends().len() <= 1 || is_payout);
            check_books(&bank);
        }
    }
}
