//! Moves that were given up.

use super::*;
use crate::actors::given_up::TRY_AGAIN_MS;
use crate::runtime::{Due, Resolution};

/// Reserved, allocated, packed, shipped, for sale.
fn buckets(keeper: &Alone<Shop>) -> [u64; 5] {
    let item = keeper.item("A");
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
fn before(messages: Vec<Message>) -> Alone<Shop> {
    let mut keeper = with_stock(&[("A", 11)]);
    for n in [1, 7, 8, 9] {
        keeper.reserve(n, &[("A", 2)], Backorder::Accept);
    }
    for message in [allocate(8), allocate(9), packed(9)] {
        keeper.hears(message);
    }
    messages.into_iter().for_each(|message| drop(keeper.hears(message)));
    keeper
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

fn is_idle(keeper: &Alone<Shop>) -> bool {
    keeper.item("A").overdue.is_empty()
}

#[test]
fn a_move_that_is_given_up_is_made_later_and_not_again_when_the_operator_sends_it() {
    for (earlier, message, after) in moves() {
        let mut keeper = before(earlier);
        let there = buckets(&keeper);
        let later = timer(&keeper.gives_up(message.clone()));
        assert_eq!(buckets(&keeper), there, "{message:?}");
        let is_told = usize::from(matches!(message, Message::Allocate { .. }));
        assert_eq!(keeper.hears(later.clone()).orders.len(), is_told, "{message:?}");
        assert_eq!(buckets(&keeper), after, "{message:?}");
        assert!(keeper.hears(later).is_nothing(), "{message:?}");
        assert!(keeper.hears(message.clone()).orders.is_empty(), "{message:?}");
        assert_eq!(buckets(&keeper), after, "sent again: {message:?}");
        assert!(is_idle(&keeper), "it can come no more: {message:?}");
    }
}

#[test]
fn the_operator_can_send_it_before_it_is_tried_again() {
    for (earlier, message, after) in moves() {
        let mut keeper = before(earlier);
        let later = timer(&keeper.gives_up(message.clone()));
        let heard = keeper.hears(message.clone());
        assert!(matches!(heard.timers[..], [TimerChange::Cancel { .. }]));
        assert_eq!(buckets(&keeper), after, "{message:?}");
        assert!(keeper.hears(later).is_nothing(), "{message:?}");
        assert!(is_idle(&keeper), "{message:?}");
    }
}

#[test]
fn whatever_is_given_up_again_and_again_is_tried_again_and_again() {
    let mut keeper = before(vec![]);
    let later = timer(&keeper.gives_up(allocate(1)));
    assert_eq!(timer(&keeper.gives_up(later.clone())), later);
    assert_eq!(timer(&keeper.gives_up(allocate(1))), later, "sent by the operator");
    keeper.hears(later);
    assert_eq!(buckets(&keeper), [2, 4, 2, 0, 3]);
    let heard = keeper.gives_up(allocate(1));
    keeper.hears(timer(&heard));
    keeper.hears(allocate(1));
    assert_eq!(buckets(&keeper), [2, 4, 2, 0, 3]);
    assert!(is_idle(&keeper));
}

#[test]
fn the_next_move_of_an_order_waits_and_takes_nothing_of_another() {
    let mut keeper = before(vec![]);
    let later = timer(&keeper.gives_up(allocate(1)));
    assert!(keeper.hears(put_away(false)).orders.is_empty());
    assert_eq!(buckets(&keeper), [4, 2, 2, 0, 3], "what is allocated is the other's");
    keeper.hears(later);
    assert_eq!(buckets(&keeper), [2, 2, 2, 0, 5]);
    keeper.hears(allocate(1));
    assert_eq!(buckets(&keeper), [2, 2, 2, 0, 5]);
    assert!(is_idle(&keeper));
}

#[test]
fn an_order_that_waits_for_supplies_is_released_whatever_comes_meanwhile() {
    for (comes, for_sale) in [(0, 2), (1, 3), (9, 11)] {
        let mut keeper = with_stock(&[("A", 2), ("B", 1)]);
        let id = keeper.waits(1, &[("A", 5), ("B", 1)]);
        let release = Message::Release { order: order(1), lines: units(&[("A", 5), ("B", 1)]) };
        let later = timer(&keeper.gives_up(release.clone()));
        keeper.arrived(id, comes);
        keeper.hears(later);
        keeper.hears(release);
        assert_eq!(buckets(&keeper), [0, 0, 0, 0, for_sale]);
        assert_eq!((keeper.item("B").available, keeper.demands()), (1, 0));
        assert!(keeper.item("A").pegs.is_empty());
    }
}

#[test]
fn a_move_whose_message_the_operator_discards_is_made_all_the_same_and_forgotten() {
    for made_before in [false, true] {
        let mut keeper = before(vec![]);
        let later = timer(&keeper.gives_up(allocate(1)));
        let when = |keeper: &mut Alone<Shop>, is_now: bool| {
            if is_now {
                keeper.hears(later.clone());
            }
        };
        when(&mut keeper, made_before);
        keeper.resolved(US, allocate(1), Resolution::Discard);
        when(&mut keeper, !made_before);
        assert_eq!(buckets(&keeper), [2, 4, 2, 0, 3]);
        assert!(is_idle(&keeper));
    }
}
