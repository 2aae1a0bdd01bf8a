use std::time::Duration;

use super::toy::{Call, Faults, Kind, Message, Toy, UNKNOWN, kit, ms, note, notes, rebuilt};
use crate::runtime::kit::{Answer, Kit, Scripted, run};

/// Handles one message in 10 ms, so that a crash can come between any two turns.
fn unhurried() -> Kit<Toy> {
    let mut kit = kit();
    kit.hooks = Faults::hangs(|_, message| (!matches!(message, Message::Read)).then_some(10));
    kit
}

/// A chain of eight turns over three actors and back, and a fan of three.
async fn chain_with_crash_at(at_ms: u64, latency_ms: u64, checkpoint: bool, cells: usize) -> Vec<Vec<u32>> {
    let mut kit = unhurried();
    kit.cells = cells;
    kit.journal.set_latency(ms(latency_ms));
    if checkpoint {
        kit.checkpoint_every = ms(7);
    }
    kit.start().await;
    let path = vec![1, 2, 0, 1, 2, 0, 1];
    kit.tell_of(0, Message::Relay(5, path));
    kit.tell_of(0, Message::Fan { to: 2, count: 3 });
    tokio::time::sleep(ms(at_ms)).await;
    let durable = super::toy::trace(&kit).len();
    kit.restart().await;
    kit.settle().await;
    let noted = vec![notes(&kit, 0).await, notes(&kit, 1).await, notes(&kit, 2).await];
    for actor in 0..3_u8 {
        assert_eq!(rebuilt(&kit, actor), noted[usize::from(actor)], "crash at {at_ms} ms, {durable} durable");
    }
    noted
}

#[test]
fn a_crash_between_any_two_turns_of_a_chain_loses_nothing_and_doubles_nothing() {
    let worlds = [(0, false), (3, true), (25, false)];
    for ((latency_ms, checkpoint), cells) in worlds.into_iter().flat_map(|world| [(world, 1), (world, 3)]) {
        for at_ms in (41 + 2 * latency_ms..130).step_by(5) {
            let mut noted = run(chain_with_crash_at(at_ms, latency_ms, checkpoint, cells));
            noted.iter_mut().for_each(|notes| notes.sort_unstable());
            assert_eq!(
                noted,
                [vec![5, 5, 5], vec![5, 5, 5], vec![0, 1, 2, 5, 5]],
                "crash at {at_ms} ms, writes take {latency_ms} ms, checkpoints: {checkpoint}, {cells} cells"
            );
        }
    }
}

#[test]
fn messages_between_two_actors_keep_their_order_over_a_crash() {
    let order_among = |cells| async move {
        let mut kit = unhurried();
        kit.cells = cells;
        kit.start().await;
        kit.ask_of(0, Message::Fan { to: 1, count: 40 }).await.unwrap();
        for _ in 0..6 {
            tokio::time::sleep(ms(55)).await;
            kit.restart().await;
        }
        kit.settle().await;
        assert_eq!(notes(&kit, 1).await, (0..40).collect::<Vec<_>>());
    };
    for cells in 1..=3 {
        run(order_among(cells));
    }
}

#[test]
fn a_reply_that_was_given_is_never_taken_back() {
    run(async {
        let mut kit = kit();
        kit.journal.set_latency(ms(7));
        kit.start().await;
        let mut given = vec![];
        for no in 0..30 {
            let within = ms(u64::from(no) % 5 * 3);
            let asked = kit.tell_of(0, Message::Note(no));
            tokio::time::sleep(within).await;
            if no % 3 == 2 {
                kit.restart().await;
            }
            if let Ok(notes) = asked.await.unwrap() {
                given = notes;
            }
            let now = notes(&kit, 0).await;
            assert!(now.starts_with(&given), "{given:?} was said, {now:?} is so");
        }
        assert!(given.len() > 10);
    });
}

async fn calls_over_a_crash(redrive: Kind) -> (usize, Vec<u32>) {
    let mut kit = kit();
    let outside = Scripted::<Toy>::new(|call| Answer::After(ms(1_000), note(call.no)));
    kit.outside = outside.clone();
    kit.start().await;
    kit.ask_of(0, Message::CallOut(Call { no: 8, redrive })).await.unwrap();
    tokio::time::sleep(ms(500)).await;
    kit.restart().await;
    tokio::time::sleep(ms(2_000)).await;
    kit.restart().await;
    kit.settle().await;
    assert_eq!(kit.inspect().await.calls, 0);
    (outside.made().len(), notes(&kit, 0).await)
}

#[test]
fn a_call_under_way_in_a_crash_is_made_again_where_the_counterparty_knows_its_key() {
    assert_eq!(run(calls_over_a_crash(Kind::SameKey)), (2, vec![8]));
}

#[test]
fn a_call_under_way_in_a_crash_is_unknown_where_the_counterparty_must_be_asked_first() {
    assert_eq!(run(calls_over_a_crash(Kind::AskFirst)), (1, vec![UNKNOWN]));
}

#[test]
fn a_question_in_flight_in_a_crash_is_not_asked_again() {
    run(async {
        let mut kit = unhurried();
        kit.start().await;
        let asked = kit.tell_of(0, Message::Note(1));
        tokio::time::sleep(ms(5)).await;
        kit.restart().await;
        assert!(asked.await.unwrap().is_err());
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(notes(&kit, 0).await, Vec::<u32>::new());
    });
}

#[test]
fn a_journal_that_lost_its_tail_is_refused() {
    use crate::runtime::Error;
    run(async {
        let mut kit = kit();
        kit.start().await;
        kit.ask_of(0, Message::Note(1)).await.unwrap();
        kit.drain().await;
        kit.crash();
        kit.journal = crate::journal::MemoryJournal::new();
        assert!(matches!(kit.try_start().await, Err(Error::JournalBehind { .. })));
    });
}
