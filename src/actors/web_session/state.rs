use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::domain::quote::Quote;
use crate::domain::{
    ApiKeyHash, Happening, KeyRole, Money, OrderId, OrderLine, OrderState, ProgramId, SessionId, Sku, Step,
    Timestamp, Units,
};
use crate::runtime::{Fold, Versioned};

use super::{AllPrograms, CheckoutForm, Nonce, Ordering, Programs, Session};

/// The facts about sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
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
        /// What it costs; an earlier build noted none.
        quote: Option<Arc<Quote>>,
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
        at: Timestamp,
        role: KeyRole,
    },
    KeyRevoked {
        program: ProgramId,
        at: Timestamp,
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
    /// A unit of each costs so much now.
    Repriced {
        session: SessionId,
        lines: Vec<(Sku, Money)>,
        at: Timestamp,
    },
    /// The order has come to nothing after she was told of it: what it bought is in the cart again.
    GivenBack {
        session: SessionId,
        order: OrderId,
        lines: Vec<OrderLine>,
    },
}

impl Versioned for Event {
    const VERSION: u8 = 3;
}

impl Event {
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
            | Event::CheckoutOver { session }
            | Event::Repriced { session, .. }
            | Event::GivenBack { session, .. } => *session,
            Event::KeyAdded { .. } | Event::KeyRevoked { .. } => return None,
        };
        (session != SessionId::PROGRAMS).then_some(session)
    }

    pub fn happenings(&self) -> crate::actors::Happenings {
        match self {
            Event::Answered { order, state, .. } => {
                smallvec![(*order, Step::CUSTOMER_SEES, Happening::CustomerTold { state: *state })]
            }
            Event::GivenBack { order, .. } => {
                smallvec![(*order, Step::CUSTOMER_SEES, Happening::BasketGivenBack)]
            }
            _ => smallvec![],
        }
    }
}

pub fn fold(event: &Event, fold: &mut Fold<'_>) {
    match event {
        Event::KeyAdded { program, name, key, at, role } => {
            note_programs(fold, |programs| programs.add(*program, name, *key, *role, *at));
        }
        Event::KeyRevoked { program, at } => {
            note_programs(fold, |programs| programs.revoke(*program, *at));
        }
        about_a_session => {
            if let Some(id) = about_a_session.session() {
                fold_into_session(id, about_a_session, fold);
            }
        }
    }
}

fn fold_into_session(id: SessionId, event: &Event, fold: &mut Fold<'_>) {
    match event {
        Event::Created { .. } => fold.change::<Session>(&id, |slot| {
            slot.get_or_insert_default();
        }),
        Event::Forgotten { .. } => fold.change::<Session>(&id, |slot| *slot = None),
        Event::LineSet { line, .. } => note(id, fold, |session| session.set_line(line)),
        Event::LineRemoved { sku, .. } => note(id, fold, |session| session.remove_line(sku)),
        Event::CheckoutBegun { checkout, form, quote, .. } => {
            note(id, fold, |session| session.begin_checkout(*checkout, form, quote.as_ref()));
        }
        // an order that came to nothing leaves the cart as it is
        Event::Answered { state: OrderState::Declined | OrderState::Cancelled, .. } => {}
        Event::Answered { order, bought, .. } => {
            note(id, fold, |session| session.bought(*order, bought));
        }
        Event::CheckoutSent { ordering, .. } => {
            note(id, fold, |session| session.ordering = Some(*ordering));
        }
        Event::CheckoutOver { .. } => note(id, fold, |session| session.ordering = None),
        Event::Repriced { lines, at, .. } => note(id, fold, |session| {
            lines.iter().for_each(|(sku, price)| session.reprice(sku, *price, *at));
        }),
        Event::GivenBack { lines, .. } => note(id, fold, |session| session.give_back(lines)),
        // of no session
        Event::KeyAdded { .. } | Event::KeyRevoked { .. } => {}
    }
}

fn note_programs(fold: &mut Fold<'_>, change: impl FnOnce(&mut Programs)) {
    fold.change::<Programs>(&AllPrograms, |slot| change(slot.get_or_insert_default()));
}

fn note(id: SessionId, fold: &mut Fold<'_>, change: impl FnOnce(&mut Session)) {
    fold.change::<Session>(&id, |slot| {
        if let Some(session) = slot {
            change(session);
        }
    });
}
