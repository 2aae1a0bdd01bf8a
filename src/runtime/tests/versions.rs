//! What one build wrote is read by the next, form by form; what is not known is refused by name.

use serde::{Deserialize, Serialize};

use crate::journal::Journal;
use crate::runtime::kit::{Kit, run};
use crate::runtime::{
    Actor, Aggregate, Fold, Question, Tables, TimerId, Turn, Unread, Versioned, compare, recover, tree_names,
    versioned,
};
use crate::storage::{MemoryTrees, TreeName};

/// A build of a purse: what is in it, in forms that change from build to build.
macro_rules! build {
    ($build:ident, $version:literal, $amount:ty, $paid:ty, $read_paid:expr, $read_purse:expr) => {
        mod $build {
            use super::*;

            #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
            pub struct Purse(pub $amount);

            impl Aggregate for Purse {
                const TREE: TreeName = TreeName("purses");
                const VERSION: u8 = $version;
                type Key = u64;

                fn upcast(version: u8, bytes: &mut &[u8]) -> Result<Purse, Unread> {
                    $read_purse(version, bytes).map(Purse)
                }
            }

            #[derive(Debug, Serialize, Deserialize)]
            pub struct Pay(pub $paid);

            impl Versioned for Pay {
                const VERSION: u8 = $version;

                fn upcast(version: u8, bytes: &mut &[u8]) -> Result<Pay, Unread> {
                    $read_paid(version, bytes).map(Pay)
                }
            }

            impl Question for Pay {
                type Actor = Payer;
                type Reply = $amount;
            }

            #[derive(Debug, Serialize, Deserialize)]
            pub struct Paid(pub $paid);

            impl Versioned for Paid {
                const VERSION: u8 = $version;

                fn upcast(version: u8, bytes: &mut &[u8]) -> Result<Paid, Unread> {
                    $read_paid(version, bytes).map(Paid)
                }
            }

            pub struct Payer;

            impl Actor for Payer {
                type App = Purses;
                const NAME: &'static str = "Payer";
                type Key = ();
                type Message = Pay;
                type Event = Paid;

                fn tables(tables: &mut Tables) {
                    tables.add::<Purse>();
                }

                /// Half now, the rest in an hour.
                fn decide((): &(), pay: &Pay, turn: &mut Turn<'_, Purses>) {
                    turn.record(Paid(pay.0));
                    let due = turn.real_in(3_600_000);
                    turn.timer(TimerId { kind: 1, of: 1 }, due, Pay(pay.0));
                    let purse = turn.get::<Purse>(&1).map(|purse| purse.0).unwrap_or_default();
                    turn.answer(pay, purse);
                }

                fn fold(paid: &Paid, fold: &mut Fold<'_>) {
                    fold.change::<Purse>(&1, |purse| {
                        purse.get_or_insert_default().0 += <$amount>::from(paid.0)
                    });
                }
            }

            crate::application! { struct Purses { 7 => Payer: Payer } }
        }
    };
}

fn none<T>(version: u8, _: &mut &[u8]) -> Result<T, Unread> {
    Err(Unread::unknown(version, 3))
}

/// The second build counts further.
fn wider(version: u8, bytes: &mut &[u8]) -> Result<u32, Unread> {
    match version {
        1 => Ok(u32::from(versioned::take::<u8>(bytes)?)),
        unknown => Err(Unread::Version(unknown)),
    }
}

fn wider_purse(version: u8, bytes: &mut &[u8]) -> Result<u64, Unread> {
    match version {
        1 => Ok(u64::from(versioned::take::<u16>(bytes)?)),
        unknown => Err(Unread::Version(unknown)),
    }
}

build!(first, 1, u16, u8, none, none);
build!(second, 2, u64, u32, wider, wider_purse);
// It has forgotten the first one's forms.
build!(third, 3, u64, u32, none, none);

/// What the first build left: a turn in the journal that no tree has, or a checkpoint of it.
async fn left_by_the_first(drained: bool) -> Kit<first::Purses> {
    let mut kit = Kit::<first::Purses>::new(|| ());
    kit.start().await;
    assert_eq!(kit.ask(first::Pay(200)).await, Ok(200));
    if drained {
        kit.drain().await;
    }
    kit.crash();
    kit
}

#[test]
fn events_messages_and_aggregates_of_an_older_build_are_read_and_verified() {
    run(async {
        for drained in [false, true] {
            let old = left_by_the_first(drained).await;
            let mut kit = Kit::<second::Purses>::new(|| ());
            (kit.journal, kit.trees) = (old.journal.clone(), old.trees.clone());
            kit.start().await;
            assert_eq!(kit.ask(second::Pay(100_000)).await, Ok(100_200));
            kit.drain().await;
            kit.crash();
            let journal: &dyn Journal = &kit.journal;
            let empty = MemoryTrees::new(&tree_names::<second::Purses>());
            let derived = recover::<second::Purses>(journal, &empty).unwrap();
            assert_eq!(compare::<second::Purses>(&derived, &kit.trees, journal).unwrap(), []);
        }
    });
}

#[test]
fn a_version_that_is_not_read_any_more_is_refused_by_name_with_what_to_do() {
    run(async {
        let what_to_do = "which an older build wrote and this one does not read: use the build that wrote it, or begin a new \
                          data directory";
        for (drained, whose) in
            [(false, "record 1 of the journal: an event of Payer"), (true, "tree timers: a message to Payer")]
        {
            let old = left_by_the_first(drained).await;
            let mut kit = Kit::<third::Purses>::new(|| ());
            (kit.journal, kit.trees) = (old.journal.clone(), old.trees.clone());
            let refused = kit.try_start().await.unwrap_err().to_string();
            assert_eq!(refused, format!("{whose}: its version is 1, {what_to_do}"));
        }
        let old = left_by_the_first(true).await;
        let mut tables = Tables::default();
        tables.add::<third::Purse>();
        let unread = tables.of_mut::<third::Purse>().bring(&1, &old.trees).unwrap_err().to_string();
        assert_eq!(unread, format!("tree purses holds a value of version 1, {what_to_do}"));
    });
}

/// The bytes of the forms above: whoever changes one without a new version changes these.
#[test]
fn a_form_is_stored_as_it_was() {
    let stored = |value: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = vec![];
        value(&mut bytes);
        bytes
    };
    assert_eq!(stored(&|bytes| versioned::write(&first::Paid(200), bytes)), [1, 200]);
    assert_eq!(stored(&|bytes| versioned::write(&second::Paid(200), bytes)), [2, 200, 1]);
    assert_eq!(versioned::read::<second::Paid>(&mut [1, 200].as_slice()).unwrap().0, 200);
}
