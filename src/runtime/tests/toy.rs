//! A small application: actors that keep a list of the numbers that they were told.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::runtime::kit::Kit;
use crate::runtime::{
    Aggregate, AnyTable, Application, CallResult, Context, Home, Hooks, Keys, OutsideCall, Point, Redrive,
    Resolution, SLOTS, Stamp, State as _, Table, TableKey, Tables, TimerId, Turn,
};
use crate::storage::TreeName;

pub struct Toy;

/// Below 100 an actor of the tree, from there on one that comes and goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct At(pub u8);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "toy-{}", self.0)
    }
}

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
}

#[derive(Debug, Serialize, Deserialize)]
pub enum Event {
    Noted(At, u32),
    Forgotten(At),
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

#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    Notes(Vec<u32>),
    Failed(String),
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
    type Key = At;
}

impl TableKey for At {
    fn to_bytes(&self) -> Vec<u8> {
        vec![self.0]
    }

    fn from_bytes(bytes: &[u8]) -> Option<At> {
        bytes.first().map(|no| At(*no))
    }
}

impl OutsideCall for Call {
    fn lane(&self) -> &'static str {
        "lane"
    }

    fn deadline_ms(&self) -> u64 {
        CALL_DEADLINE_MS
    }

    fn redrive(&self) -> Redrive {
        match self.redrive {
            Kind::SameKey => Redrive::SameKey,
            Kind::AskFirst => Redrive::AskFirst,
        }
    }
}

#[derive(Default)]
pub struct State {
    pub notes: Table<Notes>,
}

impl crate::runtime::State<Toy> for State {
    fn changed_by(_by: At, event: &Event, keys: &mut Keys) {
        let (Event::Noted(at, _) | Event::Forgotten(at)) = event;
        keys.add::<Notes>(at);
    }

    fn apply(&mut self, event: &Event, stamp: &Stamp<Toy>) {
        match event {
            Event::Noted(at, no) => {
                self.notes.change(at, stamp.position, |notes| notes.get_or_insert_default().0.push(*no))
            }
            Event::Forgotten(at) => self.notes.change(at, stamp.position, |notes| *notes = None),
        }
    }

    fn tables(&self) -> Vec<&dyn AnyTable> {
        vec![&self.notes]
    }

    fn tables_mut(&mut self) -> Vec<&mut dyn AnyTable> {
        vec![&mut self.notes]
    }
}

impl Tables for State {
    fn table(&self, tree: TreeName) -> Option<&dyn AnyTable> {
        (tree == NOTES).then_some(&self.notes)
    }

    fn table_mut(&mut self, tree: TreeName) -> Option<&mut dyn AnyTable> {
        (tree == NOTES).then_some(&mut self.notes)
    }
}

impl Application for Toy {
    type Address = At;
    type Message = Message;
    type Event = Event;
    type Call = Call;
    type Outcome = u32;
    type Reply = Reply;
    type State = State;
    type Rules = ();

    fn touches(_state: &State, to: At, message: &Message, keys: &mut Keys) {
        keys.add::<Notes>(&to);
        if let Message::Trespass(other) = message {
            keys.add::<Notes>(&At(*other));
        }
    }

    /// Where there are several cells the actor 0 is in the first, and each other where its number falls.
    fn home(to: At, _message: &Message) -> Home {
        if to.0 == 0 { Home::Common } else { Home::Slot(SLOTS - to.0 % SLOTS) }
    }

    fn home_of(_tree: TreeName, key: &[u8]) -> Home {
        Self::home(At(key[0]), &Message::Ignore)
    }

