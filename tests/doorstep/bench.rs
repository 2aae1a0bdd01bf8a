//! The benchmark, as a person starts it. What it counts must be true; how fast the machine is, is no test's business.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::shop::{FAST, setup};

fn bench(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
    command.arg("bench").args(arguments).stdin(Stdio::null());
    // so that a new segment costs a test no more than it must
    command.env("DOORSTEP_JOURNAL__SEGMENT_BYTES", "4194304");
    command.output().expect("run the benchmark")
}

/// What it printed as JSON; it found nothing wrong.
#[track_caller]
fn figures(arguments: &[&str]) -> Value {
    let output = bench(&[arguments, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let figures: Value = serde_json::from_slice(&output.stdout).expect("the figures are JSON");
    assert_eq!(figures["wrong"].as_array().map(Vec::len), Some(0), "{figures}");
    assert_eq!(figures["failed"].as_object().map(|failed| failed.len()), Some(0), "{figures}");
    figures
}

#[track_caller]
fn number(figures: &Value, name: &str) -> f64 {
    figures[name].as_f64().unwrap_or_else(|| panic!("no {name} in {figures}"))
}

#[track_caller]
fn every_figure_is_there(figures: &Value) {
    for name in [
        "checkouts_per_s",
        "closed_per_s",
        "cpu_us_per_order",
        "written_bytes_per_order",
        "syncs_per_order",
        "resident_mb",
    ] {
        assert!(number(figures, name) > 0.0, "{name} in {figures}");
    }
    let [half, most, nearly_all, all] =
        ["p50", "p99", "p99_9", "max"].map(|part| number(&figures["latency_ms"], part));
    assert!(0.0 < half && half <= most && most <= nearly_all && nearly_all <= all, "{figures}");
}

#[test]
fn a_daemon_of_its_own_takes_and_closes_every_order() {
    let figures = figures(&["--spawn", "--orders", "200", "--clients", "4"]);
    assert_eq!((number(&figures, "confirmed"), number(&figures, "closed")), (200.0, 200.0));
    every_figure_is_there(&figures);
    // click, hold, capture, settlement, three letters: an order is many turns
    assert!(number(&figures, "records") > 10.0 * 200.0, "{figures}");
}

#[test]
fn the_core_takes_and_closes_every_order_through_carts_at_a_rate() {
    let figures =
        figures(&["--core", "--orders", "100", "--rate", "200", "--path", "cart", "--load", "hot10"]);
    let taken = number(&figures, "confirmed");
    assert_eq!(number(&figures, "closed"), taken);
    assert_eq!(taken + number(&figures, "refused"), 100.0);
    every_figure_is_there(&figures);
}

#[test]
fn a_shop_that_is_open_already_is_bought_from() {
    let shop = setup().catalogue(&[("MANY".to_owned(), 10_000)]).speed(FAST).open();
    let figures = figures(&["--http", &shop.url, "--orders", "50", "--clients", "3", "--path", "cart"]);
    assert_eq!(number(&figures, "confirmed"), 50.0);
    assert_eq!(figures["syncs_per_order"], Value::Null, "what cannot be seen from outside is not made up");
}

#[test]
fn real_baskets_are_bought() {
    let dir = tempfile::tempdir().expect("a directory for the test");
    let file = dir.path().join("invoices.csv");
    let head = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
    let lines =
        "1,85123A,HEART,6,d,2.55,1,UK\n1,71053,LANTERN,2,d,3.39,1,UK\nC2,71053,LANTERN,-2,d,3.39,1,UK\n";
    fs::write(&file, format!("{head}\n{lines}")).expect("write the invoices");
    let file = file.to_str().expect("a path in UTF-8");
    let figures = figures(&["--core", "--orders", "20", "--load", "retail", "--baskets", file]);
    assert_eq!(number(&figures, "closed"), 20.0);
}

#[test]
fn a_directory_that_is_named_stays_and_is_never_a_real_shop() {
    let dir = tempfile::tempdir().expect("a directory for the test");
    let data: PathBuf = dir.path().join("shop");
    let named = data.to_str().expect("a path in UTF-8");
    let figures = figures(&["--core", "--orders", "5", "--until", "confirmed", "--data", named]);
    assert_eq!((&figures["closed"], number(&figures, "confirmed")), (&Value::Null, 5.0));
    let verified = Command::new(env!("CARGO_BIN_EXE_doorstep")).args(["verify", "--data", named]).output();
    assert_eq!(verified.expect("run verify").status.code(), Some(0));
    let refused = bench(&["--core", "--orders", "5", "--data", named]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is not empty"), "{refused:?}");
}

#[test]
fn what_cannot_be_measured_is_refused() {
    for wrong in [
        &["--orders", "5"][..],
        &["--core", "--spawn"],
        &["--core", "--load", "retail"],
        &["--core", "--rate", "0"],
        &["--core", "--clients", "0"],
        &["--core", "--orders", "0"],
    ] {
        assert_eq!(bench(wrong).status.code(), Some(2), "{wrong:?}");
    }
    for (wrong, why) in [
        (&["--http", "https://127.0.0.1:1"][..], "http://HOST:PORT"),
        (&["--http", "http://127.0.0.1:1"], "refused"),
        (&["--core", "--load", "retail", "--baskets", "/nowhere"], "/nowhere"),
    ] {
        let refused = bench(wrong);
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        assert!(String::from_utf8_lossy(&refused.stderr).contains(why), "{refused:?}");
    }
}
