//! What a start asks of the machine and of what the shop keeps, asked without a change: for `doorstep check`.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use crate::journal;
use crate::runtime::system_time;
use crate::settings::{Settings, ShopKind};

use super::Failure;
use super::clocks::shown;
use super::finding::Finding;
use super::history_check;
use super::layout::Layout;
use super::private;
use super::secrets::{link_keys, processor_secret};

/// Of a directory that no daemon has open.
pub fn lines(settings: &Settings, layout: &Layout, kind: ShopKind) -> Vec<Finding> {
    let found = |what, looked: Result<String, Failure>| match looked {
        Ok(how) => Finding::ready(what, how),
        Err(failure) => Finding::wrong(what, failure),
    };
    let now = system_time().map_err(Failure::from).map(|now| shown(now, &settings.time_zone()));
    vec![
        found("disk", disk(settings, layout)),
        found("clock", now),
        found(
            "own files",
            own_files(layout, kind).map(|()| "they are this user's alone, and can be used".to_owned()),
        ),
    ]
}

fn own_files(layout: &Layout, kind: ShopKind) -> Result<(), Failure> {
    private::look_as_a_start(layout)?;
    secrets(layout, kind)?;
    history_check::look_again(layout)
}

fn disk(settings: &Settings, layout: &Layout) -> Result<String, Failure> {
    written_to(layout)?.iter().try_for_each(|path| must_take_a_write(path))?;
    journal::must_have_room(&layout.journal(), settings.journal.segment_bytes)?;
    Ok("it takes writes, and has room for the journal's next file".to_owned())
}

/// Files that a start only reads may be closed to writes.
fn written_to(layout: &Layout) -> Result<Vec<PathBuf>, Failure> {
    let mut found = private::made_by_the_shop(&layout.dir)?;
    found.retain(|path| path.is_dir() || *path == layout.lock());
    found.push(layout.dir.clone());
    Ok(found)
}

fn must_take_a_write(path: &Path) -> Result<(), Failure> {
    access(path, Access::WRITE_OK).map_err(|error| {
        Failure(format!(
            "{} takes no write ({error}), and an open shop writes all the time: mount its disk for writing, or give this user leave",
            path.display()
        ))
    })
}

/// Beside a daemon: it goes on with what it has read when it began.
pub fn of_daemon(settings: &Settings, layout: &Layout) -> Finding {
    let shop = &settings.shop;
    let named = [&shop.logo, &shop.contact, &shop.terms, &shop.returns, &shop.privacy];
    let named =
        named.into_iter().filter(|file| !file.as_os_str().is_empty()).map(|file| layout.dir.join(file));
    // made when it had read them
    let began = changed(&layout.control());
    let is_newer = |file: &PathBuf| began.is_some() && changed(file) > began;
    match [layout.settings()].into_iter().chain(named).find(is_newer) {
        None => Finding::ready("daemon", "its files of settings are as it read them when it began"),
        Some(file) => {
            let why = format!(
                "{} has changed since it began: it goes on with what it read then, and this is what it would be told now",
                file.display()
            );
            Finding::not_set_up("daemon", why, "restart it to have it so")
        }
    }
}

/// Also by another that took its name.
fn changed(file: &Path) -> Option<(i64, i64)> {
    let found = file.metadata().ok()?;
    Some((found.ctime(), found.ctime_nsec()))
}

/// Those that are there: a start makes the others.
fn secrets(layout: &Layout, kind: ShopKind) -> Result<(), Failure> {
    if layout.link_keys().exists() {
        link_keys(layout)?;
    }
    if kind.is_demo() && layout.processor_secret().exists() {
        processor_secret(layout)?;
    }
    Ok(())
}
