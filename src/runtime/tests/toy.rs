//! A small application: actors that keep a list of the numbers that they were told.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::runtime::kit::{Kit, tree};
use crate::runtime::{
    Actor, Addressed, Aggregate, Environment, Fold, Hooks, Journaled, NoSubject, OutsideCall, Partition,
    Point, Question, Redrive, SLOTS, TableKey, Tables, TimerId, Turn, Unread, Versioned, versioned,
};
use crate::storage::TreeName;

pub use app::Address::{self, At};

pub struct Toy;

pub mod app {
    use super::{Noter, Toy};

    crate::application! {
        Toy { 1 => At(u8): Noter }
    }
}

pub struct Noter;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Message {
    /// Notes the number.
    Note(u32),
    /// Notes it and tells the next on the path.
    Relay(u32, Vec<u8>),
    /// Tells `to` to note the numbers below `count`.
    Fan {
        to: u8,
        count: u32,
    },
    Read,
    /// Reads what another has noted.
    Trespass(u8),
    /// Notes nothing and answers nothing.
    Ignore,
    /// Notes a random number.
    Draw,
    Panic,
    Forget,
    CallOut(Call),
    Timer {
        id: u8,
        ms: u64,
        real: bool,
        no: u32,
    },
    Cancel(u8),
    /// Reads so many aggregates at once.
    Survey(u16),
    /// States what is another's.
    Misplace(u8),
    /// Panics when the fact is stated already.
    StateThenPanic(u32),
}

#[derive(Debug, Serialize, Deserialize)]
pub enum Event {
    Noted(u8, u32),
    Forgotten(u8),
}

impl Versioned for Message {}

impl Addressed for Message {
    type Actor = Noter;
}

impl Versioned for Event {}
impl Versioned for Call {}

impl Question for Message {
    type Actor = Noter;
    /// What has been noted.
    type Reply = Vec<u32>;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub no: u32,
    pub redrive: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    SameKey,
    AskFirst,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Notes(pub Vec<u32>);

pub const NOTES: TreeName = TreeName("notes");
/// Noted in the place of an answer that did not come.
pub const UNKNOWN: u32 = 9_999;
/// Noted where a message was given up.
pub const GIVEN_UP: u32 = 6_666;
pub const CALL_DEADLINE_MS: u64 = 5_000;
pub const IDLE_MS: u64 = 60_000;

impl Aggregate for Notes {
    const TREE: TreeName = NOTES;
    type Key = Of;

    fn partition(Of(of): &Of) -> Partition {
        partition(*of)
    }
}

/// One of very many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Many(u8);

impl Aggregate for Many {
    const TREE: TreeName = TreeName("many");
    type Key = u16;
}

impl TableKey for u16 {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<u16> {
        bytes.try_into().ok().map(u16::from_be_bytes)
    }
}

/// Whose notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Of(pub u8);

impl TableKey for Of {
    fn to_bytes(&self) -> Vec<u8> {
        vec![self.0]
    }

    fn from_bytes(bytes: &[u8]) -> Option<Of> {
        bytes.first().map(|of| Of(*of))
    }
}

/// Where there are several cells the actor 0 is in the first, and each other where its number falls.
fn partition(of: u8) -> Partition {
    if of == 0 { Partition::Common } else { Partition::Slot(SLOTS - of % SLOTS) }
}

impl Journaled for Call {
    fn write(&self, buffer: &mut Vec<u8>) {
        versioned::write(self, buffer);
    }

    fn read(bytes: &mut &[u8]) -> Result<Call, Unread> {
        versioned::read(bytes)
    }
}

impl OutsideCall for Call {
    type Rules = ();

    fn lane(&self) -> &'static str {
        "lane"
    }

    fn deadline_ms(&self, (): &()) -> u64 {
        CALL_DEADLINE_MS
    }

    fn redrive(&self) -> Redrive {
        match self.redrive {
            Kind::SameKey => Redrive::SameKey,
            Kind::AskFirst => Redrive::AskFirst,
        }
    }
}

impl Environment for Toy {
    type Rules = ();
    type Call = Call;
    type Subject = NoSubject;
    type Notes = ();
    type Role = ();
    const COMMON_WORK: usize = 25;

    fn unanswered(_call: &Call, _why: String) -> app::Message {
        Message::Note(UNKNOWN).into()
    }
}

impl Actor for Noter {
    type App = Toy;
    const NAME: &'static str = "Toy";
    type Key = u8;
    type Message = Message;
    type Event = Event;

    fn tables(tables: &mut Tables) {
        tables.add::<Notes>();
        tables.add::<Many>();
    }

