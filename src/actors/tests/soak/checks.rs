//! What must hold whatever happened.

use std::collections::{BTreeMap, BTreeSet};

use super::super::world::World;
use super::customers::{Customers, same_content};
use crate::actors::audit::audit;
use crate::actors::bank::{self, HoldState};
use crate::actors::order_manager::{AnswerKind, AnswerState, Order};
use crate::actors::{Event, Shop, State, merchant_proxy, order_manager, warehouse};
use crate::domain::{Happening, OrderId, OrderState, PaymentId};
use crate::journal::Journal;
use crate::partners::mail::MailKind;
use crate::runtime::compare;

/// The process is dead: what its disk holds is what was promised.
pub fn after_a_life(world: &World, customers: &Customers) {
    let derived = world.derived();
    let journal: &dyn Journal = &world.kit.journal;
    let differences = compare::<Shop>(&derived, &world.kit.trees, journal).unwrap();
    assert!(differences.is_empty(), "the trees differ from the journal: {differences:?}");
    assert_eq!(audit(&derived.state, false), Vec::<String>::new());
    promises_are_kept(&derived.state, customers);
    money_is_taken_once(world, &derived.state);
    no_hold_is_captured_late(world, &derived.state);
}

pub fn at_the_end(world: &World, customers: &Customers) {
    let derived = world.derived();
    let journal: &dyn Journal = &world.kit.journal;
    let differences = compare::<Shop>(&derived, &world.kit.trees, journal).unwrap();
    assert!(differences.is_empty(), "the trees differ from the journal: {differences:?}");
    assert!(derived.is_quiet(), "something is still on its way");
    assert_eq!(audit(&derived.state, true), Vec::<String>::new());
    promises_are_kept(&derived.state, customers);
    money_is_taken_once(world, &derived.state);
    no_hold_is_captured_late(world, &derived.state);
    for (id, order) in derived.state.orders.orders.resident() {
        has_come_to_an_end(&derived.state, *id, order);
    }
    stock_is_free_again(&derived.state);
    letters_are_sent(world, &derived.state);
}

fn promises_are_kept(state: &State, customers: &Customers) {
    let told = customers.told.borrow();
    assert_eq!(told.wrong, Vec::<String>::new());
    for (id, view) in &told.taken {
        let order = state.orders.orders.peek(id).unwrap_or_else(|| panic!("{id} was taken and is gone"));
        let now = order.view(*id);
        assert!(same_content(view, &now), "{id} was answered as {view:?} and is {now:?}");
    }
    for (id, ended) in &told.ended {
        let now = state.orders.orders.peek(id).map(|order| order.state);
        assert_eq!(now, Some(*ended), "{id} was answered as {ended}");
    }
    // after a 202 the same key shows the present state
    let shows_the_present = |order: &Order| order.answer == AnswerState::Given(AnswerKind::Pending);
    for (id, first, again) in &told.told_again {
        let moves = state.orders.orders.peek(id).is_some_and(shows_the_present);
        assert!(moves || first == again, "{id} was answered as {first}, and then as {again}");
    }
    let mut by_key = BTreeMap::new();
    // a token that nobody knows frees the key
    let bound = |order: &Order| order.answer != AnswerState::Given(AnswerKind::UnknownToken);
    for (id, order) in state.orders.orders.resident().filter(|(_, order)| bound(order)) {
        let first = by_key.insert(crate::runtime::TableKey::to_bytes(&order.bound_by), *id);
        assert!(first.is_none(), "{first:?} and {id} have one key");
    }
}

fn has_case(state: &State, id: OrderId) -> bool {
    let timeline = state.timelines.peek(&id);
    let is_case = |what: &Happening| matches!(what, Happening::CaseOpened { .. });
    timeline.is_some_and(|timeline| timeline.entries.iter().any(|entry| is_case(&entry.what)))
}

fn has_ended(order: &Order) -> bool {
    matches!(order.state, OrderState::Closed | OrderState::Declined | OrderState::Cancelled)
}

