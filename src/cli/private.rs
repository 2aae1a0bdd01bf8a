//! Names, addresses, order keys and secrets are in a data directory: nobody but the user who runs the shop may look into it.
//! What is made is made so, from its first moment on; what was there before is made so before it is opened, or refused.

use std::fs::{self, DirBuilder, Metadata, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::Mode;
use rustix::process::{geteuid, umask};

use super::Failure;
use super::world::Layout;

const DIRECTORY_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// Of a mode: what others than the owner may do; and of these, what those outside its group may.
const OTHERS: u32 = 0o077;
const WRITABLE_BY_ALL: u32 = 0o002;
/// Of a directory: only owners remove what is in it.
const STICKY: u32 = 0o1000;

/// From now on every file of this process is made 0600 and every directory 0700, those of sled and the control socket too,
/// whatever the caller's umask says.
pub fn let_nobody_else_in() {
    umask(Mode::from_bits_truncate(OTHERS));
}

/// Makes the data directory, or sees to it that it is this user's alone, with all that is in it.
///
/// # Errors
/// It or something in it belongs to another user; or it lies where anybody could put another in its place.
pub fn claim(layout: &Layout) -> Result<(), Failure> {
    let dir = &layout.dir;
    let made = DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(dir);
    made.map_err(|error| Failure(format!("cannot make the data directory {}: {error}", dir.display())))?;
    look_above(dir)?;
    // letters are many: where nobody else could get at them they are not looked at one by one
    let letters_were_private = is_private(&layout.mail()) || is_private(dir);
    let mut tightened = 0;
    tighten(dir, &mut tightened, &|path| path == layout.mail() && letters_were_private)?;
    if tightened > 0 {
        tracing::warn!(dir = %dir.display(), tightened, "others could look into the data directory: now they cannot");
    }
    Ok(())
}

/// Whoever may rename a directory on the way can put another data directory in this one's place.
fn look_above(dir: &Path) -> Result<(), Failure> {
    let real = dir.canonicalize().map_err(|error| cannot("find", dir, &error))?;
    for above in real.ancestors().skip(1) {
        let found = above.metadata().map_err(|error| cannot("look at", above, &error))?;
        if found.mode() & WRITABLE_BY_ALL != 0 && found.mode() & STICKY == 0 {
            return Err(Failure(format!(
                "anybody may write to {above}, and so replace the data directory {dir}: `chmod o-w {above}`, or keep the data elsewhere",
                above = above.display(),
                dir = dir.display()
            )));
        }
    }
    Ok(())
}

fn is_private(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_dir() && found.mode() & OTHERS == 0)
}

/// Takes from others what they may do to the path and all below it. `spare`: directories whose content is left as it is.
fn tighten(path: &Path, tightened: &mut u64, spare: &dyn Fn(&Path) -> bool) -> Result<(), Failure> {
    // a link is followed, if it is the owner's: the journal may lie on a disk of its own
    let (link, found) = match (path.symlink_metadata(), path.metadata()) {
        (Ok(link), Ok(found)) => (link, found),
        // a daemon that has the directory removes files while they are looked at
        (Err(error), _) | (_, Err(error)) if error.kind() == ErrorKind::NotFound => return Ok(()),
        (Err(error), _) | (_, Err(error)) => return Err(cannot("look at", path, &error)),
    };
    must_be_ours(path, &link)?;
    must_be_ours(path, &found)?;
    if found.mode() & OTHERS != 0 {
        let mode = if found.is_dir() { DIRECTORY_MODE } else { FILE_MODE };
        fs::set_permissions(path, Permissions::from_mode(mode))
            .map_err(|error| cannot("take others' permissions from", path, &error))?;
        *tightened += 1;
    }
    if found.is_dir() && !spare(path) {
        let entries = fs::read_dir(path).map_err(|error| cannot("list", path, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| cannot("list", path, &error))?;
            tighten(&entry.path(), tightened, spare)?;
        }
    }
    Ok(())
}

fn must_be_ours(path: &Path, found: &Metadata) -> Result<(), Failure> {
    let ours = geteuid().as_raw();
    if found.uid() == ours {
        return Ok(());
    }
    Err(Failure(format!(
        "{path} belongs to another user ({theirs}, and this process runs as {ours}): run doorstep as its owner, give it to this user \
         (`chown -R {ours} {path}`), or name another directory with --data DIR",
        path = path.display(),
        theirs = found.uid()
    )))
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure(format!("cannot {what} {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o7777
    }

    fn loosen(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_directory_that_others_could_read_is_tightened_with_all_that_is_in_it() {
        let room = tempfile::tempdir().unwrap();
        let layout = Layout { dir: room.path().join("data") };
        let files = ["lock", "journal/one.seg", "trees/sled/db", "mail/letter.eml", "suspects"];
        for file in files.map(|file| layout.dir.join(file)) {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "").unwrap();
            loosen(&file, 0o666);
            loosen(file.parent().unwrap(), 0o755);
        }
        claim(&layout).unwrap();
        for file in files.map(|file| layout.dir.join(file)) {
            assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700), "{}", file.display());
        }
    }

    #[test]
    fn a_directory_that_anybody_could_replace_is_refused_and_one_below_tmp_is_not() {
        let room = tempfile::tempdir().unwrap();
        let layout = Layout { dir: room.path().join("data") };
        loosen(room.path(), 0o777);
        let Failure(why) = claim(&layout).unwrap_err();
        assert!(why.contains("anybody may write to") && why.contains("chmod o-w"), "{why}");
        loosen(room.path(), 0o1777);
        claim(&layout).unwrap();
        assert_eq!(mode(&layout.dir), 0o700);
    }

    #[test]
    fn what_belongs_to_another_user_is_refused_with_what_to_do() {
        let Ok(theirs) = Path::new("/proc/1").metadata() else { return };
        let room = tempfile::tempdir().unwrap();
        let ours = geteuid().as_raw();
        must_be_ours(room.path(), &room.path().metadata().unwrap()).unwrap();
        if theirs.uid() != ours {
            let Failure(why) = must_be_ours(Path::new("/proc/1"), &theirs).unwrap_err();
            assert!(why.contains("belongs to another user") && why.contains("chown"), "{why}");
        }
    }
}
