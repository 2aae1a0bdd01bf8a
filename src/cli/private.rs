//! Names, addresses, order keys and secrets are in a data directory: nobody but the user who runs the shop may look into it.
//! What is made is made so, from its first moment on. What the shop made before is made so before it is opened; nothing else is
//! touched: no file that the shop does not know by name, nothing behind a link, and no directory that is not a shop's.

use std::fs::{self, DirBuilder, File, Metadata, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::process::{getegid, geteuid, umask};

use crate::journal;
use crate::storage;

use super::Failure;
use super::layout::{Layout, is_of_a_shop};

const DIRECTORY_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// Of a mode: what others than the owner may do; and of these, who may write.
const OTHERS: u32 = 0o077;
const WRITABLE_BY_GROUP: u32 = 0o020;
const WRITABLE_BY_ALL: u32 = 0o002;
/// Of a directory: only owners remove what is in it.
const STICKY: u32 = 0o1000;

/// From now on every file of this process is made 0600 and every directory 0700, those of sled and the control socket too,
/// whatever the caller's umask says.
pub fn let_nobody_else_in() {
    umask(Mode::from_bits_truncate(OTHERS));
}

/// Makes the data directory of a new shop, or sees to it that a shop's is this user's alone, with all that the shop made in it.
///
/// # Errors
/// It or something of the shop's in it belongs to another user; it lies where anybody could put another in its place; or there are
/// files in it and no shop.
pub fn claim(layout: &Layout) -> Result<(), Failure> {
    let dir = &layout.dir;
    let made = DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(dir);
    made.map_err(|error| Failure(format!("cannot make the data directory {}: {error}", dir.display())))?;
    look_above(dir)?;
    must_be_ours(dir, &look_at(dir)?)?;
    if !journal::is_begun(&layout.journal())? {
        if storage::has_trees(dir)? {
            // whoever opens them tells of the journal that is not there
            return Ok(());
        }
        must_hold_nothing_else(layout)?;
    }
    // letters are many: where nobody else could get at them they are not looked at one by one
    let letters_were_private = is_private(&layout.mail()) || is_private(dir);
    let mut tightened = 0;
    let is_link = fs::symlink_metadata(dir).is_ok_and(|found| found.is_symlink());
    // first, so that nobody changes what is in it meanwhile
    if is_link {
        must_be_private(dir)?
    } else {
        tighten_itself(dir, &mut tightened)?
    };
    for ours in made_by_the_shop(dir)? {
        tighten(&ours, &mut tightened, &|path| path == layout.mail() && letters_were_private)?;
    }
    if tightened > 0 {
        tracing::warn!(dir = %dir.display(), tightened, "others could look into the data directory: now they cannot");
    }
    Ok(())
}

/// For whoever only looks: what the shop made is this user's. Nothing is changed.
pub fn look(layout: &Layout) -> Result<(), Failure> {
    must_be_ours(&layout.dir, &look_at(&layout.dir)?)?;
    for ours in made_by_the_shop(&layout.dir)? {
        must_be_ours(&ours, &look_at(&ours)?)?;
    }
    Ok(())
}

/// For whoever asks whether [`claim`] would take it: what a start mends by itself is no hindrance.
pub fn look_as_a_start(layout: &Layout) -> Result<(), Failure> {
    look_above(&layout.dir)?;
    let itself = layout.dir.clone();
    let links = made_by_the_shop(&layout.dir)?.into_iter().chain([itself]).filter(|path| path.is_symlink());
    links.into_iter().try_for_each(|link| must_be_private(&link))
}

/// A new shop takes an empty directory, or one in which its first start was interrupted.
fn must_hold_nothing_else(layout: &Layout) -> Result<(), Failure> {
    let dir = &layout.dir;
    let beginnings = [layout.fresh_mark(), layout.settings(), layout.lock(), dir.join("lost+found")];
    let mut others = entries(dir)?;
    others.retain(|path| !beginnings.contains(path));
    // looked for last: whoever makes a shop in it at this very moment marks it first
    if layout.mark().is_file() {
        return Ok(());
    }
    let Some(found) = others.pop() else { return Ok(()) };
    Err(Failure(format!(
        "{} holds no shop, and is not empty ({} is in it): name another directory with --data DIR, or an empty one",
        dir.display(),
        found.display()
    )))
}

/// By its name.
pub fn made_by_the_shop(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    Ok(entries(dir)?.into_iter().filter(|path| path.file_name().is_some_and(is_of_a_shop)).collect())
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let listed = fs::read_dir(dir).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    listed.map_err(|error| cannot("list", dir, &error))
}

/// Whoever may rename a directory on the way can put another data directory in this one's place.
fn look_above(dir: &Path) -> Result<(), Failure> {
    let real = dir.canonicalize().map_err(|error| cannot("find", dir, &error))?;
    for above in real.ancestors().skip(1) {
        let found = look_at(above)?;
        if found.mode() & STICKY != 0 {
            continue;
        }
        if found.mode() & WRITABLE_BY_ALL != 0 {
            return Err(Failure(format!(
                "anybody may write to {above}, and so replace the data directory {dir}: `chmod o-w {above}`, or keep the data elsewhere",
                above = above.display(),
                dir = dir.display()
            )));
        }
        if found.mode() & WRITABLE_BY_GROUP != 0 && found.gid() != getegid().as_raw() {
            let (dir, above, group) = (dir.display(), above.display(), found.gid());
            tracing::warn!(%dir, %above, group, "another group may write above the data directory, and so replace it: `chmod g-w` helps");
        }
    }
    Ok(())
}

fn look_at(path: &Path) -> Result<Metadata, Failure> {
    path.metadata().map_err(|error| cannot("look at", path, &error))
}

fn is_private(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_dir() && found.mode() & OTHERS == 0)
}

