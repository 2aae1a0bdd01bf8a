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
    let mut keeper = with_stock(&[("A", 2)]);
    keeper.reserve(1, &[("A", 5)], Backorder::Accept);
    keeper.offers(1, "A", 100, 5);
    keeper.offers(2, "A", 100, 2);
    let sent = keeper.order_supplies(1).purchase_orders();
    let [(id, 2, 3)] = sent[..] else { panic!("the best wholesaler sends what is missing: {sent:?}") };
    assert!(keeper.order_supplies(1).is_nothing(), "ordered once");

    let heard = keeper.acknowledged(id, 3, 2);
    let nine = day(2).start().plus_ms(9 * Timestamp::HOUR_MS);
    assert_eq!(due(&heard), Some(Due::Trade(nine)));
    assert!(heard.orders.is_empty());

    keeper.now = nine;
    let heard = keeper.hears(Message::GoodsDue { purchase_order: id });
    assert!(matches!(heard.calls[..], [Call::RequestShipNotice(_)]));
    assert_eq!(keeper.arrived(id, 3).orders, [arrived(1)]);
    let item = keeper.item("A");
    assert_eq!((item.reserved, item.available, item.received, item.incoming), (5, 0, 3, 0));
    assert_eq!(keeper.demands(), 0);
    assert!(keeper.arrived(id, 3).is_nothing(), "received once");
    assert!(keeper.hears(Message::GoodsDue { purchase_order: id }).is_nothing());
    assert!(keeper.acknowledged(id, 3, 2).is_nothing());

    let entries = keeper.get::<CommonTimeline>(&order(1)).unwrap().0.read().entries;
    let steps: Vec<u8> = entries.iter().map(|entry| entry.step.0).collect();
    assert_eq!(steps, [5, 5, 4, 4], "{entries:?}");
}

#[test]
fn a_refused_purchase_order_goes_to_the_next_wholesaler_and_then_to_nobody() {
    let mut keeper = with_stock(&[("A", 1)]);
    keeper.reserve(1, &[("A", 4)], Backorder::Accept);
    keeper.offers(1, "A", 100, 5);
    keeper.offers(2, "A", 100, 2);
    let [(first, 2, 3)] = keeper.order_supplies(1).purchase_orders()[..] else { panic!() };
    let heard = keeper.refused(first);
    let [(second, 1, 3)] = heard.purchase_orders()[..] else { panic!() };
    assert!(heard.orders.is_empty());
    let slipped = order_manager::Message::PromiseChanged { order: order(1), ships_on: day(6) };
    assert_eq!(keeper.acknowledged(second, 3, 6).orders, [slipped], "it comes later than promised");
}

#[test]
fn where_nobody_is_left_the_order_is_told_once_and_its_release_gives_the_rest_back() {
    let mut keeper = with_stock(&[("A", 1)]);
    keeper.reserve(1, &[("A", 4)], Backorder::Accept);
    keeper.offers(1, "A", 100, 5);
    keeper.offers_nothing(2, "A");
    let [(id, 1, 3)] = keeper.order_supplies(1).purchase_orders()[..] else { panic!() };
    assert_eq!(keeper.refused(id).orders, [no_supplies(1)]);
    assert_eq!(keeper.item("A").reserved, 1, "what was reserved still is");
    keeper.release(1, &[("A", 4)]);
    let item = keeper.item("A");
    assert_eq!((item.available, item.reserved, item.pegs.len(), item.incoming), (1, 0, 0, 0));
    assert_eq!(keeper.demands(), 0);
}

