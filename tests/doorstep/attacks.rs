//! Attacks on the shop's connections, and what they cost it: memory, processor time, how long others wait. The figures are in
//! `docs/attacks.md`; `cargo test --release --test doorstep attacks -- --nocapture --test-threads 1` measures them anew, of
//! another binary where `DOORSTEP_PROGRAM` names one.

use std::fs;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};

use super::environment::say;
use super::shop::{TestShop, setup};
use super::slow::on_one_thread;

/// Beyond every deadline of a shop with its own settings; who is still there then stays.
const ATTACK: Duration = Duration::from_secs(40);
const SETTLED: Duration = Duration::from_secs(5);
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);
/// What a test's shop may hold more than before the attack. One answer for each of a hundred readers is far less.
const MORE_MB_MAX: u64 = 64;

/// What the process has used.
pub struct Used {
    pub resident_mb: u64,
    pub processor_ms: u64,
}

impl Used {
    pub fn by(shop: &TestShop) -> Used {
        let read = |name: &str| fs::read_to_string(format!("/proc/{}/{name}", shop.pid()));
        let (status, stat) = (read("status").expect("the daemon lives"), read("stat").expect("it lives"));
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("the kernel tells");
        let resident_kb: u64 = line.split_whitespace().nth(1).expect("kilobytes").parse().expect("a number");
        let (_, fields) = stat.rsplit_once(") ").expect("a name in brackets");
        let ticks = fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number"));
        // Linux counts a hundred a second
        Used { resident_mb: resident_kb / 1024, processor_ms: ticks.sum::<u64>() * 10 }
    }
}

/// What an attack did.
struct Damage {
    resident_before_mb: u64,
    resident_most_mb: u64,
    resident_after_mb: u64,
    /// Of one core, once all requests have come: from [`SETTLED`] on, in tenths of a per cent.
    core_per_mille: u64,
    /// The longest that somebody else waited for an answer.
    others_waited: Duration,
    /// Connections that the shop has ended, and when the last of them was.
    ended: usize,
    last_ended: Duration,
}

/// Lets `attackers` go until all of them have ended, or [`ATTACK`] is over; each resolves once the shop has ended its connection.
fn under(shop: &TestShop, url: &str, attackers: JoinSet<()>) -> impl Future<Output = Damage> {
    let other = url.strip_prefix("http://").expect("an http address").to_owned();
    async move {
        let mut attackers = attackers;
        let before = Used::by(shop);
        let (mut most, mut ended) = (before.resident_mb, 0);
        let (mut others_waited, mut last_ended) = (Duration::ZERO, Duration::ZERO);
        let mut settled: Option<(Instant, u64)> = None;
        let begun = Instant::now();
        let mut looks = interval(BETWEEN_LOOKS);
        while !attackers.is_empty() && begun.elapsed() < ATTACK {
            looks.tick().await;
            let asked = Instant::now();
            // who gets no answer in time has waited that long
            let _ = timeout(ATTACK, asks(&other)).await;
            others_waited = others_waited.max(asked.elapsed());
            while attackers.try_join_next().is_some() {
                (ended, last_ended) = (ended + 1, begun.elapsed());
            }
            let used = Used::by(shop);
            most = most.max(used.resident_mb);
            if begun.elapsed() > SETTLED {
                settled.get_or_insert((Instant::now(), used.processor_ms));
            }
        }
        let used = Used::by(shop);
        let (since, processor_ms) = settled.unwrap_or((begun, before.processor_ms));
        let core_per_mille =
            (used.processor_ms - processor_ms) * 1_000 / (since.elapsed().as_millis() as u64).max(1);
        attackers.shutdown().await;
        Damage {
            resident_before_mb: before.resident_mb,
            resident_most_mb: most,
            resident_after_mb: used.resident_mb,
            core_per_mille,
            others_waited,
            ended,
            last_ended,
        }
    }
}

/// A visitor with a connection of her own.
async fn asks(address: &str) -> std::io::Result<usize> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /nowhere HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.read_to_end(&mut vec![]).await
}

fn show(what: &str, attackers: usize, damage: &Damage) {
    let Damage { resident_before_mb: before, resident_most_mb: most, resident_after_mb: after, .. } = damage;
    let core = damage.core_per_mille as f64 / 10.0;
    let (waited, last) = (damage.others_waited.as_millis(), damage.last_ended.as_secs_f32());
    say(&format!(
        "{what}: resident {before} MB, at most {most} MB, afterwards {after} MB; {core:.1} % of a core; others waited {waited} ms \
         at most; {} of {attackers} connections ended, the last after {last:.1} s",
        damage.ended,
    ));
}

#[track_caller]
fn bounded(damage: &Damage, attackers: usize) {
    assert_eq!(damage.ended, attackers, "connections that the shop never ended");
    let more = damage.resident_most_mb.saturating_sub(damage.resident_before_mb);
    assert!(more < MORE_MB_MAX, "the shop holds {more} MB more");
}

