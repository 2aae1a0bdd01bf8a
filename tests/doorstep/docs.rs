//! What the documents say, held against the source.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A shorter word in a document is no test's name: those are sentences.
const TEST_NAME_CHARS_MIN: usize = 24;

/// What `tests/run` runs by these words is not found by a test's name.
const PARTS_OF_THE_RUN: [&str; 4] = ["simulate", "planted", "unit", "tidy"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every document of the repository, with its text.
fn documents() -> Vec<(PathBuf, String)> {
    let folders = ["", "docs", "benches"].map(|folder| root().join(folder));
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("a folder of the repository"));
    let mut paths: Vec<PathBuf> = files.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a document is text");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

/// What stands between backquotes; what is between three of them is an example of its own.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|prose| prose.split('`').skip(1).step_by(2))
}

/// A test of the source.
struct Test {
    /// The folders and the file that it is in, from the top.
    modules: Vec<String>,
    name: String,
    /// As the test programs list it: what is given to `tests/run` is looked for in this.
    listed: String,
}

/// All tests below a folder.
fn tests(folder: &Path, found: &mut Vec<Test>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository").flatten() {
        let path = entry.path();
        if path.is_dir() {
            tests(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("a source file is text");
            let below = path.strip_prefix(root()).expect("a file of the repository").with_extension("");
            let parts: Vec<String> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            let modules: Vec<String> = parts.iter().cloned().chain(["tests".to_owned()]).collect();
            let mut is_inside = false;
            let mut parts_of_text = text.split("fn ");
            let mut before = parts_of_text.next().unwrap_or_default();
            for part in parts_of_text {
                let name = part.split(['(', '<']).next().unwrap_or_default().to_owned();
                is_inside |= before.contains("\nmod tests {");
                if is_test(before) {
                    let listed = listed(&parts, is_inside, &name);
                    found.push(Test { modules: modules.clone(), name, listed });
                }
                before = part;
            }
        }
    }
}

/// `parts`: of the file's path. `is_inside`: of a `mod tests` in it; a file `of_tests.rs` is one, as a whole.
fn listed(parts: &[String], is_inside: bool, name: &str) -> String {
    let inner = parts.iter().skip(1).map(String::as_str);
    let mut modules: Vec<&str> = inner.filter(|part| !["doorstep", "mod", "lib"].contains(part)).collect();
    let file = modules.pop().unwrap_or_default();
    let of_another = file.strip_suffix("_tests");
    modules.push(of_another.unwrap_or(file));
    if is_inside || of_another.is_some() {
        modules.push("tests");
    }
    modules.push(name);
    modules.join("::")
}

/// By the attributes that stand before a function: the lines after the last empty one.
fn is_test(before: &str) -> bool {
    let attributes = before.rsplit("\n\n").next().unwrap_or_default();
    ["#[test]", "::test]", "::test("].iter().any(|attribute| attributes.contains(attribute))
}

/// Whether a name as `module::of_it::the_test` leads to the test; a shorter one names any module on the way.
fn is_named_by(path: &[&str], test: &Test) -> bool {
    let Some((name, modules)) = path.split_last() else { return false };
    test.name == *name && modules.iter().all(|module| test.modules.iter().any(|of| of == module))
}

fn known() -> Vec<Test> {
    let mut known = vec![];
    for folder in ["src", "tests"] {
        tests(&root().join(folder), &mut known);
    }
    known
}

/// The name that a command gives to the test programs, of `tests/run` or `cargo test`.
fn name_that_runs(code: &str) -> Option<&str> {
    let words: Vec<&str> = code.split_whitespace().skip_while(|word| word.contains('=')).collect();
    let given = match words.as_slice() {
        ["tests/run", part, ..] if PARTS_OF_THE_RUN.contains(part) => return None,
        ["tests/run", given @ ..] | ["cargo", "test", given @ ..] => given,
        _ => return None,
    };
    given.iter().find(|word| !word.starts_with('-')).copied()
}

#[test]
fn every_test_that_a_document_names_is_one_and_in_its_module() {
    let known = known();
    let mut names = 0;
    for (document, text) in documents() {
        let document = document.display();
        let of_tests = codes(&text)
            .map(|code| code.split("::").collect::<Vec<_>>())
            .filter(|path| path.last().is_some_and(|name| name.len() >= TEST_NAME_CHARS_MIN))
            .filter(|path| {
                path.concat().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            })
            // a column of a catalogue is as long as a test's name
            .filter(|path| path.len() > 1 || path[0] != "original_publication_year");
        for path in of_tests {
            names += 1;
            let is_there = known.iter().any(|test| is_named_by(&path, test));
            assert!(is_there, "{document} names {}, which is no test of the source", path.join("::"));
        }
        let of_modules =
            codes(&text).filter(|code| !code.contains(' ')).filter_map(|code| code.strip_suffix("::"));
        for module in of_modules {
            let is_there = known.iter().any(|test| test.modules.iter().any(|of| of == module));
            assert!(is_there, "{document} names {module}::, in which there is no test");
        }
    }
    assert!(names > 20, "the documents name {names} tests");
    let security = fs::read_to_string(root().join("docs/security.md")).expect("a document of the repository");
    assert!(
        security.contains("`tests/run docs::` holds the tests that"),
        "docs/security.md says where its names are held against the source"
    );
}

