use std::time::Duration;

use tokio::time::Instant;

use super::toy::{At, Call, Faults, Kind, Message, app, kit, ms, notes, started};
use crate::journal::Position;
use crate::runtime::kit::run;
use crate::runtime::{DrainDeadlines, Refused};
use crate::storage::Trees as _;

#[test]
fn a_drain_answers_what_was_asked_and_admits_nothing_more() {
    run(async {
        let mut kit = kit();
        kit.hooks = Faults::hangs(|_, message| matches!(message, Message::Note(1)).then_some(1_000));
        kit.start().await;
        let asked = kit.tell_of(0, Message::Note(1));
        let handle = kit.running().handle();
        let (report, late) = tokio::join!(kit.drain(), async {
            tokio::time::sleep(ms(10)).await;
            (handle.is_open(), handle.ask_of(1, Message::Note(2), ms(1_000)).await)
        });
        assert_eq!(late, (false, Err(Refused::Closed)));
        assert_eq!(asked.await.unwrap(), Ok(vec![1]));
        assert_eq!((report.unanswered, report.cut_short), (0, vec![]));
    });
}

#[test]
fn after_a_drain_the_trees_reflect_the_whole_journal_and_the_next_start_replays_nothing() {
    run(async {
        let mut kit = started().await;
        for no in 0..20 {
            kit.tell_of(0, Message::Relay(no, vec![1, 2]));
        }
        let report = kit.drain().await;
        assert_eq!((report.messages, report.cut_short.len()), (0, 0));
        assert_eq!(kit.trees.watermark(), Position(60));
        kit.restart().await;
        assert_eq!(kit.running().replayed, 0);
        assert_eq!(notes(&kit, 2).await, (0..20).collect::<Vec<_>>());
    });
}

#[test]
fn timers_and_calls_do_not_begin_in_a_drain_and_are_told_in_its_report() {
    run(async {
        let mut kit = started().await;
        kit.ask_of(0, Message::Timer { id: 1, ms: 1_000, real: true, no: 7 }).await.unwrap();
        kit.ask_of(0, Message::CallOut(Call { no: 1, redrive: Kind::SameKey })).await.unwrap();
        let report = kit.drain().await;
        assert_eq!((report.timers, report.calls), (1, 1));
        assert_eq!(
            report.to_string(),
            "drained; the next start resumes 0 messages, 1 timers and 1 outside calls"
        );
        tokio::time::sleep(ms(3_000)).await;
        assert_eq!(kit.inspect().await.timers, 1, "it does not fire any more");
        kit.restart().await;
        tokio::time::sleep(ms(10)).await;
        assert_eq!(notes(&kit, 0).await, [7]);
    });
}

#[test]
fn each_step_of_a_drain_ends_by_its_deadline_and_the_report_says_which() {
    run(async {
        let mut kit = kit();
        kit.trees = kit.trees.clone().with_latency(Duration::from_secs(3_600));
        kit.hooks = Faults::hangs(|_, message| matches!(message, Message::Note(_)).then_some(3_600_000));
        kit.await_max = Duration::from_secs(7_200);
        kit.start().await;
        let asked = kit.tell_of(0, Message::Note(1));
        kit.ask_of(1, Message::Fan { to: 2, count: 3 }).await.unwrap();
        kit.journal.set_latency(Duration::from_secs(3_600));
        kit.tell_of(1, Message::Draw);
        let begun = Instant::now();
        let deadlines =
            DrainDeadlines { answers: ms(100), flush: ms(200), checkpoint: ms(300), seal: ms(400) };
        let report = kit.running().drain(deadlines).await;
        assert_eq!(begun.elapsed(), ms(100 + 200 + 200 + 300 + 400));
        assert_eq!(report.cut_short, ["answers", "quiet", "flush", "checkpoint", "seal"]);
        assert_eq!((report.unanswered, report.messages), (2, 3));
        assert!(report.to_string().contains("2 requests were left without an answer"), "{report}");
        kit.crash();
        assert_eq!(asked.await.unwrap(), Err(Refused::Closed));
    });
}

#[test]
fn an_actor_in_back_off_does_not_hold_a_drain_up() {
    run(async {
        let mut kit = kit();
        kit.hooks = Faults::sees(|point, _, message| {
            let panics =
                matches!(message, Message::Note(0)) && point == crate::runtime::Point::BeforeDecision;
            assert!(!panics, "on purpose");
        });
        kit.tree = Box::new(|| {
            let mut root = crate::runtime::kit::tree(&[At(0), At(1)]);
            root.intensity.first_delay = Duration::from_secs(60);
            root.intensity.delay_max = Duration::from_secs(60);
            for below in &mut root.children {
                if let crate::runtime::Below::Group(group) = below {
                    group.intensity = root.intensity;
                }
            }
            root
        });
        kit.start().await;
        kit.ask_of(0, Message::Fan { to: 1, count: 3 }).await.unwrap();
        tokio::time::sleep(ms(10)).await;
        assert_eq!(kit.inspect().await.actors[1].state, "backing off");
        let begun = Instant::now();
        let report = kit.drain().await;
        assert_eq!((report.messages, report.cut_short.len()), (3, 0));
        assert!(begun.elapsed() < Duration::from_secs(1));
    });
}

#[test]
fn the_report_of_a_cell_says_what_each_actor_and_service_does() {
    run(async {
        let mut kit = kit();
        kit.hooks = Faults::hangs(|_, message| matches!(message, Message::Note(_)).then_some(1_000));
        kit.start().await;
        kit.ask_of(0, Message::Fan { to: 1, count: 3 }).await.unwrap();
        kit.ask_of(0, Message::Timer { id: 1, ms: 60_000, real: true, no: 7 }).await.unwrap();
        kit.tell_of(2, Message::Note(1));
        tokio::time::sleep(ms(10)).await;
        let report = kit.inspect().await;
        let rows: Vec<_> = report
            .actors
            .iter()
            .map(|actor| (actor.name.as_str(), actor.state.as_str(), actor.queue, actor.messages))
            .collect();
        assert_eq!(
            rows,
            [("Toy(0)", "running", 0, 2), ("Toy(1)", "awaiting", 3, 0), ("Toy(2)", "awaiting", 1, 0)]
        );
        let services: Vec<_> = report.services.iter().map(|service| service.name.as_str()).collect();
        assert_eq!(services, ["committer", "checkpointer", "timers"]);
        assert_eq!((report.journal_position, report.durable_position, report.watermark), (2, 2, 0));
        assert_eq!((report.messages_pending, report.timers, report.asks, report.batches), (3, 1, 1, 2));
    });
}

#[test]
fn a_probe_receives_in_the_place_of_an_actor() {
    run(async {
        let mut kit = kit();
        let mut probe = kit.probe(At(1));
        kit.start().await;
        assert!(probe.is_empty());
        kit.tell_of(0, Message::Relay(4, vec![1, 2]));
        let message = probe.next().await;
        assert!(matches!(*message, app::Message::At(Message::Relay(4, ref rest)) if rest == &[2]));
    });
}
