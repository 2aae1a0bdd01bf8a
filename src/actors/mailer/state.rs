use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::domain::{Happening, Step, Timestamp};
use crate::partners::mail::Letter;
use crate::runtime::{Aggregate, Fold, Partition, Unread, Versioned, versioned};
use crate::storage::TreeName;

use super::{MailId, v1};

/// Tree `mail`: a letter that has not been posted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    pub letter: Arc<Letter>,
    /// How often the post was called.
    pub attempts: u32,
    /// Where it will not be posted any more.
    pub parked: Option<Parked>,
}

/// It waits for the operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parked {
    pub why: String,
    /// Since when. `None` where it was parked by a build that did not note it.
    pub at: Option<Timestamp>,
}

impl From<v1::Mail> for Mail {
    fn from(old: v1::Mail) -> Mail {
        Mail { letter: old.letter, attempts: old.attempts, parked: old.parked.map(Parked::some_time) }
    }
}

impl Parked {
    fn some_time(why: String) -> Parked {
        Parked { why, at: None }
    }
}

impl Aggregate for Mail {
    const TREE: TreeName = TreeName("mail");
    const VERSION: u8 = 2;
    type Key = MailId;

    fn partition(mail: &MailId) -> Partition {
        mail.order.slot().into()
    }

    fn upcast(version: u8, bytes: &mut &[u8]) -> Result<Mail, Unread> {
        match version {
            1 => Ok(versioned::take::<v1::Mail>(bytes)?.into()),
            unknown => Err(Unread::Version(unknown)),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
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
        parked: Parked,
    },
}

impl Versioned for Event {
    const VERSION: u8 = 2;

    fn upcast(version: u8, bytes: &mut &[u8]) -> Result<Event, Unread> {
        match version {
            1 => Ok(versioned::take::<v1::Event>(bytes)?.into()),
            unknown => Err(Unread::Version(unknown)),
        }
    }
}

impl From<v1::Event> for Event {
    fn from(old: v1::Event) -> Event {
        match old {
            v1::Event::Queued { mail, letter } => Event::Queued { mail, letter },
            v1::Event::TriedAgain { mail, attempts } => Event::TriedAgain { mail, attempts },
            v1::Event::Posted { mail } => Event::Posted { mail },
            v1::Event::Parked { mail, why } => Event::Parked { mail, parked: Parked::some_time(why) },
        }
    }
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

    pub fn happenings(&self) -> crate::actors::Happenings {
        match self {
            Event::Posted { mail } => {
                smallvec![(mail.order, Step::MAIL, Happening::Mailed { what: mail.kind.slug().to_owned() })]
            }
            Event::Parked { mail, parked: Parked { why, .. } } => {
                let what = mail.kind.slug().to_owned();
                let case = format!("the letter {what} could not be sent: {why}");
                smallvec![
                    (mail.order, Step::MAIL, Happening::MailParked { what, why: why.clone() }),
                    (mail.order, Step::CASE, Happening::CaseOpened { why: case }),
                ]
            }
            Event::Queued { .. } | Event::TriedAgain { .. } => smallvec![],
        }
    }
}

pub fn fold(event: &Event, fold: &mut Fold<'_>) {
    fold.change::<Mail>(event.mail(), |row| match (event, row) {
        (Event::Queued { letter, .. }, row) => {
            *row = Some(Mail { letter: letter.clone(), attempts: 1, parked: None });
        }
        (Event::Posted { .. }, row) => *row = None,
        (Event::TriedAgain { attempts, .. }, Some(mail)) => mail.attempts = *attempts,
        (Event::Parked { parked, .. }, Some(mail)) => mail.parked = Some(parked.clone()),
        (Event::TriedAgain { .. } | Event::Parked { .. }, None) => {}
    });
}
