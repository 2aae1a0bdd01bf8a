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
    /// Without it the shop is open for looking alone.
    pub needed_to_sell: bool,
}

impl Finding {
    pub fn ready(what: &'static str, why: impl Into<String>) -> Finding {
        Finding { level: Level::Ready, what, why: why.into(), remedy: None, needed_to_sell: false }
    }

    pub fn not_set_up(what: &'static str, why: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding {
            level: Level::NotSetUp,
            what,
            why: why.into(),
            remedy: Some(remedy.into()),
            needed_to_sell: false,
        }
    }

    /// As the start would refuse it.
    pub fn wrong(what: &'static str, Failure(why): Failure) -> Finding {
        Finding { level: Level::Wrong, what, why, remedy: None, needed_to_sell: false }
    }

    pub fn needed_to_sell(self) -> Finding {
        Finding { needed_to_sell: true, ..self }
    }

    /// Ready where there is something to show, else not set up.
    pub fn of(what: &'static str, value: Option<&str>, otherwise: &str, remedy: &str) -> Finding {
        match value {
            Some(value) => Finding::ready(what, value),
            None => Finding::not_set_up(what, otherwise, remedy),
        }
    }
}

/// What all of them come to, in a line.
pub fn verdict(findings: &[Finding]) -> String {
    let are = |level| findings.iter().filter(move |finding| finding.level == level);
    if are(Level::Wrong).next().is_some() {
        return "the shop does not open: see the lines with !!".to_owned();
    }
    let missing = are(Level::NotSetUp).filter(|finding| finding.needed_to_sell);
    let missing: Vec<&str> = missing.map(|finding| finding.what).collect();
    match missing.is_empty() {
        true => "the shop opens to sell".to_owned(),
        false => format!(
            "the shop opens for looking, and sells nothing before this is there: {}",
            missing.join(", ")
        ),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_opens_to_sell_or_for_looking_or_not() {
        let ready = || Finding::ready("name", "Bound");
        let bare = || Finding::not_set_up("logo", "the name alone is shown", "set shop.logo");
        let unpaid = || Finding::not_set_up("processor", "no order is taken", "none").needed_to_sell();
        let wrong = || Finding::wrong("settings", Failure("torn".to_owned()));
        assert_eq!(verdict(&[ready(), bare()]), "the shop opens to sell");
        let looking = verdict(&[ready(), bare(), unpaid()]);
        assert!(
            looking.starts_with("the shop opens for looking") && looking.ends_with(": processor"),
            "{looking}"
        );
        assert!(verdict(&[unpaid(), wrong()]).starts_with("the shop does not open"));
    }
}
