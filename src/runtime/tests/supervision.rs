use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use super::toy::{Address, At, Faults, Message, Toy, UNKNOWN, kit, ms, notes, rebuilt, started};
use crate::runtime::Refused;
use crate::runtime::cell::Supervisor;
use crate::runtime::kit::{Kit, PATIENT, group, run, tree};
use crate::runtime::{Below, Group, Intensity, Strategy};

fn actors(of: &[u8]) -> Vec<Below<Address>> {
    of.iter().map(|no| Below::Child(At(*no))).collect()
}

/// The runtime's own services, and the actors 0, 1 and 2 in a group of this strategy.
fn with_strategy(strategy: Strategy) -> Kit<Toy> {
    let mut kit = kit();
    kit.tree = Box::new(move || {
        let mut root = tree(&[]);
        root.children.push(Below::Group(group("three", strategy, actors(&[0, 1, 2]))));
        root
    });
    kit
}

async fn restarts_after_a_panic_of_1(kit: &mut Kit<Toy>) -> Vec<u64> {
    let notes_7 = |to, message: &Message| to == At(1) && matches!(message, Message::Note(7));
    kit.hooks = Faults::panics(crate::runtime::Point::BeforeDecision, notes_7, 1);
    kit.start().await;
    kit.ask_of(1, Message::Note(7)).await.unwrap();
    kit.settle().await.actors.iter().map(|actor| actor.restarts).collect()
}

#[test]
fn one_for_one_restarts_the_actor_alone() {
    run(async {
        assert_eq!(restarts_after_a_panic_of_1(&mut with_strategy(Strategy::OneForOne)).await, [0, 1, 0]);
    });
}

#[test]
fn one_for_all_restarts_every_actor_of_the_group() {
    run(async {
        assert_eq!(restarts_after_a_panic_of_1(&mut with_strategy(Strategy::OneForAll)).await, [1, 1, 1]);
    });
}

#[test]
fn rest_for_one_restarts_the_actor_and_those_begun_after_it() {
    run(async {
        assert_eq!(restarts_after_a_panic_of_1(&mut with_strategy(Strategy::RestForOne)).await, [0, 1, 1]);
    });
}

fn three_restarts(name: &'static str, children: Vec<Below<Address>>) -> Group<Address> {
    let intensity = Intensity { restarts_max: 3, within: Duration::from_secs(60), ..PATIENT };
    Group { name, strategy: Strategy::OneForOne, intensity, children }
}

/// Actor 0 is in a group that bears three restarts, below a root that bears three of the group.
fn impatient() -> Kit<Toy> {
    let mut kit = kit();
    kit.tree = Box::new(|| {
        let mut children = tree::<Address>(&[]).children;
        children.push(Below::Group(three_restarts("flaky", actors(&[0, 1]))));
        three_restarts("root", children)
    });
    kit
}

#[test]
fn a_group_with_too_many_restarts_is_restarted_as_a_whole_and_the_root_gives_up_in_the_end() {
    run(async {
        let mut kit = impatient();
        kit.start().await;
        // each takes three panics until it is given up
        assert_eq!(kit.ask_of(0, Message::Panic).await, Err(Refused::GivenUp));
        assert_eq!(kit.settle().await.actors[1].restarts, 0);
        assert_eq!(kit.ask_of(0, Message::Panic).await, Err(Refused::GivenUp));
        assert_eq!(kit.settle().await.actors[1].restarts, 1, "the fourth panic takes the sibling along");
        for _ in 0..4 {
            kit.tell_of(0, Message::Panic);
        }
        let why = kit.fatal().await;
        assert_eq!(why, "Toy(0) is down (panic: on purpose) and restarts do not help");
        let report = kit.inspect().await;
        assert_eq!((report.actors[0].state.as_str(), report.actors[1].state.as_str()), ("ended", "running"));
    });
}

#[test]
fn a_root_that_gave_up_still_drains_and_the_next_start_resumes_what_waited() {
    run(async {
        let mut kit = impatient();
        let broken = Rc::new(std::cell::Cell::new(true));
        let still = broken.clone();
        let notes_7 = move |point, _: Address, message: &Message| {
            let panics = still.get() && matches!(message, Message::Note(0));
            assert!(!panics || point != crate::runtime::Point::BeforeDecision, "on purpose");
        };
        kit.hooks = Faults::sees(notes_7);
        kit.tree = Box::new(|| {
            let mut children = tree::<Address>(&[At(1)]).children;
            let intensity = Intensity { restarts_max: 0, ..PATIENT };
            children.push(Below::Group(Group { intensity, ..three_restarts("flaky", actors(&[0])) }));
            Group { intensity, ..three_restarts("root", children) }
        });
        kit.start().await;
        kit.ask_of(1, Message::Fan { to: 0, count: 3 }).await.unwrap();
        kit.fatal().await;
        let begun = Instant::now();
        let report = kit.drain().await;
        assert_eq!((report.messages, report.cut_short.len()), (3, 0), "{report:?}");
        assert!(begun.elapsed() < Duration::from_secs(1), "what cannot go on holds nothing up");
        broken.set(false);
        kit.restart().await;
        kit.settle().await;
        assert_eq!(notes(&kit, 0).await, [0, 1, 2]);
    });
}

