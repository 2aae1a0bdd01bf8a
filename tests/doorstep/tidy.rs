//! The layer rule and the habits of this code, held against its source.

use std::fs;
use std::path::{Path, PathBuf};

const FILE_LINES_MAX: usize = 500;

/// A file of the repository.
pub struct Source {
    /// From the repository's root, with `/`.
    pub path: String,
    /// Without comments' text, so that words may name what code may not use.
    pub code: String,
    lines: usize,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below one of the repository's folders.
pub fn sources(folder: &str) -> Vec<Source> {
    let mut found = vec![];
    collect(&root().join(folder), &mut found);
    assert!(!found.is_empty(), "no source below {folder}");
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn collect(dir: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(dir).unwrap_or_else(|error| panic!("read {}: {error}", dir.display())).flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("a source file is text");
            let relative = path.strip_prefix(root()).expect("a file of the repository");
            let path = relative.to_str().expect("a path in UTF-8").replace('\\', "/");
            found.push(Source { path, lines: text.lines().count(), code: without_comments(&text) });
        }
    }
}

fn without_comments(text: &str) -> String {
    let code = |line: &str| match line.find("//") {
        // not that of `http://`
        Some(at) if !line[..at].ends_with(':') => line[..at].to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// Whether `word` stands in the code by itself, not as a part of a longer name.
fn names(code: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back().is_some_and(part_of_name);
        let after = code[at + word.len()..].chars().next().is_some_and(part_of_name);
        let ends_in_name = word.chars().next_back().is_some_and(part_of_name);
        let begins_in_name = word.chars().next().is_some_and(part_of_name);
        !(before && begins_in_name || after && ends_in_name)
    })
}

