//! What a build stored in version 1 of the mailer's forms is read by this one; what is of a version to come is refused by name.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::tests::{letter, mail};
use super::*;
use crate::actors::testing::NOON;
use crate::actors::{self, Address, Call, Rules, Shop};
use crate::domain::{Currency, Date, Money};
use crate::journal::{Batch, Journal, MemoryJournal, Position};
use crate::partners::mail::{LetterLine, MailKind};
use crate::runtime::kit::{Kit, run};
use crate::runtime::{
    Aggregate as _, Cause, DeadLetter, Due, Error, Journaled, Moment, Record, Resolution, Stated, Statement,
    TableKey as _, TimerId, compare, decode, recover, tree_names,
};
use crate::storage::{Checkpoint, MemoryTrees, Stored, TreeName, Trees as _, Write};

const WHAT_TO_DO: &str =
    "its version is 9, which this build does not know: use the build that wrote it, or a newer one";
/// Of a version that is still to come.
const NEWER: u8 = 9;
/// Of the rows of the runtime's own trees.
const ROW_VERSION: u8 = 2;

/// What that build left of three letters: one was posted, one parked, one is tried again and again.
#[derive(Deserialize)]
struct Golden {
    /// As the journal holds them, each stated in a turn of its own.
    events: Vec<Vec<u8>>,
    /// Of the tree `mail`: key, version, position, value.
    rows: Vec<(Vec<u8>, u8, u64, Vec<u8>)>,
}

fn golden() -> Golden {
    let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/mailer-v1.bin"));
    postcard::from_bytes(file).expect("the golden file is whole")
}

impl Golden {
    fn events(&self) -> Vec<actors::Event> {
        self.events.iter().map(|event| actors::Event::read(&mut event.as_slice()).unwrap()).collect()
    }

    fn row(&self, kind: MailKind) -> Option<Mail> {
        let (_, version, position, value) =
            self.rows.iter().find(|(key, ..)| MailId::from_bytes(key) == Some(mail(kind)))?;
        let position = Position(*position);
        decode(&Stored { version: *version, position, value: Some(value.clone()) }).unwrap()
    }

    fn trees(&self) -> Vec<Write> {
        let write = |(key, version, position, value): &(Vec<u8>, u8, u64, Vec<u8>)| Write {
            tree: Mail::TREE,
            key: key.clone(),
            stored: Stored { version: *version, position: Position(*position), value: Some(value.clone()) },
        };
        self.rows.iter().map(write).collect()
    }
}

fn parked_then() -> Parked {
    Parked { why: "no such mailbox".into(), at: None }
}

#[test]
fn every_event_of_version_1_is_read() {
    let queued = |kind| Event::Queued { mail: mail(kind), letter: Arc::new(letter(kind)) };
    let tried = |kind, attempts| Event::TriedAgain { mail: mail(kind), attempts };
    let expected = [
        queued(MailKind::OrderConfirmation),
        queued(MailKind::Dispatched),
        queued(MailKind::Delivered),
        tried(MailKind::Dispatched, 2),
        Event::Posted { mail: mail(MailKind::OrderConfirmation) },
        Event::Parked { mail: mail(MailKind::Dispatched), parked: parked_then() },
        tried(MailKind::Delivered, 2),
        tried(MailKind::Delivered, 3),
    ];
    assert_eq!(golden().events(), expected.map(actors::Event::Mailer));
}

