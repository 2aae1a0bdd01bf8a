use super::toy::{At, Faults, GIVEN_UP, Message, Reply, kit, notes, started};
use crate::runtime::Point;
use crate::runtime::kit::run;
use crate::runtime::limits::ATTEMPTS_MAX;

fn is_note_7(to: At, message: &Message) -> bool {
    to == At(0) && matches!(message, Message::Note(7))
}

#[test]
fn a_panic_before_the_append_leaves_nothing_behind_and_the_message_is_tried_again() {
    run(async {
        let mut kit = kit();
        kit.hooks = Faults::panics(Point::BeforeDecision, is_note_7, 2);
        kit.start().await;
        let (first, later) = (kit.tell(At(0), Message::Note(7)), kit.tell(At(0), Message::Note(8)));
        assert_eq!(later.await.unwrap(), Ok(Reply::Notes(vec![7, 8])), "the queue keeps its order");
        assert_eq!(first.await.unwrap(), Ok(Reply::Notes(vec![7])));
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
        kit.tell(At(0), Message::Relay(3, vec![1, 2]));
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
        let first = kit.tell(At(0), Message::Note(7));
        tokio::task::yield_now().await;
        // between the panic and the retry
        let other = kit.tell(At(1), Message::Note(1));
        assert_eq!(other.await.unwrap(), Ok(Reply::Notes(vec![1])));
        assert_eq!(first.await.unwrap(), Ok(Reply::Notes(vec![7])));
        kit.settle().await;
        assert_eq!(notes(&kit, 0).await, [7]);
    });
}

#[test]
fn a_message_that_always_panics_ends_in_the_dead_letters_and_later_ones_go_on() {
    run(async {
        let kit = started().await;
        let (bad, later) = (kit.tell(At(0), Message::Panic), kit.tell(At(0), Message::Note(8)));
        assert_eq!(bad.await.unwrap(), Ok(Reply::Failed("on purpose".into())));
        assert_eq!(later.await.unwrap(), Ok(Reply::Notes(vec![GIVEN_UP, 8])));
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
        kit.ask(At(0), Message::Panic).await.unwrap();
        kit.drain().await;
        let mut letters = vec![];
        kit.trees
            .scan(TreeName("dead_letters"), &[], &mut |_, stored| {
                letters.push(postcard::from_bytes::<(At, DeadLetter)>(&stored.value.unwrap()).unwrap().1);
                true
            })
            .unwrap();
        let [letter] = letters.as_slice() else { panic!("{letters:?}") };
        assert_eq!(
            (letter.to.as_str(), letter.name.as_str(), letter.message.as_str()),
            ("toy-0", "Panic", "\"Panic\"")
        );
        assert_eq!((letter.panic.as_str(), letter.attempts), ("on purpose", ATTEMPTS_MAX));
    });
}
