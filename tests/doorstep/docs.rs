//! What the documents say, held against the source.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A shorter word in a document is no test's name: those are sentences.
const TEST_NAME_CHARS_MIN: usize = 24;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The names of all functions below a folder.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository").flatten() {
        let path = entry.path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("a source file is text");
            let names =
                text.split("fn ").skip(1).map(|rest| rest.split(['(', '<']).next().unwrap_or_default());
            found.extend(names.map(str::to_owned));
        }
    }
}

#[test]
fn every_test_that_a_document_names_is_there() {
    let mut known = BTreeSet::new();
    for folder in ["src", "tests"] {
        functions(&root().join(folder), &mut known);
    }
    for document in ["docs/security.md"] {
        let text = fs::read_to_string(root().join(document)).expect("a document of the repository");
        let named: Vec<&str> = text
            .split('`')
            .skip(1)
            .step_by(2)
            .filter_map(|code| code.rsplit("::").next())
            .filter(|name| name.len() >= TEST_NAME_CHARS_MIN)
            .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
            .collect();
        assert!(named.len() > 20, "{document} names {} tests", named.len());
        for name in named {
            assert!(known.contains(name), "{document} names {name}, which is no function of the source");
        }
    }
}
