//! A session by its decisions: these tests play the gateway and the order manager.
mod any_sequence;
mod given_back;
mod one_checkout;
mod over;
mod prices;

use std::sync::Arc;

use super::*;
use crate::actors::order_manager::{
    self, Answer, Event as OrderEvent, Idempotency, KeyHash, OrderView, Outcome, PaymentView, PlaceOrder,
    RefusedOrder, Route,
};
use crate::actors::testing::{NOON, alone, quoted, quoted_on};
use crate::actors::{Address, Decided, Event as ShopEvent, Message as ShopMessage, Shop};
use crate::domain::*;
use crate::partners::processor::TypedCard;
use crate::runtime::{Alone, Question, RequestId};

const ASKER: RequestId = RequestId(1);

fn visitor() -> SessionId {
    SessionId::new(1_795_348_800_000, 3)
}

struct Visit {
    alone: Alone<Shop>,
    session: SessionId,
    /// What the newest checkout asked for.
    amount: Money,
}

impl Visit {
    fn of(session: SessionId) -> Visit {
        Visit { alone: alone(), session, amount: Money::new(0, Currency::GBP) }
    }

    /// With a cart of two books.
    fn shopping() -> Visit {
        let mut visit = Visit::of(visitor());
        visit.ask(Create);
        visit.ask(SetLine { line: line("PG-1342", 2) });
        visit
    }

    fn ask(&mut self, message: impl Into<Message>) -> Decided {
        self.alone.asked(Address::WebSession(self.session), ASKER, message.into())
    }

    fn cart(&mut self) -> CartView {
        shown(&self.ask(View)).expect("a cart is expected")
    }

    /// What she is shown that her cart comes to; nothing where there is nothing in it.
    fn seen(&mut self) -> Seen {
        let lines = shown(&self.ask(View)).map(|cart| cart.lines).unwrap_or_default();
        Seen::of(&lines, quoted_on(&lines, self.alone.real_now.date()))
    }

    fn begin(&mut self) -> String {
        let seen = self.seen();
        let turn = self.ask(begin_checkout(seen));
        let begun = reply_to::<BeginCheckout>(&turn).as_ref();
        let CheckoutBegun { checkout, cart } = begun.expect("a checkout is begun");
        self.amount = quoted(&cart.lines).totals.total;
        checkout.clone()
    }

    fn pay(&mut self, checkout: &str) -> Decided {
        self.pay_for(checkout, self.amount)
    }

    fn pay_for(&mut self, checkout: &str, amount: Money) -> Decided {
        self.ask(PayWith { checkout: checkout.to_owned(), card: card(amount) })
    }

    fn checkout(&mut self, key: &str) -> Decided {
        let seen = self.seen();
        self.ask(CheckoutCart { digest: 5, ..checkout_cart(key, Some(seen)) })
    }

    fn answered(&mut self, place: &PlaceOrder, outcome: Outcome, replayed: bool) -> Decided {
        let answer = Answer { outcome, replayed };
        let (request, order, key) = (place.request, place.order, KeyHash::of(&place.idempotency));
        let message = Message::OrderAnswered { request, order, key, answer };
        self.alone.when(Address::WebSession(self.session), message)
    }
}

fn line(sku: &str, units: i128) -> OrderLine {
    OrderLine {
        sku: Sku::parse(sku).unwrap(),
        title: format!("Title of {sku}"),
        quantity: Quantity::parse(units).unwrap(),
        unit_price: Money::new(999, Currency::GBP),
        weight_grams: Some(300),
    }
}

fn details() -> CheckoutDetails {
    CheckoutDetails {
        customer: Arc::new(Customer { email: "ada@example.org".into(), name: "Ada Byron".into() }),
        shipping_address: Arc::new(ShippingAddress::of("1 St James's Sq", "London", "SW1Y 4LE", "GB")),
        token: "tok_visa".into(),
        backorder: Backorder::Refuse,
    }
}

fn pence(amount: i64) -> Money {
    Money::new(amount, Currency::GBP)
}

fn begin_checkout(seen: Seen) -> BeginCheckout {
    let CheckoutDetails { customer, shipping_address, backorder, .. } = details();
    BeginCheckout { customer, shipping_address, backorder, seen }
}

fn checkout_cart(key: &str, seen: Option<Seen>) -> CheckoutCart {
    CheckoutCart { idempotency_key: key.to_owned(), digest: 1, details: Box::new(details()), seen }
}

/// What she who asked was answered.
fn reply_to<Q: Question>(turn: &Decided) -> &Q::Reply {
    assert!(turn.replies.iter().all(|(to, _)| *to == ASKER));
    turn.reply::<Q::Reply>().expect("one reply to this question is expected")
}

