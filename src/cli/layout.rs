//! What is where in a data directory.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::settings::{OWN_FILE, Settings};

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

    pub fn trees(&self) -> PathBuf {
        self.dir.join("trees")
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

    /// It names the process that has the directory.
    pub fn lock(&self) -> PathBuf {
        self.dir.join("lock")
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

    /// What the directory is for.
    pub fn mark(&self) -> PathBuf {
        self.dir.join("directory.toml")
    }

    /// The mark, while it is written.
    pub fn fresh_mark(&self) -> PathBuf {
        self.mark().with_extension("new")
    }

    /// The shop's own settings.
    pub fn settings(&self) -> PathBuf {
        self.dir.join(OWN_FILE)
    }
}

/// Whether the shop makes something of this name in its data directory, or `bench` does for its shop.
pub fn is_of_a_shop(name: &OsStr) -> bool {
    const NAMES: [&str; 17] = [
        "control.sock",
        "daemon.log",
        "directory.new",
        "directory.toml",
        "journal",
        "journal.damaged",
        "links.new",
        "links.secret",
        "lock",
        "mail",
        "processor.new",
        "processor.secret",
        OWN_FILE,
        "space.probe",
        "suspects",
        "trees",
        "trees.before-rebuild",
    ];
    name.to_str().is_some_and(|name| NAMES.contains(&name) || name.starts_with("trees.damaged-"))
}
