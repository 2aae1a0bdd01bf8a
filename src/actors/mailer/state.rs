use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::smallvec;

use crate::domain::{Happening, Step};
use crate::partners::mail::Letter;
use crate::runtime::{Aggregate, Fold, Partition, Unread, Versioned, versioned};
use crate::storage::TreeName;

use super::{MailId, Parked, v1, v2};

/// Tree `mail`: a letter that has not been posted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    pub letter: Arc<Letter>,
    /// How often the post was called.
    pub attempts: u32,
    /// Where it will not be posted any more.
    pub parked: Option<Parked>,
}

impl Aggregate for Mail {
    const TREE: TreeName = TreeName("mail");
    const VERSION: u8 = 3;
    type Key = MailId;

    fn partition(mail: &MailId) -> Partition {
        mail.partition()
    }

    fn upcast(version: u8, bytes: &mut &[u8]) -> Result<Mail, Unread> {
        match version {
            1 => Ok(v2::Mail::from(versioned::take::<v1::Mail>(bytes)?).into()),
            2 => Ok(versioned::take::<v2::Mail>(bytes)?.into()),
            unknown => Err(Unread::unknown(unknown, Self::VERSION)),
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
    const VERSION: u8 = 3;

    fn upcast(version: u8, bytes: &mut &[u8]) -> Result<Event, Unread> {
        match version {
            1 => Ok(v2::Event::from(versioned::take::<v1::Event>(bytes)?).into()),
            2 => Ok(versioned::take::<v2::Event>(bytes)?.into()),
            unknown => Err(Unread::unknown(unknown, Self::VERSION)),
        }
    }
}

impl From<v2::Mail> for Mail {
    fn from(old: v2::Mail) -> Mail {
        Mail { letter: v2::letter(old.letter), attempts: old.attempts, parked: old.parked }
    }
}

impl From<v2::Event> for Event {
    fn from(old: v2::Event) -> Event {
        match old {
            v2::Event::Queued { mail, letter } => {
                Event::Queued { mail: mail.into(), letter: v2::letter(letter) }
            }
            v2::Event::TriedAgain { mail, attempts } => Event::TriedAgain { mail: mail.into(), attempts },
            v2::Event::Posted { mail } => Event::Posted { mail: mail.into() },
            v2::Event::Parked { mail, parked } => Event::Parked { mail: mail.into(), parked },
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

    /// A case has no timeline.
    pub fn happenings(&self) -> crate::actors::Happenings {
        let Some(order) = self.mail().about.order() else { return smallvec![] };
        let what = self.mail().kind.slug().to_owned();
        match self {
            Event::Posted { .. } => smallvec![(order, Step::MAIL, Happening::Mailed { what })],
            Event::Parked { mail, parked } => {
                let case = parked.case_of(mail.kind, order).into_string();
                let why = parked.why.clone();
                smallvec![
                    (order, Step::MAIL, Happening::MailParked { what, why }),
                    (order, Step::CASE, Happening::CaseOpened { why: case }),
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
