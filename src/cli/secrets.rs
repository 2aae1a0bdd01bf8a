//! What the daemon signs with: files of its data directory, which nobody but its user reads.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use rand::{TryRng, rngs::SysRng};

use crate::domain::{PASS_KEYS_MAX, PassKey, PassKeys};

use super::Failure;
use super::layout::Layout;
use super::whole_file::write_whole;

/// The secret of the embedded processor, made once for a data directory.
pub fn processor_secret(layout: &Layout) -> Result<[u8; 32], Failure> {
    let file = layout.processor_secret();
    let bytes = read_or_make(layout, &file, |secret| secret.to_vec())?;
    bytes.try_into().map_err(|_| Failure(format!("{} is not 32 bytes long: restore it", file.display())))
}

/// What signs the links to orders: a line `NUMBER HEX` for each key, the one that signs new links first. Whoever puts a new line
/// before the others changes keys from the next start on; an old line can go once its links have run out, after 180 days.
pub fn link_keys(layout: &Layout) -> Result<PassKeys, Failure> {
    let file = layout.link_keys();
    let bytes = read_or_make(layout, &file, |secret| {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("1 {hex}\n").into_bytes()
    })?;
    let text = String::from_utf8_lossy(&bytes);
    let keys: Option<Vec<PassKey>> = text.lines().map(key_of).collect();
    keys.and_then(PassKeys::new).ok_or_else(|| {
        Failure(format!(
            "{} is not 1 to {PASS_KEYS_MAX} lines of a number below 256, a space and 64 hexadecimal digits, each with a \
             number of its own: correct it, or remove it to have a new key made (then links in e-mails open nothing)",
            file.display()
        ))
    })
}

fn key_of(line: &str) -> Option<PassKey> {
    let (id, hex) = line.trim().split_once(' ')?;
    let mut secret = [0; 32];
    if hex.len() != 2 * secret.len() || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in secret.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(PassKey { id: id.parse().ok()?, secret })
}

/// What is in the file. Only a file that is not there is made: what cannot be read may still be whole.
fn read_or_make(
    layout: &Layout,
    file: &Path,
    written: impl FnOnce([u8; 32]) -> Vec<u8>,
) -> Result<Vec<u8>, Failure> {
    match fs::read(file) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let bytes = written(fresh_secret()?);
            // what was signed is good only by this secret
            write_whole(&layout.dir, file, &bytes)?;
            Ok(bytes)
        }
        Err(error) => Err(Failure(format!("cannot read {}: {error}", file.display()))),
    }
}

/// From the operating system's randomness.
pub fn fresh_secret() -> Result<[u8; 32], Failure> {
    let mut secret = [0; 32];
    SysRng
        .try_fill_bytes(&mut secret)
        .map_err(|error| Failure(format!("the operating system gives no randomness: {error}")))?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Date, OrderId};

    #[test]
    fn a_key_is_made_once_and_a_line_before_it_signs_from_then_on() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout { dir: dir.path().to_path_buf() };
        let (order, today) = (OrderId::new(1, 1), Date(20_783));
        let old = link_keys(&layout).unwrap().pass(order, today);
        assert_eq!(link_keys(&layout).unwrap().check(order, &old, today), Ok(()));
        let text = fs::read_to_string(layout.link_keys()).unwrap();
        fs::write(layout.link_keys(), format!("2 {}\n{text}", "ab".repeat(32))).unwrap();
        let both = link_keys(&layout).unwrap();
        assert!(both.pass(order, today).starts_with("lnk_2_"));
        assert_eq!(both.check(order, &old, today), Ok(()));
        let keys = ["zz", "é", "+f"].map(|pair| format!("1 {}", pair.repeat(32)));
        for bad in ["", "1", "1 ab", "300 "].into_iter().chain(keys.iter().map(String::as_str)) {
            fs::write(layout.link_keys(), bad).unwrap();
            assert!(link_keys(&layout).unwrap_err().0.contains("correct it"), "{bad}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named_and_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout { dir: dir.path().to_path_buf() };
        fs::write(layout.link_keys(), b"1 \xff").unwrap();
        assert!(link_keys(&layout).unwrap_err().0.contains("correct it"));
        assert_eq!(fs::read(layout.link_keys()).unwrap(), b"1 \xff");
        // as unreadable to root as to anybody
        fs::create_dir(layout.processor_secret()).unwrap();
        assert!(processor_secret(&layout).unwrap_err().0.contains("cannot read"));
        assert!(layout.processor_secret().is_dir());
    }
}
