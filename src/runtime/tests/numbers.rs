//! An actor is stored by its number: its line may be moved, and a number that this build does not know is refused by name.

use serde::{Deserialize, Serialize};

use crate::journal::Journal;
use crate::runtime::kit::{Kit, run};
use crate::runtime::{
    Actor, Addressed, Aggregate, Fold, Journaled, Question, TimerId, Turn, Unread, Versioned, compare,
    recover, tree_names,
};
use crate::storage::{MemoryTrees, TreeName};

/// A build in which a teacher tells each of several pupils a number, now and in an hour. `lines`: of its declaration.
macro_rules! build {
    ($build:ident, $($lines:tt)*) => {
        mod $build {
            use super::*;

            /// What a pupil has heard.
            #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
            pub struct Heard(pub Vec<u32>);

            impl Aggregate for Heard {
                const TREE: TreeName = TreeName("heard");
                type Key = u64;
            }

            /// To the teacher.
            #[derive(Debug, Serialize, Deserialize)]
            pub struct Teach {
                pub pupil: u64,
                pub number: u32,
            }

            impl Versioned for Teach {}

            impl Question for Teach {
                type Actor = Teacher;
                type Reply = ();
            }

            /// To a pupil: what it has heard, with this.
            #[derive(Debug, Serialize, Deserialize)]
            pub struct Listen(pub u32);

            impl Versioned for Listen {}

            impl Addressed for Listen {
                type Actor = Pupil;
            }

            impl Question for Listen {
                type Actor = Pupil;
                type Reply = Vec<u32>;
            }

            #[derive(Debug, Serialize, Deserialize)]
            pub struct Taught;

            impl Versioned for Taught {}

            #[derive(Debug, Serialize, Deserialize)]
            pub struct Listened(u64, u32);

            impl Versioned for Listened {}

            pub struct Teacher;

            impl Actor for Teacher {
                type App = School;
                const NAME: &'static str = "Teacher";
                type Key = ();
                type Message = Teach;
                type Event = Taught;

                fn tables(_: &mut crate::runtime::Tables) {}

                fn decide((): &(), teach: &Teach, turn: &mut Turn<'_, School>) {
                    turn.record(Taught);
                    if teach.number > 1 {
                        let (due, less) = (turn.real_in(3_600_000), teach.number - 1);
                        turn.timer(TimerId { kind: 1, of: 1 }, due, Teach { number: less, ..*teach });
                    }
                    turn.send_to(teach.pupil, Listen(teach.number));
                    turn.answer(teach, ());
                }

                fn fold(_: &Taught, _: &mut Fold<'_>) {}
            }

            pub struct Pupil;

            impl Actor for Pupil {
                type App = School;
                const NAME: &'static str = "Pupil";
                type Key = u64;
                type Message = Listen;
                type Event = Listened;

                fn tables(tables: &mut crate::runtime::Tables) {
                    tables.add::<Heard>();
                }

                fn decide(me: &u64, listen: &Listen, turn: &mut Turn<'_, School>) {
                    turn.record(Listened(*me, listen.0));
                    let heard = turn.get::<Heard>(me).map(|heard| heard.0.clone());
                    turn.answer(listen, heard.unwrap_or_default());
                }

                fn fold(listened: &Listened, fold: &mut Fold<'_>) {
                    fold.change::<Heard>(&listened.0, |heard| heard.get_or_insert_default().0.push(listened.1));
                }
            }

            crate::application! { struct School { $($lines)* } }
        }
    };
}

build!(first, 1 => Teacher: Teacher, 9 => Pupil(u64): Pupil);
build!(second, 9 => Pupil(u64): Pupil, 1 => Teacher: Teacher);
build!(renumbered, 1 => Teacher: Teacher, 8 => Pupil(u64): Pupil);

const WHAT_TO_DO: &str = "there is no actor 9 in this build: use the build that wrote it, or a newer one";

/// What the first build left: turns that no tree has, or a checkpoint of them. A timer of the teacher runs.
async fn left_by_the_first(drained: bool) -> Kit<first::School> {
    let mut kit = Kit::<first::School>::new(|| ());
    kit.start().await;
    assert_eq!(kit.ask(first::Teach { pupil: 7, number: 2 }).await, Ok(()));
    kit.settle().await;
    if drained {
        kit.drain().await;
    }
    kit.crash();
    kit
}

#[test]
fn a_build_with_its_lines_in_another_order_reads_what_the_first_wrote() {
    run(async {
        for drained in [false, true] {
            let old = left_by_the_first(drained).await;
            let mut kit = Kit::<second::School>::new(|| ());
            (kit.journal, kit.trees) = (old.journal.clone(), old.trees.clone());
            kit.start().await;
            // the teacher's timer, which the first build has set
            tokio::time::sleep(std::time::Duration::from_secs(3_601)).await;
            assert_eq!(kit.ask_of(7, second::Listen(5)).await, Ok(vec![2, 1, 5]));
            kit.drain().await;
            kit.crash();
            let journal: &dyn Journal = &kit.journal;
            let empty = MemoryTrees::new(&tree_names::<second::School>());
            let derived = recover::<second::School>(journal, &empty).unwrap();
            assert_eq!(compare::<second::School>(&derived, &kit.trees, journal).unwrap(), []);
        }
    });
}

#[test]
fn an_actor_of_a_number_that_a_build_does_not_know_is_refused_by_its_number() {
    run(async {
        let old = left_by_the_first(false).await;
        let mut kit = Kit::<renumbered::School>::new(|| ());
        (kit.journal, kit.trees) = (old.journal.clone(), old.trees.clone());
        let refused = kit.try_start().await.unwrap_err().to_string();
        assert_eq!(refused, format!("record 1 of the journal: {WHAT_TO_DO}"));
    });
    let read = renumbered::Address::read(&mut [9, 7].as_slice());
    assert!(matches!(read, Err(Unread::Actor(9))));
    let read = serde_json::from_str::<renumbered::Address>("[9,7]").unwrap_err().to_string();
    assert!(read.starts_with(WHAT_TO_DO), "{read}");
    assert!(serde_json::from_str::<renumbered::Address>("[1]").is_err());
}

/// The bytes of an address: whoever changes them changes every journal.
#[test]
fn an_address_is_stored_as_its_number_and_its_key() {
    use {first::Address as First, second::Address as Second};
    assert_eq!(stored(&First::Teacher), [1]);
    assert_eq!(stored(&First::Pupil(7)), [9, 7]);
    assert_eq!(stored(&Second::Pupil(7)), [9, 7]);
    assert_eq!(Second::read(&mut [9, 7].as_slice()).unwrap(), Second::Pupil(7));
    assert_eq!(postcard::from_bytes::<(Second, u8)>(&[1, 5]).unwrap(), (Second::Teacher, 5));
}

fn stored(address: &impl Journaled) -> Vec<u8> {
    let mut bytes = vec![];
    address.write(&mut bytes);
    bytes
}
