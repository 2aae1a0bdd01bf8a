//! Requests that never end, are far too large, or are no requests at all: each ends by its deadline, the shop serves
//! everybody else meanwhile, and nothing is changed.

use std::process::Command;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::order::IN_STOCK;
use super::shop::{TestShop, setup};

/// Above the shop's own deadlines for a head and a body.
const ENDS_WITHIN: Duration = Duration::from_secs(30);
const BETWEEN_BYTES: Duration = Duration::from_millis(250);
const SLOW_CLIENTS: usize = 100;
const IDLE_CLIENTS: usize = 5_000;
/// Files that a process here may have open.
const FILES_WANTED: usize = 2 * IDLE_CLIENTS;
const HEAD: &str = "POST /api/v1/orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n";

pub fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

async fn connected(shop: &TestShop) -> TcpStream {
    let address = shop.url.strip_prefix("http://").expect("an http address");
    TcpStream::connect(address).await.expect("connect to the shop")
}

/// Sends `begin`, then a byte now and then for ever; what came until the shop closed the connection.
async fn trickles(mut stream: TcpStream, begin: Vec<u8>) -> String {
    let ended = tokio::time::timeout(ENDS_WITHIN, async {
        stream.write_all(&begin).await.expect("send the beginning");
        let (mut answers, mut bytes) = stream.split();
        let mut answer = vec![];
        let mut again = tokio::time::interval(BETWEEN_BYTES);
        loop {
            tokio::select! {
                read = answers.read_buf(&mut answer) => if read.unwrap_or(0) == 0 { return answer },
                // a shop that has closed the connection takes no more
                _ = again.tick() => drop(bytes.write_all(b"1").await),
            }
        }
    });
    String::from_utf8_lossy(&ended.await.expect("a slow request ends by its deadline")).into_owned()
}

/// Sends all of it and reads to the end.
async fn answered(shop: &TestShop, request: &[u8]) -> String {
    let request = shop.addressed(request);
    let mut stream = connected(shop).await;
    let mut answer = vec![];
    let talk = async {
        // refused before all of it was read
        let _ = stream.write_all(&request).await;
        let _ = stream.read_to_end(&mut answer).await;
    };
    tokio::time::timeout(ENDS_WITHIN, talk).await.expect("a giant request ends by its deadline");
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn slow_heads_and_bodies_end_by_their_deadlines_and_hold_nobody_up() {
    let mut shop = setup().speed(1).open();
    let before = shop.journal_position();
    let body = format!("{HEAD}Idempotency-Key: slow\r\nContent-Length: 60000\r\n\r\n{{\"lines\":[");
    let chunked =
        format!("{HEAD}Idempotency-Key: slow\r\nTransfer-Encoding: chunked\r\n\r\nea60\r\n{{\"lines\":[");
    let head = format!("{HEAD}X-Slow: ");
    let beginnings = [(head, "HTTP/1.1 408 "), (body, "body_too_slow"), (chunked, "body_too_slow")];
    on_one_thread(async {
        let mut slow = JoinSet::new();
        for nth in 0..SLOW_CLIENTS {
            let (beginning, wanted) = beginnings[nth % beginnings.len()].clone();
            let stream = connected(&shop).await;
            let beginning = shop.addressed(beginning.as_bytes());
            slow.spawn(async move { (trickles(stream, beginning).await, wanted) });
        }
        while let Some(ended) = slow.join_next().await {
            let (answer, wanted) = ended.expect("a slow client");
            assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains(wanted), "{wanted}: {answer}");
            assert!(shop.client().is_ready());
        }
    });
    assert_eq!(shop.journal_position(), before, "a request that never came whole was written down");
    unshaken(&mut shop);
}

#[test]
fn giant_and_ambiguous_heads_are_refused() {
    let mut shop = setup().speed(1).open();
    let before = shop.journal_position();
    let many: String = (0..200).map(|n| format!("X-{n}: 1\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "x".repeat(1 << 20));
    let path = format!("GET /api/v1/products?q={} HTTP/1.1\r\nHost: shop\r\n\r\n", "a".repeat(1 << 18));
    on_one_thread(async {
        for head in [format!("{HEAD}{many}\r\n"), format!("{HEAD}{long}\r\n"), path] {
            let answer = answered(&shop, head.as_bytes()).await;
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
        }
        // two lengths, a length and chunks, a length that is none: nobody may read them in two ways
        for lengths in [
            "Content-Length: 3\r\nContent-Length: 30\r\n",
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
            "Content-Length: +3\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Transfer-Encoding: chunked, identity\r\n",
        ] {
            let request = format!(
                "{HEAD}Connection: close\r\nIdempotency-Key: two\r\n{lengths}\r\n{{}}\r\nGET /readyz HTTP/1.1\r\n\r\n"
            );
            let answer = answered(&shop, request.as_bytes()).await;
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{lengths}: {answer}");
            assert!(!answer.contains("\"ready\""), "{lengths} smuggled a request: {answer}");
        }
    });
    assert_eq!(shop.journal_position(), before);
    unshaken(&mut shop);
}

#[test]
fn thousands_of_idle_connections_hold_nobody_up() {
    let clients = may_open();
    let mut shop = setup().speed(1).open();
    on_one_thread(async {
        let mut idle = vec![];
        for _ in 0..clients {
            let mut stream = connected(&shop).await;
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n").await.expect("ask");
            let mut answer = [0; 15];
            stream.read_exact(&mut answer).await.expect("an answer");
            assert_eq!(&answer, b"HTTP/1.1 200 OK");
            idle.push(stream);
        }
        println!("{clients} connections are idle");
        shop.buys(IN_STOCK);
        // none of them was closed to make room
        for stream in idle.iter_mut().step_by(100) {
            stream
                .write_all(b"GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n")
                .await
                .expect("the connection stands");
        }
    });
    unshaken(&mut shop);
}

/// As many as this process and the shop, which inherits from it, may have open.
pub fn may_open() -> usize {
    let this = std::process::id().to_string();
    let wanted = format!("--nofile={FILES_WANTED}:{FILES_WANTED}");
    let raised = Command::new("prlimit").args(["--pid", &this, &wanted]).status();
    if raised.is_ok_and(|status| status.success()) {
        return IDLE_CLIENTS;
    }
    let limits = std::fs::read_to_string("/proc/self/limits").expect("the kernel tells");
    let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("there is a limit");
    let most: usize = line.split_whitespace().nth(3).and_then(|most| most.parse().ok()).unwrap_or(1_024);
    let clients = IDLE_CLIENTS.min(most / 2);
    if clients < IDLE_CLIENTS {
        println!(
            "not run here: {IDLE_CLIENTS} idle connections, because no more than {most} files may be open; {clients} are"
        );
    }
    clients
}

#[track_caller]
fn unshaken(shop: &mut TestShop) {
    shop.buys(IN_STOCK);
    shop.never_panicked();
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
}
