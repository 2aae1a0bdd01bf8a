//! For tests of decisions: given a state, when one actor gets a message, then this is its turn.

use rand::{SeedableRng, rngs::StdRng};

use crate::journal::Position;
use crate::storage::MemoryTrees;
use crate::time::Timestamp;

use super::aggregate::{Aggregate, Partition};
use super::application::{Application, Asked, Decided, Turn};
use super::fold::Fold;
use super::place::Place;
use super::request::RequestId;
use super::resolution::Resolution;
use super::tables::Tables;

/// One actor alone: its aggregates, clocks that stand until they are moved, seeded randomness. Nothing is delivered: each
/// turn is returned, and its facts are the state of the next.
///
/// ```
/// # use doorstep::runtime::{Actor, Aggregate, Fold, Tables, Turn, Versioned};
/// # use doorstep::storage::TreeName;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
/// # pub struct Light { on: bool }
/// # impl Aggregate for Light {
/// #     const TREE: TreeName = TreeName("lights");
/// #     type Key = u64;
/// # }
/// # #[derive(Debug, Serialize, Deserialize)]
/// # pub struct Toggle { light: u64 }
/// # impl Versioned for Toggle {}
/// # #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// # pub struct Toggled { light: u64 }
/// # impl Versioned for Toggled {}
/// # pub struct Switch;
/// # impl Actor for Switch {
/// #     type App = House;
/// #     const NAME: &'static str = "Switch";
/// #     type Key = ();
/// #     type Message = Toggle;
/// #     type Event = Toggled;
/// #     fn tables(tables: &mut Tables) { tables.add::<Light>(); }
/// #     fn decide(_: &(), toggle: &Toggle, turn: &mut Turn<'_, House>) {
/// #         turn.record(Toggled { light: toggle.light });
/// #     }
/// #     fn fold(toggled: &Toggled, fold: &mut Fold<'_>) {
/// #         fold.change::<Light>(&toggled.light, |light| { let light = light.get_or_insert_default(); light.on = !light.on; });
/// #     }
/// # }
/// # doorstep::application! { struct House { 1 => Switch: Switch } }
/// # fn main() {
/// use doorstep::runtime::Alone;
/// use doorstep::time::Timestamp;
///
/// let mut alone = Alone::<House>::new((), Timestamp(1_000));
/// alone.given(7, Light { on: true });
/// alone.now = alone.now.plus_ms(60_000);
/// let decided = alone.when(Address::Switch, Toggle { light: 7 });
/// assert!(matches!(decided.events(), [Event::Switch(Toggled { light: 7 })]));
/// assert_eq!(alone.get::<Light>(&7), Some(&Light { on: false }));
/// # }
/// ```
pub struct Alone<A: Application> {
    /// The aggregates of the whole application, as the last turn left them.
    pub tables: Tables,
    /// The settings that decisions read.
    pub rules: A::Rules,
    /// The trade's time, in milliseconds since 1970: it stands until the test moves it.
    pub now: Timestamp,
    /// The real time, likewise: moving one does not move the other.
    pub real_now: Timestamp,
    trees: MemoryTrees,
    position: Position,
    random: StdRng,
}

impl<A: Application> Alone<A> {
    /// Both clocks stand at `now`. There is no aggregate yet.
    pub fn new(rules: A::Rules, now: Timestamp) -> Alone<A> {
        let (position, random) = (Position::START, StdRng::seed_from_u64(1));
        let tables = A::tables();
        let trees = MemoryTrees::new(&tables.names());
        Alone { tables, rules, now, real_now: now, trees, position, random }
    }

    /// A message from another actor, a timer or a call's result.
    ///
    /// # Panics
    /// As all turns here: where the decision does, and where it reads or changes what is kept in another partition than the message
    /// is decided on in.
    pub fn when(&mut self, to: A::Address, message: impl Into<A::Message>) -> Decided<A> {
        let message = message.into();
        self.turn(to, &message, None, |turn| A::decide(to, &message, turn))
    }

    /// A message that has made its actor panic until it was given up.
    pub fn given_up(&mut self, to: A::Address, message: impl Into<A::Message>) -> Decided<A> {
        let message = message.into();
        self.turn(to, &message, None, |turn| A::give_up(to, &message, "on purpose", turn))
    }

    /// The operator's word on a message that was given up; one that is sent again is not told here.
    pub fn resolved(
        &mut self,
        to: A::Address,
        message: impl Into<A::Message>,
        how: Resolution,
    ) -> Decided<A> {
        let message = message.into();
        self.turn(to, &message, None, |turn| A::resolve(to, &message, how, turn))
    }

    /// A question from outside.
    pub fn asked(
        &mut self,
        to: A::Address,
        request: RequestId,
        message: impl Into<A::Message>,
    ) -> Decided<A> {
        let message = message.into();
        self.turn(to, &message, Some(request), |turn| A::decide(to, &message, turn))
    }

    /// The aggregate as the last turn left it; `None` where there is none.
    pub fn get<V: Aggregate>(&self, key: &V::Key) -> Option<&V> {
        self.tables.of::<V>().peek(key)
    }

    /// Puts an aggregate in its place, whatever was there.
    pub fn given<V: Aggregate>(&mut self, key: V::Key, value: V) {
        self.tables.of_mut::<V>().given(key, Some(value));
    }

    fn turn(
        &mut self,
        to: A::Address,
        message: &A::Message,
        request: Option<RequestId>,
        decide: impl FnOnce(&mut Turn<'_, A>),
    ) -> Decided<A> {
        self.does(to, A::partition(to, message), request, decide)
    }

    /// A part of a decision, as a turn of its own. `request`: who waits for an answer.
    pub fn does(
        &mut self,
        to: A::Address,
        partition: Partition,
        request: Option<RequestId>,
        act: impl FnOnce(&mut Turn<'_, A>),
    ) -> Decided<A> {
        let asked = Asked {
            now: self.now,
            real_now: self.real_now,
            random: &mut self.random,
            rules: &self.rules,
            request,
            address: to,
        };
        let mut turn = Turn::new(Fold::of_turn(&mut self.tables, &self.trees, partition), asked);
        act(&mut turn);
        let decided = turn.decided;
        self.position = self.position.next();
        self.tables.commit(Place { position: self.position, at: self.now });
        decided
    }
}
