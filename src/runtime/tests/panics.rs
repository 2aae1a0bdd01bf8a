use super::toy::{Address, At, Faults, GIVEN_UP, Message, Toy, kit, notes, started};
use crate::runtime::Point;
use crate::runtime::Refused;
use crate::runtime::kit::run;
use crate::runtime::state::limits::ATTEMPTS_MAX;

fn is_note_7(to: Address, message: &Message) -> bool {
    to == At(0) && matches!(message, Message::Note(7))
}

#[test]
fn a_panic_before_the_append_leaves_nothing_behind_and_the_message_is_tried_again() {
    run(async {
        let mut kit = kit();
        kit.hooks = Faults::panics(Point::BeforeDecision, is_note_7, 2);
        kit.start().await;
        let (first, later) = (kit.tell_of(0, Message::Note(7)), kit.tell_of(0, Message::Note(8)));
        assert_eq!(later.await.unwrap(), Ok(vec![7, 8]), "the queue keeps its order");
        assert_eq!(first.await.unwrap(), Ok(vec![7]));
        let report = kit.settle().await;
        assert_eq!((report.turns, report.actors[0].restarts), (2, 2));
        assert_eq!(super::toy::rebuilt(&kit, 0), [7, 8]);
    });
}

#[test]
fn a_panic_after_the_append_is_finished_and_never_decided_twice() {
    run(async {
        let mut kit = kit();
        let is_relay = |to, message: &Message| to == At(1) && matches!(message, Message::Relay(..));
        kit.hooks = Faults::panics(Point::AfterAppend, is_relay, 1);
        kit.start().await;
        kit.tell_of(0, Message::Relay(3, vec![1, 2]));
        kit.settle().await;
        for actor in 0..3 {
            assert_eq!(notes(&kit, actor).await, [3], "of {actor}");
            assert_eq!(super::toy::rebuilt(&kit, actor), [3], "of {actor}");
        }
    });
}

#[test]
fn a_question_whose_turn_was_appended_is_not_decided_again_although_others_decide_meanwhile() {
    run(async {
        let mut kit = kit();
        kit.hooks = Faults::panics(Point::AfterAppend, is_note_7, 1);
        kit.start().await;
        let first = kit.tell_of(0, Message::Note(7));
        tokio::task::yield_now().await;
        // between the panic and the retry
        let other = kit.tell_of(1, Message::Note(1));
        assert_eq!(other.await.unwrap(), Ok(vec![1]));
        assert_eq!(first.await.unwrap(), Ok(vec![7]));
        kit.settle().await;
        assert_eq!(notes(&kit, 0).await, [7]);
    });
}

#[test]
fn a_message_that_always_panics_ends_in_the_dead_letters_and_later_ones_go_on() {
    run(async {
        let kit = started().await;
        let (bad, later) = (kit.tell_of(0, Message::Panic), kit.tell_of(0, Message::Note(8)));
        assert_eq!(bad.await.unwrap(), Err(Refused::GivenUp));
        assert_eq!(later.await.unwrap(), Ok(vec![GIVEN_UP, 8]));
        let report = kit.settle().await;
        assert_eq!(report.actors[0].restarts, u64::from(ATTEMPTS_MAX));
        assert_eq!(report.actors[0].last_panic.as_deref(), Some("panic: on purpose"));
    });
}

#[test]
fn a_dead_letter_is_kept_in_its_tree_with_the_panic_and_the_attempts() {
    use crate::runtime::DeadLetter;
    use crate::storage::{TreeName, Trees as _};
    run(async {
        let kit = started().await;
        assert_eq!(kit.ask_of(0, Message::Panic).await, Err(Refused::GivenUp));
        kit.drain().await;
        let mut letters = vec![];
        kit.trees
            .scan(TreeName("dead_letters"), &[], &mut |_, stored| {
                letters
                    .push(postcard::from_bytes::<(Address, DeadLetter)>(&stored.value.unwrap()).unwrap().1);
                true
            })
            .unwrap();
        let [letter] = letters.as_slice() else { panic!("{letters:?}") };
        assert_eq!(
            (letter.to.as_str(), letter.name.as_str(), letter.shown::<Toy>().as_str()),
            ("Toy(0)", "Panic", "{\"At\":\"Panic\"}")
        );
        assert_eq!((letter.panic.as_str(), letter.attempts), ("on purpose", ATTEMPTS_MAX));
    });
}

#[test]
fn a_panic_after_facts_were_stated_leaves_none_of_them() {
    run(async {
        let mut kit = started().await;
        kit.ask_of(0, Message::Note(1)).await.unwrap();
        assert_eq!(kit.ask_of(0, Message::StateThenPanic(2)).await, Err(Refused::GivenUp));
        assert_eq!(notes(&kit, 0).await, [1, GIVEN_UP]);
        kit.restart().await;
        assert_eq!(notes(&kit, 0).await, [1, GIVEN_UP]);
    });
}

#[test]
fn what_is_kept_in_another_partition_is_neither_read_nor_changed_and_the_daemon_lives() {
    run(async {
        for cells in [1, 3] {
            let mut kit = super::toy::kit();
            kit.cells = cells;
            kit.start().await;
            kit.ask_of(1, Message::Note(5)).await.unwrap();
            for misplaced in [Message::Trespass(1), Message::Misplace(1)] {
                assert_eq!(kit.ask_of(2, misplaced).await, Err(Refused::GivenUp));
            }
            let letters = kit.running().handle().dead_letters().await.unwrap();
            assert!(
                letters[0].panic.contains("is kept in partition 15 and decided on in partition 14"),
                "{letters:?}"
            );
            assert_eq!((notes(&kit, 1).await, notes(&kit, 2).await), (vec![5], vec![GIVEN_UP, GIVEN_UP]));
        }
    });
}
