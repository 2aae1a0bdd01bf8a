//! `check` asks of the machine what a start asks.

use std::fs;
use std::process::Command;

use super::shop::setup;
use super::verify::printed;

/// As a full disk and a snapshot are; needs root.
#[test]
fn check_refuses_a_disk_that_is_full_or_takes_no_write_as_a_start_does() {
    let shop = setup().shop().closed();
    let disk = shop.root().join("disk");
    fs::create_dir(&disk).expect("make the mount point");
    let mount = |options: &str| {
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", options, "doorstep-test"]).arg(&disk);
        command.status().is_ok_and(|status| status.success())
    };
    if !mount("size=24m") {
        eprintln!("not tried: only root can mount");
        return;
    }
    let data = disk.join("data");
    let data = data.to_str().expect("a path in UTF-8");
    let made = shop.command(&["init", "--yes", "--name", "Bound", "--shipping", "2.99", "--data", data]);
    let asked = |command: &str| {
        let told = shop.command(&[command, "--listen", "127.0.0.1:0", "--data", data]);
        (told.status.code(), printed(&told))
    };
    let roomy = asked("check");
    fs::write(disk.join("other"), vec![1; 22 << 20]).expect("fill the disk");
    let full = ["check", "serve"].map(asked);
    fs::remove_file(disk.join("other")).expect("empty the disk");
    let is_closed = mount("remount,ro");
    let closed = ["check", "serve"].map(asked);
    let unmounted = Command::new("umount").arg(&disk).status();
    assert!(unmounted.is_ok_and(|status| status.success()) && made.status.success() && is_closed);
    assert_eq!(roomy.0, Some(0), "{}", roomy.1);
    assert!(roomy.1.contains("ok  disk"), "{}", roomy.1);
    for (code, said) in &full {
        assert!(*code == Some(1) && said.contains("needs 4 MiB at once for its next file"), "{said}");
    }
    for (code, said) in &closed {
        assert_eq!(*code, Some(1), "{said}");
    }
    assert!(closed[0].1.contains("takes no write (Read-only file system"), "{}", closed[0].1);
}

#[test]
fn check_names_the_file_that_holds_and_warns_of_an_address_without_encryption() {
    let shop = setup().shop().set("DOORSTEP_HTTP__PUBLIC_URL", "http://shop.example").closed();
    let other = shop.root().join("other.toml");
    fs::copy(shop.data().join("shop.toml"), &other).expect("copy its settings");
    let told =
        shop.command(&["check", "--listen", "127.0.0.1:0", "--config", other.to_str().expect("UTF-8")]);
    let said = printed(&told);
    assert!(told.status.success(), "{said}");
    assert!(said.contains("other.toml, in the place of the directory's own"), "{said}");
    assert!(said.contains("--  public url   http://shop.example is not encrypted"), "{said}");
}