/// No file below `folder` names any of `words`, but for `except`.
#[track_caller]
fn nothing_names(folder: &str, words: &[&str], except: &[&str]) {
    let broken: Vec<String> = sources(folder)
        .iter()
        .filter(|source| !except.iter().any(|path| source.path.starts_with(path)))
        .flat_map(|source| {
            let named = words.iter().filter(|word| names(&source.code, word));
            named.map(|word| format!("{} names {word}", source.path)).collect::<Vec<_>>()
        })
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_domain_is_pure() {
    nothing_names(
        "src/domain",
        &[
            "actix",
            "actix_web",
            "tokio",
            "sled",
            "SystemTime",
            "Instant",
            "std::fs",
            "std::net",
            "thread_rng",
            "SysRng",
        ],
        &[],
    );
    let others =
        ["actors", "cli", "gateway", "journal", "partners", "runtime", "settings", "storage", "telemetry"];
    let others = others.map(|module| format!("crate::{module}"));
    nothing_names("src/domain", &others.each_ref().map(String::as_str), &[]);
}

#[test]
fn what_a_request_says_of_its_host_or_client_counts_where_access_says_so_and_nowhere_else() {
    nothing_names(
        "src/access",
        &["actix", "actix_web", "tokio", "SystemTime", "Instant", "std::fs"],
        &["src/access/over_http.rs"],
    );
    let believers =
        ["connection_info", "realip_remote_addr", "ConnectionInfo", "X_FORWARDED_FOR", "X_FORWARDED_HOST"];
    nothing_names("src", &believers, &[]);
}

#[test]
fn the_runtime_the_journal_and_the_storage_know_no_order() {
    for folder in ["src/runtime", "src/journal", "src/storage"] {
        nothing_names(
            folder,
            &[
                "crate::actors",
                "crate::gateway",
                "crate::partners",
                "crate::cli",
                "crate::settings",
                "OrderId",
                "Sku",
            ],
            &[],
        );
        let domain: Vec<String> = sources(folder)
            .iter()
            .filter(|source| !source.path.contains("/tests"))
            .flat_map(|source| {
                let uses = source.code.lines().filter(|line| line.contains("crate::domain"));
                let clock = |line: &&str| !line.trim().starts_with("use crate::domain::Timestamp;");
                uses.filter(clock).map(|line| format!("{}: {}", source.path, line.trim())).collect::<Vec<_>>()
            })
            .collect();
        assert!(domain.is_empty(), "of the domain only the time is known here: {domain:#?}");
    }
    nothing_names("src/journal", &["crate::runtime", "crate::storage"], &[]);
    nothing_names("src/storage", &["crate::runtime"], &[]);
}

#[test]
fn only_storage_knows_sled() {
    nothing_names("src", &["sled::", "extern crate sled"], &["src/storage/"]);
}

#[test]
fn only_the_server_and_its_two_sites_speak_http() {
    nothing_names(
        "src",
        &["actix_web", "actix_http"],
        &["src/http/", "src/access/over_http.rs", "src/gateway/", "src/partners/processor/page"],
    );
}

#[test]
fn the_server_knows_no_shop() {
    nothing_names("src/http", &["crate"], &[]);
}

#[test]
fn only_partners_talks_to_the_outside() {
    let network =
        ["TcpStream", "UdpSocket", "reqwest", "hyper", "ureq", "lettre::SmtpTransport", "AsyncSmtpTransport"];
    // the server takes who comes, and a test of the gateway speaks to its socket; a benchmark is a customer of our own shop
    nothing_names("src", &network, &["src/http/", "src/partners/", "src/gateway/tests/", "src/cli/bench/"]);
    // the shop's ports are bound at the top, the operator's socket is local
    nothing_names("src", &["TcpListener"], &["src/cli/", "src/http/", "src/gateway/", "src/partners/"]);
}

#[test]
fn the_actors_know_neither_the_gateway_nor_the_command_line() {
    nothing_names("src/actors", &["crate::gateway", "crate::cli", "crate::settings", "actix_web"], &[]);
    nothing_names("src/gateway", &["crate::cli", "crate::settings", "crate::storage", "crate::journal"], &[]);
}

#[test]
fn nobody_but_the_command_line_knows_the_simulator() {
    nothing_names("src", &["crate::simulation"], &["src/simulation/", "src/cli/simulate/"]);
    // what has no socket and no clock of its own is for tests and worlds
    nothing_names("src", &["InProcess"], &["src/gateway/", "src/simulation/"]);
}

#[test]
fn no_behaviour_mentions_actix_or_reads_a_clock() {
    let machinery = ["actix", "tokio", "SystemTime", "Instant", "SysRng", "std::fs"];
    // a page that is drawn from the code is read and written by its test, as golden files are
    let tests = ["src/actors/tests/", "src/actors/mailer/golden_tests.rs"];
    nothing_names("src/actors", &machinery, &tests);
    let everywhere = ["thread_rng", "rand::rng"];
    nothing_names("src", &everywhere, &[]);
}

#[test]
fn every_actor_has_the_same_shape() {
    let folders = fs::read_dir(root().join("src/actors")).unwrap().flatten().map(|entry| entry.path());
    let of_actors: Vec<PathBuf> = folders.filter(|path| path.is_dir() && !path.ends_with("tests")).collect();
    assert!(!of_actors.is_empty(), "there are no actors");
    for folder in of_actors {
        let actor = folder.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
        for file in ["mod.rs", "messages.rs", "state.rs", "decide.rs"] {
            assert!(folder.join(file).is_file(), "src/actors/{actor}/{file} is missing");
        }
        let header = fs::read_to_string(folder.join("mod.rs")).unwrap();
        assert!(header.starts_with("//!"), "src/actors/{actor}/mod.rs does not say what it guarantees");
    }
}

#[test]
fn no_file_is_long() {
    let long: Vec<String> = ["src", "tests", "benches"]
        .into_iter()
        .flat_map(sources)
        .filter(|source| source.lines > FILE_LINES_MAX)
        .map(|source| format!("{}: {} lines", source.path, source.lines))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn nothing_is_left_undone() {
    // written in two halves, so that this file does not hold them
    let words = [
        concat!("todo", "!"),
        concat!("unimplemented", "!"),
        concat!("dbg", "!"),
        concat!("flush_", "async"),
    ];
    let attributes = [concat!("#[ig", "nore"), concat!("#[should_", "panic")];
    for folder in ["src", "tests", "benches"] {
        nothing_names(folder, &words, &[]);
        nothing_names(folder, &attributes, &[]);
    }
}

#[test]
fn no_test_waits_by_sleeping() {
    let sleep = concat!("thread::", "sleep");
    nothing_names("tests", &[sleep], &["tests/doorstep/wait.rs"]);
    nothing_names("benches", &[sleep], &[]);
    // the watchdog's thread is its clock, as the bench's metronome is; sled gives its lock back late
    let may = ["src/runtime/cell/watchdog.rs", "src/cli/bench/pacer.rs", "src/storage/sled_db.rs"];
    nothing_names("src", &[sleep], &may);
}

/// A file that no other declares is compiled by nobody, and its tests are silently gone.
#[test]
fn every_file_is_a_part_of_the_program() {
    let all: Vec<Source> =
        ["src", "tests/doorstep", "benches/doorstep"].iter().flat_map(|folder| sources(folder)).collect();
    let is_declared = |source: &Source| {
        let (folder, file) = source.path.rsplit_once('/').expect("a file in a folder");
        let name = file.trim_end_matches(".rs");
        if ["main", "lib"].contains(&name) {
            return true;
        }
        // `mod.rs` is its folder's
        let (folder, name) = if name == "mod" {
            folder.rsplit_once('/').expect("a folder in another")
        } else {
            (folder, name)
        };
        let beside = format!("{folder}.rs");
        let above =
            |path: &str| path == beside || path.rsplit_once('/').is_some_and(|(its, _)| its == folder);
        let (by_name, by_path) = (format!("mod {name};"), format!("#[path = \"{file}\"]"));
        all.iter()
            .filter(|other| above(&other.path))
            .any(|other| other.code.contains(&by_name) || other.code.contains(&by_path))
    };
    let lost: Vec<&str> =
        all.iter().filter(|source| !is_declared(source)).map(|source| source.path.as_str()).collect();
    assert!(lost.is_empty(), "no file declares these: {lost:#?}");
}
