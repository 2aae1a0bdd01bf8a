//! A value that is none of its setting's, told so that it can be mended: the setting, the value, what would do.

use config::{Config, ConfigError, File, FileFormat, Value, ValueKind};

use super::error::VALUE_CHARS_MAX;
use super::{BadSettings, DEFAULTS};

impl BadSettings {
    /// `layers`: what could not be read as settings.
    pub(super) fn unfit(error: ConfigError, layers: &Config) -> BadSettings {
        let (key, why) = match error {
            ConfigError::Type { key: Some(ref key), .. } => (key.clone(), expected(&error, key)),
            ConfigError::At { key: Some(key), error, .. } => {
                let expected = expected(&error, &key);
                (key, expected)
            }
            other => return BadSettings::Unreadable(other),
        };
        let value = value_of(layers, &key).and_then(|value| shown(&value));
        let shown = value.map(|value| format!(" = {value}")).unwrap_or_default();
        BadSettings::Unfit { what: format!("{key}{shown}"), why }
    }
}

fn expected(error: &ConfigError, key: &str) -> String {
    let said = error.to_string();
    let named = match error {
        ConfigError::Type { expected, .. } => Some(*expected),
        _ if said.starts_with("invalid ") => said.rsplit_once(", expected ").map(|(_, expected)| expected),
        _ => None,
    };
    match named {
        Some("a sequence") => "a list is expected, as [\"one\", \"two\"]".to_owned(),
        // no setting is below nothing
        Some("an integer") => "a whole number of at least 0 is expected".to_owned(),
        Some("an unsigned 32 bit integer") => format!("a whole number from 0 to {} is expected", u32::MAX),
        Some(expected) if expected.starts_with("struct ") => a_table(key),
        Some(expected) => format!("{expected} is expected"),
        None => said,
    }
}

/// Each of its parts is a setting of its own.
fn a_table(key: &str) -> String {
    let shipped = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml)).build().ok();
    let parts = shipped.and_then(|shipped| shipped.get_table(key).ok()).unwrap_or_default();
    let mut named: Vec<String> = parts.keys().map(|part| format!("{key}.{part}")).collect();
    named.sort();
    let variable = named.first().map(|first| first.to_uppercase().replace('.', "__")).unwrap_or_default();
    format!("it has parts: set {}, as in DOORSTEP_{variable}", named.join(", "))
}

/// An element of a list is shown with the rest of it.
fn value_of(layers: &Config, key: &str) -> Option<Value> {
    let key = key.split('[').next().unwrap_or(key);
    if SECRETS.contains(&key) {
        return None;
    }
    layers.get::<Value>(key).ok()
}

/// Their values are shown nowhere.
const SECRETS: [&str; 2] = ["stripe.secret_key", "stripe.webhook_secrets"];

/// `None` of a whole table.
fn shown(value: &Value) -> Option<String> {
    let text = match &value.kind {
        ValueKind::Table(_) => return None,
        ValueKind::Array(all) => all.iter().filter_map(shown).collect::<Vec<_>>().join(", "),
        _ => value.clone().into_string().ok()?,
    };
    let short: String = text.chars().take(VALUE_CHARS_MAX).collect();
    Some(if short.is_empty() { "\"\"".to_owned() } else { short })
}
