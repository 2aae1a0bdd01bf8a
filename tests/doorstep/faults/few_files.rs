//! The process may open no more files: from one moment on, or because idle connections hold as many as there may be.

use std::fs;
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{CUSTOMERS, TestShop, Told, restless};
use crate::environment::{say, seed};
use crate::http::Client;
use crate::load::{Crowd, under_load};
use crate::order::IN_STOCK;
use crate::promises::shelves;
use crate::wait::until;

const ROUNDS: u64 = 4;
const LOAD_MAX: Duration = Duration::from_secs(3);
const SIGABRT: i32 = 6;
const FILES_MAX: u32 = 384;
const CONNECTS_WITHIN: Duration = Duration::from_millis(10);

#[test]
fn a_shop_that_may_open_no_more_files_loses_nothing_and_ends_with_the_reason_if_it_must() {
    let seed = seed();
    println!("repeat with DOORSTEP_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let (shelves, rows) = shelves();
    let mut shop = restless().catalogue(&rows).open();
    let mut told = Told::default();
    let mut ended = 0;
    for round in 0..ROUNDS {
        let name = format!("few-{round}");
        let crowd = Crowd { shelves: &shelves, customers: CUSTOMERS, name, seed: random.random() };
        let logged = shop.log().len();
        // from none at all to some more than it has
        let more = random.random_range(0..6);
        let (new, ended_by_itself) = under_load(&mut shop, &crowd, |shop| meets_the_limit(shop, more));
        let log = shop.log()[logged..].to_owned();
        assert!(!ended_by_itself || log.contains("Too many open files"), "{log}");
        ended += u64::from(ended_by_itself);
        shop.start();
        told.stands(&shop, new, &mut random);
    }
    told.ends(&mut shop);
    shop.never_panicked();
    say(&format!(
        "{ROUNDS} times no more files could be opened: {ended} ended by themselves, all exact afterwards"
    ));
}

/// Whether it ended by itself; else it is killed.
fn meets_the_limit(shop: &mut TestShop, more: usize) -> bool {
    let pid = shop.pid();
    let open = fs::read_dir(format!("/proc/{pid}/fd")).expect("the daemon's files").count();
    let limit = format!("--nofile={}", open + more);
    let limited = Command::new("prlimit").args(["--pid", &pid.to_string(), &limit]).status();
    assert!(limited.expect("run prlimit: apt-get install util-linux").success());
    let begun = Instant::now();
    until("the daemon ends, or lives with it", || match shop.ended() {
        Some(status) => {
            let told = status.code() == Some(1) || status.signal() == Some(SIGABRT);
            assert!(told, "{status}: {}", shop.log());
            Some(true)
        }
        None if begun.elapsed() < LOAD_MAX => None,
        None => {
            shop.kill9();
            Some(false)
        }
    })
}

#[test]
fn idle_connections_do_not_take_the_files_that_the_shop_needs() {
    let mut shop = restless().speed(1).files_max(FILES_MAX).open();
    let address = shop.url.trim_start_matches("http://").parse().expect("the shop's address");
    // this customer's connection is there before the crowd's
    shop.buys(IN_STOCK);
    // more than are let in or may wait at the door: the others give up at once
    let comes = |_| TcpStream::connect_timeout(&address, CONNECTS_WITHIN).ok();
    let idle: Vec<TcpStream> = (0..2 * FILES_MAX).filter_map(comes).collect();
    let checkpoints = shop.data().join("trees/checkpoint");
    let written =
        || fs::metadata(&checkpoints).and_then(|file| file.modified()).expect("the seal of the trees");
    for _ in 0..5 {
        let before = written();
        shop.buys(IN_STOCK);
        until("a checkpoint is written", || (written() > before).then_some(()));
    }
    drop(idle);
    until("others are served again", || Client::new(&shop.url).is_ready().then_some(()));
    assert_eq!(shop.stop().code(), Some(0), "{}", shop.log());
    shop.verifies();
    shop.never_panicked();
}
