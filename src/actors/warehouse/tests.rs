mod process;

use std::sync::Arc;

use proptest::prelude::*;

use crate::actors::testing::{NOON, alone};
use crate::actors::{
    Address, Call, Decided, Event as ShopEvent, OwnTimeline, Shop, back_office, mailer, stock_keeper,
};
use crate::domain::{
    Currency, Customer, Happening, Money, OrderId, OrderKey, OrderLine, OrderNumber, Quantity,
    ShippingAddress, Sku, Timestamp, Totals,
};
use crate::partners::Answered;
use crate::partners::carrier::{Booking, BookingRequest, CancelAnswer, Tracking};
use crate::partners::mail::MailKind;
use crate::runtime::{Alone, AnyTable, Due, TimerChange, decode};

use super::{Event, Fulfilment, Message, Shipment, Stage};

const US: Address = Address::WarehouseActor;
const HOUR: u64 = Timestamp::HOUR_MS;

fn order() -> OrderId {
    OrderId::new(1, 1)
}

fn fulfilment() -> Fulfilment {
    let pence = |amount| Money::new(amount, Currency::GBP);
    Fulfilment {
        order: order(),
        number: OrderNumber::nth_of(order().slot(), 0),
        key: OrderKey::new(7),
        lines: vec![OrderLine {
            sku: Sku::parse("PG-158").unwrap(),
            title: "Emma".into(),
            quantity: Quantity::parse(2).unwrap(),
            unit_price: pence(999),
            weight_grams: Some(300),
        }]
        .into(),
        totals: Totals { goods: pence(1998), shipping: pence(299), tax: pence(0), total: pence(2297) },
        customer: Arc::new(Customer { email: "ada@example.org".into(), name: "Ada Byron".into() }),
        shipping_address: Arc::new(ShippingAddress::of("1 High Street", "Ware", "SG12 9AA", "GB")),
    }
}

/// What a turn told the other actors, by their messages' names.
fn told(turn: &Decided) -> Vec<String> {
    let name = |message: &crate::actors::Message| match message {
        crate::actors::Message::OrderManager(message) => {
            format!("orders.{}", <&str>::from(message))
        }
        crate::actors::Message::StockKeeper(message) => format!("stock.{}", <&str>::from(message)),
        crate::actors::Message::Mailer(_) => "mail".to_owned(),
        other => format!("{other:?}"),
    };
    turn.sends().iter().map(|(_, message)| name(message)).collect()
}

fn is_nothing(turn: &Decided) -> bool {
    turn.events().is_empty() && turn.sends().is_empty() && turn.calls().is_empty() && turn.timers().is_empty()
}

/// What the timer that the turn set will bring, and when.
fn timer(turn: &Decided) -> Option<(Due, Message)> {
    turn.timers().iter().find_map(|change| match change {
        TimerChange::Set { due, message: crate::actors::Message::WarehouseActor(message), .. } => {
            Some((*due, message.clone()))
        }
        _ => None,
    })
}

fn cancels_timer(turn: &Decided) -> bool {
    turn.timers().iter().any(|change| matches!(change, TimerChange::Cancel { .. }))
}

fn booked() -> Message {
    let booking = Booking { tracking: "DSD6B5JMFRYP6P".into(), collection_at: NOON.plus_ms(4 * HOUR) };
    Message::Booked { order: order(), result: Answered::Known(booking) }
}

fn tracked(
    collected_at: Option<Timestamp>,
    delivered_at: Option<Timestamp>,
    next: Option<Timestamp>,
) -> Message {
    let tracking = Tracking { collected_at, delivered_at, next_expected_at: next };
    Message::Tracked { order: order(), result: Answered::Known(tracking) }
}

fn cancel_answer(answer: CancelAnswer) -> Message {
    Message::CancelAnswered { order: order(), result: Answered::Known(answer) }
}

fn stop() -> Message {
    Message::Stop { order: order() }
}

fn stage(alone: &Alone<Shop>) -> Stage {
    alone.get::<Shipment>(&order()).unwrap().stage
}

/// The warehouse once these messages have been handled.
fn after(messages: &[Message]) -> Alone<Shop> {
    let mut alone = alone();
    alone.when(US, Message::Fulfil(Box::new(fulfilment())));
    for message in messages {
        alone.when(US, message.clone());
    }
    alone
}

