use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::actors::Stamp;
use crate::domain::{Happening, Step};
use crate::partners::mail::Letter;
use crate::runtime::{Aggregate, AnyTable, Keys, Table};
use crate::storage::TreeName;

use super::MailId;

/// Tree `mail`: a letter that has not been posted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    pub letter: Arc<Letter>,
    /// How often the post was called.
    pub attempts: u32,
    /// Why it will not be posted any more, where that is so.
    pub parked: Option<String>,
}

impl Aggregate for Mail {
    const TREE: TreeName = TreeName("mail");
    type Key = MailId;
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// On record, and given to the post.
    Queued {
        mail: MailId,
        letter: Arc<Letter>,
    },
    /// Given to the post again.
    TriedAgain {
        mail: MailId,
        attempts: u32,
    },
    Posted {
        mail: MailId,
    },
    Parked {
        mail: MailId,
        why: String,
    },
}

#[derive(Default)]
pub struct State {
    pub mail: Table<Mail>,
}

impl Event {
    fn mail(&self) -> &MailId {
        match self {
            Event::Queued { mail, .. }
            | Event::TriedAgain { mail, .. }
            | Event::Posted { mail }
            | Event::Parked { mail, .. } => mail,
        }
    }

    pub fn changes(&self, keys: &mut Keys) {
        keys.add::<Mail>(self.mail());
    }

    pub fn happenings(&self) -> crate::actors::Happenings {
        match self {
            Event::Posted { mail } => {
                smallvec![(mail.order, Step::MAIL, Happening::Mailed { what: mail.kind.slug().to_owned() })]
            }
            Event::Parked { mail, why } => {
                let what = mail.kind.slug().to_owned();
                let case = format!("the letter {what} could not be sent: {why}");
                smallvec![
                    (mail.order, Step::MAIL, Happening::MailParked { what, why: why.clone() }),
                    (mail.order, Step(0), Happening::CaseOpened { why: case }),
                ]
            }
            Event::Queued { .. } | Event::TriedAgain { .. } => smallvec![],
        }
    }
}

impl State {
    pub fn apply(&mut self, event: &Event, stamp: &Stamp) {
        self.mail.change(event.mail(), stamp.position, |row| match (event, row) {
            (Event::Queued { letter, .. }, row) => {
                *row = Some(Mail { letter: letter.clone(), attempts: 1, parked: None });
            }
            (Event::Posted { .. }, row) => *row = None,
            (Event::TriedAgain { attempts, .. }, Some(mail)) => mail.attempts = *attempts,
            (Event::Parked { why, .. }, Some(mail)) => mail.parked = Some(why.clone()),
            (Event::TriedAgain { .. } | Event::Parked { .. }, None) => {}
        });
    }

    pub fn tables(&self) -> Vec<&dyn AnyTable> {
        vec![&self.mail]
    }

    pub fn tables_mut(&mut self) -> Vec<&mut dyn AnyTable> {
        vec![&mut self.mail]
    }
}