#[test]
fn an_unknown_outcome_is_asked_again_with_the_same_key_and_never_taken_for_a_refusal() {
    let mut keeper = with_stock(&[("A", 0)]);
    keeper.reserve(1, &[("A", 3)], Backorder::Accept);
    keeper.offers(1, "A", 100, 5);
    keeper.offers(2, "A", 100, 2);
    let first = keeper.order_supplies(1);
    let [(id, 2, 3)] = first.purchase_orders()[..] else { panic!() };
    let rules = keeper.rules.clone();
    let mut cases = 0;
    for attempt in 1..=rules.supply_attempts_max + 2 {
        let result = Answered::Unknown("time-out".into());
        let heard = keeper.hears(Message::SupplyAnswered { purchase_order: id, result });
        let wait =
            if attempt > rules.supply_attempts_max { rules.retry_max_ms } else { rules.retry_ms(attempt) };
        assert_eq!(due(&heard), Some(Due::Real(NOON.plus_ms(wait))));
        assert!(heard.orders.is_empty() && heard.calls.is_empty(), "nobody else is asked");
        let told = heard.events.iter().flat_map(|event| event.happenings()).count();
        assert_eq!(heard.cases.len(), told, "what is told is kept");
        cases += told;
        keeper.now = keeper.now.plus_ms(1_000);
        let again = keeper.hears(Message::SupplyRetry { purchase_order: id });
        assert_eq!(format!("{:?}", again.calls), format!("{:?}", first.calls));
    }
    assert_eq!(cases, 1, "the operator is told once");
    keeper.acknowledged(id, 3, 2);
    assert!(keeper.hears(Message::SupplyRetry { purchase_order: id }).is_nothing());
    assert_eq!(keeper.arrived(id, 3).orders, [arrived(1)]);
}

#[test]
fn an_arrival_serves_the_oldest_peg_first_and_the_rest_is_for_sale() {
    let mut keeper = with_stock(&[("A", 0)]);
    let first = keeper.waits(1, &[("A", 3)]);
    let second = keeper.waits(2, &[("A", 2)]);
    assert_eq!(keeper.arrived(second, 4).orders, [arrived(1)], "more came than was ordered");
    assert_eq!(keeper.item("A").pegs[0].units, 1);
    assert_eq!(keeper.arrived(first, 3).orders, [arrived(2)]);
    assert_eq!((keeper.item("A").reserved, keeper.item("A").available), (5, 2));
}

#[test]
fn whoever_is_not_paid_for_yet_takes_no_goods_from_those_who_are() {
    let mut keeper = with_stock(&[("A", 0)]);
    keeper.reserve(1, &[("A", 3)], Backorder::Accept);
    keeper.offers(1, "A", 100, 5);
    keeper.offers_nothing(2, "A");
    let id = keeper.waits(2, &[("A", 2)]);
    assert_eq!(keeper.arrived(id, 2).orders, [arrived(2)]);
    assert_eq!((keeper.item("A").reserved, keeper.item("A").pegs[0].units), (2, 3), "the older one waits on");
}

#[test]
fn a_release_serves_a_waiting_peg_and_its_late_delivery_is_for_sale() {
    let mut keeper = with_stock(&[("A", 3)]);
    keeper.reserve(1, &[("A", 3)], Backorder::Refuse);
    let id = keeper.waits(2, &[("A", 2)]);
    assert_eq!(keeper.release(1, &[("A", 3)]).orders, [arrived(2)]);
    assert_eq!(keeper.item("A").available, 1);
    assert!(keeper.arrived(id, 2).orders.is_empty());
    assert_eq!(keeper.item("A").available, 3);
}

#[test]
fn a_parcel_put_away_serves_a_waiting_peg() {
    let mut keeper = with_stock(&[("A", 2)]);
    keeper.reserve(1, &[("A", 2)], Backorder::Refuse);
    keeper.hears(Message::Allocate { order: order(1), lines: units(&[("A", 2)]) });
    keeper.waits(2, &[("A", 2)]);
    let heard = keeper.hears(Message::PutAway { order: order(1), lines: units(&[("A", 2)]), packed: false });
    assert_eq!(heard.orders, [arrived(2)]);
}

#[test]
fn an_order_served_before_it_has_paid_hears_of_it_when_it_asks_for_supplies() {
    let mut keeper = with_stock(&[("A", 2)]);
    keeper.reserve(1, &[("A", 2)], Backorder::Refuse);
    keeper.reserve(2, &[("A", 2)], Backorder::Accept);
    keeper.offers(1, "A", 9, 3);
    keeper.offers_nothing(2, "A");
    assert!(keeper.release(1, &[("A", 2)]).orders.is_empty());
    let heard = keeper.order_supplies(2);
    assert_eq!(heard.orders, [arrived(2)]);
    assert!(heard.purchase_orders().is_empty());
    keeper.release(2, &[("A", 2)]);
    assert_eq!(keeper.item("A").available, 2);
}