fn has_come_to_an_end(state: &State, id: OrderId, order: &Order) {
    let timeline = || {
        let entries = &state.timelines.peek(&id).unwrap().entries;
        entries
            .iter()
            .map(|entry| format!("{:?} {} {}\n", entry.at, entry.by, entry.what))
            .collect::<String>()
    };
    assert!(
        has_ended(order) || has_case(state, id),
        "{id} is still {} without a case: {order:?}\n{}",
        order.state,
        timeline()
    );
    let rows: Vec<_> =
        order.payments.iter().filter_map(|one| state.payments.payments.peek(&one.id)).collect();
    let captured: i64 = rows.iter().map(|row| row.captured.amount).sum();
    let settled: i64 = rows.iter().map(|row| row.settled.amount).sum();
    let total = order.totals.total.amount;
    assert!(
        captured <= total && settled <= captured,
        "{id}: {captured} captured, {settled} settled of {total}"
    );
    if order.state == OrderState::Closed {
        assert_eq!((captured, settled), (total, total), "{id} is closed\n{}", timeline());
    }
    let held = order.payments.iter().filter(|one| is_held(state, one.id)).count();
    if has_ended(order) && !has_case(state, id) {
        assert_eq!(held, 0, "{id} is {} and the bank still holds money\n{}", order.state, timeline());
    }
}

fn is_held(state: &State, payment: PaymentId) -> bool {
    let hold = state.bank.holds.peek(&payment);
    hold.is_some_and(|hold| !hold.verification && matches!(hold.state, HoldState::Held { .. }))
}

fn money_is_taken_once(world: &World, state: &State) {
    let mut captures: BTreeMap<PaymentId, u32> = BTreeMap::new();
    for (_, record) in world.records() {
        for event in record.events {
            if let Event::Bank(bank::Event::Captured { line, .. }) = event {
                *captures.entry(line.payment).or_default() += 1;
            }
        }
    }
    for (id, order) in state.orders.orders.resident() {
        let taken: u32 = order.payments.iter().filter_map(|one| captures.get(&one.id)).sum();
        assert!(taken <= 1, "{id} was captured {taken} times");
        assert!(order.state != OrderState::Closed || taken == 1, "{id} is closed and was not captured");
        let held = order.payments.iter().filter(|one| is_held(state, one.id)).count();
        assert!(held <= 1, "{id} has {held} holds alive");
    }
}

/// Once every order has ended, nobody keeps anything.
fn stock_is_free_again(state: &State) {
    let open = state.orders.orders.resident().any(|(_, order)| !has_ended(order));
    for (sku, item) in state.stock.stock.resident() {
        assert_eq!(item.received + item.found, item.on_hand() + item.shipped + item.written_off, "{sku}");
        let kept = item.reserved + item.allocated + item.picked + item.packed;
        assert!(open || (kept == 0 && item.pegs.is_empty()), "every order has ended, and {sku} is {item:?}");
        assert!(
            open || item.incoming == 0,
            "every order has ended and nothing comes any more: {sku} {item:?}"
        );
    }
    assert!(open || state.stock.demands.resident().next().is_none(), "a demand of an order that has ended");
    let shipped: u64 = state.stock.stock.resident().map(|(_, item)| item.shipped).sum();
    let sold = state.orders.orders.resident().filter(|(_, order)| !order.shipments.is_empty());
    let sold: u64 = sold.flat_map(|(_, order)| order.units()).map(|units| u64::from(units.quantity)).sum();
    assert_eq!(shipped, sold, "units shipped, and units of orders that were sent");
}

