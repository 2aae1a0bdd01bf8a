//! Keys for programs: the operator gives and revokes them.

use crate::actors::Turn;
use crate::runtime::Snapshot;

use super::{AddKey, AllPrograms, Event, ListKeys, NoKey, Programs, RevokeKey};

fn known(turn: &mut Turn<'_>) -> Snapshot<Programs> {
    turn.get::<Programs>(&AllPrograms).unwrap_or_default()
}

pub fn add(turn: &mut Turn<'_>, question: &AddKey) {
    let AddKey { name, key, role } = question;
    let given = known(turn).id_for(name);
    if let Ok(program) = given {
        let (name, key, role, at) = (name.clone(), *key, *role, turn.now());
        turn.record(Event::KeyAdded { program, name, key, at, role });
    }
    turn.answer(question, given);
}

pub fn revoke(turn: &mut Turn<'_>, question: &RevokeKey) {
    let programs = known(turn);
    let named = programs.named(&question.name).filter(|program| program.revoked_at.is_none());
    let revoked = named.map(|program| program.id).ok_or(NoKey::NoSuchKey);
    if let Ok(program) = revoked {
        turn.record(Event::KeyRevoked { program, at: turn.now() });
    }
    turn.answer(question, revoked);
}

pub fn list(turn: &mut Turn<'_>, question: &ListKeys) {
    let programs = known(turn);
    turn.answer(question, Programs::clone(&programs));
}