/// Sends all of it and reads nothing; ends with its connection.
async fn never_reads(address: String, requests: Vec<u8>) {
    let mut stream = TcpStream::connect(&address).await.expect("connect");
    // a shop that has ended the connection resets it, and then it takes nothing more
    if stream.write_all(&requests).await.is_ok() {
        gone(&stream).await;
    }
}

/// Waits for a reset.
async fn gone(stream: &TcpStream) {
    let mut looks = interval(BETWEEN_LOOKS);
    loop {
        looks.tick().await;
        if !matches!(stream.take_error(), Ok(None)) {
            return;
        }
    }
}

/// A byte a second of the answers to as many requests.
async fn reads_a_byte_a_second(address: String, requests: Vec<u8>) {
    let mut stream = TcpStream::connect(&address).await.expect("connect");
    let (mut answers, mut sends) = stream.split();
    let mut seconds = interval(Duration::from_secs(1));
    let reads = async {
        loop {
            seconds.tick().await;
            if answers.read_u8().await.is_err() {
                return;
            }
        }
    };
    let sends = async { while sends.write_all(&requests).await.is_ok() {} };
    tokio::select! {
        () = reads => {}
        () = sends => {}
    }
}

/// A chunked body of a byte a second for ever, to an address that takes none.
async fn drips_chunks(address: String, line: &'static str) {
    let Ok(mut stream) = TcpStream::connect(&address).await else { return };
    let head = format!("{line} HTTP/1.1\r\nHost: {address}\r\nTransfer-Encoding: chunked\r\n\r\n");
    let mut seconds = interval(Duration::from_secs(1));
    let (mut answers, mut sends) = stream.split();
    let ended = async { while answers.read(&mut [0; 1_024]).await.is_ok_and(|bytes| bytes > 0) {} };
    let drips = async {
        let _ = sends.write_all(head.as_bytes()).await;
        loop {
            seconds.tick().await;
            if sends.write_all(b"1\r\n1\r\n").await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = ended => {}
        () = drips => {}
    }
}

fn many(line: &str, address: &str, times: usize) -> Vec<u8> {
    format!("{line} HTTP/1.1\r\nHost: {address}\r\n\r\n").repeat(times).into_bytes()
}

/// `attackers` of one kind, and what they did.
fn attack<A: Future<Output = ()> + 'static>(
    what: &str,
    attackers: usize,
    setup: super::shop::Setup,
    on_cards: bool,
    attacker: impl Fn(String) -> A,
) -> Damage {
    let mut shop = setup.speed(1).set("DOORSTEP_LOG__LEVEL", "error").open();
    let url = if on_cards { shop.cards_url.clone() } else { shop.url.clone() };
    let address = url.strip_prefix("http://").expect("an http address").to_owned();
    let damage = on_one_thread(tokio::task::LocalSet::new().run_until(async {
        let mut going = JoinSet::new();
        for _ in 0..attackers {
            going.spawn_local(attacker(address.clone()));
        }
        under(&shop, &url, going).await
    }));
    show(what, attackers, &damage);
    assert!(shop.client().is_ready());
    shop.never_panicked();
    assert_eq!(shop.stop().code(), Some(0));
    damage
}

#[test]
fn a_hundred_who_ask_eight_thousand_times_and_never_read_cost_next_to_nothing() {
    let shop = attack("100 ask the shop 8,000 times each", 100, setup(), false, |address| {
        let requests = many("GET /", &address, 8_000);
        never_reads(address, requests)
    });
    let cards = attack("20 ask the card page 8,000 times each", 20, setup(), true, |address| {
        let requests = many("GET /pay", &address, 8_000);
        never_reads(address, requests)
    });
    bounded(&shop, 100);
    bounded(&cards, 20);
}

#[test]
fn one_who_never_reads_keeps_no_processor_busy_and_does_not_stay() {
    let damage = attack("one asks the shop 100,000 times and is silent", 1, setup(), false, |address| {
        let requests = many("GET /", &address, 100_000);
        never_reads(address, requests)
    });
    bounded(&damage, 1);
    assert!(damage.core_per_mille < 200, "a silent connection keeps the processor busy");
}

#[test]
fn one_who_reads_a_byte_a_second_does_not_stay() {
    let damage = attack("one reads a byte a second", 1, setup(), false, |address| {
        let requests = many("GET /", &address, 1_000);
        reads_a_byte_a_second(address, requests)
    });
    bounded(&damage, 1);
}

#[test]
fn bodies_dripped_to_addresses_that_take_none_do_not_close_the_shop() {
    super::slow::may_open();
    // room for fewer than attack it
    let few_files = || setup().files_max(1_024);
    let shops = ["POST /nowhere", "DELETE /cart", "POST /healthz"].map(|line| {
        let what = format!("700 drip a chunked body to {line}, at 1,024 files");
        attack(&what, 700, few_files(), false, |address| drips_chunks(address, line))
    });
    let what = "120 drip a chunked body to the card page, at 1,024 files";
    let cards = attack(what, 120, few_files(), true, |address| drips_chunks(address, "POST /nowhere"));
    shops.iter().for_each(|damage| bounded(damage, 700));
    bounded(&cards, 120);
}
