//! A shop sells without its log: on a full disk, where nobody reads, and where whoever read has died.

use std::fs::File;
use std::io::Read as _;
use std::process::{ChildStderr, Stdio};
use std::time::{Duration, Instant};

use rustix::io::ioctl_fionread;

use super::buyer::wish;
use super::order::{IN_STOCK, OUT_OF_STOCK};
use super::shop::{Setup, TestShop, setup};
use super::wait::until;

/// What is logged of so many is more than is kept for whoever comes to read it.
const ORDERS_UNREAD: usize = 240;
/// Of the 64 KiB that a pipe holds.
const FULL_PIPE_BYTES_MIN: u64 = 60_000;
/// The end waits a second for whoever reads, and the rest of a stop takes no longer here.
const STOPS_WITHIN: Duration = Duration::from_secs(10);

fn talkative() -> Setup {
    setup().set("DOORSTEP_LOG__LEVEL", "trace")
}

fn full() -> Stdio {
    File::options().write(true).open("/dev/full").expect("/dev/full is there").into()
}

#[track_caller]
fn waits_until_full(shop: &TestShop, log: &ChildStderr) {
    until("the pipe is full", || {
        assert!(shop.client().is_ready());
        (ioctl_fionread(log).expect("a pipe has a length") > FULL_PIPE_BYTES_MIN).then_some(())
    });
}

#[track_caller]
fn sells_and_stops(shop: &mut TestShop) {
    shop.client().order(&shop.new_key(), &wish(IN_STOCK).0).expect(201);
    let asked = Instant::now();
    assert_eq!(shop.stop().code(), Some(0));
    assert!(asked.elapsed() < STOPS_WITHIN, "{:?}", asked.elapsed());
    shop.verifies();
}

#[test]
fn a_log_on_a_full_disk_stops_neither_a_shop_nor_its_next_start() {
    let mut shop = talkative().closed();
    for _ in 0..2 {
        shop.spawn_onto(shop.prints_to("stdout"), full());
        shop.waits_until_open().expect("it opens");
        sells_and_stops(&mut shop);
        std::fs::write(shop.root().join("stdout"), "").expect("empty what it said");
    }
}

#[test]
fn a_full_standard_output_stops_no_shop() {
    let mut shop = setup().closed();
    shop.spawn_onto(full(), shop.prints_to("stderr"));
    let url = until("it listens", || {
        let log = shop.log();
        let (_, at) = log.split_once(" shop=")?;
        Some(format!("http://{}", at.split_whitespace().next()?))
    });
    shop.is_at(url);
    sells_and_stops(&mut shop);
}

#[test]
fn a_log_whose_reader_has_died_stops_no_shop() {
    let mut shop = talkative().closed();
    let log = shop.spawn_onto(shop.prints_to("stdout"), Stdio::piped());
    shop.waits_until_open().expect("it opens");
    drop(log);
    sells_and_stops(&mut shop);
}

#[test]
fn a_log_that_nobody_reads_stops_no_shop_and_says_later_what_is_missing() {
    let mut shop = talkative().closed();
    let mut log = shop.spawn_onto(shop.prints_to("stdout"), Stdio::piped()).expect("a pipe");
    shop.waits_until_open().expect("it opens");
    waits_until_full(&shop, &log);
    for _ in 0..ORDERS_UNREAD {
        shop.client().order(&shop.new_key(), &wish(OUT_OF_STOCK).0).expect_problem(409, "out_of_stock");
    }
    let mut read = vec![];
    until("it says how many lines are missing", || {
        let waiting = ioctl_fionread(&log).expect("a pipe has a length");
        (&mut log).take(waiting).read_to_end(&mut read).expect("read what it wrote");
        String::from_utf8_lossy(&read).contains(" lines of the log were dropped").then_some(())
    });
    drop(log);
    sells_and_stops(&mut shop);
}

#[test]
fn a_shop_whose_log_nobody_reads_stops_in_time() {
    let mut shop = talkative().closed();
    let mut log = shop.spawn_onto(shop.prints_to("stdout"), Stdio::piped()).expect("a pipe");
    shop.waits_until_open().expect("it opens");
    waits_until_full(&shop, &log);
    sells_and_stops(&mut shop);
    let mut rest = vec![];
    log.read_to_end(&mut rest).expect("read what it wrote");
    assert!(!rest.is_empty());
}

/// Not even the last digits of a card. Moments, ports and ids may have any digits by chance.
#[track_caller]
pub fn logged_nothing_of(shop: &TestShop, digits: &str) {
    let has_any = |word: &&str| {
        let is_moment = word.len() > 20 && word.ends_with('Z');
        is_moment || ["shop=", "cards=", "order="].iter().any(|field| word.starts_with(field))
    };
    for line in shop.log().lines() {
        let told: Vec<&str> = line.split(' ').filter(|word| !has_any(word)).collect();
        assert!(!told.join(" ").contains(digits), "{digits} is in the log: {line}");
    }
}
