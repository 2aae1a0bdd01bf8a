use serde::{Deserialize, Serialize};

use crate::domain::OrderId;
use crate::partners::mail::MailKind;

/// One letter: of one kind about one order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MailId {
    pub order: OrderId,
    pub kind: MailKind,
}
