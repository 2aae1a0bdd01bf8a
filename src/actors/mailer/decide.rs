use std::sync::Arc;

use crate::actors::{Notes, Shop, Teller, Turn, case};
use crate::domain::{CaseKind, OrderId, Party};
use crate::partners::Answered;
use crate::partners::mail::Letter;
use crate::runtime::{Actor, Fold, Partition, Snapshot, Tables, TimerId};

use super::{Event, Mail, MailId, Mailer, Message, Parked, SendLetter, state};

impl Actor for Mailer {
    type App = Shop;
    const NAME: &'static str = Party::Mailer.name();
    const ROLE: Option<Teller> = Some(Teller::own(Party::Mailer));
    type Key = ();
    type Message = Message;
    type Event = Event;

    fn tables(tables: &mut Tables) {
        tables.add::<Mail>();
    }

    fn decide(_: &(), message: &Message, turn: &mut Turn<'_>) {
        match message {
            Message::Send(letter) => send(turn, letter),
            Message::Posted { mail, result } => posted(turn, mail, result),
            Message::Retry { mail } => retry(turn, mail),
        }
    }

    fn fold(event: &Event, fold: &mut Fold<'_>) {
        state::fold(event, fold);
    }

    fn partition(_: &(), message: &Message) -> Partition {
        message.mail().partition()
    }

    fn name(message: &Message) -> &'static str {
        message.into()
    }

    fn subject(message: &Message) -> Option<OrderId> {
        message.order()
    }

    fn notes(event: &Event) -> Notes {
        event.happenings().into()
    }
}

/// The only timer of a letter, and of this actor: so the kind of the letter is the kind of the timer.
/// An order's low bits are random, so that no sum with a time is that of another letter; a case gets one letter of a kind.
fn timer(mail: &MailId) -> TimerId {
    TimerId { kind: mail.kind as u8, of: mail.about.number().wrapping_add(u128::from(mail.written_at.0)) }
}

fn send(turn: &mut Turn<'_>, letter: &Arc<Letter>) {
    let letter = with_own_time(turn, letter);
    let mail = MailId::of(&letter);
    if turn.get::<Mail>(&mail).is_some() {
        // the same letter, and it is unsent
        return;
    }
    post(turn, &mail, &letter);
    turn.record(Event::Queued { mail, letter });
}

/// Two letters of one kind can be written in one millisecond: two suppliers slip together. The second is
/// dated a millisecond later, so that neither is taken for the other.
fn with_own_time(turn: &mut Turn<'_>, letter: &Arc<Letter>) -> Arc<Letter> {
    let mut letter = letter.clone();
    while turn.get::<Mail>(&MailId::of(&letter)).is_some_and(|row| row.letter != letter) {
        let later = letter.written_at.plus_ms(1);
        Arc::make_mut(&mut letter).written_at = later;
    }
    letter
}

fn post(turn: &mut Turn<'_>, mail: &MailId, letter: &Arc<Letter>) {
    turn.call(SendLetter { mail: mail.clone(), letter: letter.clone() });
}

fn posted(turn: &mut Turn<'_>, mail: &MailId, result: &Answered<()>) {
    let Some(row) = unsent(turn, mail) else { return };
    match result {
        Answered::Known(()) => {
            turn.record(Event::Posted { mail: mail.clone() });
            turn.cancel_timer(timer(mail));
        }
        Answered::Refused(why) => park(turn, mail, why.clone()),
        Answered::Unknown(why) if row.attempts >= turn.rules().mail_attempts_max => {
            let why = format!("no answer after {} attempts, the last: {why}", row.attempts);
            park(turn, mail, why);
        }
        Answered::Unknown(_) => {
            let due = turn.real_in(turn.rules().retry_ms(row.attempts));
            turn.timer(timer(mail), due, Message::Retry { mail: mail.clone() });
        }
    }
}

fn park(turn: &mut Turn<'_>, mail: &MailId, why: String) {
    let parked = Parked { why, at: Some(turn.now()) };
    turn.record(Event::Parked { mail: mail.clone(), parked: parked.clone() });
    // one about a case opens none: it would never end. The log warns of it
    if let Some(order) = mail.about.order() {
        case::open_noted(turn, CaseKind::Mail, Some(order), parked.case_of(mail.kind, order));
    }
}

fn retry(turn: &mut Turn<'_>, mail: &MailId) {
    let Some(row) = unsent(turn, mail) else { return };
    let attempts = row.attempts.saturating_add(1);
    turn.record(Event::TriedAgain { mail: mail.clone(), attempts });
    post(turn, mail, &row.letter);
}

/// The letter while it is to be posted. An answer or a timer that comes later finds none: nothing is to do.
fn unsent(turn: &mut Turn<'_>, mail: &MailId) -> Option<Snapshot<Mail>> {
    turn.get::<Mail>(mail).filter(|row| row.parked.is_none())
}
