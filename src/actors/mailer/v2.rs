//! Version 2 of what is stored here, and version 1 of what the mailer is told: a letter was always about an order, and told neither
//! its number for people nor where it goes, nor what its total is made of.

use std::sync::Arc;

use serde::Deserialize;

use crate::domain::{Date, Money, OrderId, Timestamp};
use crate::partners::Answered;
use crate::partners::mail::{self, LetterLine, MailKind};

use super::Parked;

#[derive(Deserialize)]
pub struct Mail {
    pub letter: Arc<Letter>,
    pub attempts: u32,
    pub parked: Option<Parked>,
}

#[derive(Deserialize)]
pub enum Event {
    Queued { mail: MailId, letter: Arc<Letter> },
    TriedAgain { mail: MailId, attempts: u32 },
    Posted { mail: MailId },
    Parked { mail: MailId, parked: Parked },
}

#[derive(Deserialize)]
pub enum Message {
    Send(Arc<Letter>),
    Posted { mail: MailId, result: Answered<()> },
    Retry { mail: MailId },
}

#[derive(Deserialize)]
pub struct SendLetter {
    pub mail: MailId,
    pub letter: Arc<Letter>,
}

#[derive(Deserialize)]
pub struct MailId {
    pub order: OrderId,
    pub kind: MailKind,
    pub written_at: Timestamp,
}

impl From<MailId> for super::MailId {
    fn from(old: MailId) -> super::MailId {
        super::MailId { about: old.order.into(), kind: old.kind, written_at: old.written_at }
    }
}

#[derive(Clone, Deserialize)]
pub struct Letter {
    pub kind: MailKind,
    pub order: OrderId,
    pub to_address: String,
    pub to_name: String,
    pub link: Option<String>,
    pub lines: Vec<LetterLine>,
    /// Of what it is made of nothing is known, so it is not told again.
    pub total: Money,
    /// The day on which it leaves is not the one at the doorstep.
    pub promised_on: Option<Date>,
    pub tracking: Option<String>,
    pub reason: Option<String>,
    pub written_at: Timestamp,
}

/// As a letter is written now. What was not told then is not made up.
pub fn letter(old: Arc<Letter>) -> Arc<mail::Letter> {
    let old = Arc::unwrap_or_clone(old);
    Arc::new(mail::Letter {
        kind: old.kind,
        about: old.order.into(),
        number: None,
        to_address: old.to_address,
        to_name: old.to_name,
        link: old.link,
        lines: old.lines,
        totals: None,
        ship_to: None,
        arrives_on: None,
        tracking: old.tracking,
        reason: old.reason,
        aftermath: None,
        written_at: old.written_at,
    })
}
