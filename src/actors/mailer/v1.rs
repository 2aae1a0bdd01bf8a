//! Version 1 of what is stored here: since when a letter is parked was not noted.

use std::sync::Arc;

use serde::Deserialize;

use super::v2::{Letter, MailId};

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