fn packing_done() -> Message {
    Message::PackingDone { order: order() }
}

fn booking_of(turn: &Decided) -> BookingRequest {
    match &turn.calls()[0] {
        Call::BookTruck(call) => call.request.clone(),
        other => panic!("a booking is expected, not {other:?}"),
    }
}

#[test]
fn without_a_crew_nothing_is_packed_by_itself() {
    let mut alone = alone();
    alone.rules.has_crew = false;
    let turn = alone.when(US, Message::Fulfil(Box::new(fulfilment())));
    assert_eq!((timer(&turn), stage(&alone)), (None, Stage::Packing));
    alone.when(US, packing_done());
    assert_eq!(stage(&alone), Stage::Booking, "it goes on once somebody says that it is packed");
}

#[test]
fn a_parcel_goes_from_the_shelf_to_the_doorstep() {
    let mut alone = alone();
    let turn = alone.when(US, Message::Fulfil(Box::new(fulfilment())));
    let packing_ms = alone.rules.packing_ms;
    assert_eq!(timer(&turn), Some((Due::Trade(NOON.plus_ms(packing_ms)), packing_done())));

    alone.now = NOON.plus_ms(packing_ms);
    let turn = alone.when(US, packing_done());
    assert_eq!(told(&turn), ["stock.Packed"]);
    let request = booking_of(&turn);
    assert_eq!((request.key, request.weight_grams), (order().to_string(), Some(600)));
    assert_eq!(request.booked_at, alone.now);

    let collection_at = NOON.plus_ms(4 * HOUR);
    let turn = alone.when(US, booked());
    assert_eq!(timer(&turn), Some((Due::Trade(collection_at), Message::TrackDue { order: order() })));

    alone.now = collection_at;
    let turn = alone.when(US, Message::TrackDue { order: order() });
    assert!(matches!(turn.calls()[0], Call::TrackParcel(_)));

    let next = collection_at.plus_ms(20 * HOUR);
    let turn = alone.when(US, tracked(Some(collection_at), None, Some(next)));
    assert_eq!(told(&turn), ["stock.HandedOver", "orders.HandedOver", "mail"]);
    assert_eq!(timer(&turn), Some((Due::Trade(next), Message::TrackDue { order: order() })));

    alone.now = next;
    let turn = alone.when(US, tracked(Some(collection_at), Some(next), None));
    assert_eq!(told(&turn), ["orders.Delivered"]);
    assert_eq!(timer(&turn), None);
    assert_eq!(stage(&alone), Stage::Delivered);
}

#[test]
fn the_timeline_tells_of_dispatch_truck_and_doorstep() {
    let mut alone = after(&[packing_done(), booked()]);
    alone.when(US, tracked(Some(alone.now), Some(alone.now), None));
    let timeline = alone.get::<OwnTimeline>(&order()).unwrap().0.read();
    let told: Vec<(u8, String)> =
        timeline.entries.iter().map(|entry| (entry.step.0, entry.what.to_string())).collect();
    let steps: Vec<u8> = told.iter().map(|(step, _)| *step).collect();
    assert_eq!(steps, [12, 12, 13, 13, 15], "{told:?}");
    assert!(matches!(timeline.entries[3].what, Happening::HandedOver { .. }));
}

#[test]
fn the_letter_says_that_it_is_on_its_way_and_opens_the_order() {
    let mut alone = after(&[packing_done(), booked()]);
    let turn = alone.when(US, tracked(Some(alone.now), None, None));
    let letter = turn.sends().iter().find_map(|(_, message)| match message {
        crate::actors::Message::Mailer(mailer::Message::Send(letter)) => Some(letter),
        _ => None,
    });
    let letter = letter.expect("a letter");
    assert_eq!(letter.kind, MailKind::Dispatched);
    assert_eq!(letter.tracking.as_deref(), Some("DSD6B5JMFRYP6P"));
    assert_eq!(letter.link, Some(format!("/orders/{}?key={}", order(), OrderKey::new(7))));
    assert_eq!(letter.lines[0].amount, Money::new(1998, Currency::GBP));
}

