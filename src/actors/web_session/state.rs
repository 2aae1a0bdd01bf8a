use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::actors::Stamp;
use crate::domain::{
    ApiKeyHash, Happening, OrderId, OrderLine, OrderState, ProgramId, SessionId, Sku, Step, Units,
};
use crate::journal::Position;
use crate::runtime::{AnyTable, Keys, Table};

use super::{AllPrograms, CheckoutForm, Nonce, Ordering, Programs, Session};

/// The facts about sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    Created {
        session: SessionId,
    },
    LineSet {
        session: SessionId,
        line: OrderLine,
    },
    LineRemoved {
        session: SessionId,
        sku: Sku,
    },
    CheckoutBegun {
        session: SessionId,
        checkout: Nonce,
        form: Box<CheckoutForm>,
    },
    /// Step 11: the customer was told for the first time. `bought` leaves the cart; it is empty where
    /// nothing was bought, or where there is no cart.
    Answered {
        session: SessionId,
        order: OrderId,
        state: OrderState,
        bought: Vec<Units>,
    },
    /// A program has a key, its first or the next; of the key its hash alone is kept.
    KeyAdded {
        program: ProgramId,
        name: String,
        key: ApiKeyHash,
    },
    KeyRevoked {
        program: ProgramId,
    },
    /// Nothing is left of it.
    Forgotten {
        session: SessionId,
    },
    /// Step 2, for a cart: until it is answered no other checkout buys what is in there.
    CheckoutSent {
        session: SessionId,
        ordering: Ordering,
    },
    /// It was answered.
    CheckoutOver {
        session: SessionId,
    },
}

#[derive(Default)]
pub struct State {
    pub sessions: Table<Session>,
    pub programs: Table<Programs>,
}

impl Event {
    pub fn changes(&self, keys: &mut Keys) {
        match self {
            Event::KeyAdded { .. } | Event::KeyRevoked { .. } => keys.add::<Programs>(&AllPrograms),
            _ => self.session().iter().for_each(|session| keys.add::<Session>(session)),
        }
    }

    /// The session that it changes: the one of the programs keeps nothing.
    fn session(&self) -> Option<SessionId> {
        let session = match self {
            Event::Created { session }
            | Event::Forgotten { session }
            | Event::LineSet { session, .. }
            | Event::LineRemoved { session, .. }
            | Event::CheckoutBegun { session, .. }
            | Event::Answered { session, .. }
            | Event::CheckoutSent { session, .. }
            | Event::CheckoutOver { session } => *session,
            Event::KeyAdded { .. } | Event::KeyRevoked { .. } => return None,
        };
        (session != SessionId::PROGRAMS).then_some(session)
    }

    pub fn happenings(&self) -> crate::actors::Happenings {
        match self {
            Event::Answered { order, state, .. } => {
                smallvec![(*order, Step::CUSTOMER_SEES, Happening::CustomerTold { state: *state })]
            }
            _ => smallvec![],
        }
    }
}

impl State {
    pub fn apply(&mut self, event: &Event, stamp: &Stamp) {
        match event {
            Event::KeyAdded { program, name, key } => {
                self.note_programs(stamp, |programs| programs.add(*program, name, *key, stamp.at));
            }
            Event::KeyRevoked { program } => {
                self.note_programs(stamp, |programs| programs.revoke(*program, stamp.at));
            }
            about_a_session => self.apply_to_session(about_a_session, stamp),
        }
    }

    fn apply_to_session(&mut self, event: &Event, stamp: &Stamp) {
        let Some(id) = event.session() else { return };
        match event {
            Event::Created { .. } => self.sessions.change(&id, stamp.position, |slot| {
                slot.get_or_insert_default();
            }),
            Event::Forgotten { .. } => self.sessions.change(&id, stamp.position, |slot| *slot = None),
            Event::LineSet { line, .. } => self.note(id, stamp.position, |session| session.set_line(line)),
            Event::LineRemoved { sku, .. } => {
                self.note(id, stamp.position, |session| session.remove_line(sku));
            }
            Event::CheckoutBegun { checkout, form, .. } => {
                self.note(id, stamp.position, |session| session.begin_checkout(*checkout, form));
            }
            // an order that came to nothing leaves the cart as it is
            Event::Answered { state: OrderState::Declined | OrderState::Cancelled, .. } => {}
            Event::Answered { order, bought, .. } => {
                self.note(id, stamp.position, |session| session.bought(*order, bought));
            }
            Event::CheckoutSent { ordering, .. } => {
                self.note(id, stamp.position, |session| session.ordering = Some(*ordering));
            }
            Event::CheckoutOver { .. } => self.note(id, stamp.position, |session| session.ordering = None),
            // of no session
            Event::KeyAdded { .. } | Event::KeyRevoked { .. } => {}
        }
    }

    fn note_programs(&mut self, stamp: &Stamp, change: impl FnOnce(&mut Programs)) {
        self.programs.change(&AllPrograms, stamp.position, |slot| change(slot.get_or_insert_default()));
    }

    fn note(&mut self, id: SessionId, position: Position, change: impl FnOnce(&mut Session)) {
        self.sessions.change(&id, position, |slot| {
            if let Some(session) = slot {
                change(session);
            }
        });
    }

    pub fn tables(&self) -> Vec<&dyn AnyTable> {
        vec![&self.sessions, &self.programs]
    }

    pub fn tables_mut(&mut self) -> Vec<&mut dyn AnyTable> {
        vec![&mut self.sessions, &mut self.programs]
    }
}
