use std::time::Duration;

use super::toy::{Call, Faults, Kind, Message, NOTES, Of, Toy, kit, ms, notes, rebuilt, started};
use crate::journal::Position;
use crate::runtime::actor::RESIDENT_CLEAN_MAX;
use crate::runtime::kit::{Kit, run};
use crate::runtime::state::limits::TIMERS_IN_FLIGHT_MAX;
use crate::runtime::{AnyTable, DrainDeadlines, Place, Refused, Table};
use crate::storage::{MemoryTrees, Stored, TreeName, Trees as _};
use crate::time::Timestamp;

#[test]
fn what_recovery_finds_is_the_same_with_checkpoints_and_without() {
    fn history(checkpoint_every: Duration) -> Vec<Vec<u32>> {
        run(async move {
            let mut kit = kit();
            kit.checkpoint_every = checkpoint_every;
            kit.trees = kit.trees.clone().with_latency(ms(3));
            kit.hooks = Faults::hangs(|_, _| Some(1));
            kit.start().await;
            for no in 0..60_u32 {
                kit.ask_of(no as u8 % 3, Message::Relay(no, vec![1, 0])).await.unwrap();
                match no % 10 {
                    4 => drop(kit.ask_of(0, Message::Forget).await),
                    7 => kit.restart().await,
                    9 => drop(kit.tell_of(2, Message::Timer { id: 1, ms: 5, real: true, no: 1_000 + no })),
                    _ => {}
                }
            }
            tokio::time::sleep(ms(100)).await;
            kit.restart().await;
            kit.settle().await;
            let mut all = vec![];
            for actor in 0..3 {
                all.push(notes(&kit, actor).await);
                assert_eq!(rebuilt(&kit, actor), all[usize::from(actor)], "sled and journal part at {actor}");
            }
            all.push(vec![u32::from(kit.trees.watermark() > Position::START)]);
            all
        })
    }
    for checkpoint_every in [ms(2), ms(5), ms(11)] {
        let noted = history(checkpoint_every);
        assert_eq!(noted[3], [1], "there were checkpoints");
        let mut without = history(Duration::from_secs(36_000));
        assert_eq!(without.pop(), Some(vec![0]));
        assert_eq!(noted[2], without[2], "actor 2 gets its messages in one order only");
    }
}

#[test]
fn a_start_that_finds_too_much_unwritten_writes_it_at_once_and_goes_on() {
    run(async {
        let mut kit = kit();
        kit.checkpoint_every = Duration::from_secs(36_000);
        kit.start().await;
        for no in 0..100 {
            kit.ask_of(0, Message::Note(no)).await.unwrap();
        }
        kit.bounds.unwritten_turns_max = 50;
        kit.restart().await;
        tokio::time::sleep(ms(1_000)).await;
        kit.ask_of(0, Message::Note(100)).await.unwrap();
        assert!(kit.trees.watermark() >= Position(100));
    });
}

#[test]
fn a_checkpoint_under_way_lets_actors_go_on_and_takes_what_they_change() {
    run(async {
        let mut kit = kit();
        kit.checkpoint_every = ms(50);
        kit.trees = kit.trees.clone().with_latency(ms(40));
        kit.journal.set_latency(ms(5));
        kit.start().await;
        for no in 0..100 {
            kit.ask_of(0, Message::Note(no)).await.unwrap();
        }
        let report = kit.settle().await;
        assert!(report.watermark > 0 && report.services.iter().all(|service| service.restarts == 0));
        kit.restart().await;
        assert!(kit.running().replayed < 100, "{}", kit.running().replayed);
        assert_eq!(notes(&kit, 0).await, (0..100).collect::<Vec<_>>());
    });
}

