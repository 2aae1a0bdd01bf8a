//! A value that is none of its setting's, told so that it can be mended: the setting, the value, what would do.

use config::{Config, ConfigError, Value, ValueKind};

use super::BadSettings;

/// Of a value that is shown.
const VALUE_CHARS_MAX: usize = 100;

impl BadSettings {
    /// `layers`: what could not be read as settings.
    pub(super) fn unfit(error: ConfigError, layers: &Config) -> BadSettings {
        let (key, why) = match error {
            ConfigError::Type { key: Some(key), expected, .. } => (key, format!("{expected} is expected")),
            ConfigError::At { key: Some(key), error, .. } => (key, error.to_string()),
            other => return BadSettings::Unreadable(other),
        };
        let value = value_of(layers, &key).and_then(|value| shown(&value));
        let shown = value.map(|value| format!(" = {value}")).unwrap_or_default();
        BadSettings::Unfit { what: format!("{key}{shown}"), why }
    }
}

/// An element of a list is shown with the rest of it.
fn value_of(layers: &Config, key: &str) -> Option<Value> {
    let key = key.split('[').next().unwrap_or(key);
    layers.get::<Value>(key).ok()
}

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
