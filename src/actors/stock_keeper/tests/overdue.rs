//! Moves that were given up.

use super::*;
use crate::actors::given_up::TRY_AGAIN_MS;
use crate::runtime::{Due, Resolution};

/// Reserved, allocated, packed, shipped, for sale.
fn buckets(house: &House) -> [u64; 5] {
    let item = house.item("A");
    [item.reserved, item.allocated, item.packed, item.shipped, item.available]
}

fn allocate(n: u64) -> Message {
    Message::Allocate { order: order(n), lines: units(&[("A", 2)]) }
}

fn packed(n: u64) -> Message {
    Message::Packed { order: order(n), lines: units(&[("A", 2)]) }
}

fn put_away(packed: bool) -> Message {
    Message::PutAway { order: order(1), lines: units(&[("A", 2)]), packed }
}

/// Each move of an order of two, what comes before it, and where the units are then.
fn moves() -> Vec<(Vec<Message>, Message, [u64; 5])> {
    let (order, lines) = (order(1), units(&[("A", 2)]));
    vec![
        (vec![], Message::Release { order, lines: lines.clone() }, [2, 2, 2, 0, 5]),
        (vec![], allocate(1), [2, 4, 2, 0, 3]),
        (vec![allocate(1)], packed(1), [2, 2, 4, 0, 3]),
        (vec![allocate(1), packed(1)], Message::HandedOver { order, lines }, [2, 2, 2, 2, 3]),
        (vec![allocate(1)], put_away(false), [2, 2, 2, 0, 5]),
        (vec![allocate(1), packed(1)], put_away(true), [2, 2, 2, 0, 5]),
    ]
}

/// Two units of another order stand in each bucket: what is moved twice takes them.
fn before(messages: Vec<Message>) -> House {
    let mut house = House::with(&[("A", 11)]);
    for n in [1, 7, 8, 9] {
        house.reserve(n, &[("A", 2)], Backorder::Accept);
    }
    for message in [allocate(8), allocate(9), packed(9)] {
        house.when(message);
    }
    messages.into_iter().for_each(|message| drop(house.when(message)));
    house
}

/// What the one timer that is set will bring, and that it is due when it is to be tried again.
fn timer(heard: &Heard) -> Message {
    let [TimerChange::Set { due, message: actors::Message::StockKeeper(message), .. }] = &heard.timers[..]
    else {
        panic!("one timer is set")
    };
    assert_eq!(*due, Due::Real(NOON.plus_ms(TRY_AGAIN_MS)));
    message.clone()
}

fn is_idle(house: &House) -> bool {
    house.item("A").overdue.is_empty()
}

#[test]
fn a_move_that_is_given_up_is_made_later_and_not_again_when_the_operator_sends_it() {
    for (earlier, message, after) in moves() {
        let mut house = before(earlier);
        let there = buckets(&house);
        let later = timer(&house.gives_up(message.clone()));
        assert_eq!(buckets(&house), there, "{message:?}");
        let is_told = usize::from(matches!(message, Message::Allocate { .. }));
        assert_eq!(house.when(later.clone()).orders.len(), is_told, "{message:?}");
        assert_eq!(buckets(&house), after, "{message:?}");
        assert!(house.when(later).is_nothing(), "{message:?}");
        assert!(house.when(message.clone()).orders.is_empty(), "{message:?}");
        assert_eq!(buckets(&house), after, "sent again: {message:?}");
        assert!(is_idle(&house), "it can come no more: {message:?}");
    }
}

#[test]
fn the_operator_can_send_it_before_it_is_tried_again() {
    for (earlier, message, after) in moves() {
        let mut house = before(earlier);
        let later = timer(&house.gives_up(message.clone()));
        let heard = house.when(message.clone());
        assert!(matches!(heard.timers[..], [TimerChange::Cancel { .. }]));
        assert_eq!(buckets(&house), after, "{message:?}");
        assert!(house.when(later).is_nothing(), "{message:?}");
        assert!(is_idle(&house), "{message:?}");
    }
}

#[test]
fn whatever_is_given_up_again_and_again_is_tried_again_and_again() {
    let mut house = before(vec![]);
    let later = timer(&house.gives_up(allocate(1)));
    assert_eq!(timer(&house.gives_up(later.clone())), later);
    assert_eq!(timer(&house.gives_up(allocate(1))), later, "sent by the operator");
    house.when(later);
    assert_eq!(buckets(&house), [2, 4, 2, 0, 3]);
    let heard = house.gives_up(allocate(1));
    house.when(timer(&heard));
    house.when(allocate(1));
    assert_eq!(buckets(&house), [2, 4, 2, 0, 3]);
    assert!(is_idle(&house));
}

#[test]
fn the_next_move_of_an_order_waits_and_takes_nothing_of_another() {
    let mut house = before(vec![]);
    let later = timer(&house.gives_up(allocate(1)));
    assert!(house.when(put_away(false)).orders.is_empty());
    assert_eq!(buckets(&house), [4, 2, 2, 0, 3], "what is allocated is the other's");
    house.when(later);
    assert_eq!(buckets(&house), [2, 2, 2, 0, 5]);
    house.when(allocate(1));
    assert_eq!(buckets(&house), [2, 2, 2, 0, 5]);
    assert!(is_idle(&house));
}

#[test]
fn an_order_that_waits_for_supplies_is_released_whatever_comes_meanwhile() {
    for (comes, for_sale) in [(0, 2), (1, 3), (9, 11)] {
        let mut house = House::with(&[("A", 2), ("B", 1)]);
        let id = house.waits(1, &[("A", 5), ("B", 1)]);
        let release = Message::Release { order: order(1), lines: units(&[("A", 5), ("B", 1)]) };
        let later = timer(&house.gives_up(release.clone()));
        house.arrived(id, comes);
        house.when(later);
        house.when(release);
        assert_eq!(buckets(&house), [0, 0, 0, 0, for_sale]);
        assert_eq!((house.item("B").available, house.demands()), (1, 0));
        assert!(house.item("A").pegs.is_empty());
    }
}

#[test]
fn a_move_whose_message_the_operator_discards_is_made_all_the_same_and_forgotten() {
    for made_before in [false, true] {
        let mut house = before(vec![]);
        let later = timer(&house.gives_up(allocate(1)));
        let when = |house: &mut House, is_now: bool| {
            if is_now {
                house.when(later.clone());
            }
        };
        when(&mut house, made_before);
        house.alone.resolved(US, allocate(1), Resolution::Discard);
        when(&mut house, !made_before);
        assert_eq!(buckets(&house), [2, 4, 2, 0, 3]);
        assert!(is_idle(&house));
    }
}