#[test]
fn a_cancel_while_supplies_are_under_way_leaves_them_to_whoever_comes_next() {
    let mut keeper = with_stock(&[("A", 1)]);
    let id = keeper.waits(1, &[("A", 3)]);
    keeper.release(1, &[("A", 3)]);
    assert_eq!((keeper.item("A").available, keeper.item("A").pegs.len(), keeper.demands()), (1, 0, 0));
    keeper.reserve(2, &[("A", 3)], Backorder::Accept);
    assert!(keeper.order_supplies(2).purchase_orders().is_empty(), "two are on their way");
    assert_eq!(keeper.arrived(id, 2).orders, [arrived(2)]);
}

#[test]
fn what_comes_short_is_ordered_anew() {
    let mut keeper = with_stock(&[("A", 0)]);
    let id = keeper.waits(1, &[("A", 5)]);
    let heard = keeper.arrived(id, 3);
    assert!(heard.orders.is_empty());
    let [(rest, 2, 2)] = heard.purchase_orders()[..] else { panic!() };
    let heard = keeper.acknowledged(rest, 1, 2);
    let [(last, 1, 1)] = heard.purchase_orders()[..] else {
        panic!("the other wholesaler sends what is short")
    };
    keeper.acknowledged(last, 1, 2);
    assert!(keeper.arrived(rest, 1).orders.is_empty());
    assert_eq!(keeper.arrived(last, 1).orders, [arrived(1)]);
}

#[test]
fn goods_that_are_late_are_asked_for_again_and_the_promise_changes() {
    let mut keeper = with_stock(&[("A", 0)]);
    let id = keeper.waits(1, &[("A", 5)]);
    let later = day(4).start();
    let result = Answered::Known(ShipNotice::NotYet { ask_again_at: later });
    let heard = keeper.hears(Message::ShipNoticeAnswered { purchase_order: id, result });
    assert_eq!(due(&heard), Some(Due::Trade(later)));
    assert_eq!(heard.orders, [order_manager::Message::PromiseChanged { order: order(1), ships_on: day(4) }]);
    let result = Answered::Unknown("time-out".into());
    let heard = keeper.hears(Message::ShipNoticeAnswered { purchase_order: id, result });
    assert!(matches!(due(&heard), Some(Due::Real(_))));
    let state = keeper.get::<PurchaseOrder>(&id).unwrap().state;
    assert!(matches!(state, Supply::Acknowledged { .. }));
}

#[test]
fn a_day_that_nobody_lives_to_see_is_no_answer() {
    let mut keeper = with_stock(&[("A", 0)]);
    let id = keeper.waits(1, &[("A", 5)]);
    let never = Answered::Known(ShipNotice::NotYet { ask_again_at: Timestamp(u64::MAX) });
    let heard = keeper.hears(Message::ShipNoticeAnswered { purchase_order: id, result: never });
    assert!(matches!(due(&heard), Some(Due::Real(_))), "it is asked again soon: {:?}", due(&heard));
    assert_eq!(heard.orders, [], "nobody is promised such a day");

    keeper.reserve(2, &[("A", 1)], Backorder::Accept);
    let sent = keeper.order_supplies(2);
    let [(id, _, 1)] = sent.purchase_orders()[..] else { panic!() };
    let never = Acknowledgement { accepted: 1, arrives_on: Date(u32::MAX) };
    let result = Answered::Known(never);
    let heard = keeper.hears(Message::SupplyAnswered { purchase_order: id, result });
    assert!(matches!(due(&heard), Some(Due::Real(_))), "it is asked again soon: {:?}", due(&heard));
    assert_eq!(heard.orders, []);
    assert_eq!(keeper.acknowledged(id, 1, 2).orders, [], "the same key, and an answer that can be");
}

#[test]
fn several_lines_are_in_when_the_last_one_is() {
    let mut keeper = with_stock(&[("A", 0), ("B", 0), ("C", 1)]);
    let lines = [("A", 1), ("B", 2), ("C", 1)];
    keeper.reserve(1, &lines, Backorder::Accept);
    for name in ["A", "B"] {
        keeper.offers(1, name, 9, 3);
        keeper.offers_nothing(2, name);
    }
    let sent = keeper.order_supplies(1).purchase_orders();
    for &(id, _, quantity) in &sent {
        keeper.acknowledged(id, quantity, 3);
    }
    assert!(keeper.arrived(sent[0].0, 1).orders.is_empty());
    assert_eq!(keeper.arrived(sent[1].0, 2).orders, [arrived(1)]);
}
