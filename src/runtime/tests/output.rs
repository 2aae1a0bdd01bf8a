use std::time::Duration;

use tokio::time::Instant;

use super::toy::{Call, Kind, Message, Toy, UNKNOWN, app, kit, ms, note, notes, started};
use crate::runtime::kit::{Answer, Kit, Scripted, run};
use crate::runtime::state::limits::CALLS_IN_LANE_MAX;

fn call(no: u32) -> Message {
    Message::CallOut(Call { no, redrive: Kind::SameKey })
}

async fn slow_journal() -> Kit<Toy> {
    let mut kit = kit();
    kit.journal.set_latency(ms(100));
    kit.start().await;
    kit
}

#[test]
fn a_reply_leaves_only_when_its_turn_is_durable() {
    run(async {
        let kit = slow_journal().await;
        let begun = Instant::now();
        kit.ask_of(0, Message::Note(1)).await.unwrap();
        assert_eq!(begun.elapsed(), ms(100));
        assert_eq!(super::toy::rebuilt(&kit, 0), [1]);
    });
}

#[test]
fn a_reply_that_only_reads_waits_for_what_it_has_read() {
    run(async {
        let kit = slow_journal().await;
        let begun = Instant::now();
        kit.tell_of(0, Message::Note(1));
        assert_eq!(kit.ask_of(0, Message::Read).await, Ok(vec![1]));
        assert_eq!(begun.elapsed(), ms(100));
        kit.ask_of(0, Message::Read).await.unwrap();
        assert_eq!(begun.elapsed(), ms(100), "nothing new was read: nothing is waited for");
        assert_eq!(super::toy::trace(&kit).len(), 1, "reading leaves no turn");
    });
}

#[test]
fn several_turns_share_one_append() {
    run(async {
        let kit = slow_journal().await;
        let told: Vec<_> = (0..50).map(|no| kit.tell_of(0, Message::Relay(no, vec![1, 2]))).collect();
        for answer in told {
            answer.await.unwrap().unwrap();
        }
        let report = kit.settle().await;
        assert_eq!(report.turns, 150);
        assert!(report.batches <= 2, "{} writes", report.batches);
    });
}

#[test]
fn turns_that_nobody_waits_for_share_the_next_write_and_wait_no_longer_than_a_moment() {
    run(async {
        let kit = started().await;
        let timer = |id, after_ms| Message::Timer { id, ms: after_ms, real: true, no: 7 };
        kit.ask_of(0, timer(1, 10)).await.unwrap();
        kit.ask_of(0, timer(2, 100)).await.unwrap();
        let begun = kit.inspect().await.batches;

        // the first one's turn goes with a question's
        tokio::time::sleep(ms(10)).await;
        kit.ask_of(1, Message::Note(1)).await.unwrap();
        let report = kit.inspect().await;
        assert_eq!((report.batches - begun, report.durable_position), (1, report.journal_position));

        // nobody comes by while the second one's waits
        tokio::time::sleep(ms(95)).await;
        let report = kit.inspect().await;
        assert_eq!((report.batches - begun, report.durable_position), (2, report.journal_position));
        assert_eq!(notes(&kit, 0).await, [7, 7]);
    });
}

#[test]
fn an_outside_call_is_made_only_when_its_intent_is_durable() {
    run(async {
        let mut kit = kit();
        let outside = Scripted::<Toy>::new(|_| Answer::After(ms(10), note(42)));
        (kit.outside, kit.hooks) = (outside.clone(), crate::runtime::no_hooks());
        kit.journal.set_latency(ms(100));
        kit.start().await;
        kit.tell_of(0, call(1));
        tokio::time::sleep(ms(99)).await;
        assert_eq!(outside.made().len(), 0);
        kit.crash();
        kit.start().await;
        tokio::time::sleep(ms(1_000)).await;
        assert_eq!(outside.made().len(), 0, "an intent that was not durable was never made");
        kit.ask_of(0, call(2)).await.unwrap();
        tokio::time::sleep(ms(1_000)).await;
        assert_eq!((outside.made().len(), notes(&kit, 0).await), (1, vec![42]));
        assert_eq!(kit.inspect().await.calls, 0);
    });
}

async fn noted_of(answer: fn(&Call) -> Answer<app::Message>) -> (Vec<u32>, Duration) {
    let mut kit = kit();
    kit.outside = Scripted::<Toy>::new(answer);
    kit.start().await;
    let begun = Instant::now();
    kit.ask_of(0, call(1)).await.unwrap();
    while kit.inspect().await.calls > 0 {
        tokio::time::sleep(ms(10)).await;
    }
    (notes(&kit, 0).await, begun.elapsed())
}

#[test]
fn a_call_without_an_answer_is_unknown_after_its_deadline() {
    run(async {
        let (noted, took) = noted_of(|_| Answer::Never).await;
        assert_eq!((noted, took.as_secs()), (vec![UNKNOWN], super::toy::CALL_DEADLINE_MS / 1_000));
    });
}

#[test]
fn a_call_whose_port_panics_is_unknown() {
    run(async {
        let (noted, _) = noted_of(|_| Answer::Panics("on purpose")).await;
        assert_eq!(noted, [UNKNOWN]);
    });
}

#[test]
fn calls_of_one_counterparty_are_bounded_and_the_others_wait_their_turn() {
    run(async {
        let mut kit = kit();
        let outside = Scripted::<Toy>::new(|call| Answer::After(ms(100), note(call.no)));
        kit.outside = outside.clone();
        kit.start().await;
        let count = CALLS_IN_LANE_MAX as u32 + 5;
        for no in 0..count {
            kit.ask_of(0, call(no)).await.unwrap();
        }
        tokio::time::sleep(ms(50)).await;
        assert_eq!(outside.made().len(), CALLS_IN_LANE_MAX);
        tokio::time::sleep(ms(300)).await;
        assert_eq!(notes(&kit, 0).await, (0..count).collect::<Vec<_>>());
    });
}

#[test]
fn the_same_seed_leaves_the_same_journal() {
    fn once(seed: u64) -> Vec<Vec<u8>> {
        run(async move {
            let mut kit = kit();
            kit.seed = seed;
            kit.outside = Scripted::<Toy>::new(|call| Answer::After(ms(u64::from(call.no)), note(call.no)));
            kit.journal.set_latency(ms(2));
            kit.checkpoint_every = ms(20);
            kit.start().await;
            for no in 0..40 {
                kit.tell_of(0, Message::Draw);
                kit.tell_of(1, call(no % 7));
                kit.tell_of(2, Message::Relay(no, vec![0, 101, 1]));
                kit.tell_of(1, Message::Timer { id: no as u8, ms: 13, real: no % 2 == 0, no });
                if no % 10 == 9 {
                    kit.tell_of(0, Message::Panic);
                    tokio::time::sleep(ms(15)).await;
                }
            }
            tokio::time::sleep(ms(500)).await;
            kit.restart().await;
            kit.settle().await;
            super::toy::trace(&kit)
        })
    }
    let first = once(7);
    assert!(first.len() > 200, "{}", first.len());
    assert_eq!(first, once(7));
    assert_ne!(first, once(8));
}
