//! Texts are in UTF-8: in another encoding their letters would be others, on every page.

use std::fs;
use std::path::Path;
use std::str::Utf8Error;

use super::BadSettings;

/// A file of settings. One that cannot be read is named by whoever reads it.
pub fn must_be_utf8(file: &Path) -> Result<(), BadSettings> {
    let Ok(bytes) = fs::read(file) else { return Ok(()) };
    let line = |error: Utf8Error| line_of(&bytes, error.valid_up_to());
    std::str::from_utf8(&bytes)
        .map(drop)
        .map_err(|error| BadSettings::NotUtf8 { file: file.to_path_buf(), line: line(error) })
}

/// From 1.
fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count()
}
