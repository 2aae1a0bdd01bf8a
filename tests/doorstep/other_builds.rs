//! A data directory that this build does not know: it is refused by name, with what to do, and stays as it is.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Output;

use super::golden::{golden, unpack};
use super::shop::{TestShop, setup};
use super::verify::printed;

/// As the last build left it whose events, messages and calls had no versions of their own.
const BEFORE_VERSIONS: &str = "data-before-versions.tar.gz";
const UNMARKED: &str = "if a build made it that did not mark its directories, use that build, or begin a new directory with --data DIR";
const WHAT_TO_DO: &str = "it was written before each form had a version of its own, and this build does not read that: \
                          use the build that wrote it, or begin a new data directory";

/// Every file of it, but for the lock, which names whoever had it last.
pub fn held(data: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![data.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("read a folder of the data directory") {
            let path = entry.expect("an entry of the folder").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(data).expect("it lies in there").display().to_string();
                files.insert(name, fs::read(&path).expect("read a file of the data directory"));
            }
        }
    }
    files.remove("lock");
    files
}

/// All that is in it and how it may be opened: nothing of this changes where a directory is refused.
fn exactly(data: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mode = |path: &Path| fs::symlink_metadata(path).expect("look at it").mode();
    let mut found = BTreeMap::from([(String::new(), (mode(data), vec![]))]);
    let mut folders = vec![data.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("read a folder of the data directory") {
            let path = entry.expect("an entry of the folder").path();
            let name = path.strip_prefix(data).expect("it lies in there").display().to_string();
            let bytes = if path.is_dir() { vec![] } else { fs::read(&path).expect("read a file") };
            found.insert(name, (mode(&path), bytes));
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

fn before_versions() -> TestShop {
    let shop = setup().closed();
    unpack(&golden(BEFORE_VERSIONS), &shop.data());
    shop
}

/// The last line is for whoever typed the command.
#[track_caller]
fn is_refused(shop: &TestShop, refused: &Output, record: u64) {
    assert_eq!(refused.status.code(), Some(1), "{}", printed(refused));
    let said = printed(refused);
    let last = said.lines().last().unwrap_or_default();
    let begins = format!("doorstep: {} was made by doorstep 0.1.0 at 20", shop.data().display());
    let ends = format!(", and this is doorstep 0.1.0: record {record} of the journal: {WHAT_TO_DO}");
    assert!(last.starts_with(&begins) && last.ends_with(&ends), "{said}");
}

#[test]
fn a_directory_without_a_mark_is_refused_by_every_command_and_stays_as_it_is() {
    let shop = before_versions();
    let before = exactly(&shop.data());
    for arguments in [
        &["--listen", "127.0.0.1:0"][..],
        &["serve", "--listen", "127.0.0.1:0"],
        &["init", "--demo"],
        &["init", "--yes", "--name", "Bound", "--shipping", "2.99"],
        &["keys", "list"],
        &["verify"],
        &["rebuild"],
        &["explain", "ord_01KYE92JQ8P46B7GGTQSW9Q4ZC"],
    ] {
        let refused = shop.command(arguments);
        assert!(exactly(&shop.data()) == before, "{arguments:?} changed something: {}", printed(&refused));
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
        assert!(printed(&refused).contains(UNMARKED), "{arguments:?}: {}", printed(&refused));
    }
}

#[test]
fn a_directory_from_before_versions_is_refused_by_name_and_stays_as_it_is() {
    let shop = before_versions();
    // as if it had been marked by the build that wrote it
    let other = setup().catalogue(&[]).closed();
    fs::copy(other.data().join("directory.toml"), shop.data().join("directory.toml")).expect("a mark");
    fs::set_permissions(shop.data(), fs::Permissions::from_mode(0o755)).expect("as it was kept");
    let before = exactly(&shop.data());
    for (arguments, record) in [
        (&["--listen", "127.0.0.1:0"][..], 209),
        (&["keys", "list"], 209),
        (&["keys", "add", "till"], 209),
        (&["orders"], 209),
        (&["verify"], 1),
        (&["rebuild"], 1),
        (&["explain", "ord_01KYE92JQ8P46B7GGTQSW9Q4ZC"], 1),
    ] {
        let refused = shop.command(arguments);
        assert!(exactly(&shop.data()) == before, "{arguments:?} changed something: {}", printed(&refused));
        is_refused(&shop, &refused, record);
    }
}

/// Of a build before addresses were whole and orders had numbers: nothing was released then, so nothing reads it.
#[test]
fn a_directory_of_forms_that_are_read_no_more_is_refused_with_what_to_do_and_stays_as_it_is() {
    let shop = setup().closed();
    unpack(&golden("data-v1.tar.gz"), &shop.data());
    let before = exactly(&shop.data());
    for arguments in [&["--listen", "127.0.0.1:0"][..], &["keys", "list"], &["verify"], &["rebuild"]] {
        let refused = shop.command(arguments);
        assert!(exactly(&shop.data()) == before, "{arguments:?} changed something: {}", printed(&refused));
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
        assert!(printed(&refused).contains("begin a new"), "{arguments:?}: {}", printed(&refused));
    }
}
