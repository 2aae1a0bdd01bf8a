//! Purchase orders and what they bring.

use super::*;
use crate::actors::CommonTimeline;
use crate::actors::stock_keeper::{PurchaseOrder, Supply};
use crate::domain::Timestamp;
use crate::runtime::Due;

fn due(heard: &Heard) -> Option<Due> {
    heard.timers.iter().find_map(|change| match change {
        TimerChange::Set { due, .. } => Some(*due),
        TimerChange::Cancel { .. } => None,
    })
}

#[test]
fn supplies_are_ordered_awaited_and_received() {
    let mut house = House::with(&[("A", 2)]);
    house.reserve(1, &[("A", 5)], Backorder::Accept);
    house.offers(1, "A", 100, 5);
    house.offers(2, "A", 100, 2);
    let sent = house.order_supplies(1).purchase_orders();
    let [(id, 2, 3)] = sent[..] else { panic!("the best wholesaler sends what is missing: {sent:?}") };
    assert!(house.order_supplies(1).is_nothing(), "ordered once");

    let heard = house.acknowledged(id, 3, 2);
    let nine = day(2).start().plus_ms(9 * Timestamp::HOUR_MS);
    assert_eq!(due(&heard), Some(Due::Trade(nine)));
    assert!(heard.orders.is_empty());

    house.alone.now = nine;
    let heard = house.when(Message::GoodsDue { purchase_order: id });
    assert!(matches!(heard.calls[..], [Call::RequestShipNotice(_)]));
    assert_eq!(house.arrived(id, 3).orders, [arrived(1)]);
    let item = house.item("A");
    assert_eq!((item.reserved, item.available, item.received, item.incoming), (5, 0, 3, 0));
    assert_eq!(house.demands(), 0);
    assert!(house.arrived(id, 3).is_nothing(), "received once");
    assert!(house.when(Message::GoodsDue { purchase_order: id }).is_nothing());
    assert!(house.acknowledged(id, 3, 2).is_nothing());

    let entries = house.alone.get::<CommonTimeline>(&order(1)).unwrap().0.read().entries;
    let steps: Vec<u8> = entries.iter().map(|entry| entry.step.0).collect();
    assert_eq!(steps, [5, 5, 4, 4], "{entries:?}");
}

#[test]
fn a_refused_purchase_order_goes_to_the_next_wholesaler_and_then_to_nobody() {
    let mut house = House::with(&[("A", 1)]);
    house.reserve(1, &[("A", 4)], Backorder::Accept);
    house.offers(1, "A", 100, 5);
    house.offers(2, "A", 100, 2);
    let [(first, 2, 3)] = house.order_supplies(1).purchase_orders()[..] else { panic!() };
    let heard = house.refused(first);
    let [(second, 1, 3)] = heard.purchase_orders()[..] else { panic!() };
    assert!(heard.orders.is_empty());
    let slipped = order_manager::Message::PromiseChanged { order: order(1), ships_on: day(6) };
    assert_eq!(house.acknowledged(second, 3, 6).orders, [slipped], "it comes later than promised");
}

#[test]
fn where_nobody_is_left_the_order_is_told_once_and_its_release_gives_the_rest_back() {
    let mut house = House::with(&[("A", 1)]);
    house.reserve(1, &[("A", 4)], Backorder::Accept);
    house.offers(1, "A", 100, 5);
    house.offers_nothing(2, "A");
    let [(id, 1, 3)] = house.order_supplies(1).purchase_orders()[..] else { panic!() };
    assert_eq!(house.refused(id).orders, [no_supplies(1)]);
    assert_eq!(house.item("A").reserved, 1, "what was reserved still is");
    house.release(1, &[("A", 4)]);
    let item = house.item("A");
    assert_eq!((item.available, item.reserved, item.pegs.len(), item.incoming), (1, 0, 0, 0));
    assert_eq!(house.demands(), 0);
}