#[test]
fn trees_ahead_of_the_watermark_are_not_changed_twice() {
    for writes_kept in 0..8 {
        run(async move {
            let mut kit = kit();
            kit.checkpoint_every = ms(100);
            kit.trees = kit.trees.clone().with_latency(ms(50));
            kit.start().await;
            let call = Call { no: 1, redrive: Kind::SameKey };
            kit.ask_of(0, Message::CallOut(call)).await.unwrap();
            kit.ask_of(0, Message::Timer { id: 1, ms: 300, real: true, no: 4 }).await.unwrap();
            for actor in 0..3 {
                kit.ask_of(actor, Message::Note(1)).await.unwrap();
            }
            kit.ask_of(2, Message::Forget).await.unwrap();
            tokio::time::sleep(ms(130)).await;
            kit.journal.crash();
            kit.trees.crash_keeping(writes_kept);
            kit.restart().await;
            assert_eq!(notes(&kit, 0).await, [1], "{writes_kept} writes kept");
            assert_eq!(notes(&kit, 2).await, Vec::<u32>::new(), "{writes_kept} writes kept");
            let report = kit.settle().await;
            assert_eq!((report.calls, report.timers), (1, 1), "{writes_kept} writes kept");
            tokio::time::sleep(ms(10_000)).await;
            assert_eq!(notes(&kit, 0).await, [1, 4, super::toy::UNKNOWN]);
        });
    }
}

#[test]
fn a_checkpoint_that_was_cut_off_is_written_again_by_the_next() {
    run(async {
        let mut kit = started().await;
        assert_eq!(kit.ask_of(0, Message::Panic).await, Err(Refused::GivenUp));
        kit.ask_of(0, Message::Timer { id: 1, ms: 3_600_000, real: true, no: 4 }).await.unwrap();
        // it waits for the journal for longer than the drain waits for it
        kit.journal.set_latency(Duration::from_secs(60));
        kit.tell_of(1, Message::Note(1));
        assert!(kit.drain().await.cut_short.contains(&"checkpoint"));
        let seconds = Duration::from_secs(120);
        let patient = DrainDeadlines { answers: seconds, flush: seconds, checkpoint: seconds, seal: seconds };
        assert_eq!(kit.running().drain(patient).await.cut_short, Vec::<&str>::new());
        kit.restart().await;
        assert_eq!(kit.running().replayed, 0);
        assert_eq!(kit.inspect().await.timers, 1);
        kit.journal.set_latency(Duration::ZERO);
        assert_eq!(notes(&kit, 0).await, [super::toy::GIVEN_UP]);
        let mut letters = 0;
        let count = &mut |_: &[u8], _| {
            letters += 1;
            true
        };
        kit.trees.scan(TreeName("dead_letters"), &[], count).unwrap();
        assert_eq!(letters, 1);
    });
}

#[test]
fn trees_that_fail_end_the_daemon_in_order_and_the_journal_has_everything() {
    run(async {
        let mut kit = kit();
        kit.checkpoint_every = ms(100);
        kit.trees = kit.trees.clone().with_latency(ms(50));
        kit.start().await;
        kit.ask_of(0, Message::Note(1)).await.unwrap();
        tokio::time::sleep(ms(120)).await;
        // a checkpoint under way fails
        kit.trees.crash();
        let why = kit.fatal().await;
        assert!(why.starts_with("the trees take no more checkpoints: "), "{why}");
        assert_eq!(kit.ask_of(0, Message::Note(2)).await.map(drop), Ok(()), "until it drains it works");
        kit.drain().await;
        kit.restart().await;
        assert_eq!(notes(&kit, 0).await, [1, 2]);
    });
}

#[test]
fn the_runtime_s_trees_hold_nothing_that_is_done_with() {
    run(async {
        let mut kit = kit();
        kit.checkpoint_every = ms(5);
        kit.hooks = Faults::hangs(|_, _| Some(3));
        kit.start().await;
        for no in 0..50 {
            kit.ask_of(0, Message::Relay(no, vec![1, 2])).await.unwrap();
        }
        kit.settle().await;
        tokio::time::sleep(ms(20)).await;
        kit.ask_of(0, Message::Note(1)).await.unwrap();
        tokio::time::sleep(ms(20)).await;
        let mut left = 0;
        let count = &mut |_: &[u8], stored: Stored| {
            left += usize::from(stored.value.is_some());
            true
        };
        kit.trees.scan(TreeName("messages"), &[], count).unwrap();
        assert_eq!(left, 0);
    });
}

