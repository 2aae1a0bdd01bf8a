use super::*;

fn reprice(visit: &mut Visit, amount: i64) -> Decided {
    visit.ask(Reprice { prices: vec![(Sku::parse("PG-1342").unwrap(), pence(amount))] })
}

fn was(cart: &CartView) -> Vec<Money> {
    cart.price_changes.iter().map(|change| change.was).collect()
}

#[test]
fn a_price_that_has_changed_is_the_lines_and_the_one_that_she_knew_is_remembered() {
    let mut visit = Visit::shopping();
    let cart = shown(&reprice(&mut visit, 1_099)).unwrap();
    assert_eq!((cart.lines[0].unit_price, was(&cart)), (pence(1_099), vec![pence(999)]));
    assert_eq!(quoted(&cart.lines).totals.goods, pence(2_198));
    let cart = shown(&reprice(&mut visit, 1_199)).unwrap();
    assert_eq!(was(&cart), [pence(999)], "she has not seen the one between");
    let cart = shown(&reprice(&mut visit, 999)).unwrap();
    assert_eq!((cart.lines[0].unit_price, was(&cart)), (pence(999), vec![]));
}

#[test]
fn a_price_that_has_not_changed_states_nothing() {
    let mut visit = Visit::shopping();
    let turn = reprice(&mut visit, 999);
    assert!(turn.events().is_empty());
    assert_eq!(was(&shown(&turn).unwrap()), []);
    let other = visit.ask(Reprice { prices: vec![(Sku::parse("PG-9").unwrap(), pence(1))] });
    assert!(other.events().is_empty());
}

#[test]
fn a_line_that_she_changes_has_the_price_that_she_sees() {
    let mut visit = Visit::shopping();
    reprice(&mut visit, 1_099);
    let line = OrderLine { unit_price: pence(1_099), ..line("PG-1342", 3) };
    assert_eq!(was(&shown(&visit.ask(SetLine { line })).unwrap()), []);
    reprice(&mut visit, 1_199);
    let sku = Sku::parse("PG-1342").unwrap();
    assert_eq!(was(&shown(&visit.ask(RemoveLine { sku })).unwrap()), []);
}

#[test]
fn a_checkout_that_was_begun_buys_what_it_showed() {
    let mut visit = Visit::shopping();
    let checkout = visit.begin();
    reprice(&mut visit, 1_099);
    let turn = visit.pay(&checkout);
    assert_eq!(placed(&turn).lines[0].unit_price, pence(999));
}

fn give_back(visit: &mut Visit, lines: Vec<OrderLine>) -> Decided {
    let order = OrderId::in_slot(visit.session.slot(), NOON.0, 1);
    let message = Message::GiveBack { order, lines: lines.into() };
    visit.alone.when(Address::WebSession(visit.session), message)
}

fn contents(visit: &mut Visit) -> Vec<(String, u32)> {
    let lines = visit.cart().lines.into_iter();
    lines.map(|line| (line.sku.to_string(), line.quantity.units())).collect()
}

#[test]
fn what_an_order_that_came_to_nothing_had_bought_is_in_the_basket_again_once() {
    let mut visit = Visit::shopping();
    visit.ask(RemoveLine { sku: Sku::parse("PG-1342").unwrap() });
    visit.ask(SetLine { line: line("PG-2", 3) });
    give_back(&mut visit, vec![line("PG-1342", 2), line("PG-2", 1)]);
    let both = [("PG-2".to_owned(), 3), ("PG-1342".to_owned(), 2)];
    assert_eq!(contents(&mut visit), both, "what she has put in since stays");
    assert!(give_back(&mut visit, vec![line("PG-1342", 2)]).events().is_empty());
    assert_eq!(contents(&mut visit), both);
}

#[test]
fn nothing_is_given_back_to_who_has_gone() {
    let mut visit = Visit::shopping();
    visit.ask(Forget);
    assert!(give_back(&mut visit, vec![line("PG-1342", 2)]).events().is_empty());
    assert!(visit.alone.get::<Session>(&visit.session).is_none());
}

#[test]
fn a_checkout_begins_at_the_total_that_she_has_seen_and_at_no_other() {
    let mut visit = Visit::shopping();
    let seen = visit.seen();
    reprice(&mut visit, 1_099);
    let refused = visit.ask(begin_checkout(seen));
    assert_eq!(reply_to::<BeginCheckout>(&refused), &Err(NoCheckout::NotAsSeen));
    assert!(refused.events().is_empty());
    let checkout = visit.begin();
    assert_eq!(placed(&visit.pay(&checkout)).quote.totals.total, pence(2 * 1_099 + 299));
}

#[test]
fn a_cart_is_bought_at_the_total_that_she_has_seen_and_at_no_other() {
    let mut visit = Visit::shopping();
    let seen = visit.seen();
    reprice(&mut visit, 899);
    for not_this in [Some(seen), None] {
        let place = placed(&visit.ask(checkout_cart("k", not_this)));
        assert!(place.lines.is_empty(), "only what the key has bought before is answered");
        let turn = visit.answered(&place, Outcome::NothingToBuy, false);
        assert!(turn.events().is_empty());
        assert_eq!(bought(&turn), &Err(NoCheckout::CartEmpty));
    }
    let now = visit.seen();
    let place = placed(&visit.ask(checkout_cart("k", Some(now))));
    assert_eq!((place.lines[0].unit_price, place.quote.totals.total), (pence(899), pence(2 * 899 + 299)));
}

#[test]
fn what_a_key_has_bought_is_said_again_whatever_a_cart_costs_since() {
    let mut visit = Visit::shopping();
    let first = placed(&visit.checkout("k"));
    visit.answered(&first, Outcome::Taken(view(&first, OrderState::Confirmed)), false);
    visit.ask(SetLine { line: line("PG-1342", 1) });
    reprice(&mut visit, 1_099);
    let again = placed(&visit.ask(checkout_cart("k", None)));
    assert_eq!((again.lines.len(), &again.idempotency.key), (0, &first.idempotency.key));
}

/// A day and another one: then taxes may be others, and what delivery costs.
#[test]
fn a_quote_that_has_run_out_buys_nothing() {
    let day = crate::domain::Timestamp::DAY_MS;
    let mut visit = Visit::shopping();
    let (seen, checkout) = (visit.seen(), visit.begin());
    visit.alone.real_now = visit.alone.real_now.plus_ms(day);
    assert_eq!(placed(&visit.pay(&checkout)).lines.len(), 1, "it holds for the next day");
    visit.alone.real_now = visit.alone.real_now.plus_ms(day);
    assert!(placed(&visit.pay(&checkout)).lines.is_empty(), "only what it has bought before is answered");
    assert!(placed(&visit.ask(checkout_cart("k", Some(seen.clone())))).lines.is_empty());
    let refused = visit.ask(begin_checkout(seen));
    assert_eq!(reply_to::<BeginCheckout>(&refused), &Err(NoCheckout::NotAsSeen));
}

#[test]
fn a_price_is_that_of_what_was_seen_and_not_of_what_costs_as_much() {
    let mut visit = Visit::shopping();
    let seen = visit.seen();
    visit.ask(RemoveLine { sku: Sku::parse("PG-1342").unwrap() });
    visit.ask(SetLine { line: line("PG-2", 2) });
    assert_eq!(visit.seen().quote.totals, seen.quote.totals);
    assert!(placed(&visit.ask(checkout_cart("k", Some(seen)))).lines.is_empty());
}
