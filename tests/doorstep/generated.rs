//! What is written by a program from data of others is what that program writes.

use std::process::{Command, Output};

#[test]
fn the_forms_of_addresses_are_as_their_source_has_them() {
    is_as_written("src/domain/addresses/countries.tsv", ".ci/addresses");
}

#[test]
fn the_rates_of_vat_are_as_their_source_has_them() {
    is_as_written("src/domain/quote/vat_rates.tsv", ".ci/vat-rates");
}

/// Needs Python and the package index: where they are not there, it says so.
#[track_caller]
fn is_as_written(file: &str, by: &str) {
    let root = env!("CARGO_MANIFEST_DIR");
    let kept = std::fs::read_to_string(format!("{root}/{file}")).unwrap();
    match Command::new(format!("{root}/{by}")).arg("--print").output() {
        Ok(Output { status, stdout, .. }) if status.success() => {
            assert!(kept.as_bytes() == stdout, "{by} writes {file} anew");
        }
        Ok(Output { stderr, .. }) => eprintln!("not compared: {}", String::from_utf8_lossy(&stderr)),
        Err(error) => eprintln!("not compared: {error}"),
    }
}
