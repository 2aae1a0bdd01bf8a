use std::time::Duration;

use super::toy::{Faults, IDLE_MS, Message, kit, ms, notes, started};
use crate::runtime::Refused;
use crate::runtime::kit::run;

#[test]
fn an_idle_session_leaves_memory_and_comes_back_with_its_state() {
    run(async {
        let kit = started().await;
        kit.ask_of(100, Message::Note(1)).await.unwrap();
        assert_eq!(kit.inspect().await.actors.len(), 4);
        tokio::time::sleep(ms(IDLE_MS * 2 + 10)).await;
        assert_eq!(kit.inspect().await.actors.len(), 3);
        assert_eq!(kit.ask_of(100, Message::Note(2)).await.map(drop), Ok(()));
        assert_eq!(notes(&kit, 100).await, [1, 2]);
    });
}

#[test]
fn a_session_with_a_message_in_hand_or_in_its_queue_stays() {
    run(async {
        let mut kit = kit();
        kit.hooks = Faults::hangs(|_, message| matches!(message, Message::Note(1)).then_some(IDLE_MS * 3));
        kit.await_max = Duration::from_secs(3_600);
        kit.start().await;
        let asked = kit.tell_of(100, Message::Note(1));
        let behind = kit.tell_of(100, Message::Note(2));
        tokio::time::sleep(ms(IDLE_MS * 5 / 2)).await;
        assert_eq!(kit.inspect().await.actors.len(), 4);
        asked.await.unwrap().unwrap();
        behind.await.unwrap().unwrap();
        assert_eq!(notes(&kit, 100).await, [1, 2]);
    });
}

#[test]
fn no_message_is_lost_around_the_moment_of_passivation() {
    run(async {
        let kit = started().await;
        let mut expected = vec![];
        for no in 0..40 {
            let pause = IDLE_MS - 2 + u64::from(no % 5);
            kit.ask_of(0, Message::Relay(no, vec![100])).await.unwrap();
            expected.push(no);
            tokio::time::sleep(ms(pause)).await;
        }
        kit.settle().await;
        assert_eq!(notes(&kit, 100).await, expected);
    });
}

#[test]
fn a_session_that_panicked_is_passivated_like_any_other() {
    run(async {
        let kit = started().await;
        assert_eq!(kit.ask_of(100, Message::Panic).await, Err(Refused::GivenUp));
        let report = kit.inspect().await;
        assert_eq!((report.actors[3].restarts, report.actors[3].name.as_str()), (3, "Toy(100)"));
        tokio::time::sleep(ms(IDLE_MS * 2 + 10)).await;
        assert_eq!(kit.inspect().await.actors.len(), 3);
    });
}

#[test]
fn sessions_beyond_fifty_are_counted_and_not_listed() {
    run(async {
        let kit = started().await;
        for no in 100..160 {
            kit.ask_of(no, Message::Note(1)).await.unwrap();
        }
        let report = kit.inspect().await;
        assert_eq!((report.actors.len(), report.actors_not_listed), (53, 10));
    });
}

#[test]
fn a_new_session_takes_the_place_of_those_idle_for_longest() {
    run(async {
        let mut kit = kit();
        kit.bounds.passing_actors_max = 11; // three actors of the tree, and eight that come and go
        kit.start().await;
        for no in 100..130 {
            assert_eq!(kit.ask_of(no, Message::Note(1)).await.map(drop), Ok(()), "{no}");
            tokio::time::sleep(ms(1)).await;
            assert!(kit.inspect().await.actors.len() <= 11);
        }
        let there: Vec<String> = kit.inspect().await.actors.into_iter().map(|actor| actor.name).collect();
        assert!(
            there.contains(&"Toy(129)".to_owned()) && !there.contains(&"Toy(100)".to_owned()),
            "{there:?}"
        );
        for no in [100, 129] {
            kit.ask_of(no, Message::Note(2)).await.unwrap();
            assert_eq!(notes(&kit, no).await, [1, 2]);
        }
    });
}

#[test]
fn where_every_session_is_busy_a_new_one_is_refused() {
    run(async {
        let mut kit = kit();
        kit.bounds.passing_actors_max = 5;
        kit.hooks = Faults::hangs(|_, message| matches!(message, Message::Note(1)).then_some(500));
        kit.start().await;
        let busy = [100, 101].map(|no| kit.tell_of(no, Message::Note(1)));
        tokio::time::sleep(ms(1)).await;
        assert_eq!(kit.ask_of(102, Message::Note(2)).await.map(drop), Err(Refused::Overloaded));
        for answer in busy {
            answer.await.unwrap().unwrap();
        }
        assert_eq!(kit.ask_of(102, Message::Note(2)).await.map(drop), Ok(()));
    });
}
