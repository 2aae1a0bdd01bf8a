//! What is written by a program from data of others is what that program writes.

use std::process::{Command, Output};

/// Needs Python and the package index: where they are not there, it says so.
#[test]
fn the_forms_of_addresses_are_as_their_source_has_them() {
    let root = env!("CARGO_MANIFEST_DIR");
    let kept = std::fs::read_to_string(format!("{root}/src/domain/addresses/countries.tsv")).unwrap();
    match Command::new(format!("{root}/.ci/addresses")).arg("--print").output() {
        Ok(Output { status, stdout, .. }) if status.success() => {
            assert!(
                kept.as_bytes() == stdout,
                ".ci/addresses writes src/domain/addresses/countries.tsv anew"
            );
        }
        Ok(Output { stderr, .. }) => eprintln!("not compared: {}", String::from_utf8_lossy(&stderr)),
        Err(error) => eprintln!("not compared: {error}"),
    }
}
