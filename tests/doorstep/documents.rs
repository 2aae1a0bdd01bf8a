//! What the documents show on a terminal, typed anew and compared word by word.
//!
//! - A line that begins with `$ ` is typed, without its comment; `^C` interrupts the daemon. What follows is expected.
//! - `…` stands for anything. Ids, keys, numbers, times, ports and counts are those of this run.
//! - Of what a daemon says, each line that is shown must come, in this order; there may be others.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use regex_lite::{Captures, Regex, escape};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::shop::read;
use super::wait::until;

/// In a document: where the shop is.
const SHOWN_AT: &str = "127.0.0.1:8080";
const OPEN: &str = "doorstep is open: http://";

/// What is typed, and what is shown below it.
#[derive(Debug, PartialEq)]
struct Step {
    typed: String,
    shown: String,
}

/// Of the blocks that are marked as of a console.
fn steps(document: &str) -> Vec<Step> {
    let blocks = document.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut steps: Vec<Step> = vec![];
    for line in blocks.flat_map(str::lines) {
        if let Some(typed) = line.strip_prefix("$ ") {
            let typed = typed.split("  #").next().unwrap_or(typed).trim().to_owned();
            steps.push(Step { typed, shown: String::new() });
        } else if line == "^C" {
            steps.push(Step { typed: line.to_owned(), shown: String::new() });
        } else if let Some(step) = steps.last_mut() {
            step.shown += &format!("{line}\n");
        }
    }
    steps
}

