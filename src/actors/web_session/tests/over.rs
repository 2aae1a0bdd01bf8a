//! A cart's end: from then on there is none, and its row may go.

use super::*;

/// How long before the end of a cart a test looks at it.
const MOMENT_MS: u64 = 1;

/// A visit to a cart with two books, a moment before it is over.
fn about_to_be_over() -> Visit {
    let mut visit = Visit::shopping();
    visit.scene.real_now = visitor().begun_at().plus_ms(visit.scene.rules.cart_kept_ms - MOMENT_MS);
    visit
}

fn passes_the_end(visit: &mut Visit) {
    visit.scene.real_now = visit.scene.real_now.plus_ms(MOMENT_MS);
}

fn questions() -> Vec<Message> {
    let CheckoutDetails { customer, shipping_address, backorder, .. } = details();
    vec![
        Message::Create,
        Message::Adopt { lines: vec![line("PG-84", 1)] },
        Message::View,
        Message::SetLine { line: line("PG-84", 1) },
        Message::RemoveLine { sku: line("PG-1342", 1).sku },
        Message::BeginCheckout { customer, shipping_address, backorder },
        Message::PayWith { checkout: "0".into(), card: None },
        Message::Checkout { idempotency_key: "k".into(), digest: 1, details: Box::new(details()) },
    ]
}

#[test]
fn a_cart_is_there_until_it_is_over_and_then_for_nothing_that_is_asked_of_it() {
    let mut visit = about_to_be_over();
    assert_eq!(visit.cart().lines, [line("PG-1342", 2)]);
    passes_the_end(&mut visit);
    for question in questions() {
        let turn = visit.ask(question.clone());
        assert_eq!(session_reply(&turn), &Reply::NoSuchCart, "{question:?}");
        assert!(turn.events().is_empty() && turn.sends().is_empty(), "{question:?}");
    }
}

#[test]
fn a_cart_that_is_over_cannot_be_begun() {
    let mut visit = Visit::of(visitor());
    visit.scene.real_now = visitor().begun_at().plus_ms(visit.scene.rules.cart_kept_ms);
    for question in questions() {
        assert_eq!(session_reply(&visit.ask(question)), &Reply::NoSuchCart);
    }
    assert_eq!(visit.scene.state.sessions.sessions.get(&visitor()), None);
}

#[test]
fn what_is_left_of_a_cart_goes_once_it_is_over_and_not_before() {
    let mut visit = about_to_be_over();
    let early = visit.ask(Message::End);
    assert_eq!((session_reply(&early), early.events().len()), (&Reply::NotOver, 0));
    assert_eq!(visit.cart().lines.len(), 1);
    passes_the_end(&mut visit);
    let ended = visit.ask(Message::End);
    assert_eq!(session_reply(&ended), &Reply::Forgotten);
    assert_eq!(ended.events(), [Event::Forgotten { session: visitor() }.into()]);
    assert_eq!(visit.scene.state.sessions.sessions.get(&visitor()), None);
    let again = visit.ask(Message::End);
    assert_eq!((session_reply(&again), again.events().len()), (&Reply::Forgotten, 0));
}

#[test]
fn she_who_pays_as_her_cart_ends_is_answered() {
    let mut visit = about_to_be_over();
    let nonce = visit.begin();
    let place = placed(&visit.pay(&nonce));
    passes_the_end(&mut visit);
    visit.ask(Message::End);
    let turn = visit.answered(&place, Outcome::Taken(view(&place, OrderState::Confirmed)), false);
    assert!(matches!(turn.replies(), [(ASKER, ShopReply::Answered(_))]), "{:?}", turn.replies());
    assert_eq!(visit.scene.state.sessions.sessions.get(&visitor()), None);
}

#[test]
fn the_session_of_the_programs_never_ends() {
    let mut visit = Visit::of(SessionId::PROGRAMS);
    assert_eq!(session_reply(&visit.ask(Message::End)), &Reply::NoSuchCart);
    assert!(matches!(session_reply(&visit.ask(Message::ListKeys)), Reply::Programs(_)));
}
