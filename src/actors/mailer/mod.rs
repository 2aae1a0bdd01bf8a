//! Mailer: the shop's outbox. Step 14, and every other letter.
//!
//! Owns the tree `mail`: a row for each letter that has not been posted. Supervised under `edge`.
//!
//! - A letter is on record before the post is called, and is in the end posted, or parked with its reason
//!   and a case; one about a case itself, with a warning in the log.
//! - The same letter twice while it is unsent is one letter. After it was posted its row is gone; who
//!   writes states one letter for each event, and a message is handled once, so a repeat cannot come then.
//! - What is unknown is posted again with the same `Message-ID`.
mod calls;
mod decide;
#[cfg(test)]
mod golden_tests;
mod mail_id;
mod messages;
mod parked;
mod state;
#[cfg(test)]
mod tests;
mod v1;
mod v2;

pub use calls::SendLetter;
pub use mail_id::MailId;
pub use messages::*;
pub use parked::Parked;
pub use state::{Event, Mail};
