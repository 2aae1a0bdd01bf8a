use super::*;

fn due(bank: &mut Alone<Shop>, token: &str) -> Decided {
    bank.when(Address::BankActor, Message::CardDue { token: token.to_owned() })
}

fn forget(bank: &mut Alone<Shop>, n: u128) -> Decided {
    bank.when(Address::BankActor, Message::Forget { order: order(n), payment: payment(n) })
}

#[test]
fn a_card_that_nobody_has_bought_by_is_kept_for_an_hour() {
    let mut bank = alone();
    let turn = register(&mut bank, "tok_typed");
    let [TimerChange::Set { due: Due::Real(at), message, .. }] = turn.timers() else {
        panic!("a timer is set: {:?}", turn.timers().len())
    };
    assert_eq!(at.ms_since(NOON), Timestamp::HOUR_MS);
    let actors::Message::BankActor(message @ Message::CardDue { .. }) = message else {
        panic!("{message:?}")
    };
    assert_eq!(message.order(), None);
    due(&mut bank, "tok_typed");
    assert!(bank.get::<Card>(&CardToken::new("tok_typed")).is_none());
    assert!(due(&mut bank, "tok_typed").events().is_empty());
}

#[test]
fn in_a_shop_the_token_of_a_test_card_is_nobodys() {
    let mut bank = alone();
    bank.rules.test_cards = false;
    assert_eq!(answer(&approve(&mut bank, 1, "tok_visa", 900)), Some(Answer::Refused(NotHeld::UnknownCard)));
    // unless somebody's card was given that very token
    register(&mut bank, "tok_declined");
    let turn = approve(&mut bank, 2, "tok_declined", 900);
    assert!(matches!(answer(&turn), Some(Answer::Known(_))), "{:?}", answer(&turn));
    assert_eq!(
        answer(&approve(&mut bank, 3, "tok_declined", REGISTERED_LIMIT_MINOR)),
        Some(Answer::Refused(NotHeld::Declined(DeclineReason::InsufficientFunds))),
        "its limit is that of a card that was typed"
    );
}

#[test]
fn a_card_that_an_order_stands_on_is_kept() {
    let asks: [fn(&mut Alone<Shop>) -> Decided; 2] =
        [|bank| approve(bank, 1, "tok_typed", 900), |bank| verify(bank, 1, "tok_typed")];
    for ask in asks {
        let mut bank = alone();
        let TimerChange::Set { id: set, .. } = register(&mut bank, "tok_typed").timers()[0] else { panic!() };
        let turn = ask(&mut bank);
        let ends = |change: &TimerChange<_>| matches!(change, TimerChange::Cancel { id } if *id == set);
        assert!(turn.timers().iter().any(ends));
    }
}

#[test]
fn what_holds_or_has_taken_money_is_not_forgotten_and_everything_else_is() {
    let mut bank = alone();
    for (n, token) in [(1, "tok_visa"), (2, "tok_visa"), (3, "tok_visa"), (4, "tok_declined")] {
        approve(&mut bank, n, token, 900);
    }
    capture(&mut bank, 2, 900);
    release(&mut bank, 3);
    verify(&mut bank, 5, "tok_visa");
    for (n, is_kept) in [(1, true), (2, true), (3, false), (4, false), (5, false), (6, false)] {
        let turn = forget(&mut bank, n);
        assert!(turn.sends().is_empty());
        assert_eq!(bank.get::<Hold>(&payment(n)).is_some(), is_kept, "{n}");
        assert_eq!(turn.events().is_empty(), is_kept || n == 6, "{n}");
    }
    check_books(&bank);
}
