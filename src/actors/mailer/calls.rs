//! What the post is given.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::actors::PartnerCall;
use crate::domain::OrderId;
use crate::partners::mail::Letter;
use crate::partners::{Answered, Partners, PendingAnswer};
use crate::runtime::{Redrive, Unread, Versioned, versioned};

use super::{MailId, Message, v2};

/// A letter to a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SendLetter {
    pub mail: MailId,
    pub letter: Arc<Letter>,
}

impl Versioned for SendLetter {
    const VERSION: u8 = 2;

    fn upcast(version: u8, bytes: &mut &[u8]) -> Result<SendLetter, Unread> {
        match version {
            1 => Ok(versioned::take::<v2::SendLetter>(bytes)?.into()),
            unknown => Err(Unread::unknown(unknown, Self::VERSION)),
        }
    }
}

impl From<v2::SendLetter> for SendLetter {
    fn from(old: v2::SendLetter) -> SendLetter {
        SendLetter { mail: old.mail.into(), letter: v2::letter(old.letter) }
    }
}

impl PartnerCall for SendLetter {
    type Answer = ();
    type Message = Message;
    const NAME: &'static str = "e-mail";
    const LANE: &'static str = "mail";
    /// A second copy is known by its `Message-ID`.
    const REDRIVE: Redrive = Redrive::AtLeastOnce;

    fn make(&self, partners: &Partners) -> PendingAnswer<()> {
        partners.post.send(self.letter.clone())
    }

    fn answered(&self, result: Answered<()>) -> Message {
        Message::Posted { mail: self.mail.clone(), result }
    }

    fn order(&self) -> Option<OrderId> {
        self.letter.about.order()
    }
}
