//! Nobody but the user who runs the shop may look into its directory, or ask its daemon.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::buyer::wish;
use super::order::IN_STOCK;
use super::shop::{TestShop, setup};

/// A user that no shop runs as.
const NOBODY: &str = "65534";

/// Every path at and below the directory that others than its owner may do anything with.
fn open_to_others(dir: &Path) -> Vec<(PathBuf, String)> {
    let mode = fs::symlink_metadata(dir).expect("look at a path").mode();
    let mut found = vec![];
    if mode & 0o077 != 0 {
        found.push((dir.to_path_buf(), format!("{mode:o}")));
    }
    if dir.is_dir() {
        for entry in fs::read_dir(dir).expect("list a directory").flatten() {
            found.extend(open_to_others(&entry.path()));
        }
    }
    found
}

#[track_caller]
fn nothing_is_open_to_others(shop: &TestShop) {
    assert_eq!(open_to_others(&shop.data()), []);
}

#[test]
fn whatever_the_umask_says_everything_is_made_for_its_owner_alone() {
    let mut shop = setup().loose().open();
    let order = shop.buys(IN_STOCK);
    shop.waits_for_state(&order, "closed");
    nothing_is_open_to_others(&shop);
    for made in ["control.sock", "processor.secret", "journal", "trees/sled", "mail"] {
        assert!(shop.data().join(made).exists(), "{made}");
    }
    assert_eq!(shop.stop().code(), Some(0));
    assert!(shop.command(&["rebuild"]).status.success());
    nothing_is_open_to_others(&shop);
}

#[test]
fn a_directory_that_others_could_read_is_made_private_before_it_is_opened_and_that_is_said() {
    let mut shop = setup().open();
    let order = shop.buys(IN_STOCK);
    assert_eq!(shop.stop().code(), Some(0));
    let loosen = |dir: &Path| fs::set_permissions(dir, fs::Permissions::from_mode(0o777)).unwrap();
    loosen(&shop.data());
    let script = shop.data().join("run.sh");
    fs::write(&script, "#!/bin/sh").expect("a file of the operator's");
    for made in fs::read_dir(shop.data()).expect("list the data directory").flatten() {
        loosen(&made.path());
    }
    let loose = open_to_others(&shop.data());
    shop.verifies();
    assert!(shop.command(&["explain", &order.id]).status.success());
    assert!(shop.command(&["keys", "list"]).status.success());
    assert_eq!(open_to_others(&shop.data()), loose, "who looks changes nothing");
    shop.start();
    assert_eq!(open_to_others(&shop.data()), [(script, "100777".to_owned())]);
    assert!(
        shop.log().contains("others could look into the data directory: now they cannot"),
        "{}",
        shop.log()
    );
    shop.looks_at(&order);
    shop.client().order(&shop.new_key(), &wish(IN_STOCK).0).expect(201);
}

#[test]
fn keys_of_links_that_are_gone_are_made_anew_and_that_is_said() {
    // begun by an import, which signs no link
    let mut shop = setup().shop().closed();
    let books = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/catalogues/woocommerce.csv");
    shop.command(&["import", "catalogue", books]);
    shop.start();
    assert!(shop.journal_position() > 0, "some are listed");
    assert_eq!(shop.stop().code(), Some(0));
    assert!(!shop.log().contains("the keys of links are gone"), "{}", shop.log());
    fs::remove_file(shop.data().join("links.secret")).expect("there are keys");
    shop.start();
    assert!(shop.log().contains("the keys of links are gone"), "{}", shop.log());
}

#[test]
fn another_user_neither_asks_the_daemon_nor_holds_its_lock() {
    if !is_root() {
        eprintln!("not tried: only root can become another user");
        return;
    }
    let mut shop = setup().open();
    let binary = shop.root().join("doorstep");
    fs::copy(env!("CARGO_BIN_EXE_doorstep"), &binary)
        .expect("copy the program to where everybody may run it");
    for path in [shop.root(), binary.as_path()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let as_nobody = |program: &Path, arguments: &[&str]| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", NOBODY, "--clear-groups"]).arg(program).args(arguments);
        command.current_dir("/").output().expect("run setpriv")
    };
    let data = shop.data();
    let data = data.to_str().expect("a path in UTF-8");
    let asked = as_nobody(&binary, &["actors", "--data", data]);
    let said = String::from_utf8_lossy(&asked.stderr).into_owned();
    assert_eq!(asked.status.code(), Some(1), "{said}");
    assert!(said.contains("permission denied") && said.contains("control.sock"), "{said}");
    let order = shop.buys(IN_STOCK).id;
    let commands =
        [&["verify"][..], &["explain", &order], &["keys", "list"], &["orders"], &["cases", "list"]];
    for command in commands {
        let refused = as_nobody(&binary, &[command, &["--data", data]].concat());
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("permission denied") && said.contains("as that user"), "{said}");
    }
    for lock in ["", "/lock", "/journal"] {
        let held = as_nobody(Path::new("flock"), &["--nonblock", &format!("{data}{lock}"), "true"]);
        assert!(!held.status.success(), "{lock}: {held:?}");
        assert!(String::from_utf8_lossy(&held.stderr).contains("Permission denied"), "{held:?}");
    }
    assert_eq!(shop.stop().code(), Some(0));
}

#[test]
fn a_directory_of_another_user_is_refused_with_what_to_do() {
    if !is_root() {
        eprintln!("not tried: only root can give a directory away");
        return;
    }
    let mut shop = setup().open();
    assert_eq!(shop.stop().code(), Some(0));
    std::os::unix::fs::chown(shop.data().join("journal"), Some(65_534), None).expect("give it away");
    for command in [&["--listen", "127.0.0.1:0"][..], &["verify"], &["rebuild"]] {
        let refused = shop.command(command);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains("journal belongs to another user (65534") && said.contains("chown"), "{said}");
    }
}

#[test]
fn a_directory_that_is_no_shops_is_refused_by_every_command_and_left_as_it_is() {
    let shop = setup().closed();
    let site = shop.data().join("site");
    fs::create_dir_all(&site).expect("a directory of somebody's");
    fs::set_permissions(&site, fs::Permissions::from_mode(0o755)).unwrap();
    let before = open_to_others(&shop.data());
    for command in [&["--listen", "127.0.0.1:0"][..], &["verify"], &["rebuild"], &["keys", "list"]] {
        let refused = shop.command(command);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains("holds no shop") && said.contains("--data DIR"), "{said}");
    }
    assert_eq!(open_to_others(&shop.data()), before);
    assert_eq!(fs::read_dir(shop.data()).unwrap().count(), 1, "nothing was made in it");
}

#[test]
fn a_directory_that_another_group_can_replace_is_told_of() {
    if !is_root() {
        eprintln!("not tried: only root can give a directory to another group");
        return;
    }
    let mut shop = setup().closed();
    std::os::unix::fs::chown(shop.root(), None, Some(65_534)).expect("give it to a group");
    fs::set_permissions(shop.root(), fs::Permissions::from_mode(0o770)).unwrap();
    shop.start();
    assert!(shop.log().contains("another group may write above the data directory"), "{}", shop.log());
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}
