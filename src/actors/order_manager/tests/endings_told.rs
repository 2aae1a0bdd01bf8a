//! What she is told at an order's end: of its reason, and in the letter of her money and her basket.
use super::desk::*;
use crate::actors::{Decided, Message as Any, mailer, order_manager::*};
use crate::domain::*;
use crate::partners::mail::{Aftermath, Letter};

fn letter(turn: &Decided) -> Letter {
    let mut letters = turn.sends().iter().filter_map(|(_, message)| match message {
        Any::Mailer(mailer::Message::Send(letter)) => Some((**letter).clone()),
        _ => None,
    });
    letters.next().expect("a letter")
}

fn told(turn: &Decided) -> Option<Aftermath> {
    letter(turn).aftermath
}

#[test]
fn a_letter_of_cancellation_says_what_the_bank_was_asked_of_the_money_and_no_more_than_is_known() {
    let mut nothing_asked = Desk::placed();
    assert_eq!(told(&nothing_asked.cancel(5)), Some(Aftermath::NothingHeld));
    let mut unanswered = Desk::placed();
    unanswered.reserved();
    unanswered.unknown();
    assert_eq!(told(&unanswered.cancel(5)), Some(Aftermath::NotAnswered));
    let mut held = Desk::placed();
    held.promised(3);
    held.authorised();
    assert_eq!(told(&held.tell(Message::NoSupplies { order: held.id })), Some(Aftermath::LetGo));
    let mut verified = Desk::placed();
    verified.promised(8);
    verified.verified();
    assert_eq!(told(&verified.cancel(5)), Some(Aftermath::NothingHeld), "a verification holds nothing");
    let mut stopped = Desk::fulfilling();
    stopped.cancel(5);
    assert_eq!(told(&stopped.tell(Message::Stopped { order: stopped.id })), Some(Aftermath::LetGo));
}

/// What the letter says where a visitor's order was taken for pending, so many days after her cart was begun, and declined then.
fn of_a_visitors_decline(cart: SessionId, days: u64) -> Option<Aftermath> {
    let idempotency = Idempotency { principal: Buyer::Visitor(cart), ..place_order().idempotency };
    let order = OrderId::in_slot(idempotency.slot(), 1_795_348_800_000, 7);
    let mut desk = Desk { id: order, ..Desk::new() };
    desk.tell(Message::Place(Box::new(PlaceOrder { order, idempotency, ..place_order() })));
    desk.reserved();
    desk.unknown();
    let declined = desk.declined(DeclineReason::ExpiredCard);
    if desk.state() == OrderState::Declined {
        return told(&declined);
    }
    assert_eq!(told(&declined), None, "it waits for another card");
    desk.alone.real_now = desk.alone.real_now.plus_ms(days * Timestamp::DAY_MS);
    told(&desk.tell(Message::CardTimeOver { order, payment: desk.payment() }))
}

#[test]
fn a_letter_of_decline_says_that_the_basket_is_as_it_was_where_one_was_given_back() {
    let begun = 1_795_348_800_000;
    let browser = VisitorKey::new(begun, 5).session();
    assert_eq!(of_a_visitors_decline(browser, 29), Some(Aftermath::BasketGivenBack));
    assert_eq!(of_a_visitors_decline(browser, 31), None, "her basket is no more");
    assert_eq!(of_a_visitors_decline(SessionId::of_program(begun, 5), 1), None, "she has no browser");
    let mut program = Desk::placed();
    program.reserved();
    program.unknown();
    assert_eq!(told(&program.declined(DeclineReason::ExpiredCard)), None);
}

#[test]
fn without_a_crew_no_letter_names_a_day() {
    for (has_crew, day) in [(true, true), (false, false)] {
        let mut desk = Desk::placed();
        desk.alone.rules.has_crew = has_crew;
        desk.reserved();
        desk.authorised();
        assert_eq!(letter(&desk.allocated()).arrives_on.is_some(), day);
    }
}

#[test]
fn a_declined_card_releases_the_stock_and_is_answered_without_a_letter() {
    for secret in DeclineReason::IN_CONFIDENCE {
        let mut desk = Desk::placed();
        desk.reserved();
        let turn = desk.declined(secret);
        assert_eq!(asks(&turn), ["StockKeeper Release"]);
        // what the bank says in confidence is told as any decline
        let told = DeclineReason::DoNotHonour;
        assert_eq!(
            answer(&turn).expect("at once").outcome,
            Outcome::Declined { order: desk.refused(), reason: told }
        );
        assert!(letters(&turn).is_empty());
        assert_eq!(desk.order().view(desk.id).decline_reason, Some(told));
        assert_eq!(
            desk.place_again(|_| {}).outcome,
            Outcome::Declined { order: desk.refused(), reason: told }
        );
        // and kept as it is, for the operator
        assert_eq!(desk.order().end, Some(End::Declined(secret)));
    }
}
