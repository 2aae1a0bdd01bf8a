use super::*;

/// Two books, paid for by a bank that has not answered: they have left the cart.
fn pending() -> (Visit, PlaceOrder) {
    let mut visit = Visit::shopping();
    visit.ask(SetLine { line: line("PG-1", 1) });
    let checkout = visit.begin();
    let place = placed(&visit.pay(&checkout));
    let outcome = Outcome::Pending(view(&place, OrderState::AwaitingPayment));
    visit.answered(&place, outcome, false);
    assert_eq!(visit.cart().lines, []);
    (visit, place)
}

fn declined_late(visit: &mut Visit, place: &PlaceOrder) -> Decided {
    let give_back = Message::GiveBack { order: place.order, lines: place.lines.clone() };
    visit.alone.when(Address::WebSession(visit.session), give_back)
}

#[test]
fn what_a_late_decline_had_taken_is_in_the_cart_again_once() {
    let (mut visit, place) = pending();
    let turn = declined_late(&mut visit, &place);
    let told = turn.events()[0].happenings();
    assert_eq!(told[..], [(place.order, Step::CUSTOMER_SEES, Happening::BasketGivenBack)]);
    assert_eq!(visit.cart().lines, [line("PG-1342", 2), line("PG-1", 1)]);
    assert!(declined_late(&mut visit, &place).events().is_empty());
    let again = visit.begin();
    assert_eq!(placed(&visit.pay(&again)).lines, place.lines, "another card buys it");
}

#[test]
fn of_what_she_has_put_in_meanwhile_the_larger_quantity_stays_at_the_price_of_now() {
    let (mut visit, place) = pending();
    let dearer = |sku, units| OrderLine { unit_price: Money::new(1_099, Currency::GBP), ..line(sku, units) };
    visit.ask(SetLine { line: dearer("PG-1342", 1) });
    visit.ask(SetLine { line: line("PG-1", 5) });
    visit.ask(SetLine { line: line("PG-7", 1) });
    declined_late(&mut visit, &place);
    assert_eq!(visit.cart().lines, [dearer("PG-1342", 2), line("PG-1", 5), line("PG-7", 1)]);
}

#[test]
fn a_cart_that_is_full_forgotten_or_over_takes_nothing_back() {
    let (mut visit, place) = pending();
    for nth in 0..limits::LINES_MAX - 1 {
        visit.ask(SetLine { line: line(&format!("X-{nth}"), 1) });
    }
    declined_late(&mut visit, &place);
    let cart = visit.cart().lines;
    assert_eq!((cart.len(), cart.last()), (limits::LINES_MAX, Some(&line("PG-1342", 2))));
    let (mut visit, place) = pending();
    visit.ask(Forget);
    assert!(declined_late(&mut visit, &place).events().is_empty());
    let (mut visit, place) = pending();
    visit.alone.real_now = visit.alone.real_now.plus_ms(visit.alone.rules.cart_kept_ms);
    assert!(declined_late(&mut visit, &place).events().is_empty());
}