/// One for each event; a repeat is the same by its id.
fn letters_are_sent(world: &World, state: &State) {
    let mut sent: BTreeMap<(OrderId, MailKind), BTreeSet<u64>> = BTreeMap::new();
    for letter in world.post.letters() {
        sent.entry((letter.order, letter.kind)).or_default().insert(letter.written_at.0);
    }
    let parked = |id: &OrderId| {
        let timeline = state.timelines.peek(id);
        let is_parked = |what: &Happening| matches!(what, Happening::MailParked { .. });
        timeline.is_some_and(|timeline| timeline.entries.iter().any(|entry| is_parked(&entry.what)))
    };
    for ((order, kind), times) in &sent {
        let once = *kind == MailKind::PromiseChanged || times.len() == 1;
        assert!(once, "{} letters `{kind}` for {order}", times.len());
    }
    for (id, order) in state.orders.orders.resident() {
        let wanted: &[MailKind] = match order.state {
            OrderState::Closed => &[MailKind::OrderConfirmation, MailKind::Dispatched, MailKind::Delivered],
            _ => &[],
        };
        for kind in wanted {
            assert!(parked(id) || sent.contains_key(&(*id, *kind)), "{id} is closed without `{kind}`");
        }
    }
}

/// I10: no capture without a live hold, neither by the bank's clock nor by the shop's.
fn no_hold_is_captured_late(world: &World, state: &State) {
    for (_, record) in world.records() {
        for event in &record.events {
            let Event::Bank(bank::Event::Captured { line, .. }) = event else { continue };
            let hold = state.bank.holds.peek(&line.payment).map(|hold| &hold.state);
            let Some(HoldState::Captured { capture_before, .. }) = hold else {
                panic!("{} was captured and is {hold:?}", line.payment)
            };
            let (payment, at) = (line.payment, record.at);
            assert!(
                at < *capture_before,
                "{payment} was captured at {at}, its hold ended at {capture_before}"
            );
        }
    }
}

/// I10: what the truck has was paid for then, as far as the shop could know; else there is a case, or the money came
/// from another hold.
fn left_unpaid(world: &World) -> usize {
    let mut held: BTreeMap<OrderId, BTreeSet<PaymentId>> = BTreeMap::new();
    let mut unpaid = 0;
    for event in world.records().into_iter().flat_map(|(_, record)| record.events) {
        match event {
            Event::Merchant(merchant_proxy::Event::Authorised { order, payment, .. }) => {
                held.entry(order).or_default().insert(payment);
            }
            Event::Merchant(
                merchant_proxy::Event::Expired { order, payment, .. }
                | merchant_proxy::Event::Voided { order, payment, .. },
            ) => {
                held.entry(order).or_default().remove(&payment);
            }
            Event::Warehouse(warehouse::Event::HandedOver { order, .. }) => {
                unpaid += usize::from(held.get(&order).is_none_or(BTreeSet::is_empty));
            }
            _ => {}
        }
    }
    unpaid
}

/// For runs by hand: whether enough has happened.
pub fn sum_up(world: &World, customers: &Customers) {
    let state = world.derived().state;
    let mut ends: BTreeMap<String, u32> = BTreeMap::new();
    for (id, order) in state.orders.orders.resident() {
        let case = if has_case(&state, *id) { " with a case" } else { "" };
        *ends.entry(format!("{}{case}", order.state)).or_default() += 1;
    }
    let told = customers.told.borrow();
    let count = |is: fn(&Event) -> bool| {
        world.records().iter().flat_map(|(_, record)| &record.events).filter(|event| is(event)).count()
    };
    let lapsed = count(|event| matches!(event, Event::Bank(bank::Event::Lapsed { .. })));
    let renewed = count(|event| matches!(event, Event::Orders(order_manager::Event::RenewalAsked { .. })));
    let stopped = count(|event| matches!(event, Event::Orders(order_manager::Event::StopAsked { .. })));
    let unpaid = left_unpaid(world);
    eprintln!(
        "  {lapsed} holds lapsed, {renewed} asked anew, {stopped} parcels stopped, {unpaid} left unpaid"
    );
    eprintln!("  {ends:?}, {} answered as taken, {} turns", told.taken.len(), world.records().len());
}
