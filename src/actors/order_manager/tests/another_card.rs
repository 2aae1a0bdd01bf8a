//! Another card for an order from a browser whose card was declined.
use proptest::prelude::*;

use super::desk::*;
use crate::actors::{Decided, Message as Any, mailer, order_manager::*, web_session};
use crate::domain::*;
use crate::partners::mail::MailKind;
use crate::partners::processor::TypedCard;
use crate::runtime::{Due, RequestId, TimerChange};

impl Desk {
    /// With an order that was just placed from a browser.
    fn from_browser() -> Desk {
        let cart = VisitorKey::new(1_795_348_800_000, 5).session();
        let (principal, route) = (Buyer::Visitor(cart), Route::Payment);
        let idempotency = Idempotency { principal, route, key: "n-1".into(), digest: 0 };
        let order = OrderId::in_slot(idempotency.slot(), 1_795_348_800_000, 7);
        let mut desk = Desk { id: order, ..Desk::new() };
        desk.tell(Message::Place(Box::new(PlaceOrder { order, idempotency, ..place_order() })));
        desk
    }

    /// All in stock, and its first card declined.
    fn waiting_for_a_card() -> Desk {
        let mut desk = Desk::from_browser();
        desk.reserved();
        desk.declined(DeclineReason::InsufficientFunds);
        desk
    }

    fn try_card(&mut self, attempt: u8, token: &str) -> Decided {
        self.try_card_for(attempt, token, total())
    }

    fn try_card_for(&mut self, attempt: u8, token: &str, amount: Money) -> Decided {
        let card = Box::new(TypedCard { token: token.into(), amount });
        let claim = self.key().into();
        self.ask(70, TryCard { order: self.id, claim, attempt, card })
    }

    fn card_time_over(&mut self, payment: PaymentId) -> Decided {
        self.tell(Message::CardTimeOver { order: self.id, payment })
    }
}

fn said(turn: &Decided) -> TryCardReply {
    *turn.reply::<TryCardReply>().expect("who has typed a card is answered")
}

fn gives_basket_back(turn: &Decided) -> bool {
    turn.sends()
        .iter()
        .any(|(_, message)| matches!(message, Any::WebSession(web_session::Message::GiveBack { .. })))
}

#[test]
fn an_order_from_a_browser_waits_for_another_card_with_its_goods_kept_and_is_paid_by_it() {
    let mut desk = Desk::from_browser();
    desk.reserved();
    let turn = desk.declined(DeclineReason::InsufficientFunds);
    assert!(asks(&turn).is_empty(), "its goods stay reserved");
    assert_eq!(letters(&turn), [MailKind::PaymentDeclined], "which leads to its page");
    let Some(Answer { outcome: Outcome::Pending(view), .. }) = answer(&turn) else {
        panic!("she is sent there")
    };
    assert_eq!(
        (view.state, view.decline_reason),
        (OrderState::AwaitingPayment, Some(DeclineReason::InsufficientFunds))
    );
    let until = desk.alone.real_now.plus_ms(desk.alone.rules.another_card_ms);
    assert_eq!(view.payment, PaymentView::AnotherCard { attempt: 2, until });
    let [TimerChange::Set { due, .. }] = turn.timers() else { panic!("one timer") };
    assert_eq!(*due, Due::Real(until));

    let first = desk.payment();
    let turn = desk.try_card(2, "tok_other");
    assert_eq!((said(&turn), asks(&turn)), (TryCardReply::Asked, vec!["MerchantProxy Authorise".to_owned()]));
    assert_ne!(desk.payment(), first, "under a key of its own");
    assert_eq!(desk.order().terms.token, "tok_other", "renewals are asked of the new card");
    assert_eq!(desk.order().view(desk.id).payment, PaymentView::Pending);
    assert_eq!(asks(&desk.authorised()), ["StockKeeper Allocate"]);
    let turn = desk.allocated();
    assert_eq!(desk.state(), OrderState::Fulfilling);
    assert_eq!(letters(&turn), [MailKind::OrderConfirmation]);
    assert!(answer(&turn).is_none(), "she was answered before");
    let again = place_as(&mut desk);
    assert!(matches!(again.outcome, Outcome::Taken(_)), "the same way back shows how it is now");
}

