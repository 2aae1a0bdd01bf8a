use std::sync::Arc;

use super::desk::*;
use crate::actors::Address;
use crate::actors::order_manager::*;
use crate::domain::limits::TOTAL_MINOR_MAX;
use crate::domain::{Buyer, DeclineReason, OrderId, OrderNumber, OrderState, ProgramId, SessionId};

#[test]
fn the_same_key_gets_the_same_answer_whatever_has_become_of_the_order() {
    let mut desk = Desk::placed();
    desk.reserved();
    desk.authorised();
    let first = answer(&desk.allocated()).unwrap();
    assert!(!first.replayed);
    desk.handed_over();
    desk.tell(Message::Delivered { order: desk.id });
    let again = desk.place_again(|_| {});
    assert_eq!(again, Answer { replayed: true, ..first });
    assert_eq!(desk.alone.tables.of::<Order>().resident().count(), 1);
}

#[test]
fn where_nobody_takes_cards_no_order_is_taken_whoever_asks_and_what_was_taken_before_is_answered_as_it_was() {
    let mut desk = Desk::new();
    desk.alone.rules.takes_payment = false;
    let turn = desk.tell(Message::Place(Box::new(place_order())));
    assert_eq!(answer(&turn).map(|answer| answer.outcome), Some(Outcome::NotOpen));
    assert!(turn.events().is_empty(), "nothing is bound: {:?}", turn.events());
    let mut desk = Desk::placed();
    desk.reserved();
    desk.authorised();
    let first = answer(&desk.allocated()).unwrap();
    desk.alone.rules.takes_payment = false;
    assert_eq!(desk.place_again(|_| {}), Answer { replayed: true, ..first });
}

#[test]
fn a_promise_is_said_again_as_it_was_made() {
    for days in [2, 8] {
        let mut desk = Desk::placed();
        desk.promised(days);
        let first = answer(&if days == 2 { desk.authorised() } else { desk.verified() }).unwrap();
        desk.tell(Message::PromiseChanged { order: desk.id, ships_on: desk.day(12) });
        desk.tell(Message::NoSupplies { order: desk.id });
        assert_eq!(desk.place_again(|_| {}), Answer { replayed: true, ..first });
    }
}

#[test]
fn another_body_under_a_key_whose_checkout_is_on_its_way_leaves_that_on_its_way() {
    let mut desk = Desk::placed();
    let other = |place: &mut PlaceOrder| place.idempotency.digest = 12;
    assert_eq!(
        desk.place_again(other).outcome,
        Outcome::InProgress,
        "the cart would be free for another key"
    );
    desk.reserved();
    desk.authorised();
    assert_eq!(desk.place_again(other).outcome, Outcome::InProgress);
    desk.allocated();
    assert_eq!(desk.place_again(other).outcome, Outcome::KeyMismatch);
}

#[test]
fn a_decline_and_an_empty_shelf_bind_the_key_too() {
    let mut desk = Desk::placed();
    desk.reserved();
    let first = answer(&desk.declined(DeclineReason::ExpiredCard)).unwrap();
    assert_eq!(desk.place_again(|_| {}), Answer { replayed: true, ..first });
    let mut desk = Desk::placed();
    let first = answer(&desk.tell(Message::OutOfStock { order: desk.id, earliest: None })).unwrap();
    assert_eq!(desk.place_again(|_| {}), Answer { replayed: true, ..first });
}

#[test]
fn after_pending_the_key_shows_the_present_state() {
    let mut desk = Desk::placed();
    desk.reserved();
    desk.unknown();
    assert!(matches!(desk.place_again(|_| {}).outcome, Outcome::Pending(_)));
    desk.authorised();
    desk.allocated();
    let again = desk.place_again(|_| {});
    assert!(again.replayed);
    assert!(matches!(again.outcome, Outcome::Taken(view) if view.state == OrderState::Fulfilling));
    let mut desk = Desk::placed();
    desk.reserved();
    desk.unknown();
    desk.declined(DeclineReason::IssuerUnavailable);
    assert!(matches!(desk.place_again(|_| {}).outcome, Outcome::Declined { .. }));
}

#[test]
fn a_promised_order_that_was_shown_as_taken_stays_so_while_its_goods_come_in() {
    let mut desk = Desk::placed();
    desk.promised(2);
    desk.unknown();
    desk.authorised();
    assert!(matches!(desk.place_again(|_| {}).outcome, Outcome::Taken(_)));
    desk.supplies_arrived();
    assert!(
        matches!(desk.place_again(|_| {}).outcome, Outcome::Taken(view) if view.state == OrderState::Reserved)
    );
}

#[test]
fn a_promised_order_on_its_cards_word_stays_taken_while_its_hold_is_asked_for() {
    let mut desk = Desk::placed();
    desk.promised(40);
    desk.unknown();
    desk.verified();
    assert!(matches!(desk.place_again(|_| {}).outcome, Outcome::Taken(_)));
    desk.supplies_arrived();
    assert_eq!(desk.order().state, OrderState::AwaitingPayment);
    assert!(matches!(desk.place_again(|_| {}).outcome, Outcome::Taken(_)));
}

