use std::sync::Arc;

use crate::actors::Answered;
use crate::actors::{Call, Context, Turn, What};
use crate::partners::mail::Letter;
use crate::runtime::{Keys, TimerId};

use super::state::Mail;
use super::{Event, MailId, Message, State};

pub fn touches(state: &State, message: &Message, keys: &mut Keys) {
    match message {
        // asked again once the row is in memory: the letter may have to take another place
        Message::Send(letter) => keys.add::<Mail>(&MailId::of(&with_own_time(state, letter))),
        Message::Posted { mail, .. } | Message::Retry { mail } => keys.add::<Mail>(mail),
    }
}

pub fn decide(state: &State, message: &Message, context: &mut Context<'_>) -> Turn {
    match message {
        Message::Send(letter) => send(state, letter, context),
        Message::Posted { mail, result } => posted(state, mail, result, context),
        Message::Retry { mail } => retry(state, mail, context),
    }
}

/// The only timer of a letter, and of this actor: so the kind of the letter is the kind of the timer.
/// An id's low bits are random, so that no sum with a time is that of another letter.
fn timer(mail: &MailId) -> TimerId {
    TimerId { kind: mail.kind as u8, of: mail.order.number().wrapping_add(u128::from(mail.written_at.0)) }
}

fn send(state: &State, letter: &Arc<Letter>, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let letter = with_own_time(state, letter);
    let mail = MailId::of(&letter);
    if state.mail.get(&mail).is_some() {
        // the same letter, and it is unsent
        return turn;
    }
    post(&mut turn, &mail, &letter, context);
    turn.event(Event::Queued { mail, letter });
    turn
}

/// Two letters of one kind can be written in one millisecond: two suppliers slip together. The second is
/// dated a millisecond later, so that neither is taken for the other.
fn with_own_time(state: &State, letter: &Arc<Letter>) -> Arc<Letter> {
    let mut letter = letter.clone();
    while state.mail.peek(&MailId::of(&letter)).is_some_and(|row| row.letter != letter) {
        let later = letter.written_at.plus_ms(1);
        Arc::make_mut(&mut letter).written_at = later;
    }
    letter
}

fn post(turn: &mut Turn, mail: &MailId, letter: &Arc<Letter>, context: &Context<'_>) {
    turn.call(Call {
        deadline_ms: context.rules().call_deadline_ms,
        what: What::Post { mail: mail.clone(), letter: letter.clone() },
    });
}

fn posted(state: &State, mail: &MailId, result: &Answered<()>, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let Some(row) = unsent(state, mail) else { return turn };
    match result {
        Answered::Yes(()) => {
            turn.event(Event::Posted { mail: mail.clone() });
            turn.cancel_timer(timer(mail));
        }
        Answered::Refused(why) => turn.event(Event::Parked { mail: mail.clone(), why: why.clone() }),
        Answered::Unknown(why) if row.attempts >= context.rules().mail_attempts_max => {
            let why = format!("no answer after {} attempts, the last: {why}", row.attempts);
            turn.event(Event::Parked { mail: mail.clone(), why });
        }
        Answered::Unknown(_) => {
            let due = context.real_in(context.rules().retry_ms(row.attempts));
            turn.timer(timer(mail), due, Message::Retry { mail: mail.clone() });
        }
    }
    turn
}

fn retry(state: &State, mail: &MailId, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let Some(row) = unsent(state, mail) else { return turn };
    let attempts = row.attempts.saturating_add(1);
    turn.event(Event::TriedAgain { mail: mail.clone(), attempts });
    post(&mut turn, mail, &row.letter, context);
    turn
}

/// The letter while it is to be posted. An answer or a timer that comes later finds none: nothing is to do.
fn unsent<'a>(state: &'a State, mail: &MailId) -> Option<&'a Mail> {
    state.mail.get(mail).filter(|row| row.parked.is_none())
}
