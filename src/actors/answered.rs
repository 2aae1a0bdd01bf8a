use serde::{Deserialize, Serialize};

use crate::runtime::CallResult;

/// What came of asking a partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answered<T> {
    Yes(T),
    /// It answered no, for good.
    Refused(String),
    /// Time-out or broken link: it may or may not have happened.
    Unknown(String),
}

impl<T> Answered<T> {
    /// From what the runtime brings back of a call.
    pub fn from_call<O>(result: CallResult<O>, open: impl FnOnce(O) -> Answered<T>) -> Answered<T> {
        match result {
            CallResult::Answered(outcome) => open(outcome),
            CallResult::Unknown(why) => Answered::Unknown(why),
        }
    }
}
