use crate::actors::stock_keeper::Answered;
use crate::actors::{Call, Context, Turn, What};
use crate::partners::mail::Letter;
use crate::runtime::{Keys, TimerId};

use super::state::Mail;
use super::{Event, MailId, Message, State};

pub fn touches(_state: &State, message: &Message, keys: &mut Keys) {
    match message {
        Message::Send(letter) => keys.add::<Mail>(&id(letter)),
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

fn id(letter: &Letter) -> MailId {
    MailId { order: letter.order, kind: letter.kind }
}

/// The only timer of a letter, and of this actor: so the kind of the letter is the kind of the timer.
fn timer(mail: &MailId) -> TimerId {
    TimerId { kind: mail.kind as u8, of: u128::from_be_bytes(mail.order.to_bytes()) }
}

fn send(state: &State, letter: &Letter, context: &Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    let mail = id(letter);
    if state.mail.get(&mail).is_some() {
        // the same letter, and it is unsent
        return turn;
    }
    post(&mut turn, &mail, letter, context);
    turn.event(Event::Queued { mail, letter: Box::new(letter.clone()) });
    turn
}

fn post(turn: &mut Turn, mail: &MailId, letter: &Letter, context: &Context<'_>) {
    turn.call(Call {
        deadline_ms: context.rules().call_deadline_ms,
        what: What::Post { mail: mail.clone(), letter: Box::new(letter.clone()) },
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