/// The cart that she was shown.
fn shown(turn: &Decided) -> Result<CartView, NoCart> {
    reply_to::<View>(turn).clone().map(|cart| *cart)
}

/// What a checkout was answered.
fn bought(turn: &Decided) -> &CheckoutReply {
    reply_to::<PayWith>(turn)
}

fn placed(turn: &Decided) -> PlaceOrder {
    assert!(turn.replies.is_empty(), "it is answered when the order manager has");
    match turn.sends() {
        [(Address::OrderManager, ShopMessage::OrderManager(order_manager::Message::Place(place)))] => {
            (**place).clone()
        }
        other => panic!("one order is expected: {other:?}"),
    }
}

fn view(place: &PlaceOrder, state: OrderState) -> Box<OrderView> {
    Box::new(OrderView {
        id: place.order,
        number: OrderNumber::nth_of(place.order.slot(), 0),
        key: OrderKey::new(1),
        state,
        placed_at: NOON,
        lines: place.lines.clone(),
        quote: place.quote.clone(),
        customer: place.customer.clone(),
        shipping_address: place.shipping_address.clone(),
        promised_date: None,
        tracking: None,
        payment: PaymentView::Authorised,
        decline_reason: None,
        cancel_reason: None,
    })
}

#[test]
fn a_program_orders_in_one_call_and_leaves_no_row() {
    let (mut visit, program) = (Visit::of(SessionId::PROGRAMS), ProgramId::new(3));
    let lines = vec![line("PG-1342", 2)];
    let checkout = Checkout {
        program,
        idempotency_key: "k".into(),
        digest: 7,
        quote: quoted(&lines),
        lines: lines.into(),
        details: details(),
    };
    let place = placed(&visit.ask(Submit(Box::new(checkout))));
    let expected =
        Idempotency { principal: Buyer::Program(program), route: Route::Orders, key: "k".into(), digest: 7 };
    assert_eq!(place.idempotency, expected);
    assert_eq!(place.quote.totals.total.amount, 2 * 999 + 299);
    let outcome = Outcome::Taken(view(&place, OrderState::Confirmed));
    let turn = visit.answered(&place, outcome.clone(), false);
    assert!(matches!(bought(&turn), Ok(answer) if answer.outcome == outcome));
    let told = Happening::CustomerTold { state: OrderState::Confirmed };
    assert_eq!(turn.events()[0].happenings()[..], [(place.order, Step::CUSTOMER_SEES, told)]);
    assert_eq!(visit.alone.tables.of::<Session>().resident().count(), 0);
}

fn card(amount: Money) -> Option<TypedCard> {
    Some(TypedCard { token: "tok_visa".to_owned(), amount })
}

#[test]
fn a_card_buys_for_the_amount_that_it_was_typed_for_and_nothing_else() {
    let mut visit = Visit::shopping();
    let checkout = visit.begin();
    let other = Money::new(visit.amount.amount - 1, Currency::GBP);
    for turn in
        [visit.pay_for(&checkout, other), visit.ask(PayWith { checkout: checkout.clone(), card: None })]
    {
        let place = placed(&turn);
        assert!(
            place.lines.is_empty() && place.token.is_empty(),
            "it is asked only what was answered before"
        );
    }
    assert_eq!(placed(&visit.pay(&checkout)).token, "tok_visa");
}

/// Whatever was asked of it.
fn is_no_such_cart(turn: &Decided) -> bool {
    turn.reply::<CartReply>() == Some(&Err(NoCart::NoSuchCart))
        || turn.reply::<CheckoutReply>() == Some(&Err(NoCheckout::NoSuchCart))
        || turn.reply::<Result<CheckoutBegun, NoCheckout>>() == Some(&Err(NoCheckout::NoSuchCart))
}

#[test]
fn only_a_cart_that_was_created_takes_lines() {
    for session in [visitor(), SessionId::PROGRAMS] {
        let mut visit = Visit::of(session);
        let messages: [Message; 6] = [
            View.into(),
            SetLine { line: line("PG-84", 1) }.into(),
            RemoveLine { sku: line("PG-84", 1).sku }.into(),
            begin_checkout(visit.seen()).into(),
            PayWith { checkout: "00".into(), card: card(pence(1)) }.into(),
            checkout_cart("k", None).into(),
        ];
        for message in messages {
            let turn = visit.ask(message);
            assert!(is_no_such_cart(&turn));
            assert!(turn.events().is_empty() && turn.sends().is_empty());
        }
    }
    assert!(is_no_such_cart(&Visit::of(SessionId::PROGRAMS).ask(Create)));
}