    fn decide(me: &u8, message: &Message, turn: &mut Turn<'_, Toy>) {
        match message {
            Message::Note(no) => turn.record(Event::Noted(*me, *no)),
            Message::Relay(no, path) => {
                turn.record(Event::Noted(*me, *no));
                if let Some((next, rest)) = path.split_first() {
                    turn.send_to(*next, Message::Relay(*no, rest.to_vec()));
                }
            }
            Message::Fan { to, count } => (0..*count).for_each(|no| turn.send_to(*to, Message::Note(no))),
            Message::Read => {}
            Message::Trespass(other) => _ = turn.get::<Notes>(&Of(*other)),
            Message::Ignore => return,
            Message::Draw => {
                let drawn = turn.random() as u32;
                turn.record(Event::Noted(*me, drawn));
            }
            Message::Panic => panic!("on purpose"),
            Message::Forget => turn.record(Event::Forgotten(*me)),
            Message::CallOut(call) => turn.call(call.clone()),
            Message::Timer { id, ms, real, no } => {
                let due = if *real { turn.real_in(*ms) } else { turn.trade_in(*ms) };
                turn.timer(timer(*id), due, Message::Note(*no));
            }
            Message::Cancel(id) => turn.cancel_timer(timer(*id)),
            Message::Survey(tree) => {
                (0..*tree).for_each(|key| _ = turn.get::<Many>(&key));
                turn.record(Event::Noted(*me, u32::from(*tree)));
            }
            Message::Misplace(other) => turn.record(Event::Noted(*other, 1)),
            Message::StateThenPanic(no) => {
                turn.record(Event::Noted(*me, *no));
                panic!("on purpose");
            }
        }
        let notes = turn.get::<Notes>(&Of(*me)).map(|notes| notes.0.clone()).unwrap_or_default();
        turn.answer(message, notes);
    }

    fn fold(event: &Event, fold: &mut Fold<'_>) {
        match event {
            Event::Noted(of, no) => {
                fold.change::<Notes>(&Of(*of), |notes| notes.get_or_insert_default().0.push(*no));
            }
            Event::Forgotten(of) => fold.change::<Notes>(&Of(*of), |notes| *notes = None),
        }
    }

    fn partition(me: &u8, _message: &Message) -> Partition {
        partition(*me)
    }

    fn name(message: &Message) -> &'static str {
        match message {
            Message::Panic => "Panic",
            Message::Note(_) => "Note",
            _ => "Other",
        }
    }

    fn given_up(me: &u8, _message: &Message, _panic: &str, turn: &mut Turn<'_, Toy>) {
        turn.record(Event::Noted(*me, GIVEN_UP));
    }

    fn idle_ms(me: &u8, _rules: &()) -> Option<u64> {
        (*me >= 100).then_some(IDLE_MS)
    }
}

fn timer(id: u8) -> TimerId {
    TimerId { kind: id, of: 0 }
}

/// A started cell with the actors 0, 1 and 2.
pub async fn started() -> Kit<Toy> {
    let mut kit = kit();
    kit.start().await;
    kit
}

pub fn kit() -> Kit<Toy> {
    super::super::kit::hush_panics();
    let mut kit = Kit::new(|| ());
    kit.tree = Box::new(|| tree(&[At(0), At(1), At(2)]));
    kit
}

/// What an actor has noted, whether it is in memory or in its tree.
pub async fn notes(kit: &Kit<Toy>, of: u8) -> Vec<u32> {
    kit.ask_of(of, Message::Read)
        .await
        .unwrap_or_else(|refused| panic!("{of} does not say what it has noted: {refused}"))
}

/// An answer to a call.
pub fn note(no: u32) -> app::Message {
    Message::Note(no).into()
}

pub fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

type AtPoint = Box<dyn Fn(Point, Address, &Message)>;
type Hangs = Box<dyn Fn(Address, &Message) -> Option<u64>>;

/// Faults by closures.
pub struct Faults {
    at: AtPoint,
    hangs: Hangs,
}

impl Faults {
    /// Panics at the point when `that` is handled, for the first `times`.
    pub fn panics(point: Point, that: fn(Address, &Message) -> bool, times: u32) -> Rc<Faults> {
        let left = Cell::new(times);
        let at = move |here, to, message: &Message| {
            if here == point && that(to, message) && left.get() > 0 {
                left.set(left.get() - 1);
                panic!("on purpose");
            }
        };
        Rc::new(Faults { at: Box::new(at), hangs: Box::new(|_, _| None) })
    }

    pub fn hangs(hangs: impl Fn(Address, &Message) -> Option<u64> + 'static) -> Rc<Faults> {
        Rc::new(Faults { at: Box::new(|_, _, _| {}), hangs: Box::new(hangs) })
    }

    /// Looks on at every point.
    pub fn sees(at: impl Fn(Point, Address, &Message) + 'static) -> Rc<Faults> {
        Rc::new(Faults { at: Box::new(at), hangs: Box::new(|_, _| None) })
    }
}

impl Hooks<Toy> for Faults {
    fn at(&self, point: Point, to: Address, app::Message::At(message): &app::Message) {
        (self.at)(point, to, message);
    }

    fn hang_ms(&self, to: Address, app::Message::At(message): &app::Message) -> Option<u64> {
        (self.hangs)(to, message)
    }
}

/// Every turn in the journal, as bytes.
pub fn trace(kit: &Kit<Toy>) -> Vec<Vec<u8>> {
    use crate::journal::{Journal as _, Position};
    let mut trace = vec![];
    let visit = &mut |_: Position, bytes: &[u8]| {
        trace.push(bytes.to_vec());
        Ok(())
    };
    kit.journal.replay(Position::START, visit).unwrap();
    trace
}

/// What recovery makes of the journal alone, without any tree.
pub fn rebuilt(kit: &Kit<Toy>, of: u8) -> Vec<u32> {
    let trees = crate::storage::MemoryTrees::new(&crate::runtime::tree_names::<Toy>());
    let recovered =
        crate::runtime::recover::<Toy>(&kit.journal as &dyn crate::journal::Journal, &trees).unwrap();
    recovered.tables.of::<Notes>().peek(&Of(of)).cloned().unwrap_or_default().0
}
