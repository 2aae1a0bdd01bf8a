//! Version 1 of what is stored here: since when a letter is parked was not noted.

use std::sync::Arc;

use serde::Deserialize;

use super::Parked;
use super::v2::{self, Letter, MailId};

#[derive(Deserialize)]
pub struct Mail {
    pub letter: Arc<Letter>,
    pub attempts: u32,
    pub parked: Option<String>,
}

#[derive(Deserialize)]
pub enum Event {
    Queued { mail: MailId, letter: Arc<Letter> },
    TriedAgain { mail: MailId, attempts: u32 },
    Posted { mail: MailId },
    Parked { mail: MailId, why: String },
}

impl From<Mail> for v2::Mail {
    fn from(old: Mail) -> v2::Mail {
        v2::Mail { letter: old.letter, attempts: old.attempts, parked: old.parked.map(some_time) }
    }
}

impl From<Event> for v2::Event {
    fn from(old: Event) -> v2::Event {
        match old {
            Event::Queued { mail, letter } => v2::Event::Queued { mail, letter },
            Event::TriedAgain { mail, attempts } => v2::Event::TriedAgain { mail, attempts },
            Event::Posted { mail } => v2::Event::Posted { mail },
            Event::Parked { mail, why } => v2::Event::Parked { mail, parked: some_time(why) },
        }
    }
}

fn some_time(why: String) -> Parked {
    Parked { why, at: None }
}
