use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use super::toy::{At, Faults, Message, kit, ms, notes, started};
use crate::runtime::kit::run;
use crate::runtime::state::limits::{ASKS_IN_FLIGHT_MAX, MESSAGES_BETWEEN_YIELDS_MAX, QUEUE_DEPTH_MAX};
use crate::runtime::{Point, Refused};

#[test]
fn more_asks_than_can_be_in_flight_are_refused_and_nothing_of_them_is_done() {
    run(async {
        let mut kit = kit();
        kit.journal.set_latency(ms(100));
        kit.start().await;
        let told: Vec<_> = (0..ASKS_IN_FLIGHT_MAX + 10)
            .map(|no| kit.tell_of((no % 2) as u8, Message::Relay(no as u32, vec![])))
            .collect();
        let mut refused = 0;
        for answer in told {
            match answer.await.unwrap() {
                Ok(_) => {}
                Err(why) => {
                    assert_eq!(why, Refused::Overloaded);
                    refused += 1;
                }
            }
        }
        assert_eq!(refused, 10);
        assert_eq!(kit.settle().await.turns, ASKS_IN_FLIGHT_MAX as u64);
        kit.ask_of(0, Message::Read).await.expect("there is room again");
    });
}

#[test]
fn asks_that_nobody_waits_for_any_more_give_their_places_back() {
    run(async {
        let kit = started().await;
        for _ in 0..ASKS_IN_FLIGHT_MAX {
            kit.tell_within(0, Message::Ignore, Duration::from_secs(1));
        }
        assert_eq!(kit.ask_of(1, Message::Read).await, Err(Refused::Overloaded));
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(kit.ask_of(1, Message::Read).await, Ok(vec![]));
        let gone = kit.tell_of(0, Message::Ignore);
        tokio::task::yield_now().await;
        gone.abort();
        assert_eq!(kit.settle().await.asks, 0);
    });
}

#[test]
fn a_full_queue_refuses_asks_and_takes_what_stands_in_a_turn() {
    run(async {
        let mut kit = kit();
        kit.hooks = Faults::hangs(|to, message| {
            (to == At(1) && matches!(message, Message::Note(0))).then_some(5_000)
        });
        kit.start().await;
        let count = QUEUE_DEPTH_MAX as u32 + 100;
        kit.ask_of(0, Message::Fan { to: 1, count }).await.unwrap();
        assert_eq!(kit.ask_of(1, Message::Read).await, Err(Refused::Overloaded));
        assert_eq!(kit.ask_of(2, Message::Note(2)).await, Ok(vec![2]));
        kit.settle().await;
        assert_eq!(notes(&kit, 1).await, (0..count).collect::<Vec<_>>());
    });
}

#[test]
fn a_late_question_is_dropped_unexecuted() {
    run(async {
        let mut kit = kit();
        kit.hooks = Faults::hangs(|_, message| matches!(message, Message::Note(1)).then_some(5_000));
        kit.start().await;
        let slow = kit.tell_of(0, Message::Note(1));
        let late = kit.tell_within(0, Message::Note(2), Duration::from_secs(1));
        let later = kit.tell_of(0, Message::Note(3));
        assert_eq!(late.await.unwrap(), Err(Refused::Deadline));
        assert_eq!(slow.await.unwrap(), Ok(vec![1]));
        assert_eq!(later.await.unwrap(), Ok(vec![1, 3]));
    });
}

#[test]
fn a_question_whose_answer_is_late_is_told_that_the_outcome_is_unknown() {
    run(async {
        let mut kit = kit();
        kit.journal.set_latency(Duration::from_secs(3));
        kit.start().await;
        let asked = kit.tell_within(0, Message::Note(2), Duration::from_secs(1));
        assert_eq!(asked.await.unwrap(), Err(Refused::Deadline));
        kit.settle().await;
        assert_eq!(notes(&kit, 0).await, [2], "it was done");
    });
}

#[test]
fn whoever_asks_a_cell_that_is_gone_learns_that() {
    run(async {
        let mut kit = started().await;
        kit.journal.set_latency(Duration::from_secs(1));
        let asked = kit.tell_of(0, Message::Note(2));
        let handle = kit.running().handle();
        tokio::task::yield_now().await;
        kit.crash();
        assert_eq!(asked.await.unwrap(), Err(Refused::Closed));
        assert_eq!(handle.ask_of(0, Message::Read, ms(1)).await, Err(Refused::Closed));
    });
}

#[test]
fn a_flood_of_messages_does_not_starve_another_actor() {
    run(async {
        let mut kit = kit();
        let order = Rc::new(RefCell::new(vec![]));
        let seen = order.clone();
        kit.hooks = Faults::sees(move |point, to, _| {
            if point == Point::BeforeDecision {
                seen.borrow_mut().push(to);
            }
        });
        kit.start().await;
        kit.tell_of(0, Message::Fan { to: 1, count: 5_000 });
        kit.tell_of(0, Message::Fan { to: 2, count: 5_000 });
        kit.settle().await;
        let order = order.borrow();
        let longest = order.chunk_by(|a, b| a == b).map(<[_]>::len).max().unwrap();
        assert_eq!(order.len(), 10_002);
        // the last ones have nobody to share with
        let shared = &order[..9_000];
        let longest_shared = shared.chunk_by(|a, b| a == b).map(<[_]>::len).max().unwrap();
        // tokio wakes those that yielded in turn from either end: one may come twice in a row
        assert!(longest_shared <= 2 * MESSAGES_BETWEEN_YIELDS_MAX as usize, "{longest_shared} of {longest}");
    });
}
