use std::fmt;

use serde::Serialize;

use super::Failure;

/// How a thing stands that `doorstep check` looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Ready,
    /// The shop opens without it.
    NotSetUp,
    /// The shop does not open.
    Wrong,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub level: Level,
    pub what: &'static str,
    /// How it stands; of what is wrong, what to do too.
    pub why: String,
    /// What to do, where it is not set up.
    pub remedy: Option<String>,
}

impl Finding {
    pub fn ready(what: &'static str, why: impl Into<String>) -> Finding {
        Finding { level: Level::Ready, what, why: why.into(), remedy: None }
    }

    pub fn not_set_up(what: &'static str, why: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding { level: Level::NotSetUp, what, why: why.into(), remedy: Some(remedy.into()) }
    }

    /// As the start would refuse it.
    pub fn wrong(what: &'static str, Failure(why): Failure) -> Finding {
        Finding { level: Level::Wrong, what, why, remedy: None }
    }

    /// Ready where there is something to show, else not set up.
    pub fn of(what: &'static str, value: Option<&str>, otherwise: &str, remedy: &str) -> Finding {
        match value {
            Some(value) => Finding::ready(what, value),
            None => Finding::not_set_up(what, otherwise, remedy),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Ready => "ok",
            Level::NotSetUp => "--",
            Level::Wrong => "!!",
        };
        write!(f, "{level}  {:<12} {}", self.what, self.why)?;
        self.remedy.as_ref().map_or(Ok(()), |remedy| write!(f, ": {remedy}"))
    }
}
