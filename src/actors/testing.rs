//! For decision tests: given a scene, when an actor gets a message, then this is its turn.

use rand::{SeedableRng, rngs::StdRng};

use crate::domain::Timestamp;
use crate::journal::Position;
use crate::runtime::{Application, Home, Keys, RequestId, State as _, Tables as _};

use super::{Address, Context, Message, Rules, Shop, Stamp, State, Turn};

/// A shop on a desk: states, a clock that stands until it is moved, seeded randomness.
/// Nothing is delivered: each turn is returned, and only its events are applied.
pub struct Scene {
    pub state: State,
    pub rules: Rules,
    pub now: Timestamp,
    pub real_now: Timestamp,
    position: Position,
    random: StdRng,
}

impl Default for Scene {
    fn default() -> Scene {
        Scene {
            state: State::default(),
            rules: Rules::default(),
            now: Scene::NOON,
            real_now: Scene::NOON,
            position: Position::START,
            random: StdRng::seed_from_u64(1),
        }
    }
}

impl Scene {
    /// Sunday 2026-11-22, 12:00 UTC, by both clocks.
    pub const NOON: Timestamp = Timestamp(1_795_348_800_000);

    pub fn new() -> Scene {
        Scene::default()
    }

    /// A message from another actor, a timer or a call's result.
    pub fn when(&mut self, to: Address, message: impl Into<Message>) -> Turn {
        self.turn(to, message.into(), None)
    }

    /// A question from the gateway.
    pub fn asked(&mut self, to: Address, request: RequestId, message: impl Into<Message>) -> Turn {
        self.turn(to, message.into(), Some(request))
    }

    fn turn(&mut self, to: Address, message: Message, request: Option<RequestId>) -> Turn {
        let home = Shop::home(to, &message);
        self.load(|state, keys| Shop::touches(state, to, &message, keys));
        self.assert_at_home(home, |state, keys| Shop::touches(state, to, &message, keys));
        let mut context = Context::new(self.now, self.real_now, &mut self.random, &self.rules, request, to);
        let turn = Shop::decide(&self.state, to, &message, &mut context);
        self.position = self.position.next();
        let stamp = Stamp { position: self.position, at: self.now, by: to };
        for event in turn.events() {
            self.load(|_, keys| State::changed_by(to, event, keys));
            self.assert_at_home(home, |_, keys| State::changed_by(to, event, keys));
            self.state.apply(event, &stamp);
        }
        turn
    }

    /// What is read and changed is at home where the message is.
    fn assert_at_home(&self, home: Home, name: impl Fn(&State, &mut Keys)) {
        let nothing_loaded = State::default();
        let mut keys = Keys::missing_in(&nothing_loaded);
        name(&self.state, &mut keys);
        for (tree, key) in keys.into_list() {
            assert_eq!(Shop::home_of(tree, &key), home, "{key:?} of tree {tree}");
        }
    }

    /// What is not in the scene is known not to exist.
    fn load(&mut self, name: impl Fn(&State, &mut Keys)) {
        loop {
            let mut keys = Keys::missing_in(&self.state);
            name(&self.state, &mut keys);
            let missing = keys.into_list();
            if missing.is_empty() {
                return;
            }
            for (tree, key) in missing {
                let table = self.state.table_mut(tree).expect("a key names a table of the shop");
                table.load(&key, None).expect("an absent value needs no decoding");
            }
        }
    }
}
