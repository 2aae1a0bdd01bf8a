use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::OrderId;
use crate::partners::Answered;
use crate::partners::mail::Letter;
use crate::runtime::{Addressed, Versioned};

use super::MailId;

/// Sends letters.
pub struct Mailer;

/// What the mailer is told, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(strum::VariantNames))]
pub enum Message {
    /// OrderManager, WarehouseActor: one letter for each event; the same one twice is sent once.
    Send(Arc<Letter>),
    /// The post took it, or refused it, or it is unknown (then it is tried again: a second copy has the same `Message-ID`).
    Posted { mail: MailId, result: Answered<()> },
    /// Timer: try again.
    Retry { mail: MailId },
}

impl Versioned for Message {}

impl Addressed for Message {
    type Actor = Mailer;
}

impl Message {
    /// The order that it is about: each message here is about one.
    pub fn about(&self) -> OrderId {
        match self {
            Message::Send(letter) => letter.order,
            Message::Posted { mail, .. } | Message::Retry { mail } => mail.order,
        }
    }

    /// The order that it is about, where it names one.
    pub fn order(&self) -> Option<OrderId> {
        Some(self.about())
    }
}