#[test]
fn an_unknown_outcome_is_asked_again_with_the_same_key_and_never_taken_for_a_refusal() {
    let mut house = House::with(&[("A", 0)]);
    house.reserve(1, &[("A", 3)], Backorder::Accept);
    house.offers(1, "A", 100, 5);
    house.offers(2, "A", 100, 2);
    let first = house.order_supplies(1);
    let [(id, 2, 3)] = first.purchase_orders()[..] else { panic!() };
    let rules = house.alone.rules.clone();
    let mut cases = 0;
    for attempt in 1..=rules.supply_attempts_max + 2 {
        let result = Answered::Unknown("time-out".into());
        let heard = house.when(Message::SupplyAnswered { purchase_order: id, result });
        let wait =
            if attempt > rules.supply_attempts_max { rules.retry_max_ms } else { rules.retry_ms(attempt) };
        assert_eq!(due(&heard), Some(Due::Real(NOON.plus_ms(wait))));
        assert!(heard.orders.is_empty() && heard.calls.is_empty(), "nobody else is asked");
        cases += heard.events.iter().flat_map(|event| event.happenings()).count();
        house.alone.now = house.alone.now.plus_ms(1_000);
        let again = house.when(Message::SupplyRetry { purchase_order: id });
        assert_eq!(format!("{:?}", again.calls), format!("{:?}", first.calls));
    }
    assert_eq!(cases, 1, "the operator is told once");
    house.acknowledged(id, 3, 2);
    assert!(house.when(Message::SupplyRetry { purchase_order: id }).is_nothing());
    assert_eq!(house.arrived(id, 3).orders, [arrived(1)]);
}

#[test]
fn an_arrival_serves_the_oldest_peg_first_and_the_rest_is_for_sale() {
    let mut house = House::with(&[("A", 0)]);
    let first = house.waits(1, &[("A", 3)]);
    let second = house.waits(2, &[("A", 2)]);
    assert_eq!(house.arrived(second, 4).orders, [arrived(1)], "more came than was ordered");
    assert_eq!(house.item("A").pegs[0].units, 1);
    assert_eq!(house.arrived(first, 3).orders, [arrived(2)]);
    assert_eq!((house.item("A").reserved, house.item("A").available), (5, 2));
}

#[test]
fn whoever_is_not_paid_for_yet_takes_no_goods_from_those_who_are() {
    let mut house = House::with(&[("A", 0)]);
    house.reserve(1, &[("A", 3)], Backorder::Accept);
    house.offers(1, "A", 100, 5);
    house.offers_nothing(2, "A");
    let id = house.waits(2, &[("A", 2)]);
    assert_eq!(house.arrived(id, 2).orders, [arrived(2)]);
    assert_eq!((house.item("A").reserved, house.item("A").pegs[0].units), (2, 3), "the older one waits on");
}

#[test]
fn a_release_serves_a_waiting_peg_and_its_late_delivery_is_for_sale() {
    let mut house = House::with(&[("A", 3)]);
    house.reserve(1, &[("A", 3)], Backorder::Refuse);
    let id = house.waits(2, &[("A", 2)]);
    assert_eq!(house.release(1, &[("A", 3)]).orders, [arrived(2)]);
    assert_eq!(house.item("A").available, 1);
    assert!(house.arrived(id, 2).orders.is_empty());
    assert_eq!(house.item("A").available, 3);
}

#[test]
fn a_parcel_put_away_serves_a_waiting_peg() {
    let mut house = House::with(&[("A", 2)]);
    house.reserve(1, &[("A", 2)], Backorder::Refuse);
    house.when(Message::Allocate { order: order(1), lines: units(&[("A", 2)]) });
    house.waits(2, &[("A", 2)]);
    let heard = house.when(Message::PutAway { order: order(1), lines: units(&[("A", 2)]), packed: false });
    assert_eq!(heard.orders, [arrived(2)]);
}

#[test]
fn an_order_served_before_it_has_paid_hears_of_it_when_it_asks_for_supplies() {
    let mut house = House::with(&[("A", 2)]);
    house.reserve(1, &[("A", 2)], Backorder::Refuse);
    house.reserve(2, &[("A", 2)], Backorder::Accept);
    house.offers(1, "A", 9, 3);
    house.offers_nothing(2, "A");
    assert!(house.release(1, &[("A", 2)]).orders.is_empty());
    let heard = house.order_supplies(2);
    assert_eq!(heard.orders, [arrived(2)]);
    assert!(heard.purchase_orders().is_empty());
    house.release(2, &[("A", 2)]);
    assert_eq!(house.item("A").available, 2);
}

