use super::*;

#[test]
fn a_cart_is_in_one_checkout_at_a_time_and_the_other_is_told_so() {
    let mut visit = Visit::shopping();
    let first = placed(&visit.checkout("k-1"));
    let other = placed(&visit.checkout("k-2"));
    assert!(other.lines.is_empty(), "only the order manager knows whether this key has bought before");
    let turn = visit.answered(&other, Outcome::NothingToBuy, false);
    assert_eq!(bought(&turn), &Err(NoCheckout::BeingOrdered));
    let again = placed(&visit.checkout("k-1"));
    assert_eq!(again.lines, first.lines, "the same checkout is sent as it was");
    visit.answered(&again, Outcome::InProgress, false);
    assert!(placed(&visit.checkout("k-2")).lines.is_empty());
    let reason = DeclineReason::DoNotHonour;
    visit.answered(
        &first,
        Outcome::Declined { order: RefusedOrder::boxed(first.order, OrderKey::new(1)), reason },
        false,
    );
    assert_eq!(placed(&visit.checkout("k-2")).lines, first.lines, "it has come to nothing");
}

#[test]
fn what_was_ordered_before_is_said_again_while_another_checkout_is_on_its_way() {
    let mut visit = Visit::shopping();
    let first = placed(&visit.checkout("k-1"));
    let second = placed(&visit.checkout("k-2"));
    let view = view(&first, OrderState::Confirmed);
    let turn = visit.answered(&second, Outcome::Taken(view), true);
    assert!(matches!(bought(&turn), Ok(Answer { replayed: true, .. })));
    assert!(placed(&visit.checkout("k-3")).lines.is_empty(), "the first has not been answered");
}

#[test]
fn a_checkout_of_which_nothing_is_heard_does_not_hold_the_cart_for_ever() {
    let mut visit = Visit::shopping();
    visit.checkout("k-1");
    visit.alone.real_now = visit.alone.real_now.plus_ms(ORDERING_MAX_MS);
    assert_eq!(placed(&visit.checkout("k-2")).lines.len(), 1);
}
