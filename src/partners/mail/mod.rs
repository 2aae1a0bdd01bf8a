//! Stub: the partners branch brings the real one.
use super::Answer;
use crate::domain::{Date, Money, OrderId, Timestamp};
use serde::{Deserialize, Serialize};
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MailKind {
    OrderConfirmation,
    BackorderPromise,
    PromiseChanged,
    PaymentActionNeeded,
    PaymentDeclined,
    Dispatched,
    Delivered,
    Cancelled,
    RefundDone,
    ReturnReceived,
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LetterLine {
    pub title: String,
    pub quantity: u32,
    pub amount: Money,
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    pub kind: MailKind,
    pub order: OrderId,
    pub to_address: String,
    pub to_name: String,
    pub link: Option<String>,
    pub lines: Vec<LetterLine>,
    pub total: Money,
    pub promised_on: Option<Date>,
    pub tracking: Option<String>,
    pub reason: Option<String>,
    pub written_at: Timestamp,
}
pub trait Post {
    fn send(&self, letter: Letter) -> Answer<()>;
}