/// A tuple is written as a struct of its fields, and a variant as its number before them.
#[test]
fn an_event_a_message_and_a_row_of_the_form_before_this_are_read() {
    let kind = MailKind::Dispatched;
    let order = mail(kind).about.order().unwrap();
    let old_mail = (order, kind, NOON);
    let (none, lines) = (None::<String>, Vec::<LetterLine>::new());
    let total = Money::zero(Currency::GBP);
    let old_letter =
        (kind, order, "ada@example.org", "Ada", &none, &lines, total, None::<Date>, &none, &none, NOON);
    let parked = Parked { why: "no such mailbox".into(), at: Some(NOON) };

    let actor = stored(&Address::Mailer)[0];
    let queued = [vec![actor, 2], stored(&(0_u32, old_mail, &old_letter))].concat();
    let expected = Event::Queued { mail: mail(kind), letter: Arc::new(letter(kind)) };
    assert_eq!(actors::Event::read(&mut queued.as_slice()).unwrap(), expected.into());
    let send = [vec![actor, 1], stored(&(0_u32, &old_letter))].concat();
    let expected = Message::Send(Arc::new(letter(kind)));
    assert_eq!(actors::Message::read(&mut send.as_slice()).unwrap(), expected.into());
    let value = stored(&(&old_letter, 2_u32, Some(&parked)));
    let row = Stored { version: 2, position: Position(1), value: Some(value) };
    let expected = Mail { letter: Arc::new(letter(kind)), attempts: 2, parked: Some(parked) };
    assert_eq!(decode::<Mail>(&row).unwrap(), Some(expected));
}

#[test]
fn what_is_made_of_events_of_version_1_is_what_their_rows_become() {
    let (golden, mut alone) = (golden(), actors::testing::alone());
    let partition = mail(MailKind::Delivered).partition();
    for event in golden.events() {
        alone.does(Address::Mailer, partition, None, |turn| turn.record(event));
    }
    for kind in MailKind::ALL {
        assert_eq!(alone.get::<Mail>(&mail(kind)).cloned(), golden.row(kind), "{kind:?}");
    }
    let parked = golden.row(MailKind::Dispatched).unwrap();
    assert_eq!((parked.attempts, parked.parked), (2, Some(parked_then())));
    let unsent = golden.row(MailKind::Delivered).unwrap();
    assert_eq!((unsent.attempts, unsent.parked), (3, None));
    assert_eq!(golden.rows.len(), 2, "what was posted has no row");
}

#[test]
fn a_journal_and_a_tree_of_version_1_are_verified() {
    run(async {
        let golden = golden();
        let (journal, trees) = (journal_of(&golden.events).await, trees_of(golden.trees()).await);
        let journal: &dyn Journal = &journal;
        let derived = recover::<Shop>(journal, &MemoryTrees::new(&tree_names::<Shop>())).unwrap();
        assert_eq!(compare::<Shop>(&derived, &trees, journal).unwrap(), []);
    });
}

/// A turn for each event.
async fn journal_of(events: &[Vec<u8>]) -> MemoryJournal {
    let mut journal = MemoryJournal::new();
    journal.claim(1).await.unwrap();
    let mut batch = Batch::new(Position(1));
    for event in events {
        batch.push(|buffer| buffer.extend(turn_of(event)));
    }
    journal.append(batch, Position::START).await.unwrap();
    journal
}

async fn trees_of(writes: Vec<Write>) -> MemoryTrees {
    let trees = MemoryTrees::new(&tree_names::<Shop>());
    trees.checkpoint(Checkpoint { writes, watermark: Position::START }).await.unwrap();
    trees
}

/// With the version of its form changed to one that is still to come: that stands after the number of the actor or the call.
fn newer(before: &[u8], said: &impl Journaled) -> Vec<u8> {
    let mut bytes = before.to_vec();
    said.write(&mut bytes);
    bytes[before.len() + 1] = NEWER;
    bytes
}

fn stored(value: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(value).unwrap()
}

fn retry() -> actors::Message {
    actors::Message::Mailer(Message::Retry { mail: mail(MailKind::Delivered) })
}

fn refused(found: Result<(), Error>) -> String {
    found.expect_err("it is refused").to_string()
}

#[test]
fn an_event_of_a_version_to_come_is_refused_by_name() {
    run(async {
        let posted = actors::Event::Mailer(Event::Posted { mail: mail(MailKind::Delivered) });
        let (journal, trees) = (journal_of(&[newer(&[], &posted)]).await, trees_of(vec![]).await);
        let found = recover::<Shop>(&journal as &dyn Journal, &trees).map(drop);
        assert_eq!(refused(found), format!("record 1 of the journal: an event of Mailer: {WHAT_TO_DO}"));
    });
}