#[test]
fn a_parcel_that_is_not_packed_stops_at_once() {
    let mut alone = after(&[]);
    let turn = alone.when(US, stop());
    assert_eq!(told(&turn), ["stock.PutAway", "orders.Stopped"]);
    let put_away = |message: &crate::actors::Message| {
        matches!(
            message,
            crate::actors::Message::StockKeeper(stock_keeper::Message::PutAway { packed: false, .. })
        )
    };
    assert!(put_away(&turn.sends()[0].1));
    assert!(cancels_timer(&turn));
    assert!(is_nothing(&alone.when(US, packing_done())), "a timer that fired all the same changes nothing");
}

#[test]
fn a_stop_waits_for_the_booking_and_then_gives_it_back() {
    let mut alone = after(&[packing_done()]);
    let turn = alone.when(US, stop());
    assert!(told(&turn).is_empty() && turn.calls().is_empty());

    let turn = alone.when(US, booked());
    assert!(matches!(turn.calls()[0], Call::CancelBooking(_)));
    assert_eq!(timer(&turn), None, "a parcel that is being stopped is not tracked");

    let turn = alone.when(US, cancel_answer(CancelAnswer::Cancelled));
    assert_eq!(told(&turn), ["stock.PutAway", "orders.Stopped"]);
    assert_eq!(stage(&alone), Stage::Stopped);
}

#[test]
fn a_stop_during_an_unknown_booking_asks_for_the_same_booking_first() {
    let unknown = Message::Booked { order: order(), result: Answered::Unknown("time-out".into()) };
    let mut alone = after(&[packing_done(), stop()]);
    let turn = alone.when(US, unknown);
    assert_eq!(timer(&turn).unwrap().1, Message::BookRetry { order: order() });
    alone.now = alone.now.plus_ms(HOUR);
    let again = alone.when(US, Message::BookRetry { order: order() });
    assert_eq!(booking_of(&again).booked_at, NOON, "the same request, to the letter");
    let turn = alone.when(US, booked());
    assert!(matches!(turn.calls()[0], Call::CancelBooking(_)));
}

#[test]
fn a_parcel_that_the_carrier_never_took_stops_without_it() {
    let mut alone = after(&[packing_done(), stop()]);
    let refused = Message::Booked { order: order(), result: Answered::Refused("no".into()) };
    assert_eq!(told(&alone.when(US, refused)), ["stock.PutAway", "orders.Stopped"]);
}

#[test]
fn a_booked_parcel_is_asked_back_from_the_carrier() {
    let mut alone = after(&[packing_done(), booked()]);
    let turn = alone.when(US, stop());
    assert!(cancels_timer(&turn), "who cancels must not track");
    assert!(matches!(turn.calls()[0], Call::CancelBooking(_)));

    let unknown = Message::CancelAnswered { order: order(), result: Answered::Unknown("time-out".into()) };
    let turn = alone.when(US, unknown);
    assert_eq!(timer(&turn).unwrap().1, Message::CancelRetry { order: order() });
    assert!(is_nothing(&alone.when(US, tracked(Some(alone.now), None, None))), "no scan counts meanwhile");

    alone.when(US, Message::CancelRetry { order: order() });
    let turn = alone.when(US, cancel_answer(CancelAnswer::Cancelled));
    assert_eq!(told(&turn), ["stock.PutAway", "orders.Stopped"]);
}

#[test]
fn a_parcel_on_the_truck_is_too_late_to_stop_and_goes_on() {
    let mut alone = after(&[packing_done(), booked(), stop()]);
    let turn = alone.when(US, cancel_answer(CancelAnswer::AlreadyCollected));
    assert_eq!(told(&turn), ["orders.TooLateToStop"]);
    assert!(matches!(turn.calls()[0], Call::TrackParcel(_)));
    let turn = alone.when(US, tracked(Some(alone.now), None, None));
    assert_eq!(told(&turn), ["stock.HandedOver", "orders.HandedOver", "mail"]);
    assert_eq!(told(&alone.when(US, stop())), ["orders.TooLateToStop"]);
}

#[test]
fn a_carrier_that_does_not_take_the_parcel_is_one_case_and_is_offered_it_again() {
    let refused = Message::Booked { order: order(), result: Answered::Refused("no such postcode".into()) };
    let mut alone = after(&[packing_done()]);
    let cases = |turn: &Decided| turn.events().iter().flat_map(ShopEvent::happenings).count();
    let turn = alone.when(US, refused.clone());
    assert_eq!(cases(&turn), 1);
    assert_eq!(timer(&turn).unwrap().1, Message::BookRetry { order: order() });
    assert_eq!(cases(&alone.when(US, refused)), 0);
}