#[test]
fn a_cancel_while_supplies_are_under_way_leaves_them_to_whoever_comes_next() {
    let mut house = House::with(&[("A", 1)]);
    let id = house.waits(1, &[("A", 3)]);
    house.release(1, &[("A", 3)]);
    assert_eq!((house.item("A").available, house.item("A").pegs.len(), house.demands()), (1, 0, 0));
    house.reserve(2, &[("A", 3)], Backorder::Accept);
    assert!(house.order_supplies(2).purchase_orders().is_empty(), "two are on their way");
    assert_eq!(house.arrived(id, 2).orders, [arrived(2)]);
}

#[test]
fn what_comes_short_is_ordered_anew() {
    let mut house = House::with(&[("A", 0)]);
    let id = house.waits(1, &[("A", 5)]);
    let heard = house.arrived(id, 3);
    assert!(heard.orders.is_empty());
    let [(rest, 2, 2)] = heard.purchase_orders()[..] else { panic!() };
    let heard = house.acknowledged(rest, 1, 2);
    let [(last, 1, 1)] = heard.purchase_orders()[..] else {
        panic!("the other wholesaler sends what is short")
    };
    house.acknowledged(last, 1, 2);
    assert!(house.arrived(rest, 1).orders.is_empty());
    assert_eq!(house.arrived(last, 1).orders, [arrived(1)]);
}

#[test]
fn goods_that_are_late_are_asked_for_again_and_the_promise_changes() {
    let mut house = House::with(&[("A", 0)]);
    let id = house.waits(1, &[("A", 5)]);
    let later = day(4).start();
    let result = Answered::Known(ShipNotice::NotYet { ask_again_at: later });
    let heard = house.when(Message::ShipNoticeAnswered { purchase_order: id, result });
    assert_eq!(due(&heard), Some(Due::Trade(later)));
    assert_eq!(heard.orders, [order_manager::Message::PromiseChanged { order: order(1), ships_on: day(4) }]);
    let result = Answered::Unknown("time-out".into());
    let heard = house.when(Message::ShipNoticeAnswered { purchase_order: id, result });
    assert!(matches!(due(&heard), Some(Due::Real(_))));
    let state = house.alone.get::<PurchaseOrder>(&id).unwrap().state;
    assert!(matches!(state, Supply::Acknowledged { .. }));
}

#[test]
fn a_day_that_nobody_lives_to_see_is_no_answer() {
    let mut house = House::with(&[("A", 0)]);
    let id = house.waits(1, &[("A", 5)]);
    let never = Answered::Known(ShipNotice::NotYet { ask_again_at: Timestamp(u64::MAX) });
    let heard = house.when(Message::ShipNoticeAnswered { purchase_order: id, result: never });
    assert!(matches!(due(&heard), Some(Due::Real(_))), "it is asked again soon: {:?}", due(&heard));
    assert_eq!(heard.orders, [], "nobody is promised such a day");

    house.reserve(2, &[("A", 1)], Backorder::Accept);
    let sent = house.order_supplies(2);
    let [(id, _, 1)] = sent.purchase_orders()[..] else { panic!() };
    let never = Acknowledgement { accepted: 1, arrives_on: Date(u32::MAX) };
    let result = Answered::Known(never);
    let heard = house.when(Message::SupplyAnswered { purchase_order: id, result });
    assert!(matches!(due(&heard), Some(Due::Real(_))), "it is asked again soon: {:?}", due(&heard));
    assert_eq!(heard.orders, []);
    assert_eq!(house.acknowledged(id, 1, 2).orders, [], "the same key, and an answer that can be");
}

#[test]
fn several_lines_are_in_when_the_last_one_is() {
    let mut house = House::with(&[("A", 0), ("B", 0), ("C", 1)]);
    let lines = [("A", 1), ("B", 2), ("C", 1)];
    house.reserve(1, &lines, Backorder::Accept);
    for name in ["A", "B"] {
        house.offers(1, name, 9, 3);
        house.offers_nothing(2, name);
    }
    let sent = house.order_supplies(1).purchase_orders();
    for &(id, _, quantity) in &sent {
        house.acknowledged(id, quantity, 3);
    }
    assert!(house.arrived(sent[0].0, 1).orders.is_empty());
    assert_eq!(house.arrived(sent[1].0, 2).orders, [arrived(1)]);
}
