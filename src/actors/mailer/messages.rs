use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::OrderId;
use crate::partners::Answered;
use crate::partners::mail::Letter;
use crate::runtime::{Addressed, Unread, Versioned, versioned};

use super::{MailId, v2};

/// Sends letters.
pub struct Mailer;

/// What the mailer is told, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(strum::VariantNames))]
pub enum Message {
    /// OrderManager, WarehouseActor, BackOffice: one letter for each event; the same one twice is sent once.
    Send(Arc<Letter>),
    /// The post took it, or refused it, or it is unknown (then it is tried again: a second copy has the same `Message-ID`).
    Posted { mail: MailId, result: Answered<()> },
    /// Timer: try again.
    Retry { mail: MailId },
}

impl Versioned for Message {
    const VERSION: u8 = 2;

    fn upcast(version: u8, bytes: &mut &[u8]) -> Result<Message, Unread> {
        match version {
            1 => Ok(versioned::take::<v2::Message>(bytes)?.into()),
            unknown => Err(Unread::unknown(unknown, Self::VERSION)),
        }
    }
}

impl From<v2::Message> for Message {
    fn from(old: v2::Message) -> Message {
        match old {
            v2::Message::Send(letter) => Message::Send(v2::letter(letter)),
            v2::Message::Posted { mail, result } => Message::Posted { mail: mail.into(), result },
            v2::Message::Retry { mail } => Message::Retry { mail: mail.into() },
        }
    }
}

impl Addressed for Message {
    type Actor = Mailer;
}

impl Message {
    /// The letter that it is about.
    pub fn mail(&self) -> MailId {
        match self {
            Message::Send(letter) => MailId::of(letter),
            Message::Posted { mail, .. } | Message::Retry { mail } => mail.clone(),
        }
    }

    /// The order that it is about, where it names one.
    pub fn order(&self) -> Option<OrderId> {
        self.mail().about.order()
    }
}
