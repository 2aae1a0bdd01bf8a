use std::borrow::Cow;
use std::path::PathBuf;

use crate::access::BadOrigin;

/// Of a text that is not in UTF-8, and what to do about it.
pub const SAVE_AS_UTF8: &str =
    "it is not in UTF-8, so its letters cannot be told: save it as UTF-8, as every editor can";
/// Of a value that is shown.
pub const VALUE_CHARS_MAX: usize = 100;

#[derive(Debug, thiserror::Error)]
pub enum BadSettings {
    #[error("settings: {0}; `doorstep settings` lists every key with its unit")]
    Unreadable(#[from] config::ConfigError),
    #[error("settings: {what}: {why}; `doorstep settings` lists every key with its unit")]
    Unfit { what: String, why: String },
    #[error("settings: {key} = {value}: {why}")]
    Value { key: &'static str, value: String, why: Cow<'static, str> },
    /// Of a secret, whose value is not shown.
    #[error("settings: {key}: {why}")]
    Hidden { key: &'static str, why: String },
    #[error(
        "settings: {} sets data.dir, and lies in a data directory itself: take the line out, or name the file with --config",
        file.display()
    )]
    DirectoryInItsOwnFile { file: PathBuf },
    #[error("settings: {}, line {line}: {SAVE_AS_UTF8}", file.display())]
    NotUtf8 { file: PathBuf, line: usize },
    #[error(
        "settings: the variable {name} is not in UTF-8, so its letters cannot be told: set it from a terminal or a file in UTF-8"
    )]
    VariableNotUtf8 { name: String },
    #[error("settings: {0}")]
    Origin(#[from] BadOrigin),
    #[error(
        "there is neither {demo} nor {shop} here: name the data directory with --data DIR; `doorstep init` makes a shop's"
    )]
    NoDirectory { demo: &'static str, shop: &'static str },
    #[error("both {demo} and {shop} are here: name one with --data DIR")]
    TwoDirectories { demo: &'static str, shop: &'static str },
}

impl BadSettings {
    pub fn hidden(key: &'static str, why: impl Into<String>) -> BadSettings {
        BadSettings::Hidden { key, why: why.into() }
    }

    pub fn value(key: &'static str, value: impl ToString, why: impl Into<Cow<'static, str>>) -> BadSettings {
        let value = value.to_string().chars().take(VALUE_CHARS_MAX).collect();
        BadSettings::Value { key, value, why: why.into() }
    }
}
