use serde::{Deserialize, Serialize};

use crate::actors::CaseText;
use crate::domain::{OrderId, Timestamp};
use crate::partners::mail::MailKind;

/// It is kept as it was written, and is not sent any more: its case says what to do instead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parked {
    pub why: String,
    /// Since when. `None` where it was parked by a build that did not note it.
    pub at: Option<Timestamp>,
}

impl Parked {
    /// What the operator reads.
    pub(super) fn case_of(&self, letter: MailKind, order: OrderId) -> CaseText {
        let wrong = format_args!("the letter {} could not be sent ({})", letter.slug(), self.why);
        if letter.is_to_the_shop() {
            let see = format_args!(
                "see that shop.email takes letters; `doorstep orders --search {order}` shows the order"
            );
            return CaseText::new(wrong, see);
        }
        let tell =
            format_args!("tell the customer yourself, `doorstep orders --search {order}` shows her address");
        CaseText::new(wrong, tell)
    }
}
