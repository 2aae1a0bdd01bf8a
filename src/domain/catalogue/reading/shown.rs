const CHARS_SHOWN_MAX: usize = 40;

/// Short and printable, whatever the file holds.
pub(super) fn shown(value: &str) -> String {
    value.chars().take(CHARS_SHOWN_MAX).map(plain).collect()
}

/// What cannot be seen is named by its number, as in `U+0007`.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(plain).collect()
}

/// A column's name as it is typed on the command line.
pub(super) fn typed(name: &str) -> String {
    if name.contains(' ') { format!("\"{name}\"") } else { name.to_owned() }
}

fn plain(c: char) -> String {
    let is_seen = matches!(c, '"' | '\'' | '\\') || c.escape_debug().len() == 1;
    if is_seen { c.to_string() } else { format!("<U+{:04X}>", u32::from(c)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_as_it_is_typed_and_what_cannot_be_seen_is_named() {
        assert_eq!(printable("34K\"YU'\\ é日"), "34K\"YU'\\ é日");
        assert_eq!(printable("a\tb\u{7}\u{202e}"), "a<U+0009>b<U+0007><U+202E>");
        assert_eq!(shown(&"x".repeat(50)).len(), CHARS_SHOWN_MAX);
    }
}