type Counted = Table<super::toy::Notes>;

fn put(table: &mut Counted, key: u8, position: u64) {
    table
        .draft(&Of(key), &MemoryTrees::new(&[NOTES]), |notes| notes.get_or_insert_default().0.push(1))
        .unwrap();
    table.commit(place(position));
}

fn place(position: u64) -> Place {
    Place { position: Position(position), at: Timestamp(0) }
}

#[test]
fn an_aggregate_stays_in_memory_until_its_checkpoint_has_completed() {
    let mut table = Counted::default();
    table.given(Of(1), None);
    put(&mut table, 1, 1);
    let mut writes = vec![];
    table.encode_dirty(10, Position(9), &mut writes);
    put(&mut table, 1, 2);
    assert!(table.checkpointed(usize::MAX));
    assert_eq!((writes.len(), table.dirty()), (1, 1), "it was changed meanwhile: it is dirty again");
    table.encode_dirty(10, Position(9), &mut writes);
    assert_eq!(writes[1].stored.position, Position(2));
    table.not_checkpointed();
    table.encode_dirty(10, Position(9), &mut writes);
    assert_eq!(writes[2], writes[1], "a checkpoint that did not complete is written again");
}

/// A key of four bytes, to have many.
mod many {
    use super::*;
    use crate::runtime::{Aggregate, TableKey};

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct No(pub u32);

    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    pub struct Value(pub u32);

    impl Aggregate for Value {
        const TREE: TreeName = NOTES;
        type Key = No;
    }

    impl TableKey for No {
        fn to_bytes(&self) -> Vec<u8> {
            self.0.to_be_bytes().to_vec()
        }

        fn from_bytes(bytes: &[u8]) -> Option<No> {
            Some(No(u32::from_be_bytes(bytes.try_into().ok()?)))
        }
    }
}

/// A sum that was begun before the watermark and is nothing again after it: replayed from the watermark on, what ended it must
/// find that the tree reflects it already. Else it would be taken from a sum that is not there.
#[test]
fn what_came_before_the_watermark_and_went_after_it_is_written_as_gone() {
    use many::{No, Value};
    let trees = MemoryTrees::new(&[NOTES]);
    let encoded = |watermark: u64| {
        let mut table = Table::<Value>::default();
        for (position, value) in [(1, Some(Value(5))), (3, None)] {
            table.draft(&No(1), &trees, |slot| *slot = value).unwrap();
            table.commit(place(position));
        }
        let mut writes = vec![];
        table.encode_dirty(10, Position(watermark), &mut writes);
        writes
    };
    assert_eq!(encoded(3), [], "a replay finds neither how it came nor how it went");
    let [gone] = encoded(2).try_into().unwrap();
    assert_eq!((gone.stored.position, gone.stored.value), (Position(3), None));
}

#[test]
fn finished_aggregates_leave_memory_and_are_read_back_from_their_tree() {
    use many::{No, Value};
    run(async {
        let trees = MemoryTrees::new(&[NOTES]);
        let mut table = Table::<Value>::default();
        let count = 30_000;
        for no in 0..count {
            table.draft(&No(no), &trees, |value| *value = Some(Value(no))).unwrap();
            table.commit(place(u64::from(no) + 1));
        }
        table.draft(&No(5), &trees, |value| *value = None).unwrap();
        table.commit(place(u64::from(count) + 1));
        let mut writes = vec![];
        table.encode_dirty(usize::MAX, Position(u64::from(count) + 1), &mut writes);
        assert_eq!(table.resident().count(), count as usize - 1, "not before their checkpoint");
        let watermark = Position(u64::from(count) + 1);
        trees.checkpoint(crate::storage::Checkpoint { writes, watermark }).await.unwrap();
        assert!(table.checkpointed(usize::MAX) && !table.checkpointed(usize::MAX));
        assert_eq!(table.resident().count(), RESIDENT_CLEAN_MAX);
        for key in [No(0), No(5)] {
            table.bring(&key, &trees).unwrap();
        }
        assert_eq!((table.peek(&No(0)), table.peek(&No(5))), (Some(&Value(0)), None));
    });
}