fn unknown_booking() -> Message {
    Message::Booked { order: order(), result: Answered::Unknown("time-out".into()) }
}

/// Its texts on the order's timeline, which BackOffice keeps too.
fn cases(turn: &Decided) -> Vec<String> {
    let opened = turn.events().iter().flat_map(ShopEvent::happenings).filter_map(|(_, _, what)| match what {
        Happening::CaseOpened { why } => Some(why),
        _ => None,
    });
    let opened: Vec<String> = opened.collect();
    let kept = turn.sends().iter().filter_map(|(_, message)| match message {
        crate::actors::Message::BackOffice(back_office::Message::Open(new)) => Some(new.text.clone()),
        _ => None,
    });
    assert_eq!(opened, kept.collect::<Vec<_>>());
    opened
}

#[test]
fn a_refusal_is_one_case_however_many_answers_were_lost_around_it() {
    let refused = Message::Booked { order: order(), result: Answered::Refused("no such postcode".into()) };
    let mut alone = after(&[packing_done(), unknown_booking()]);
    let [text] = &cases(&alone.when(US, refused.clone()))[..] else { panic!("one case") };
    assert!(text.contains("no such postcode") && text.contains("call the carrier"), "{text}");
    for lost_or_refused in [unknown_booking(), refused.clone(), stop(), unknown_booking()] {
        assert!(cases(&alone.when(US, lost_or_refused)).is_empty());
    }
}

#[test]
fn a_parcel_that_is_unknown_again_after_it_was_found_is_another_case() {
    let unknown = Message::Tracked { order: order(), result: Answered::Refused("no such parcel".into()) };
    let mut alone = after(&[packing_done(), booked()]);
    let lost = Message::Tracked { order: order(), result: Answered::Unknown("time-out".into()) };
    alone.when(US, lost);
    assert_eq!(cases(&alone.when(US, unknown.clone())).len(), 1);
    assert!(cases(&alone.when(US, unknown.clone())).is_empty());
    alone.when(US, tracked(None, None, None));
    let shipment = alone.get::<Shipment>(&order()).unwrap();
    assert_eq!((shipment.unanswered, shipment.refused), (0, false));
    assert!(alone.when(US, tracked(None, None, None)).events().is_empty(), "nothing new is nothing recorded");
    assert_eq!(cases(&alone.when(US, unknown)).len(), 1);
}

/// Of its silence nobody would hear otherwise: it is asked for ever.
#[test]
fn a_carrier_that_never_answers_is_one_case_whatever_it_is_asked() {
    let tracking = Message::Tracked { order: order(), result: Answered::Unknown("time-out".into()) };
    let cancel = Message::CancelAnswered { order: order(), result: Answered::Unknown("time-out".into()) };
    let asked = [
        (vec![packing_done()], unknown_booking()),
        (vec![packing_done(), booked()], tracking),
        (vec![packing_done(), booked(), stop()], cancel),
    ];
    for (before, lost) in asked {
        let mut alone = after(&before);
        let attempts = alone.rules.carrier_attempts_max;
        for attempt in 1..=2 * attempts {
            let turn = alone.when(US, lost.clone());
            assert_eq!(cases(&turn).len(), usize::from(attempt == attempts), "{attempt}");
            assert!(timer(&turn).is_some(), "it is asked on");
        }
    }
}

#[test]
fn an_answer_between_them_is_no_silence() {
    let lost = Message::Tracked { order: order(), result: Answered::Unknown("time-out".into()) };
    let mut alone = after(&[packing_done(), booked()]);
    for _ in 0..2 {
        for _ in 1..alone.rules.carrier_attempts_max {
            assert!(cases(&alone.when(US, lost.clone())).is_empty());
        }
        alone.when(US, tracked(None, None, None));
    }
}

