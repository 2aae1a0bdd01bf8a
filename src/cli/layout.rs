//! What is where in a data directory.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::PathBuf;

use crate::settings::Settings;

use super::Failure;

/// What stands where in a data directory.
#[derive(Clone)]
pub struct Layout {
    pub dir: PathBuf,
}

impl Layout {
    pub fn of(settings: &Settings) -> Layout {
        Layout { dir: settings.data.dir.clone() }
    }

    pub fn journal(&self) -> PathBuf {
        self.dir.join("journal")
    }

    pub fn mail(&self) -> PathBuf {
        self.dir.join("mail")
    }

    /// Messages that ended a process.
    pub fn suspects(&self) -> PathBuf {
        self.dir.join("suspects")
    }

    /// Damage that was found in the journal while the shop was open. While this is there, a start checks the journal whole.
    pub fn found_damaged(&self) -> PathBuf {
        self.dir.join("journal.damaged")
    }

    /// The running daemon answers here.
    pub fn control(&self) -> PathBuf {
        self.dir.join("control.sock")
    }

    /// What the shop signs with what it asks the embedded processor for.
    pub fn processor_secret(&self) -> PathBuf {
        self.dir.join("processor.secret")
    }

    /// What links to orders are signed with.
    pub fn link_keys(&self) -> PathBuf {
        self.dir.join("links.secret")
    }

    /// A directory that was never opened holds nothing to verify or explain.
    pub fn must_exist(&self) -> Result<(), Failure> {
        let dir = self.dir.display();
        match self.journal().metadata() {
            Ok(found) if found.is_dir() => Ok(()),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(Failure(format!(
                "permission denied: {dir} opens only to the user whose shop it is; run doorstep as that user"
            ))),
            _ => Err(Failure(format!("{dir} holds no shop: name its data directory with --data DIR"))),
        }
    }
}

/// Whether the shop makes something of this name in its data directory, or `bench` does for its shop.
pub fn is_of_a_shop(name: &OsStr) -> bool {
    const NAMES: [&str; 14] = [
        "control.sock",
        "daemon.log",
        "journal",
        "journal.damaged",
        "links.new",
        "links.secret",
        "lock",
        "mail",
        "processor.new",
        "processor.secret",
        "space.probe",
        "suspects",
        "trees",
        "trees.before-rebuild",
    ];
    name.to_str().is_some_and(|name| NAMES.contains(&name) || name.starts_with("trees.damaged-"))
}
