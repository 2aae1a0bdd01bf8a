//! Windows of holds: their end, and one hold in the place of another.
use super::*;

const WINDOW_MS: u64 = 7 * Timestamp::DAY_MS;

pub fn renew(bank: &mut Alone<Shop>, n: u128, replaces: u128, token: &str, amount: i64) -> Decided {
    let (order, payment, replaces) = (order(n), payment(n), payment(replaces));
    let (token, amount) = (token.to_owned(), pence(amount));
    bank.when(Address::BankActor, Message::RenewHold { order, payment, replaces, token, amount })
}

pub fn window_over(bank: &mut Alone<Shop>, n: u128) -> Decided {
    bank.when(Address::BankActor, Message::WindowOver { order: order(n), payment: payment(n) })
}

#[test]
fn a_hold_lapses_with_its_window_and_the_money_is_free_again() {
    let mut bank = alone();
    let turn = approve(&mut bank, 1, "tok_visa", 100);
    assert_eq!(timers_set(&turn), [Due::Trade(NOON.plus_ms(WINDOW_MS))]);
    bank.now = NOON.plus_ms(WINDOW_MS - 1);
    assert!(window_over(&mut bank, 1).events().is_empty(), "it is held to its last moment");
    bank.now = NOON.plus_ms(WINDOW_MS);
    window_over(&mut bank, 1);
    assert_eq!(account(&bank, "tok_visa").held, 0);
    assert_eq!(captured(&capture(&mut bank, 1, 100)), Answer::Refused(NotCaptured::Lapsed));
    assert_eq!(answer(&ask(&mut bank, 1, false)), Some(Answer::Refused(NotHeld::Lapsed)));
    assert_eq!(said(&release(&mut bank, 1)).len(), 1, "a release is acknowledged");
    check_books(&bank);
}

#[test]
fn a_hold_is_captured_to_its_last_moment_and_not_at_its_end() {
    for (late_ms, answer) in [(0, Answer::Known(pence(100))), (1, Answer::Refused(NotCaptured::Lapsed))] {
        let mut bank = alone();
        approve(&mut bank, 1, "tok_visa", 100);
        bank.now = NOON.plus_ms(WINDOW_MS - 1 + late_ms);
        // its timer has yet to ring
        assert_eq!(captured(&capture(&mut bank, 1, 100)), answer);
        assert_eq!(captured(&capture(&mut bank, 1, 100)), answer, "and once more");
        let Cardholder { held, drawn, .. } = account(&bank, "tok_visa");
        assert_eq!((held, drawn), (0, if late_ms == 0 { 100 } else { 0 }));
        assert!(window_over(&mut bank, 1).events().is_empty());
        check_books(&bank);
    }
}

#[test]
fn what_was_captured_or_released_waits_for_no_window() {
    let mut bank = alone();
    approve(&mut bank, 1, "tok_visa", 100);
    approve(&mut bank, 2, "tok_visa", 100);
    for turn in [capture(&mut bank, 1, 100), release(&mut bank, 2)] {
        assert!(turn.timers().iter().any(|change| matches!(change, TimerChange::Cancel { .. })));
    }
    bank.now = NOON.plus_ms(2 * WINDOW_MS);
    assert!(window_over(&mut bank, 1).events().is_empty());
    assert!(window_over(&mut bank, 2).events().is_empty());
}

#[test]
fn one_hold_takes_the_place_of_another_in_one_step_also_where_both_would_be_too_much() {
    let mut bank = alone();
    register(&mut bank, "tok_hers");
    approve(&mut bank, 1, "tok_hers", REGISTERED_LIMIT_MINOR);
    let turn = renew(&mut bank, 2, 1, "tok_hers", REGISTERED_LIMIT_MINOR);
    assert!(is_held(answer(&turn)));
    assert_eq!(account(&bank, "tok_hers").held, REGISTERED_LIMIT_MINOR);
    assert_eq!(captured(&capture(&mut bank, 1, 1)), Answer::Refused(NotCaptured::NothingHeld));
    let again = renew(&mut bank, 2, 1, "tok_hers", REGISTERED_LIMIT_MINOR);
    assert!(again.events().is_empty() && is_held(answer(&again)), "a repeat has no second effect");
    check_books(&bank);
}

#[test]
fn a_hold_whose_renewal_is_declined_stays_until_its_window_is_over() {
    let mut bank = alone();
    approve(&mut bank, 1, "tok_visa", 100);
    let turn = renew(&mut bank, 2, 1, "tok_declined", 100);
    assert_eq!(answer(&turn), declined(DeclineReason::DoNotHonour));
    assert_eq!(account(&bank, "tok_visa").held, 100);
    approve(&mut bank, 3, "tok_never_renewed", 100);
    let turn = renew(&mut bank, 4, 3, "tok_never_renewed", 100);
    assert_eq!(answer(&turn), declined(DeclineReason::DoNotHonour));
    assert!(matches!(captured(&capture(&mut bank, 1, 100)), Answer::Known(_)));
    check_books(&bank);
}

#[test]
fn what_lapsed_before_it_was_renewed_is_held_anew_and_not_twice_if_its_timer_has_yet_to_ring() {
    for rings in [true, false] {
        let mut bank = alone();
        register(&mut bank, "tok_hers");
        approve(&mut bank, 1, "tok_hers", REGISTERED_LIMIT_MINOR);
        bank.now = NOON.plus_ms(WINDOW_MS);
        if rings {
            window_over(&mut bank, 1);
        }
        assert!(is_held(answer(&renew(&mut bank, 2, 1, "tok_hers", REGISTERED_LIMIT_MINOR))));
        assert_eq!(account(&bank, "tok_hers").held, REGISTERED_LIMIT_MINOR);
        assert_eq!(bank.get::<Hold>(&payment(1)).unwrap().state, HoldState::Lapsed);
        check_books(&bank);
    }
}
