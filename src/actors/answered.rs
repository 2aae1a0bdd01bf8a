use serde::{Deserialize, Serialize};

/// What came of asking a partner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answered<T> {
    Yes(T),
    /// It answered no, for good.
    Refused(String),
    /// Time-out or broken link: it may or may not have happened.
    Unknown(String),
}
