//! The library that makes one call go wrong: `shim.c`, compiled once for a run of the tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::TestShop;

/// What goes wrong; each as `shim.c` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    Before,
    After,
    Torn,
    Short,
    Flip,
    Eio,
    Full,
    SyncEio,
    SyncDropped,
    Interrupted,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Mode::Before => "before",
            Mode::After => "after",
            Mode::Torn => "torn",
            Mode::Short => "short",
            Mode::Flip => "flip",
            Mode::Eio => "eio",
            Mode::Full => "full",
            Mode::SyncEio => "sync-eio",
            Mode::SyncDropped => "sync-dropped",
            Mode::Interrupted => "interrupted",
        }
    }

    /// The process is gone with the call.
    pub fn kills(self) -> bool {
        matches!(self, Mode::Before | Mode::After | Mode::Torn)
    }

    /// The daemon is told that the call failed.
    pub fn fails(self) -> bool {
        matches!(self, Mode::Eio | Mode::Full | Mode::SyncEio)
    }
}

/// One call that goes wrong.
#[derive(Clone, Debug)]
pub struct Fault {
    pub mode: Mode,
    /// The how-manieth of the calls that the mode can hit, from 1.
    pub at: u64,
    /// Calls on files whose path holds this.
    pub path: String,
}

/// What the daemon called, as the shim noted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub name: String,
    pub path: String,
}

impl Fault {
    /// The shop's next daemon meets it.
    pub fn awaits(&self, shop: &mut TestShop) {
        let log = log_of(shop);
        fs::write(&log, "").expect("empty the shim's log");
        let text = |path: &Path| path.to_str().expect("a path in UTF-8").to_owned();
        shop.beset_by(vec![
            ("LD_PRELOAD".to_owned(), text(library())),
            ("FAULT_MODE".to_owned(), self.mode.name().to_owned()),
            ("FAULT_AT".to_owned(), self.at.to_string()),
            ("FAULT_PATH".to_owned(), self.path.clone()),
            ("FAULT_LOG".to_owned(), text(&log)),
        ]);
    }
}

/// The call that went wrong, if any has, and the calls after its failure.
pub fn calls(shop: &TestShop) -> Option<(Call, Vec<Call>)> {
    let log = fs::read_to_string(log_of(shop)).unwrap_or_default();
    let mut calls = log.lines().map(|line| {
        let mut words = line.splitn(3, ' ').skip(1).map(str::to_owned);
        Call { name: words.next().unwrap_or_default(), path: words.next().unwrap_or_default() }
    });
    let hit = calls.next()?;
    Some((hit, calls.collect()))
}

fn log_of(shop: &TestShop) -> PathBuf {
    shop.root().join("faults.log")
}

fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/doorstep/faults/shim.c");
        let built = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (fresh, library) =
            (built.join(format!("faults-{}.so", std::process::id())), built.join("faults.so"));
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
            .args([&fresh, &source])
            .output()
            .expect("run cc, which Rust links with: apt-get install gcc libc6-dev");
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        // whole or not at all: another run of the tests may be loading it
        fs::rename(&fresh, &library).expect("name the library");
        library
    })
}
