//! What the documents say, held against the source.

use std::fs;
use std::path::{Path, PathBuf};

/// A shorter word in a document is no test's name: those are sentences.
const TEST_NAME_CHARS_MIN: usize = 24;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A test of the source.
struct Test {
    /// The folders and the file that it is in, from the top.
    modules: Vec<String>,
    name: String,
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
            let modules: Vec<String> = below
                .iter()
                .map(|part| part.to_string_lossy().into_owned())
                .chain(["tests".to_owned()])
                .collect();
            let mut parts = text.split("fn ");
            let mut before = parts.next().unwrap_or_default();
            for part in parts {
                let name = part.split(['(', '<']).next().unwrap_or_default().to_owned();
                if is_test(before) {
                    found.push(Test { modules: modules.clone(), name });
                }
                before = part;
            }
        }
    }
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

#[test]
fn every_test_that_a_document_names_is_one_and_in_its_module() {
    let mut known = vec![];
    for folder in ["src", "tests"] {
        tests(&root().join(folder), &mut known);
    }
    for document in ["docs/security.md"] {
        let text = fs::read_to_string(root().join(document)).expect("a document of the repository");
        let named: Vec<Vec<&str>> = text
            .split('`')
            .skip(1)
            .step_by(2)
            .map(|code| code.split("::").collect::<Vec<_>>())
            .filter(|path| path.last().is_some_and(|name| name.len() >= TEST_NAME_CHARS_MIN))
            .filter(|path| {
                path.concat().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            })
            .collect();
        assert!(named.len() > 20, "{document} names {} tests", named.len());
        for path in named {
            let is_there = known.iter().any(|test| is_named_by(&path, test));
            assert!(is_there, "{document} names {}, which is no test of the source", path.join("::"));
        }
        // `tests/run docs::` runs what is in a module of that name
        for run in text.split("`tests/run ").skip(1).filter_map(|rest| rest.split('`').next()) {
            let modules: Vec<&str> = run.split("::").filter(|module| !module.is_empty()).collect();
            let is_in = |test: &Test| modules.iter().all(|module| test.modules.iter().any(|of| of == module));
            assert!(known.iter().any(is_in), "{document} runs {run}, in which there is no test");
        }
        let (_, of_itself) = text.split_once("`tests/run docs::` holds the tests that").unwrap_or_default();
        assert!(!of_itself.is_empty(), "{document} says where its names are held against the source");
    }
}

#[test]
fn what_is_no_test_or_in_another_module_is_not_taken_for_one() {
    let test =
        Test { modules: ["src", "http", "tests"].map(str::to_owned).into(), name: "it_holds".to_owned() };
    assert!(is_named_by(&["it_holds"], &test) && is_named_by(&["http", "tests", "it_holds"], &test));
    assert!(!is_named_by(&["gateway", "it_holds"], &test) && !is_named_by(&["http", "it_does"], &test));
    assert!(is_test("}\n\n#[test]\n") && is_test("\n\n#[tokio::test(start_paused = true)]\nasync "));
    assert!(!is_test("#[test]\nfn one() {}\n\n/// Of the tests.\n"));
}
