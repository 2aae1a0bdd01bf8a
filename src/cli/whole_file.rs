use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::Failure;

/// Writes a file of a data directory whole or not at all; it is on the disk when this returns.
pub fn write_whole(dir: &Path, file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let cannot = |error: io::Error| {
        let what_to_do = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; make room, and try again",
            _ => "",
        };
        Failure(format!("cannot write {}: {error}{what_to_do}", file.display()))
    };
    let fresh = file.with_extension("new");
    let mut options = OpenOptions::new();
    let mut made =
        options.write(true).create(true).truncate(true).mode(0o600).open(&fresh).map_err(cannot)?;
    made.write_all(bytes).and_then(|()| made.sync_all()).map_err(cannot)?;
    fs::rename(&fresh, file).map_err(cannot)?;
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(cannot)
}