#[test]
fn an_actor_s_state_is_read_from_its_tree_after_a_restart() {
    run(async {
        let mut kit = started().await;
        kit.ask_of(0, Message::Note(1)).await.unwrap();
        kit.drain().await;
        kit.restart().await;
        assert_eq!(kit.running().replayed, 0);
        assert!(
            kit.look(|state| state.of::<super::toy::Notes>().peek(&Of(0)).is_none()),
            "read when it is needed"
        );
        assert_eq!(notes(&kit, 0).await, [1]);
    });
}

/// A checkpoint takes a second, and no more than so many turns may wait for one.
async fn with_slow_trees(unwritten_turns_max: u64) -> Kit<Toy> {
    let mut kit = kit();
    kit.bounds.unwritten_turns_max = unwritten_turns_max;
    kit.trees = kit.trees.clone().with_latency(ms(1_000));
    kit.start().await;
    kit
}

#[test]
fn where_checkpoints_do_not_keep_up_questions_are_refused_until_they_have() {
    run(async {
        let kit = with_slow_trees(40).await;
        let mut refused = 0;
        for no in 0..200 {
            while kit.ask_of(0, Message::Note(no)).await == Err(Refused::Overloaded) {
                let report = kit.inspect().await;
                assert!(report.journal_position - report.watermark >= 40, "{report:?}");
                refused += 1;
                tokio::time::sleep(ms(10)).await;
            }
            let report = kit.inspect().await;
            assert!(report.journal_position - report.watermark <= 41, "no more than the bound");
        }
        assert!(refused > 0, "and none waited for a checkpoint's time, which is a day away");
        assert_eq!(notes(&kit, 0).await, (0..200).collect::<Vec<_>>());
    });
}

#[test]
fn a_checkpoint_hurries_where_the_trees_have_fallen_behind_and_where_the_daemon_stops() {
    run(async {
        let mut kit = kit();
        kit.bounds.unwritten_turns_max = 200;
        kit.checkpoint_every = ms(50);
        kit.start().await;
        kit.ask_of(0, Message::Note(0)).await.unwrap();
        tokio::time::sleep(ms(200)).await;
        assert!(kit.trees.watermark() > Position::START && !kit.trees.hurries(), "there is no hurry");
        for no in 1..=30 {
            kit.ask_of(0, Message::Note(no)).await.unwrap();
        }
        assert!(kit.trees.hurries(), "as soon as a tenth of the bound is not written");
        tokio::time::sleep(ms(200)).await;
        kit.ask_of(0, Message::Note(31)).await.unwrap();
        tokio::time::sleep(ms(200)).await;
        assert!(!kit.trees.hurries(), "and no longer than that");
        kit.drain().await;
        assert!(kit.trees.hurries(), "nobody waits for rests at a stop");
    });
}

#[test]
fn timers_wait_for_a_checkpoint_that_is_late_and_then_fire() {
    run(async {
        let kit = with_slow_trees(120).await;
        for id in 0..100 {
            kit.ask_of(0, Message::Timer { id, ms: 100, real: true, no: u32::from(id) }).await.unwrap();
        }
        tokio::time::sleep(ms(200)).await;
        let report = kit.inspect().await;
        let most = 120 + TIMERS_IN_FLIGHT_MAX as u64;
        assert!(report.timers > 0 && report.journal_position <= most, "{report:?}");
        tokio::time::sleep(ms(10_000)).await;
        assert_eq!(notes(&kit, 0).await.len(), 100);
    });
}

#[test]
fn a_decision_may_read_more_than_stays_in_memory() {
    run(async {
        let kit = started().await;
        let many = 2 * RESIDENT_CLEAN_MAX as u16;
        let answer = kit.ask_of(0, Message::Survey(many)).await;
        assert_eq!(answer, Ok(vec![u32::from(many)]));
        let left = kit.look(|tables| tables.of::<super::toy::Many>().known());
        assert_eq!(left, RESIDENT_CLEAN_MAX, "the rest has left with the turn");
    });
}