/// A record whose one event is these bytes.
fn turn_of(event: &[u8]) -> Vec<u8> {
    let moment = Moment { at: NOON, real: NOON };
    let cause = Cause::Outside;
    let stated = Stated { events: vec![], sends: vec![], calls: vec![], timers: vec![] };
    let record = Record::<Shop> { by: Address::Mailer, cause, stated, dead: None, moment };
    let mut bytes = vec![];
    record.encode(&mut bytes);
    let count = 1 + stored(&(Address::Mailer, cause)).len();
    bytes.splice(count..=count, [&[1], event].concat());
    bytes
}

#[test]
fn a_row_of_a_version_to_come_is_refused_by_name() {
    let value = Some(golden().rows.remove(0).3);
    let row = Stored { version: NEWER, position: Position(1), value };
    let unread = decode::<Mail>(&row).unwrap_err().to_string();
    let what_to_do = WHAT_TO_DO.strip_prefix("its version is 9").unwrap();
    assert_eq!(unread, format!("tree mail holds a value of version 9{what_to_do}"));
}

#[test]
fn what_the_runtime_remembers_of_a_version_to_come_is_refused_by_name() {
    run(async {
        let (id, now) = (Statement { turn: Position(1), index: 0 }, Due::Real(NOON));
        let kind = MailKind::Delivered;
        let call = Call::SendLetter(SendLetter { mail: mail(kind), letter: Arc::new(letter(kind)) });
        let timer = (Address::Mailer, TimerId { kind: 1, of: 1 });
        let to = stored(&Address::Mailer);
        for (tree, key, value, whose) in [
            ("messages", stored(&id), newer(&to, &retry()), "a message to Mailer"),
            ("calls", stored(&id), newer(&to, &call), "the call SendLetter"),
            (
                "timers",
                stored(&timer),
                newer(&stored(&(Address::Mailer, now, id)), &retry()),
                "a message to Mailer",
            ),
        ] {
            let trees = trees_of(vec![remembered(tree, key, value)]).await;
            let found = recover::<Shop>(&MemoryJournal::new() as &dyn Journal, &trees).map(drop);
            assert_eq!(refused(found), format!("tree {tree}: {whose}: {WHAT_TO_DO}"));
        }
    });
}

fn remembered(tree: &'static str, key: Vec<u8>, value: Vec<u8>) -> Write {
    let stored = Stored { version: ROW_VERSION, position: Position(1), value: Some(value) };
    Write { tree: TreeName(tree), key, stored }
}

/// It keeps no start from anything: it is the operator's, who may discard it.
#[test]
fn a_dead_letter_of_a_version_to_come_says_so_and_is_not_sent_again() {
    run(async {
        let letter = DeadLetter {
            to: "Mailer".into(),
            name: "Retry".into(),
            message: newer(&[], &retry()),
            panic: "on purpose".into(),
            attempts: 3,
            at: NOON,
        };
        let value = stored(&(Address::Mailer, letter));
        let mut kit = Kit::<Shop>::new(Rules::default);
        kit.trees = trees_of(vec![remembered("dead_letters", stored(&Position(1)), value)]).await;
        kit.start().await;
        let handle = kit.running().handle();
        let shown = handle.dead_letters().await.unwrap();
        assert_eq!(shown[0].message, format!("a message to Mailer: {WHAT_TO_DO}"));
        let again = handle.resolve(Position(1), Resolution::Retry).await.unwrap_err().to_string();
        assert_eq!(
            again,
            format!(
                "dead letter 1 does not read as a message of this build (a message to Mailer: {WHAT_TO_DO}): discard it, or use the \
                 build that wrote it"
            )
        );
        handle.resolve(Position(1), Resolution::Discard).await.unwrap();
        assert_eq!(handle.dead_letters().await.unwrap(), []);
    });
}
