const CHARS_SHOWN_MAX: usize = 40;

/// Short and printable, whatever the file holds.
pub(super) fn shown(value: &str) -> String {
    value.chars().take(CHARS_SHOWN_MAX).flat_map(char::escape_debug).collect()
}
