//! Several cells of one journal. What is promised of crashes and order holds among them too: see `crash`.

use super::toy::{Faults, GIVEN_UP, Kind, Message, Toy, kit, ms, notes, rebuilt};
use crate::runtime::Refused;
use crate::runtime::kit::{Kit, run};
use crate::runtime::state::Plan;
use crate::runtime::{DrainReport, Partition, Point, Resolution, Unresolved};

fn among(cells: usize) -> Kit<Toy> {
    let mut kit = kit();
    kit.cells = cells;
    kit
}

/// A chain over all three actors, twice around.
const AROUND: [u8; 6] = [1, 2, 0, 1, 2, 0];

#[test]
fn a_message_goes_from_cell_to_cell_without_waiting_for_the_disk() {
    run(async {
        let mut kit = among(3);
        kit.journal.set_latency(ms(500));
        kit.start().await;
        let asked = kit.tell_of(0, Message::Relay(7, AROUND.to_vec()));
        tokio::time::sleep(ms(400)).await;
        assert_eq!(kit.inspect().await.turns, 7, "seven turns before the first write has ended");
        asked.await.unwrap().unwrap();
        kit.settle().await;
        assert_eq!(notes(&kit, 2).await, [7, 7]);
        assert_eq!(kit.inspect().await.cells, 3);
    });
}

#[test]
fn an_answer_waits_for_what_it_has_read_in_any_cell() {
    run(async {
        let mut kit = among(3);
        kit.journal.set_latency(ms(100));
        kit.start().await;
        kit.tell_of(1, Message::Note(5));
        let read = kit.tell_of(1, Message::Read);
        tokio::time::sleep(ms(50)).await;
        kit.restart().await;
        assert!(read.await.unwrap().is_err(), "nothing of it was durable");
        assert_eq!(notes(&kit, 1).await, Vec::<u32>::new());
    });
}

#[test]
fn their_number_may_change_from_start_to_start() {
    run(async {
        let mut kit = kit();
        let mut told = vec![];
        kit.hooks = Faults::hangs(|_, message| matches!(message, Message::Relay(..)).then_some(10));
        for (no, cells) in [1, 3, 2, 16, 1, 4].into_iter().enumerate() {
            kit.cells = cells;
            kit.start().await;
            let no = no as u32;
            told.push(no);
            kit.ask_of(0, Message::Relay(no, AROUND.to_vec())).await.unwrap();
            kit.ask_of(1, Message::Timer { id: no as u8, ms: 3_600_000, real: true, no: 100 + no })
                .await
                .unwrap();
            tokio::time::sleep(ms(15)).await; // the chain is on its way
            if no.is_multiple_of(2) {
                kit.crash()
            } else {
                drop(kit.drain().await);
                kit.crash()
            }
        }
        kit.start().await;
        kit.settle().await;
        tokio::time::sleep(ms(4_000_000)).await;
        kit.settle().await;
        for actor in [0, 2] {
            let mut noted = notes(&kit, actor).await;
            assert_eq!(rebuilt(&kit, actor), noted);
            noted.sort_unstable();
            noted.dedup();
            assert_eq!(noted, told);
        }
        let timers: Vec<u32> = notes(&kit, 1).await.into_iter().filter(|no| *no >= 100).collect();
        assert_eq!(timers, [100, 101, 102, 103, 104, 105]);
    });
}

#[test]
fn dead_letters_of_every_cell_are_listed_and_resolved() {
    run(async {
        let mut kit = among(3);
        kit.start().await;
        for actor in 0..3 {
            assert!(matches!(kit.ask_of(actor, Message::Panic).await, Err(Refused::GivenUp)));
        }
        kit.restart().await;
        let handle = kit.running().handle();
        let letters = handle.dead_letters().await.unwrap();
        let to: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
        assert_eq!(to, ["Toy(0)", "Toy(1)", "Toy(2)"]);
        let last = crate::journal::Position(letters[2].id);
        handle.resolve(last, Resolution::Discard).await.unwrap();
        let again = handle.resolve(last, Resolution::Retry).await;
        assert_eq!(again, Err(Unresolved::NoSuchLetter(last.0)));
        assert_eq!(kit.inspect().await.dead_letters, 2);
        assert_eq!(notes(&kit, 2).await, [GIVEN_UP]);
    });
}

#[test]
fn a_drain_waits_for_what_is_on_its_way_in_every_cell_and_reports_what_is_left() {
    run(async {
        let mut kit = among(3);
        kit.hooks = Faults::hangs(|_, message| matches!(message, Message::Relay(..)).then_some(10));
        kit.start().await;
        for actor in 0..3 {
            kit.ask_of(actor, Message::Timer { id: 1, ms: 1_000_000, real: true, no: 1 }).await.unwrap();
            let call = super::toy::Call { no: 1, redrive: Kind::SameKey };
            kit.ask_of(actor, Message::CallOut(call)).await.unwrap();
        }
        kit.ask_of(0, Message::Relay(7, AROUND.to_vec())).await.unwrap();
        let report = kit.drain().await;
        let left = DrainReport { unanswered: 0, messages: 0, timers: 3, calls: 3, cut_short: vec![] };
        assert_eq!(report, left);
        let report = kit.inspect().await;
        assert_eq!(report.watermark, report.journal_position);
        assert_eq!(notes_in_the_journal(&kit), [vec![7, 7, 7], vec![7, 7], vec![7, 7]]);
    });
}

fn notes_in_the_journal(kit: &Kit<Toy>) -> Vec<Vec<u32>> {
    (0..3).map(|actor| rebuilt(kit, actor)).collect()
}

#[test]
fn a_panic_after_the_append_still_sends_to_the_other_cells_once() {
    run(async {
        let mut kit = among(2);
        let relays = |_, message: &Message| matches!(message, Message::Relay(..));
        kit.hooks = Faults::panics(Point::AfterAppend, relays, 3);
        kit.checkpoint_every = ms(3);
        kit.start().await;
        kit.ask_of(0, Message::Relay(7, AROUND.to_vec())).await.unwrap();
        kit.settle().await;
        assert_eq!(notes(&kit, 1).await, [7, 7]);
        kit.restart().await;
        kit.settle().await;
        assert_eq!(notes_in_the_journal(&kit), [vec![7, 7, 7], vec![7, 7], vec![7, 7]]);
    });
}

#[test]
fn every_cell_has_about_as_much_work() {
    // percent
    const COMMON: f64 = 25.0;
    for cells in 1..=16 {
        let plan = Plan::among(cells, COMMON as usize);
        let a_slot = (100.0 - COMMON) / 16.0;
        let mut work = vec![0.0; cells];
        work[0] = COMMON;
        (0..16).for_each(|slot| work[plan.cell_of(Partition::Slot(slot))] += a_slot);
        let (first, others) = work.split_at(1);
        let most = others.iter().copied().fold(0.0, f64::max);
        let least = others.iter().copied().fold(100.0, f64::min);
        assert!(cells == 1 || most - least < a_slot + 0.1, "{cells}: {work:?}");
        assert!(cells == 1 || first[0] < f64::max(most, COMMON) + a_slot, "{cells}: {work:?}");
    }
}
