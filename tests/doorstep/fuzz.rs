//! A fuzzer that nobody here wrote (schemathesis) reads the served OpenAPI document and tries to catch the shop at
//! anything else than what it says: a 5xx, an undescribed status or field, a forbidden body that is taken.
//!
//! `DOORSTEP_FUZZ_EXAMPLES` sets how many requests it makes up for each operation, `DOORSTEP_SEED` which.

use std::path::PathBuf;
use std::process::Command;

use super::shop::{TestShop, setup};

const EXAMPLES_DEFAULT: &str = "40";
const SEED_DEFAULT: &str = "1";
const INSTALL: &str = "tests/run installs it, or: python3 -m venv target/fuzz && target/fuzz/bin/pip install -r tests/fuzz/requirements.txt";

fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn from_environment(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// Lets the fuzzer loose, and shows what it says.
///
/// # Panics
/// Where it finds something, or is not installed.
#[track_caller]
fn fuzz(shop: &TestShop, arguments: &[&str]) {
    let mut fuzzer = Command::new(repository("target/fuzz/bin/schemathesis"));
    fuzzer.arg("--config-file").arg(repository("tests/fuzz/schemathesis.toml"));
    fuzzer.arg("run").arg(format!("{}/api/v1/openapi.json", shop.url)).args(arguments);
    fuzzer.args(["--seed", &from_environment("DOORSTEP_SEED", SEED_DEFAULT)]);
    fuzzer.args(["--max-examples", &from_environment("DOORSTEP_FUZZ_EXAMPLES", EXAMPLES_DEFAULT)]);
    fuzzer.args(["--generation-database", "none", "--request-timeout", "40", "--no-color"]);
    fuzzer.args(["--continue-on-failure"]).env("SCHEMATHESIS_HOOKS", "hooks");
    // what it keeps goes with the shop
    fuzzer
        .current_dir(shop.data())
        .env("PYTHONPATH", repository("tests/fuzz"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let ran =
        fuzzer.output().unwrap_or_else(|error| panic!("cannot start schemathesis ({error}): {INSTALL}"));
    let (said, complained) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}{complained}");
    for line in said.lines().filter(|line| line.contains("generated") || line.contains("passed")) {
        println!("{}", line.trim());
    }
}

/// Nothing has shaken it.
#[track_caller]
fn stands(mut shop: TestShop) {
    assert!(shop.client().is_ready());
    shop.buys("PD-0002");
    shop.waits_until_quiet();
    shop.never_panicked();
    assert!(!shop.log().contains("ERROR"), "{}", shop.log());
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
}

#[test]
fn the_shop_answers_what_its_document_says_whatever_is_asked() {
    let shop = setup().set("DOORSTEP_PAYMENT__ANSWER_DEADLINE_MS", "200").open();
    fuzz(&shop, &["--mode", "all"]);
    stands(shop);
}

#[test]
fn what_the_document_forbids_changes_nothing() {
    let shop = setup().speed(1).open();
    let before = shop.journal_position();
    for path in ["/api/v1/orders", "/api/v1/carts/{cart}/lines/{sku}", "/api/v1/carts/{cart}/checkout"] {
        fuzz(&shop, &["--mode", "negative", "--phases", "coverage,fuzzing", "--include-path", path]);
    }
    assert_eq!(shop.journal_position(), before, "what is forbidden was written down");
    stands(shop);
}