/// The same return from the card page once more.
fn place_as(desk: &mut Desk) -> Answer {
    let (cart, route) = (desk.order().terms.buyer, Route::Payment);
    let idempotency = Idempotency { principal: cart, route, key: "n-1".into(), digest: 0 };
    let order = OrderId::in_slot(idempotency.slot(), 1_795_348_900_000, 8 << 4);
    let place = PlaceOrder { order, idempotency, request: Some(RequestId(2)), ..place_order() };
    answer(&desk.tell(Message::Place(Box::new(place)))).expect("a known key is answered at once")
}

#[test]
fn when_no_other_card_comes_in_time_it_ends_declined_and_gives_all_back_once() {
    let mut desk = Desk::waiting_for_a_card();
    let turn = desk.card_time_over(desk.payment());
    assert_eq!(asks(&turn), ["StockKeeper Release"]);
    assert_eq!((letters(&turn), gives_basket_back(&turn)), (vec![MailKind::PaymentDeclined], true));
    assert_eq!(desk.order().end, Some(End::Declined(DeclineReason::InsufficientFunds)));
    assert!(is_nothing(&desk.card_time_over(desk.payment())));
    let late = desk.try_card(2, "tok_other");
    assert_eq!((said(&late), late.stated.is_empty()), (TryCardReply::NotUsed, true));
}

/// The mailer knows a letter by its kind and its time.
#[test]
fn each_decline_has_a_letter_of_its_own_also_where_the_trades_clock_stands_still() {
    let mut desk = Desk::from_browser();
    desk.reserved();
    let mut turns = vec![desk.declined(DeclineReason::DoNotHonour)];
    for attempt in [2, 3] {
        desk.try_card(attempt, &format!("tok_{attempt}"));
        turns.push(desk.declined(DeclineReason::DoNotHonour));
    }
    turns.push(desk.card_time_over(desk.payment()));
    let written = |turn: &Decided| {
        turn.sends().iter().find_map(|(_, message)| match message {
            Any::Mailer(mailer::Message::Send(letter)) => Some(letter.written_at),
            _ => None,
        })
    };
    let times: Vec<_> = turns.iter().filter_map(written).collect();
    assert!(times.len() == 4 && times.is_sorted_by(|one, next| one < next), "{times:?}");
}

#[test]
fn while_another_card_is_asked_no_time_runs_out() {
    for is_unknown in [false, true] {
        let mut desk = Desk::waiting_for_a_card();
        let first = desk.payment();
        let asked = desk.try_card(2, "tok_other");
        assert!(matches!(asked.timers(), [TimerChange::Cancel { .. }]));
        if is_unknown {
            desk.unknown();
        }
        // a timer that was on its way already
        assert!(is_nothing(&desk.card_time_over(first)) && is_nothing(&desk.card_time_over(desk.payment())));
        // and each decline begins a time of its own
        let turn = desk.declined(DeclineReason::DoNotHonour);
        assert!(asks(&turn).is_empty() && matches!(turn.timers(), [TimerChange::Set { .. }]));
        assert!(is_nothing(&desk.card_time_over(first)), "that of the first card is over long since");
        assert_eq!(asks(&desk.card_time_over(desk.payment())), ["StockKeeper Release"]);
    }
}

#[test]
fn two_tabs_and_a_double_click_are_one_payment() {
    let mut desk = Desk::waiting_for_a_card();
    assert_eq!(said(&desk.try_card(2, "tok_one")), TryCardReply::Asked);
    for (attempt, token, reply) in [
        (2, "tok_one", TryCardReply::AskedBefore),
        (2, "tok_two", TryCardReply::NotUsed),
        (3, "tok_two", TryCardReply::NotUsed),
    ] {
        let turn = desk.try_card(attempt, token);
        assert_eq!((said(&turn), asks(&turn).is_empty()), (reply, true), "{attempt} {token}");
    }
    desk.declined(DeclineReason::DoNotHonour);
    assert_eq!(said(&desk.try_card(2, "tok_one")), TryCardReply::AskedBefore, "a reload of the way back");
    assert_eq!(
        said(&desk.try_card(2, "tok_two")),
        TryCardReply::NotUsed,
        "it was typed for the payment before"
    );
    assert_eq!(said(&desk.try_card(3, "tok_two")), TryCardReply::Asked);
    assert_eq!(desk.order().payments.len(), 3);
}

