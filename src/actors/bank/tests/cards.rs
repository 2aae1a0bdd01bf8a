use super::*;

fn due(scene: &mut Scene, token: &str) -> Turn {
    scene.when(Address::BankActor, Message::CardDue { token: token.to_owned() })
}

fn forget(scene: &mut Scene, n: u128) -> Turn {
    scene.when(Address::BankActor, Message::Forget { order: order(n), payment: payment(n) })
}

#[test]
fn a_card_that_nobody_has_bought_by_is_kept_for_an_hour() {
    let mut scene = Scene::new();
    let turn = register(&mut scene, "tok_typed");
    let [TimerChange::Set { due: Due::Real(at), message, .. }] = turn.timers() else {
        panic!("a timer is set: {:?}", turn.timers().len())
    };
    assert_eq!(at.ms_since(Scene::NOON), Timestamp::HOUR_MS);
    let actors::Message::Bank(message @ Message::CardDue { .. }) = message else { panic!("{message:?}") };
    assert_eq!(message.order(), None);
    due(&mut scene, "tok_typed");
    assert!(scene.state.bank.cards.get(&CardToken::new("tok_typed")).is_none());
    assert!(due(&mut scene, "tok_typed").events().is_empty());
}

#[test]
fn a_card_that_an_order_stands_on_is_kept() {
    let asks: [fn(&mut Scene) -> Turn; 2] =
        [|scene| approve(scene, 1, "tok_typed", 900), |scene| verify(scene, 1, "tok_typed")];
    for ask in asks {
        let mut scene = Scene::new();
        let TimerChange::Set { id: set, .. } = register(&mut scene, "tok_typed").timers()[0] else {
            panic!()
        };
        let turn = ask(&mut scene);
        let ends = |change: &TimerChange<_>| matches!(change, TimerChange::Cancel { id } if *id == set);
        assert!(turn.timers().iter().any(ends));
    }
}

#[test]
fn what_holds_or_has_taken_money_is_not_forgotten_and_everything_else_is() {
    let mut scene = Scene::new();
    for (n, token) in [(1, "tok_visa"), (2, "tok_visa"), (3, "tok_visa"), (4, "tok_declined")] {
        approve(&mut scene, n, token, 900);
    }
    capture(&mut scene, 2, 900);
    release(&mut scene, 3);
    verify(&mut scene, 5, "tok_visa");
    for (n, is_kept) in [(1, true), (2, true), (3, false), (4, false), (5, false), (6, false)] {
        let turn = forget(&mut scene, n);
        assert!(turn.sends().is_empty());
        assert_eq!(scene.state.bank.holds.get(&payment(n)).is_some(), is_kept, "{n}");
        assert_eq!(turn.events().is_empty(), is_kept || n == 6, "{n}");
    }
    check_books(&scene);
}