fn delays(intensity: Intensity, jitters: &[u64]) -> Vec<Duration> {
    let mut supervisor = Supervisor::default();
    let root = supervisor.add_group(None, "root", Strategy::OneForOne, intensity);
    let (control, _controlled) = tokio::sync::mpsc::unbounded_channel();
    let child = supervisor.add_child(root, control);
    let delay = |jitter: &u64| match supervisor.down(root, child, *jitter) {
        crate::runtime::cell::Verdict::RestartAfter(delay) => delay,
        crate::runtime::cell::Verdict::GiveUp => Duration::MAX,
    };
    jitters.iter().map(delay).collect()
}

#[test]
fn back_off_doubles_up_to_its_bound_with_up_to_a_quarter_of_jitter() {
    run(async {
        let intensity =
            Intensity { restarts_max: 5, within: ms(1_000), first_delay: ms(10), delay_max: ms(50) };
        assert_eq!(delays(intensity, &[0; 6]), [ms(10), ms(20), ms(40), ms(50), ms(50), Duration::MAX]);
        assert_eq!(delays(intensity, &[512]), [Duration::from_micros(11_250)]);
    });
}

#[test]
fn the_window_forgets_restarts_that_lie_far_enough_back() {
    run(async {
        let kit = started().await;
        for _ in 0..20 {
            assert_eq!(kit.ask_of(0, Message::Panic).await, Err(Refused::GivenUp));
            tokio::time::sleep(PATIENT.within).await;
        }
        let report = kit.settle().await;
        assert_eq!((report.actors[0].restarts, report.actors[1].restarts), (60, 0));
        assert_eq!(report.actors[0].state, "running");
    });
}

#[test]
fn an_actor_stuck_in_an_await_is_restarted_alone_while_others_work() {
    run(async {
        let mut kit = kit();
        let left = std::cell::Cell::new(1);
        kit.hooks = Faults::hangs(move |to, message| {
            let hangs = to == At(0) && matches!(message, Message::Note(7)) && left.replace(0) == 1;
            hangs.then_some(86_400_000)
        });
        kit.start().await;
        let (stuck, behind) = (kit.tell_of(0, Message::Note(7)), kit.tell_of(0, Message::Note(8)));
        tokio::time::sleep(ms(5_000)).await;
        assert_eq!(kit.inspect().await.actors[0].state, "awaiting");
        assert_eq!(kit.ask_of(1, Message::Note(1)).await, Ok(vec![1]));
        assert_eq!(stuck.await.unwrap(), Ok(vec![7]));
        assert_eq!(behind.await.unwrap(), Ok(vec![7, 8]));
        let restarts: Vec<u64> = kit.inspect().await.actors.iter().map(|actor| actor.restarts).collect();
        assert_eq!(restarts, [1, 0, 0]);
    });
}

#[test]
fn a_message_that_always_hangs_is_given_up_too() {
    run(async {
        let mut kit = kit();
        kit.hooks = Faults::hangs(|_, message| matches!(message, Message::Note(7)).then_some(86_400_000));
        kit.start().await;
        let answer = kit.ask_of(0, Message::Note(7)).await;
        assert_eq!(answer, Err(Refused::GivenUp));
        assert_eq!(kit.ask_of(0, Message::Note(8)).await, Ok(vec![super::toy::GIVEN_UP, 8]));
    });
}

#[test]
fn a_committer_that_is_restarted_while_it_writes_finds_its_write_again() {
    run(async {
        let mut kit = kit();
        kit.journal.set_latency(ms(500));
        kit.tree = Box::new(|| group("root", Strategy::OneForAll, actors(&[0, 1])));
        kit.start().await;
        let asked = kit.tell_of(1, Message::Note(1));
        tokio::time::sleep(ms(100)).await;
        let panics = kit.tell_of(0, Message::Panic);
        assert_eq!(asked.await.unwrap(), Ok(vec![1]));
        assert!(matches!(panics.await.unwrap(), Err(Refused::GivenUp)));
        let report = kit.settle().await;
        assert!(report.services.iter().all(|service| service.restarts > 0), "{report:?}");
        assert_eq!(rebuilt(&kit, 1), [1]);
    });
}

#[test]
fn a_message_that_ended_three_processes_goes_to_the_dead_letters_at_once() {
    use crate::runtime::cell::Suspects;
    use crate::runtime::state::limits::ATTEMPTS_MAX;
    use crate::runtime::state::{Cause, Statement};
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("suspects");
        let mut kit = kit();
        kit.suspects = Some(file.clone());
        kit.hooks = Faults::hangs(|to, _| (to == At(1)).then_some(1_000));
        kit.start().await;
        kit.ask_of(0, Message::Fan { to: 1, count: 2 }).await.unwrap();
        for _ in 0..ATTEMPTS_MAX {
            Suspects::blame(&file, Cause::Message(Statement { turn: crate::journal::Position(1), index: 0 }));
            Suspects::blame(&file, Cause::Outside);
        }
        kit.restart().await;
        kit.settle().await;
        assert_eq!(notes(&kit, 1).await, [super::toy::GIVEN_UP, 1]);
        assert_ne!(UNKNOWN, super::toy::GIVEN_UP);
    });
}