#[test]
fn a_card_that_was_refused_for_good_is_not_asked_again_and_any_other_may_be() {
    let mut desk = Desk::from_browser();
    desk.reserved();
    desk.declined(DeclineReason::StolenCard);
    let turn = desk.try_card(2, "tok_visa");
    assert_eq!((said(&turn), asks(&turn).is_empty()), (TryCardReply::RefusedForGood, true));
    assert_eq!(said(&desk.try_card(2, "tok_poor")), TryCardReply::Asked);
    desk.declined(DeclineReason::InsufficientFunds);
    assert_eq!(said(&desk.try_card(3, "tok_visa")), TryCardReply::RefusedForGood);
    assert_eq!(said(&desk.try_card(3, "tok_poor")), TryCardReply::Asked, "she may have paid in meanwhile");
}

#[test]
fn only_who_opens_the_order_pays_for_it_and_exactly_what_it_costs() {
    let mut desk = Desk::waiting_for_a_card();
    let pence = |amount| Money::new(amount, Currency::GBP);
    assert_eq!(said(&desk.try_card_for(2, "tok_other", pence(total().amount - 1))), TryCardReply::NotUsed);
    let card = Box::new(TypedCard { token: "tok_other".into(), amount: total() });
    let strangers = TryCard { order: desk.id, claim: "another key".to_owned().into(), attempt: 2, card };
    let turn = desk.ask(71, strangers);
    assert_eq!((said(&turn), turn.stated.is_empty()), (TryCardReply::NoSuchOrder, true));
}

#[test]
fn she_may_cancel_while_it_waits_or_while_another_card_is_asked() {
    let mut waiting = Desk::waiting_for_a_card();
    let turn = waiting.cancel(5);
    assert_eq!(asks(&turn), ["StockKeeper Release"], "nothing is held");
    assert!(matches!(turn.timers(), [TimerChange::Cancel { .. }]));
    assert_eq!(said(&waiting.try_card(2, "tok_other")), TryCardReply::NotUsed);

    let mut asked = Desk::waiting_for_a_card();
    asked.try_card(2, "tok_other");
    assert_eq!(asks(&asked.cancel(5)), ["StockKeeper Release", "MerchantProxy Void"]);
    assert!(is_nothing(&asked.authorised()), "a late hold is the merchant system's to void");
}

#[test]
fn a_hold_that_comes_late_for_a_card_that_was_given_up_pays_for_nothing() {
    let mut desk = Desk::waiting_for_a_card();
    let first = desk.payment();
    desk.try_card(2, "tok_other");
    let late = Message::PaymentHeld { order: desk.id, payment: first, card: "tok_visa".into() };
    assert!(is_nothing(&desk.tell(late)));
    assert_eq!(desk.order().cover(), Cover::Asked);
}

#[test]
fn a_programs_order_and_one_of_a_shop_that_waits_for_nobody_are_declined_at_once() {
    let mut program = Desk::placed();
    program.reserved();
    let turn = program.declined(DeclineReason::InsufficientFunds);
    assert!(matches!(answer(&turn).map(|answer| answer.outcome), Some(Outcome::Declined { .. })));
    assert_eq!(said(&program.try_card(2, "tok_other")), TryCardReply::NotUsed);
    let mut strict = Desk::from_browser();
    strict.alone.rules.another_card_ms = 0;
    strict.reserved();
    assert_eq!(asks(&strict.declined(DeclineReason::InsufficientFunds)), ["StockKeeper Release"]);
    assert_eq!(strict.state(), OrderState::Declined);
}

#[test]
fn an_order_is_tried_so_often_and_then_ends() {
    let mut desk = Desk::waiting_for_a_card();
    for attempt in 2..=PAYMENT_ATTEMPTS_MAX as u8 {
        assert_eq!(said(&desk.try_card(attempt, &format!("tok_{attempt}"))), TryCardReply::Asked);
        desk.declined(DeclineReason::DoNotHonour);
    }
    assert_eq!(desk.state(), OrderState::Declined);
}

