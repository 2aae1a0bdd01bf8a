//! Letters to customers.
//!
//! - At least once: a letter may be sent again with the same request, and then has the same
//!   `Message-ID`, by which the customer's mail program shows it once.
//! - What a customer or a supplier wrote cannot add a header or a recipient to a letter.

use std::sync::Arc;

use super::PendingAnswer;

mod aftermath;
mod eml;
mod kind;
mod letter;
mod memory;
mod subject;
mod text;

pub use aftermath::Aftermath;
pub use eml::{EmlFolder, EmlFolderError, check_sender};
pub use kind::MailKind;
#[cfg(test)]
pub use letter::tests::letter as test_letter;
pub use letter::{AboutOrder, Letter, LetterLine};
pub use memory::MemoryPost;
pub use subject::Subject;
pub use text::RenderedLetter;

/// Sends mail.
pub trait Post: Send + Sync {
    /// `Refused` where the letter can never be sent as it is: an address that is none.
    fn send(&self, letter: Arc<Letter>) -> PendingAnswer<()>;
}