/// Takes from others what they may do to the path and all below it. `spare`: directories whose content is left as it is.
fn tighten(path: &Path, tightened: &mut u64, spare: &dyn Fn(&Path) -> bool) -> Result<(), Failure> {
    let found = match path.symlink_metadata() {
        Ok(found) => found,
        // a daemon that has the directory removes files while they are looked at
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot("look at", path, &error)),
    };
    must_be_ours(path, &found)?;
    if found.is_symlink() {
        return must_be_private(path);
    }
    // a socket cannot be opened; a start makes its own anew
    if found.is_dir() || found.is_file() {
        tighten_itself(path, tightened)?;
    }
    if found.is_dir() && !spare(path) {
        for entry in entries(path)? {
            tighten(&entry, tightened, spare)?;
        }
    }
    Ok(())
}

/// Looks at the very file that is changed, and follows no link to another.
fn tighten_itself(path: &Path, tightened: &mut u64) -> Result<(), Failure> {
    let found = path.symlink_metadata().map_err(|error| cannot("look at", path, &error))?;
    if found.mode() & OTHERS == 0 {
        return Ok(());
    }
    let change = || -> std::io::Result<()> {
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
        let file = File::options().read(true).custom_flags(flags).open(path)?;
        let mode = if file.metadata()?.is_dir() { DIRECTORY_MODE } else { FILE_MODE };
        file.set_permissions(Permissions::from_mode(mode))
    };
    change().map_err(|error| cannot("take others' permissions from", path, &error))?;
    *tightened += 1;
    Ok(())
}

/// What is behind a link may be of more use than to the shop, so its permissions are left as they are.
fn must_be_private(link: &Path) -> Result<(), Failure> {
    let found = look_at(link)?;
    must_be_ours(link, &found)?;
    if found.mode() & OTHERS == 0 {
        return Ok(());
    }
    let target = link.canonicalize().map_err(|error| cannot("find", link, &error))?;
    Err(Failure(format!(
        "{link} is a link to {target}, and others may look into that: `chmod go= {target}` if it is this shop's alone; nothing is \
         changed behind a link",
        link = link.display(),
        target = target.display()
    )))
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

    fn make_loose(file: &Path, mode: u32) {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
        loosen(file, mode);
        loosen(file.parent().unwrap(), 0o755);
    }

    #[test]
    fn nothing_behind_a_link_is_changed_and_a_link_to_what_others_see_is_refused() {
        let room = tempfile::tempdir().unwrap();
        let layout = Layout { dir: room.path().join("data") };
        let outside = room.path().join("outside");
        make_loose(&outside.join("page.html"), 0o644);
        make_loose(&layout.dir.join("journal/journal.head"), 0o644);
        std::os::unix::fs::symlink(&outside, layout.mail()).unwrap();
        let Failure(why) = claim(&layout).unwrap_err();
        assert!(why.contains("mail is a link to") && why.contains("chmod go="), "{why}");
        assert_eq!((mode(&outside), mode(&outside.join("page.html"))), (0o755, 0o644));
        loosen(&outside, 0o700);
        claim(&layout).unwrap();
        assert_eq!(mode(&outside.join("page.html")), 0o644);
    }

    #[test]
    fn a_directory_with_files_and_no_shop_is_refused_and_left_as_it_is() {
        for file in ["run.sh", "journal/diary.txt", "mail/inbox"] {
            let room = tempfile::tempdir().unwrap();
            let layout = Layout { dir: room.path().join("data") };
            let file = layout.dir.join(file);
            make_loose(&file, 0o755);
            loosen(&layout.dir, 0o755);
            let Failure(why) = claim(&layout).unwrap_err();
            assert!(
                why.contains("holds no shop, and is not empty") && why.contains("or an empty one"),
                "{why}"
            );
            assert_eq!((mode(&layout.dir), mode(&file)), (0o755, 0o755));
        }
    }

    #[test]
    fn a_first_start_that_was_interrupted_is_no_strangers_directory() {
        let room = tempfile::tempdir().unwrap();
        let layout = Layout { dir: room.path().join("data") };
        for file in ["lock", "directory.new", "shop.toml"] {
            make_loose(&layout.dir.join(file), 0o600);
        }
        claim(&layout).unwrap();
        // from its mark on it is ours, whatever the operator keeps in it
        for file in ["directory.toml", "journal/journal-head.tmp", "links.secret", "logo.svg"] {
            make_loose(&layout.dir.join(file), 0o600);
        }
        claim(&layout).unwrap();
    }

    #[test]
    fn a_directory_that_others_could_read_is_tightened_with_all_that_is_in_it() {
        let room = tempfile::tempdir().unwrap();
        let layout = Layout { dir: room.path().join("data") };
        let files = ["lock", "journal/journal.head", "trees/sled/db", "mail/letter.eml", "suspects"];
        for file in files.map(|file| layout.dir.join(file)) {
            make_loose(&file, 0o666);
        }
        let others = ["run.sh", "site/index.html"].map(|file| layout.dir.join(file));
        others.iter().for_each(|file| make_loose(file, 0o755));
        look(&layout).unwrap();
        assert_eq!(mode(&layout.dir.join("lock")), 0o666, "who looks changes nothing");
        claim(&layout).unwrap();
        for file in &others {
            assert_eq!(mode(file), 0o755, "{}", file.display());
        }
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