    fn decide(state: &State, to: At, message: &Message, context: &mut Context<'_, Toy>) -> Turn<Toy> {
        let mut turn = Turn::nothing();
        let mut noted = None;
        match message {
            Message::Note(no) => noted = Some(*no),
            Message::Relay(no, path) => {
                noted = Some(*no);
                if let Some((next, rest)) = path.split_first() {
                    turn.send(At(*next), Message::Relay(*no, rest.to_vec()));
                }
            }
            Message::Fan { to, count } => (0..*count).for_each(|no| turn.send(At(*to), Message::Note(no))),
            Message::Read | Message::Trespass(_) => {}
            Message::Ignore => return turn,
            Message::Draw => noted = Some(context.random() as u32),
            Message::Panic => panic!("on purpose"),
            Message::Forget => turn.event(Event::Forgotten(to)),
            Message::CallOut(call) => turn.call(call.clone()),
            Message::Timer { id, ms, real, no } => {
                let due = if *real { context.real_in(*ms) } else { context.trade_in(*ms) };
                turn.timer(timer(*id), due, Message::Note(*no));
            }
            Message::Cancel(id) => turn.cancel_timer(timer(*id)),
        }
        let mut notes = state.notes.get(&to).cloned().unwrap_or_default();
        if let Some(no) = noted {
            notes.0.push(no);
            turn.event(Event::Noted(to, no));
        }
        if let Some(request) = context.request() {
            turn.reply(request, Reply::Notes(notes.0));
        }
        turn
    }

    fn answer(_call: &Call, result: CallResult<u32>) -> Message {
        match result {
            CallResult::Answered(no) => Message::Note(no),
            CallResult::Unknown(_) => Message::Note(UNKNOWN),
        }
    }

    fn given_up(
        _state: &State,
        to: At,
        _message: &Message,
        _panic: &str,
        _context: &mut Context<'_, Toy>,
    ) -> Turn<Toy> {
        let mut turn = Turn::nothing();
        turn.event(Event::Noted(to, GIVEN_UP));
        turn
    }

    fn resolved(_message: &Message, _resolution: Resolution) -> Vec<Event> {
        vec![]
    }

    fn failed(panic: &str) -> Reply {
        Reply::Failed(panic.to_owned())
    }

    fn name(message: &Message) -> &'static str {
        match message {
            Message::Panic => "Panic",
            Message::Note(_) => "Note",
            _ => "Other",
        }
    }

    fn passivate_after_ms(_rules: &(), address: At) -> Option<u64> {
        (address.0 >= 100).then_some(IDLE_MS)
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
    Kit::new(|| (), &[NOTES], &[At(0), At(1), At(2)])
}

/// What an actor has noted, whether it is in memory or in its tree.
pub async fn notes(kit: &Kit<Toy>, of: u8) -> Vec<u32> {
    match kit.ask(At(of), Message::Read).await {
        Ok(Reply::Notes(notes)) => notes,
        other => panic!("{of} does not say what it has noted: {other:?}"),
    }
}

pub fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

type AtPoint = Box<dyn Fn(Point, At, &Message)>;
type Hangs = Box<dyn Fn(At, &Message) -> Option<u64>>;

/// Faults by closures.
pub struct Faults {
    at: AtPoint,
    hangs: Hangs,
}

impl Faults {
    /// Panics at the point when `that` is handled, for the first `times`.
    pub fn panics(point: Point, that: fn(At, &Message) -> bool, times: u32) -> Rc<Faults> {
        let left = Cell::new(times);
        let at = move |here, to, message: &Message| {
            if here == point && that(to, message) && left.get() > 0 {
                left.set(left.get() - 1);
                panic!("on purpose");
            }
        };
        Rc::new(Faults { at: Box::new(at), hangs: Box::new(|_, _| None) })
    }

    pub fn hangs(hangs: impl Fn(At, &Message) -> Option<u64> + 'static) -> Rc<Faults> {
        Rc::new(Faults { at: Box::new(|_, _, _| {}), hangs: Box::new(hangs) })
    }

    /// Looks on at every point.
    pub fn sees(at: impl Fn(Point, At, &Message) + 'static) -> Rc<Faults> {
        Rc::new(Faults { at: Box::new(at), hangs: Box::new(|_, _| None) })
    }
}

impl Hooks<Toy> for Faults {
    fn at(&self, point: Point, to: At, message: &Message) {
        (self.at)(point, to, message);
    }

    fn hang_ms(&self, to: At, message: &Message) -> Option<u64> {
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
    let names: Vec<TreeName> = [NOTES].into_iter().chain(crate::runtime::TREES).collect();
    let trees = crate::storage::MemoryTrees::new(&names);
    let recovered =
        crate::runtime::recover::<Toy>(&kit.journal as &dyn crate::journal::Journal, &trees).unwrap();
    assert_eq!(recovered.state.tables().len(), 1);
    recovered.state.notes.peek(&At(of)).cloned().unwrap_or_default().0
}