#[test]
fn every_command_that_a_document_gives_for_tests_runs_some() {
    let known = known();
    let mut commands = 0;
    for (document, text) in documents() {
        for code in codes(&text) {
            let Some(name) = name_that_runs(code) else { continue };
            commands += 1;
            let is_run = known.iter().any(|test| test.listed.contains(name));
            assert!(is_run, "{}: `{code}` runs no test", document.display());
        }
    }
    assert!(commands > 50, "the documents give {commands} commands");
}

#[test]
fn a_test_of_the_source_is_known_by_the_name_that_its_program_lists() {
    let program = std::env::current_exe().expect("a test runs as one");
    let output = Command::new(program).arg("--list").output().expect("it lists its tests");
    let known = known();
    let text = String::from_utf8(output.stdout).expect("names are text");
    let listed: Vec<&str> = text.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    assert!(listed.len() > 100, "{} tests", listed.len());
    for name in listed {
        assert!(known.iter().any(|test| test.listed == name), "{name} is not found in the source");
    }
}

#[test]
fn every_link_of_a_document_leads_to_a_file_and_a_heading_of_it() {
    let mut links = 0;
    for (document, text) in documents() {
        let folder = document.parent().expect("a document is in a folder");
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://")) {
            links += 1;
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { document.clone() } else { folder.join(file) };
            assert!(file.exists(), "{} links {target}, and there is no such file", document.display());
            assert!(
                heading.is_empty() || has_heading(&file, heading),
                "{} links {target}, and there is no such heading",
                document.display()
            );
        }
    }
    assert!(links > 30, "the documents have {links} links");
}

/// As the sites that show documents make an address of a heading.
fn has_heading(file: &Path, address: &str) -> bool {
    let text = fs::read_to_string(file).expect("a document is text");
    let of_heading = |line: &str| {
        let title = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        title.chars().filter(|c| c.is_alphanumeric() || ['-', '_'].contains(c)).collect::<String>()
    };
    text.lines().filter(|line| line.starts_with('#')).any(|line| of_heading(line) == address)
}

#[test]
fn every_source_file_that_a_document_names_is_there() {
    let mut files = vec![];
    for folder in ["src", "tests", "benches", "examples", "config", "templates"] {
        files_below(&root().join(folder), &mut files);
    }
    let mut names = 0;
    for (document, text) in documents() {
        let named = codes(&text).filter(|code| {
            let is_plain = code.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
            is_plain && (code.ends_with(".rs") || code.ends_with(".html"))
        });
        for name in named {
            names += 1;
            let is_there = files.iter().any(|file| file.ends_with(name));
            assert!(is_there, "{} names {name}, and there is no such file", document.display());
        }
    }
    assert!(names > 30, "the documents name {names} files");
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository").flatten() {
        let path = entry.path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

/// `tests/run` with a cargo that lists these tests and runs none.
fn run_with(listed: &str, args: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let cargo = folder.path().join("cargo");
    fs::write(&cargo, format!("#!/bin/sh\ncase \"$*\" in *--list*) printf '{listed}';; esac\n"))
        .expect("a file");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("it may be run");
    let path = std::env::var("PATH").expect("a path");
    let path = format!("{}:{path}", folder.path().display());
    Command::new(root().join("tests/run")).args(args).env("PATH", path).output().expect("bash is there")
}

#[test]
fn a_name_that_is_no_tests_fails_the_run_instead_of_passing_with_none() {
    let nothing = run_with("0 tests, 0 benchmarks\\n", &["unit", "no_such_test"]);
    let said = String::from_utf8_lossy(&nothing.stderr);
    assert!(!nothing.status.success() && said.contains("no test has no_such_test in its name"), "{said}");
    let one = run_with("a::b: test\\n", &["unit", "b"]);
    assert!(one.status.success(), "{}", String::from_utf8_lossy(&one.stderr));
}

#[test]
fn what_is_no_test_or_in_another_module_is_not_taken_for_one() {
    let parts = ["src", "http", "guard"].map(str::to_owned);
    let test = Test {
        modules: ["src", "http", "tests"].map(str::to_owned).into(),
        name: "it_holds".to_owned(),
        listed: listed(&parts, true, "it_holds"),
    };
    assert!(is_named_by(&["it_holds"], &test) && is_named_by(&["http", "tests", "it_holds"], &test));
    assert!(!is_named_by(&["gateway", "it_holds"], &test) && !is_named_by(&["http", "it_does"], &test));
    assert_eq!(test.listed, "http::guard::tests::it_holds");
    assert!(is_test("}\n\n#[test]\n") && is_test("\n\n#[tokio::test(start_paused = true)]\nasync "));
    assert!(!is_test("#[test]\nfn one() {}\n\n/// Of the tests.\n"));
    assert_eq!(name_that_runs("DOORSTEP_X=1 cargo test --lib drawn"), Some("drawn"));
    assert_eq!(
        (name_that_runs("tests/run overload:: --nocapture"), name_that_runs("tests/run tidy")),
        (Some("overload::"), None)
    );
}