#[test]
fn a_cart_is_created_once() {
    let mut visit = Visit::shopping();
    let turn = visit.ask(Create);
    assert!(turn.events().is_empty());
    assert_eq!(shown(&turn).unwrap().lines.len(), 1);
}

#[test]
fn a_line_takes_the_place_of_the_one_before_it() {
    let mut visit = Visit::shopping();
    let turn = visit.ask(SetLine { line: line("PG-1342", 5) });
    let cart = shown(&turn).unwrap();
    assert_eq!(quoted(&cart.lines).totals.goods.amount, 5 * 999);
    assert_eq!(cart, visit.cart());
    let turn = visit.ask(RemoveLine { sku: line("PG-1342", 1).sku });
    assert_eq!(shown(&turn).unwrap().lines, []);
    let turn = visit.ask(RemoveLine { sku: line("PG-1342", 1).sku });
    assert!(turn.events().is_empty());
    assert!(visit.cart().lines.is_empty());
}

#[test]
fn a_cart_has_room_for_so_many_lines() {
    let mut visit = Visit::of(visitor());
    visit.ask(Create);
    for n in 0..limits::LINES_MAX {
        visit.ask(SetLine { line: line(&format!("PG-{n}"), 1) });
    }
    let turn = visit.ask(SetLine { line: line("PG-X", 1) });
    assert_eq!(shown(&turn), Err(NoCart::Full));
    assert!(turn.events().is_empty());
    let turn = visit.ask(SetLine { line: line("PG-0", 9) });
    assert!(shown(&turn).is_ok());
    let dear = OrderLine { unit_price: Money::new(i64::MAX, Currency::GBP), ..line("PG-0", 9) };
    assert_eq!(shown(&visit.ask(SetLine { line: dear })), Err(NoCart::Full));
}

#[test]
fn a_browser_buys_its_cart_and_a_reload_shows_the_same_order() {
    let mut visit = Visit::shopping();
    let nonce = visit.begin();
    let place = placed(&visit.pay(&nonce));
    assert_eq!(place.idempotency.principal, Buyer::Visitor(visitor()));
    assert_eq!((place.idempotency.route, place.idempotency.key.as_str()), (Route::Payment, nonce.as_str()));
    assert_eq!(place.backorder, Backorder::Refuse);
    visit.answered(&place, Outcome::Taken(view(&place, OrderState::Confirmed)), false);
    assert!(visit.cart().lines.is_empty());
    assert!(visit.cart().details.is_some());
    let again = placed(&visit.pay(&nonce));
    assert_eq!(again.idempotency, place.idempotency);
    assert!(again.lines.is_empty());
}

#[test]
fn what_the_payment_page_showed_is_bought_whatever_another_tab_does_to_the_cart() {
    let mut visit = Visit::shopping();
    let checkout = visit.begin();
    visit.ask(SetLine { line: line("PG-1342", 9) });
    visit.ask(SetLine { line: line("PG-84", 1) });
    let turn = visit.pay(&checkout);
    assert_eq!(placed(&turn).lines, vec![line("PG-1342", 2)].into());
}

#[test]
fn a_nonce_that_was_not_begun_here_pays_nothing() {
    let mut visit = Visit::shopping();
    assert_eq!(bought(&visit.pay("0")), &Err(NoCheckout::NoSuchCheckout));
    let nonce = visit.begin();
    for bad in ["", "0", &nonce.to_uppercase(), &format!("{nonce} ")] {
        if *bad != nonce {
            assert_eq!(bought(&visit.pay(bad)), &Err(NoCheckout::NoSuchCheckout));
        }
    }
}

#[test]
fn an_older_checkout_buys_nothing_more() {
    let mut visit = Visit::shopping();
    let older = visit.begin();
    let newest = visit.begin();
    assert!(placed(&visit.pay(&older)).lines.is_empty());
    assert_eq!(placed(&visit.pay(&newest)).lines.len(), 1);
    for _ in 0..CHECKOUTS_MAX {
        visit.begin();
    }
    assert_eq!(bought(&visit.pay(&older)), &Err(NoCheckout::NoSuchCheckout));
}

#[test]
fn an_empty_cart_begins_no_checkout() {
    let mut visit = Visit::of(visitor());
    visit.ask(Create);
    let turn = visit.ask(begin_checkout(Seen::of(&[], quoted(&[]))));
    assert_eq!(reply_to::<BeginCheckout>(&turn), &Err(NoCheckout::CartEmpty));
}

#[test]
fn with_an_empty_cart_the_order_manager_decides_whether_the_key_is_known() {
    let mut visit = Visit::of(visitor());
    visit.ask(Create);
    let place = placed(&visit.checkout("k"));
    assert!(place.lines.is_empty());
    let turn = visit.answered(&place, Outcome::NothingToBuy, false);
    assert!(turn.events().is_empty());
    assert_eq!(bought(&turn), &Err(NoCheckout::CartEmpty));
}