#[test]
fn a_key_is_in_progress_until_its_first_answer() {
    let mut desk = Desk::placed();
    assert_eq!(desk.place_again(|_| {}).outcome, Outcome::InProgress);
    desk.reserved();
    assert_eq!(desk.place_again(|_| {}).outcome, Outcome::InProgress);
}

#[test]
fn a_key_with_another_body_is_refused() {
    let mut desk = Desk::placed();
    desk.reserved();
    desk.declined(DeclineReason::ExpiredCard);
    assert_eq!(desk.place_again(|place| place.idempotency.digest = 12).outcome, Outcome::KeyMismatch);
}

#[test]
fn an_unknown_token_frees_the_key() {
    let mut desk = Desk::placed();
    desk.reserved();
    let turn = desk.declined(DeclineReason::UnknownCard);
    assert_eq!(answer(&turn).unwrap().outcome, Outcome::UnknownToken);
    let mut corrected = place_order();
    corrected.order = order(1_795_348_900_000, 9 << 4);
    corrected.idempotency.digest = 99;
    let turn = desk.tell(Message::Place(Box::new(corrected)));
    assert_eq!(asks(&turn), ["StockKeeper Reserve"]);
}

#[test]
fn with_no_lines_a_key_only_finds_what_it_bought() {
    let mut desk = Desk::new();
    assert_eq!(desk.place_again(|place| place.lines = Arc::new([])).outcome, Outcome::NothingToBuy);
    assert_eq!(desk.alone.tables.of::<KeyBinding>().resident().count(), 0);
    desk.tell(Message::Place(Box::new(place_order())));
    desk.reserved();
    desk.authorised();
    let first = answer(&desk.allocated()).unwrap();
    assert_eq!(desk.place_again(|place| place.lines = Arc::new([])), Answer { replayed: true, ..first });
}

#[test]
fn what_costs_more_than_a_payment_can_carry_is_not_placed_and_binds_nothing() {
    let mut desk = Desk::new();
    let mut dear = place_order();
    Arc::make_mut(&mut dear.quote).totals.total.amount = TOTAL_MINOR_MAX + 1;
    desk.tell(Message::Place(Box::new(dear)));
    assert_eq!(desk.alone.tables.of::<KeyBinding>().resident().count(), 0);
    let mut dearest = place_order();
    Arc::make_mut(&mut dearest.quote).totals.total.amount = TOTAL_MINOR_MAX;
    desk.tell(Message::Place(Box::new(dearest)));
    assert_eq!(desk.alone.tables.of::<KeyBinding>().resident().count(), 1);
}

#[test]
fn a_key_belongs_to_its_principal_and_route() {
    let hash = |principal, route, key: &str| {
        KeyHash::of(&Idempotency { principal, route, key: key.into(), digest: 0 })
    };
    let program = |number| Buyer::Program(ProgramId::new(number));
    let (programs, visitor) = (program(1), Buyer::Visitor(SessionId::new(1, 1)));
    let one = hash(programs, Route::Orders, "k");
    assert_eq!(one, hash(programs, Route::Orders, "k"));
    for other in [
        hash(program(2), Route::Orders, "k"),
        hash(visitor, Route::Orders, "k"),
        hash(programs, Route::CartCheckout, "k"),
        hash(programs, Route::Payment, "k"),
        hash(programs, Route::Orders, "k2"),
    ] {
        assert_ne!(one, other);
    }
}

#[test]
fn each_order_of_a_slot_has_the_next_number_and_the_same_request_no_other() {
    let mut desk = Desk::placed();
    let slot = desk.id.slot();
    assert_eq!(desk.order().terms.number, OrderNumber::nth_of(slot, 0));
    desk.reserved();
    desk.authorised();
    let Some(Outcome::Taken(view)) = answer(&desk.allocated()).map(|answer| answer.outcome) else {
        panic!("it is taken")
    };
    assert_eq!(view.number, OrderNumber::nth_of(slot, 0));
    desk.place_again(|_| {});
    let given = |desk: &Desk| desk.alone.get::<OrderNumbers>(&slot).map(|numbers| numbers.given);
    assert_eq!(given(&desk), Some(1));
    let order = OrderId::in_slot(slot, 7, 7 << 4);
    let mut second = place_order();
    second.order = order;
    // an order is in the slot of its key
    let mut keys = (0..).map(|n| Idempotency { key: format!("another-{n}"), ..second.idempotency.clone() });
    second.idempotency = keys.find(|other| other.slot() == slot).unwrap();
    desk.alone.when(Address::OrderManager, Message::Place(Box::new(second)));
    assert_eq!(given(&desk), Some(2));
    let number = desk.alone.get::<Order>(&order).map(|order| order.terms.number);
    assert_eq!(number, Some(OrderNumber::nth_of(slot, 1)));
}