/// Words of a run that are others in the next.
const OF_A_RUN: [(&str, &str); 12] = [
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d", "TIME"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"\d{4}-\d\d-\d\d", "DATE"),
    (r"ord_[0-9A-Z]{26}", "ORDER"),
    (r"dsk_\w+", "API-KEY"),
    (r"\b[0-9A-Z]{26}\b", "KEY"),
    (r"127\.0\.0\.1:\d+", "ADDRESS"),
    (r#"\b\d{3} \d{4}\b|"number":"\d+""#, "NUMBER"),
    (r"\bDSP[0-9A-Z]{11}\b", "TRACKING"),
    (r"#\d+\b", "#TURN"),
    (r"\b\d+ (records|connections|trees|messages|timers|outside calls|requests)\b", "SOME $1"),
    (r"\b(turns|bytes|segments|port)=\d+", "$1=SOME"),
];

fn without_what_is_of_a_run(text: &str) -> String {
    OF_A_RUN.iter().fold(text.to_owned(), |text, (pattern, name)| {
        Regex::new(pattern).expect("a pattern").replace_all(&text, *name).into_owned()
    })
}

/// What is shown, as a pattern of what must be said.
fn pattern(shown: &str) -> Regex {
    let words = without_what_is_of_a_run(shown.trim());
    let parts = words.split('…').map(|part| {
        // a line that is too long for the document goes on below, behind a space
        let lines = part.split("\n ").map(|line| {
            let words: Vec<String> = line.split_whitespace().map(escape).collect();
            words.join(r"\s+")
        });
        lines.collect::<Vec<_>>().join(r"\s*")
    });
    let pattern = parts.collect::<Vec<_>>().join(r"\s*.*?\s*");
    Regex::new(&format!(r"(?s)^\s*{pattern}\s*$")).expect("a pattern of what is shown")
}

/// A terminal in a folder of its own.
struct Terminal {
    folder: TempDir,
    daemon: Option<Child>,
    /// Where the shop is, once it is open.
    at: String,
    /// All that was said to it.
    heard: String,
}

impl Terminal {
    fn new() -> Terminal {
        let folder = tempfile::Builder::new().prefix("doorstep-terminal-").tempdir().expect("a folder");
        let terminal = Terminal { folder, daemon: None, at: SHOWN_AT.to_owned(), heard: String::new() };
        let built = Path::new(env!("CARGO_BIN_EXE_doorstep"));
        for name in ["bin/doorstep", "target/release/doorstep"] {
            let path = terminal.path(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("make it");
            symlink(built, path).expect("the program that was built");
        }
        // it is built, and nobody else's daemon is killed
        terminal.script("cargo", "exec doorstep");
        terminal.script("pkill", "kill -9 \"$(cat daemon.pid)\"");
        terminal
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn script(&self, name: &str, line: &str) {
        let path = self.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{line}\n")).expect("write a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("let it be run");
    }

    fn shell(&self, line: &str) -> Command {
        let mut command = Command::new("sh");
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap_or_default());
        let ours = std::env::vars_os().map(|(name, _)| name);
        ours.filter(|name| name.to_string_lossy().starts_with("DOORSTEP_")).for_each(|name| {
            command.env_remove(name);
        });
        command.args(["-c", line]).current_dir(self.folder.path()).env("PATH", path).stdin(Stdio::null());
        command.env("DOORSTEP_HTTP__LISTEN", "127.0.0.1:0").env("DOORSTEP_PROCESSOR__LISTEN", "127.0.0.1:0");
        command.env("USER", "ada");
        command
    }

    /// With the ids of this run in the places of those that are shown.
    fn of_this_run(&self, typed: &str) -> String {
        let mut typed = typed.replace(SHOWN_AT, &self.at);
        for known in [r"ord_[0-9A-Z]{26}", r"\b\d{3} \d{4}\b", r"case_\d+"] {
            let known = Regex::new(known).expect("a pattern");
            if let Some(last) = known.find_iter(&self.heard).last() {
                typed = known.replace_all(&typed, |_: &Captures<'_>| last.as_str().to_owned()).into_owned();
            }
        }
        typed
    }

    fn does(&mut self, step: &Step) {
        let typed = self.of_this_run(&step.typed);
        if typed == "^C" {
            self.interrupts();
            self.comes(step, &read(&self.path("said")));
        } else if typed.contains("doorstep serve") || typed.contains("cargo run") {
            let said = self.opens(&typed);
            self.comes(step, &said);
        } else {
            let said = self.shell(&format!("{{ {typed}\n}} 2>&1")).output().expect("run it").stdout;
            let said = String::from_utf8(said).expect("UTF-8");
            let is_so = pattern(&step.shown).is_match(&without_what_is_of_a_run(&said));
            assert!(is_so, "$ {typed}\nis shown as:\n{}\nand says:\n{said}", step.shown);
            self.heard += &said;
        }
    }

    fn opens(&mut self, typed: &str) -> String {
        let said = self.path("said");
        let file = || File::options().append(true).create(true).open(&said).expect("a file");
        // the shell becomes the daemon, and says first under which id
        let becomes = |typed: String, command: &str| {
            typed.replace(command, &format!("echo $$ > daemon.pid; exec {command}"))
        };
        let typed = becomes(becomes(typed.to_owned(), "cargo run"), "doorstep serve");
        let mut process = self.shell(&typed);
        fs::write(&said, "").expect("empty it");
        let process = process.stdout(file()).stderr(file()).spawn().expect("start a daemon");
        if let Some(mut before) = self.daemon.replace(process) {
            before.wait().expect("what was killed has ended");
        }
        until("the shop is open", || {
            let said = read(&said);
            let (_, rest) = said.split_once(OPEN)?;
            let (at, rest) = rest.split_once(' ')?;
            self.at = at.to_owned();
            rest.contains('\n').then_some(said)
        })
    }

    fn interrupts(&mut self) {
        let mut daemon = self.daemon.take().expect("a daemon");
        let pid = i32::try_from(daemon.id()).ok().and_then(Pid::from_raw).expect("a process");
        kill_process(pid, Signal::INT).expect("interrupt it");
        daemon.wait().expect("it ends");
    }

    /// Each line that is shown, in its order.
    fn comes(&self, step: &Step, said: &str) {
        let mut rest = said.lines().map(without_what_is_of_a_run);
        for shown in step.shown.lines() {
            let pattern = pattern(shown);
            assert!(
                rest.any(|line| pattern.is_match(&line)),
                "{} does not say {shown}, but:\n{said}",
                step.typed
            );
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(daemon) = &mut self.daemon {
            // it may have ended already
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name))
        .expect("a document of the repository")
}

#[test]
fn the_twenty_minutes_of_a_newcomer_are_as_they_are_written() {
    let steps = steps(&document("docs/open-a-shop.md"));
    assert!(steps.len() >= 15, "{} steps", steps.len());
    let mut terminal = Terminal::new();
    let export = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalogues/shopify-2023.csv");
    fs::copy(export, terminal.path("shopify.csv")).expect("an export of Shopify's");
    steps.iter().for_each(|step| terminal.does(step));
}

#[test]
fn the_tour_of_the_readme_is_as_it_is_written() {
    let steps = steps(&document("README.md"));
    assert!(steps.len() >= 7, "{} steps", steps.len());
    let mut terminal = Terminal::new();
    let order = steps.iter().find(|step| step.typed == "cat order.json").expect("an order");
    fs::write(terminal.path("order.json"), &order.shown).expect("write it");
    steps.iter().for_each(|step| terminal.does(step));
}

#[test]
fn what_is_shown_is_compared_by_its_words() {
    let document = "text\n```console\n$ doorstep serve     # opens it\nopen\n$ curl x\n{\"a\":…,\n \"b\":2}\n^C\ndone\n```\n$ no step\n";
    let step = |typed: &str, shown: &str| Step { typed: typed.to_owned(), shown: shown.to_owned() };
    let read = steps(document);
    assert_eq!(
        read,
        [step("doorstep serve", "open\n"), step("curl x", "{\"a\":…,\n \"b\":2}\n"), step("^C", "done\n")]
    );
    assert!(
        pattern(&read[1].shown).is_match("{\"a\":1,\"b\":2}\n")
            && !pattern(&read[1].shown).is_match("{\"a\":1,\"b\":3}")
    );
    let shown = "at 2026-11-25T08:00:00.000Z ord_01M82JCK9436720E3PWGSQMM7Z, 100 0168";
    let said =
        without_what_is_of_a_run("at  2027-01-01T09:00:01.123Z ord_01ARZ3NDEKTSV4RRFFQ69G5FAV, 200 0164\n");
    assert!(pattern(shown).is_match(&said), "{said}");
    assert!(!pattern("18 products listed").is_match("19 products listed"), "a count of goods is a word");
}

#[test]
fn the_unit_of_the_service_is_one_that_systemd_takes() {
    let unit = document("config/doorstep.service");
    // a SIGHUP ends the shop in order, with exit code 0, and must not leave it closed
    assert!(unit.lines().any(|line| line == "Restart=always"), "{unit}");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("doorstep.service");
    fs::write(&file, unit.replace("/usr/local/bin/doorstep", env!("CARGO_BIN_EXE_doorstep")))
        .expect("write it");
    let Ok(said) = Command::new("systemd-analyze").arg("verify").arg(&file).output() else {
        eprintln!("not tried: there is no systemd-analyze here");
        return;
    };
    assert!(said.status.success() && said.stderr.is_empty(), "{}", String::from_utf8_lossy(&said.stderr));
}