#[test]
fn a_cart_is_kept_when_the_order_came_to_nothing() {
    let mut visit = Visit::shopping();
    let place = placed(&visit.checkout("k"));
    let order = place.order;
    for outcome in [
        Outcome::Declined {
            order: RefusedOrder::boxed(order, OrderKey::new(1)),
            reason: DeclineReason::ExpiredCard,
        },
        Outcome::OutOfStock { order: RefusedOrder::boxed(order, OrderKey::new(1)), earliest: None },
        Outcome::UnknownToken,
        Outcome::KeyMismatch,
        Outcome::InProgress,
    ] {
        let turn = visit.answered(&place, outcome.clone(), false);
        assert!(matches!(bought(&turn), Ok(answer) if answer.outcome == outcome));
        assert_eq!(visit.cart().lines.len(), 1);
    }
}

#[test]
fn what_she_adds_while_the_bank_is_asked_and_after_stays_in_the_cart() {
    let mut visit = Visit::shopping();
    let place = placed(&visit.checkout("k"));
    visit.ask(SetLine { line: line("PG-84", 1) });
    visit.answered(&place, Outcome::Pending(view(&place, OrderState::AwaitingPayment)), false);
    assert_eq!(visit.cart().lines, [line("PG-84", 1)]);
    visit.ask(SetLine { line: line("PG-1342", 2) });
    let turn = visit.answered(&place, Outcome::Taken(view(&place, OrderState::Confirmed)), true);
    assert!(turn.events().is_empty(), "it is only said again");
    assert_eq!(visit.cart().lines.len(), 2);
}

#[test]
fn an_answer_after_a_restart_still_empties_the_cart() {
    let mut visit = Visit::shopping();
    let mut place = placed(&visit.checkout("k"));
    place.request = None;
    let turn = visit.answered(&place, Outcome::Taken(view(&place, OrderState::Confirmed)), false);
    assert!(turn.replies.is_empty());
    assert!(visit.cart().lines.is_empty());
}

/// The session with the real order manager behind it.
#[test]
fn a_reload_after_the_purchase_is_the_same_order_and_buys_nothing_new() {
    let mut visit = Visit::shopping();
    let nonce = visit.begin();
    let place = placed(&visit.pay(&nonce));
    let order = place.order;
    let tell = |visit: &mut Visit, message| visit.alone.when(Address::OrderManager, message);
    tell(&mut visit, order_manager::Message::Place(Box::new(place)));
    let turn = tell(&mut visit, order_manager::Message::Reserved { order });
    let asked = |event: &ShopEvent| match event {
        ShopEvent::OrderManager(OrderEvent::PaymentAsked { payment, .. }) => Some(*payment),
        _ => None,
    };
    let payment = turn.events().iter().find_map(asked).expect("a payment is asked for");
    tell(&mut visit, order_manager::Message::PaymentAuthorised { order, payment });
    let first = pass_on(&mut visit, tell_allocated(order));
    visit.ask(SetLine { line: line("PG-84", 1) });
    let again = placed(&visit.pay(&nonce));
    let second = pass_on(&mut visit, order_manager::Message::Place(Box::new(again)));
    assert_eq!(second, Answer { replayed: true, ..first });
    assert_eq!(visit.cart().lines, [line("PG-84", 1)]);
}

fn tell_allocated(order: OrderId) -> order_manager::Message {
    order_manager::Message::Allocated { order }
}

/// Tells the order manager, hands its answer to the session, and gives back what the customer got.
fn pass_on(visit: &mut Visit, message: order_manager::Message) -> Answer {
    let turn = visit.alone.when(Address::OrderManager, message);
    let answer = turn.sends().iter().find_map(|(to, message)| match message {
        ShopMessage::WebSession(message) => Some((*to, message.clone())),
        _ => None,
    });
    let (to, message) = answer.expect("the session is told");
    let turn = visit.alone.when(to, message);
    bought(&turn).clone().expect("one answer is expected")
}

#[test]
fn a_new_session_takes_over_what_lay_in_another_once() {
    let mut visit = Visit::of(visitor());
    let lines = vec![line("PG-1342", 2), line("PG-84", 1)];
    let turn = visit.ask(Adopt { lines: lines.clone() });
    let cart = shown(&turn).unwrap();
    assert!(cart.lines == lines && cart.details.is_none());
    assert_eq!(visit.cart().lines, lines);
    let again = visit.ask(Adopt { lines: vec![line("PG-84", 9)] });
    assert!(again.events().is_empty(), "a doubled request finds it done");
    assert_eq!(visit.cart().lines, lines);
}