#[test]
fn of_an_order_on_promise_the_other_card_is_verified_or_held_as_the_first_was() {
    for (days, ask) in [(3, "MerchantProxy Authorise"), (40, "MerchantProxy Verify")] {
        let mut desk = Desk::from_browser();
        assert_eq!(asks(&desk.promised(days)), [ask]);
        desk.declined(DeclineReason::DoNotHonour);
        assert_eq!(asks(&desk.try_card(2, "tok_other")), [ask]);
        let turn = if days == 3 { desk.authorised() } else { desk.verified() };
        assert_eq!(asks(&turn), ["StockKeeper OrderSupplies"]);
        assert_eq!(desk.state(), OrderState::AwaitingStock);
        // nothing was ordered in for one that nobody paid for
        let mut unpaid = Desk::from_browser();
        unpaid.promised(days);
        unpaid.declined(DeclineReason::DoNotHonour);
        assert_eq!(asks(&unpaid.card_time_over(unpaid.payment())), ["StockKeeper Release"]);
    }
}

#[test]
fn supplies_that_come_while_it_waits_are_kept_for_it_and_held_for_by_the_other_card() {
    let mut desk = Desk::from_browser();
    desk.promised(40);
    desk.declined(DeclineReason::DoNotHonour);
    assert!(asks(&desk.supplies_arrived()).is_empty());
    assert_eq!(asks(&desk.try_card(2, "tok_other")), ["MerchantProxy Authorise"]);
}

#[test]
fn a_card_that_declines_when_the_supplies_are_in_may_be_replaced() {
    let mut desk = Desk::from_browser();
    desk.promised(40);
    desk.verified();
    desk.supplies_arrived();
    assert!(asks(&desk.declined(DeclineReason::InsufficientFunds)).is_empty());
    assert_eq!(asks(&desk.try_card(3, "tok_other")), ["MerchantProxy Authorise"]);
    assert_eq!(asks(&desk.authorised()), ["StockKeeper HoldCredit", "StockKeeper Allocate"]);
}

#[derive(Clone, Copy, Debug)]
enum Happens {
    Held,
    Declined(DeclineReason),
    Unknown,
    TimeOver,
    Card(u8),
    Allocated,
    Cancel,
}

fn happens() -> impl Strategy<Value = Happens> {
    let reason = (0..DeclineReason::ALL.len()).prop_map(|n| Happens::Declined(DeclineReason::ALL[n]));
    prop_oneof![
        2 => Just(Happens::Held),
        4 => reason,
        1 => Just(Happens::Unknown),
        1 => Just(Happens::TimeOver),
        4 => (0u8..3).prop_map(Happens::Card),
        1 => Just(Happens::Allocated),
        1 => Just(Happens::Cancel),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_comes_never_are_two_live_and_its_goods_are_given_back_once_at_its_end(
        all in prop::collection::vec(happens(), 0..40)
    ) {
        let mut desk = Desk::from_browser();
        desk.reserved();
        let mut given_back = 0;
        for one in all {
            let payment = desk.payment();
            let attempt = desk.order().payments.len() as u8 + 1;
            let turn = match one {
                Happens::Held => desk.only_authorised(),
                Happens::Declined(reason) => desk.declined(reason),
                Happens::Unknown => desk.unknown(),
                Happens::TimeOver => desk.card_time_over(payment),
                Happens::Card(n) => desk.try_card(attempt, &format!("tok_{n}")),
                Happens::Allocated => desk.allocated(),
                Happens::Cancel => desk.cancel(9),
            };
            let gives = asks(&turn).iter().filter(|ask| ask.ends_with("Release") || ask.ends_with("PutAway")).count();
            given_back += gives;
            let live = |attempt: &&PaymentAttempt| {
                matches!(attempt.state, AttemptState::Asked | AttemptState::Unknown | AttemptState::Authorised)
            };
            prop_assert!(desk.order().payments.iter().filter(live).count() <= 1);
            prop_assert_eq!(given_back, usize::from(desk.state().is_end()), "{:?}", desk.order());
            let stands = desk.order().waits_for_card().is_some()
                || desk.order().payments.iter().any(|attempt| live(&attempt));
            prop_assert!(stands || desk.state().is_end(), "nobody leads it on: {:?}", desk.order());
        }
    }
}
