use super::toy::{Address, At, Faults, GIVEN_UP, Message, Toy, kit, notes, rebuilt};
use crate::journal::{Journal, Position};
use crate::runtime::Refused;
use crate::runtime::kit::{Kit, run};
use crate::runtime::state::limits::ATTEMPTS_MAX;
use crate::runtime::{BuriedLetter, Point, Resolution, Unresolved, compare};

fn is_note_7(to: Address, message: &Message) -> bool {
    to == At(0) && matches!(message, Message::Note(7))
}

async fn letters(kit: &Kit<Toy>) -> Vec<BuriedLetter> {
    kit.running().handle().dead_letters().await.expect("the cell lives")
}

async fn resolve(kit: &Kit<Toy>, id: u64, resolution: Resolution) -> Result<(), Unresolved> {
    kit.running().handle().resolve(Position(id), resolution).await
}

/// One dead letter, of a note that panics so often; its id.
async fn one_letter(panics: u32) -> (Kit<Toy>, u64) {
    let mut kit = kit();
    kit.hooks = Faults::panics(Point::BeforeDecision, is_note_7, panics);
    kit.start().await;
    assert!(matches!(kit.ask_of(0, Message::Note(7)).await, Err(Refused::GivenUp)));
    let letters = letters(&kit).await;
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((letter.to.as_str(), letter.name.as_str(), letter.attempts), ("Toy(0)", "Note", ATTEMPTS_MAX));
    (kit, letter.id)
}

/// What was lost with the process is nothing that was answered, and the trees agree with the journal.
async fn survives_a_crash(kit: &mut Kit<Toy>) {
    kit.settle().await;
    kit.crash();
    let journal: &dyn Journal = &kit.journal;
    let derived = crate::runtime::recover::<Toy>(
        journal,
        &crate::storage::MemoryTrees::new(&crate::runtime::tree_names::<Toy>()),
    )
    .unwrap();
    assert_eq!(compare::<Toy>(&derived, &kit.trees, journal).unwrap(), []);
    kit.start().await;
}

#[test]
fn a_retried_letter_is_handled_once_and_is_no_more() {
    run(async {
        let (mut kit, id) = one_letter(ATTEMPTS_MAX).await;
        assert_eq!(resolve(&kit, id, Resolution::Retry).await, Ok(()));
        kit.settle().await;
        assert_eq!(notes(&kit, 0).await, [GIVEN_UP, 7]);
        for _ in 0..2 {
            assert_eq!(letters(&kit).await, []);
            let again = resolve(&kit, id, Resolution::Retry).await;
            assert_eq!(again, Err(Unresolved::NoSuchLetter(id)), "once");
            survives_a_crash(&mut kit).await;
        }
        assert_eq!(rebuilt(&kit, 0), [GIVEN_UP, 7]);
    });
}

#[test]
fn a_discarded_letter_is_forgotten_also_over_a_crash() {
    run(async {
        let (mut kit, id) = one_letter(u32::MAX).await;
        assert_eq!(resolve(&kit, id, Resolution::Discard).await, Ok(()));
        survives_a_crash(&mut kit).await;
        assert_eq!(letters(&kit).await, []);
        assert_eq!(notes(&kit, 0).await, [GIVEN_UP]);
        let retried = resolve(&kit, id, Resolution::Retry).await;
        assert_eq!(retried, Err(Unresolved::NoSuchLetter(id)));
    });
}

#[test]
fn what_panics_again_when_it_is_retried_is_another_dead_letter() {
    run(async {
        let (kit, id) = one_letter(u32::MAX).await;
        assert_eq!(resolve(&kit, id, Resolution::Retry).await, Ok(()));
        kit.settle().await;
        let [again] = &letters(&kit).await[..] else { panic!("one letter") };
        assert!(again.id > id);
        assert_eq!(notes(&kit, 0).await, [GIVEN_UP, GIVEN_UP]);
    });
}

#[test]
fn a_letter_is_there_after_a_crash_with_checkpoints_and_without() {
    run(async {
        for drains in [false, true] {
            let (mut kit, id) = one_letter(ATTEMPTS_MAX).await;
            if drains {
                kit.drain().await;
                kit.crash();
                kit.start().await;
            } else {
                survives_a_crash(&mut kit).await;
            }
            assert_eq!(letters(&kit).await.len(), 1);
            assert_eq!(resolve(&kit, id, Resolution::Retry).await, Ok(()));
            // at once: what was said to be done is
            kit.crash();
            kit.start().await;
            kit.settle().await;
            assert_eq!(letters(&kit).await, []);
            assert_eq!(notes(&kit, 0).await, [GIVEN_UP, 7]);
        }
    });
}

#[test]
fn what_never_was_a_letter_is_refused_and_changes_nothing() {
    run(async {
        let (kit, id) = one_letter(ATTEMPTS_MAX).await;
        let before = kit.settle().await.journal_position;
        for wrong in [0, id - 1, id + 1, u64::MAX] {
            for resolution in [Resolution::Retry, Resolution::Discard] {
                assert_eq!(resolve(&kit, wrong, resolution).await, Err(Unresolved::NoSuchLetter(wrong)));
            }
        }
        assert_eq!(kit.settle().await.journal_position, before);
    });
}