#[test]
fn unknown_outcomes_wait_longer_each_time() {
    let mut alone = after(&[packing_done()]);
    let unknown = Message::Booked { order: order(), result: Answered::Unknown("time-out".into()) };
    let waits = [500, 1_000, 2_000].map(|ms| Due::Real(NOON.plus_ms(ms)));
    for due in waits {
        assert_eq!(timer(&alone.when(US, unknown.clone())).unwrap().0, due);
    }
}

#[test]
fn a_carrier_that_names_a_day_nobody_lives_to_see_is_asked_again_within_a_week() {
    let week = |now: Timestamp| Due::Trade(now.plus_ms(7 * Timestamp::DAY_MS));
    let mut alone = after(&[packing_done()]);
    let booking = Booking { tracking: "T1".to_owned(), collection_at: Timestamp(u64::MAX) };
    let turn = alone.when(US, Message::Booked { order: order(), result: Answered::Known(booking) });
    assert_eq!(timer(&turn), Some((week(NOON), Message::TrackDue { order: order() })));
    let turn = alone.when(US, tracked(None, None, Some(Timestamp(u64::MAX))));
    assert_eq!(timer(&turn), Some((week(NOON), Message::TrackDue { order: order() })));
}

#[test]
fn a_shipment_is_stored_and_reads_back() {
    let alone = after(&[packing_done(), booked(), stop()]);
    let table = alone.tables.of::<Shipment>();
    let stored = &table.encode_all()[0].stored;
    assert_eq!(decode::<Shipment>(stored).unwrap().as_ref(), table.peek(&order()));
}

#[test]
fn doubled_and_late_messages_change_nothing() {
    let mut alone = after(&[packing_done(), booked()]);
    assert!(is_nothing(&alone.when(US, Message::Fulfil(Box::new(fulfilment())))));
    for message in [packing_done(), booked(), Message::BookRetry { order: order() }] {
        assert!(is_nothing(&alone.when(US, message.clone())), "{message:?}");
    }
    alone.when(US, tracked(Some(alone.now), Some(alone.now), None));
    let late = [
        tracked(Some(alone.now), Some(alone.now), None),
        Message::TrackDue { order: order() },
        cancel_answer(CancelAnswer::Cancelled),
        Message::CancelRetry { order: order() },
    ];
    for message in late {
        assert!(is_nothing(&alone.when(US, message.clone())), "{message:?}");
    }
    assert!(is_nothing(&alone.when(US, Message::Stop { order: OrderId::new(9, 9) })), "an order never seen");
}

fn any_message() -> impl Strategy<Value = Message> {
    let result = prop_oneof![Just(true), Just(false)];
    prop_oneof![
        Just(packing_done()),
        Just(stop()),
        Just(booked()),
        Just(Message::BookRetry { order: order() }),
        Just(Message::TrackDue { order: order() }),
        Just(Message::CancelRetry { order: order() }),
        Just(cancel_answer(CancelAnswer::Cancelled)),
        Just(cancel_answer(CancelAnswer::AlreadyCollected)),
        Just(Message::Booked { order: order(), result: Answered::Unknown("?".into()) }),
        Just(Message::Booked { order: order(), result: Answered::Refused("no".into()) }),
        Just(Message::Tracked { order: order(), result: Answered::Unknown("?".into()) }),
        result.prop_map(|delivered| tracked(Some(NOON), delivered.then_some(NOON), None)),
        Just(tracked(None, None, None)),
    ]
}

proptest! {
    #[test]
    fn a_parcel_leaves_or_is_put_away_but_never_both(messages in prop::collection::vec(any_message(), 0..40)) {
        let mut alone = after(&[]);
        let mut all = vec![];
        let mut ends = 0;
        for message in messages {
            let turn = alone.when(US, message);
            all.extend(told(&turn));
            ends += turn.events().iter().filter(|event| matches!(event,
                ShopEvent::WarehouseActor(Event::Stopped { .. } | Event::HandedOver { .. }))).count();
        }
        let count = |what: &str| all.iter().filter(|told| *told == what).count();
        prop_assert!(ends <= 1);
        prop_assert_eq!(count("stock.PutAway"), count("orders.Stopped"));
        prop_assert_eq!(count("stock.HandedOver"), count("orders.HandedOver"));
        prop_assert!(count("orders.Delivered") <= count("orders.HandedOver"));
        prop_assert!(count("stock.HandedOver") <= count("stock.Packed"));
    }
}
