//! A cart's end: from then on there is none, and its row may go.

use super::*;

/// How long before the end of a cart a test looks at it.
const MOMENT_MS: u64 = 1;

/// A visit to a cart with two books, a moment before it is over.
fn about_to_be_over() -> Visit {
    let mut visit = Visit::shopping();
    visit.alone.real_now = visitor().begun_at().plus_ms(visit.alone.rules.cart_kept_ms - MOMENT_MS);
    visit
}

fn passes_the_end(visit: &mut Visit) {
    visit.alone.real_now = visit.alone.real_now.plus_ms(MOMENT_MS);
}

fn questions() -> Vec<Message> {
    vec![
        Create.into(),
        Adopt { lines: vec![line("PG-84", 1)] }.into(),
        View.into(),
        SetLine { line: line("PG-84", 1) }.into(),
        RemoveLine { sku: line("PG-1342", 1).sku }.into(),
        begin_checkout(Seen::of(&[], quoted(&[]))).into(),
        PayWith { checkout: "0".into(), card: None }.into(),
        checkout_cart("k", None).into(),
    ]
}

#[test]
fn a_cart_is_there_until_it_is_over_and_then_for_nothing_that_is_asked_of_it() {
    let mut visit = about_to_be_over();
    assert_eq!(visit.cart().lines, [line("PG-1342", 2)]);
    passes_the_end(&mut visit);
    for question in questions() {
        let turn = visit.ask(question.clone());
        assert!(is_no_such_cart(&turn), "{question:?}");
        assert!(turn.events().is_empty() && turn.sends().is_empty(), "{question:?}");
    }
}

#[test]
fn a_cart_that_is_over_cannot_be_begun() {
    let mut visit = Visit::of(visitor());
    visit.alone.real_now = visitor().begun_at().plus_ms(visit.alone.rules.cart_kept_ms);
    for question in questions() {
        assert!(is_no_such_cart(&visit.ask(question)));
    }
    assert_eq!(visit.alone.get::<Session>(&visitor()), None);
}

#[test]
fn what_is_left_of_a_cart_goes_once_it_is_over_and_not_before() {
    let mut visit = about_to_be_over();
    let early = visit.ask(End);
    assert_eq!((reply_to::<End>(&early), early.events().len()), (&Ended::NotOver, 0));
    assert_eq!(visit.cart().lines.len(), 1);
    passes_the_end(&mut visit);
    let ended = visit.ask(End);
    assert_eq!(reply_to::<End>(&ended), &Ended::Forgotten);
    assert_eq!(ended.events(), [Event::Forgotten { session: visitor() }.into()]);
    assert_eq!(visit.alone.get::<Session>(&visitor()), None);
    let again = visit.ask(End);
    assert_eq!((reply_to::<End>(&again), again.events().len()), (&Ended::Forgotten, 0));
}

#[test]
fn she_who_pays_as_her_cart_ends_is_answered() {
    let mut visit = about_to_be_over();
    let nonce = visit.begin();
    let place = placed(&visit.pay(&nonce));
    passes_the_end(&mut visit);
    visit.ask(End);
    let turn = visit.answered(&place, Outcome::Taken(view(&place, OrderState::Confirmed)), false);
    assert!(bought(&turn).is_ok(), "{:?}", bought(&turn));
    assert_eq!(visit.alone.get::<Session>(&visitor()), None);
}

#[test]
fn the_session_of_the_programs_never_ends() {
    let mut visit = Visit::of(SessionId::PROGRAMS);
    assert_eq!(reply_to::<End>(&visit.ask(End)), &Ended::NotOver);
    assert_eq!(reply_to::<ListKeys>(&visit.ask(ListKeys)), &Programs::default());
}

#[test]
fn a_session_that_is_forgotten_keeps_nothing_and_an_order_of_hers_goes_on() {
    let mut visit = Visit::shopping();
    let nonce = visit.begin();
    let place = placed(&visit.pay(&nonce));
    assert_eq!(reply_to::<Forget>(&visit.ask(Forget)), &());
    assert_eq!(shown(&visit.ask(View)), Err(NoCart::NoSuchCart));
    visit.answered(&place, Outcome::Taken(view(&place, OrderState::Confirmed)), false);
    assert_eq!(bought(&visit.pay(&nonce)), &Err(NoCheckout::NoSuchCart));
    assert!(visit.ask(Forget).events().is_empty());
}
