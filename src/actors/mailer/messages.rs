use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::actors::Answered;
use crate::domain::OrderId;
use crate::partners::mail::Letter;

use super::MailId;

/// What the mailer is told, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// OrderManager, WarehouseActor: one letter for each event; the same one twice is sent once.
    Send(Arc<Letter>),
    /// The post took it, or refused it, or it is unknown (then it is tried again: a second copy has the same `Message-ID`).
    Posted { mail: MailId, result: Answered<()> },
    /// Timer: try again.
    Retry { mail: MailId },
}

impl Message {
    /// Its variant, for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Message::Send(_) => "Send",
            Message::Posted { .. } => "Posted",
            Message::Retry { .. } => "Retry",
        }
    }

    /// The order that it is about, where it names one.
    pub fn order(&self) -> Option<OrderId> {
        match self {
            Message::Send(letter) => Some(letter.order),
            Message::Posted { mail, .. } | Message::Retry { mail } => Some(mail.order),
        }
    }
}
