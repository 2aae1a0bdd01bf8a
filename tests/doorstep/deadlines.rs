//! Every kind of address, of the shop and of the card page, asked in every slow way: each connection ends, and everybody else is
//! answered meanwhile.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::interval;

use super::order::IN_STOCK;
use super::shop::{TestShop, setup};
use super::slow::on_one_thread;

/// A connection that stands so long has no deadline: the shop's here are of a second or so.
const ENDS_WITHIN: Duration = Duration::from_secs(40);
const BETWEEN_BYTES: Duration = Duration::from_millis(100);
/// Short deadlines, by the settings that a shop has.
const DEADLINES: [(&str, &str); 5] = [
    ("DOORSTEP_HTTP__IDLE_MS_MAX", "1500"),
    ("DOORSTEP_HTTP__HEAD_MS_MAX", "1000"),
    ("DOORSTEP_HTTP__BODY_MS_MAX", "1000"),
    ("DOORSTEP_HTTP__WRITE_MS_MAX", "1000"),
    ("DOORSTEP_HTTP__WRITE_BYTES_PER_S_MIN", "1000000"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listener {
    Shop,
    Cards,
}

/// Where it is asked, how, and what else is in the head.
const ROUTES: [(Listener, &str, &str); 13] = [
    (Listener::Shop, "GET /", ""),
    (Listener::Shop, "GET /books/PD-0001", ""),
    (Listener::Shop, "GET /api/v1/products", ""),
    (Listener::Shop, "POST /api/v1/orders", "Content-Type: application/json\r\n"),
    (Listener::Shop, "GET /nowhere", ""),
    (Listener::Shop, "POST /nowhere", ""),
    (Listener::Shop, "DELETE /cart", ""),
    (Listener::Shop, "PUT /api/v1/products", ""),
    (Listener::Shop, "POST /cart/lines", "Sec-Fetch-Site: cross-site\r\n"),
    (Listener::Shop, "GET /healthz", ""),
    (Listener::Cards, "GET /pay", ""),
    (Listener::Cards, "POST /pay", "Content-Type: application/x-www-form-urlencoded\r\n"),
    (Listener::Cards, "POST /nowhere", ""),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    SaysNothing,
    DripsTheHead,
    DripsABody,
    DripsAChunk,
    DripsChunks,
    SendsNoBody,
    StaysIdle,
    NeverReads,
    ReadsAByteNowAndThen,
}

const WAYS: [Way; 9] = [
    Way::SaysNothing,
    Way::DripsTheHead,
    Way::DripsABody,
    Way::DripsAChunk,
    Way::DripsChunks,
    Way::SendsNoBody,
    Way::StaysIdle,
    Way::NeverReads,
    Way::ReadsAByteNowAndThen,
];

impl Way {
    /// What follows the head's first lines, and what then comes now and then.
    fn sends(self) -> (&'static str, &'static [u8]) {
        match self {
            Way::SaysNothing => ("", b""),
            Way::DripsTheHead => ("X-Slow: ", b"1"),
            Way::DripsABody => ("Content-Length: 60000\r\n\r\n", b"1"),
            Way::DripsAChunk => ("Transfer-Encoding: chunked\r\n\r\nea60\r\n", b"1"),
            Way::DripsChunks => ("Transfer-Encoding: chunked\r\n\r\n", b"1\r\n1\r\n"),
            Way::SendsNoBody => ("Content-Length: 100\r\n\r\n", b""),
            Way::StaysIdle | Way::NeverReads | Way::ReadsAByteNowAndThen => {
                ("Content-Length: 0\r\n\r\n", b"")
            }
        }
    }

    /// Goes this way until the connection ends; what was answered until then.
    async fn goes(self, mut stream: TcpStream, head: String) -> String {
        let (rest, again) = self.sends();
        let request = if self == Way::SaysNothing { String::new() } else { format!("{head}{rest}") };
        match self {
            Way::NeverReads => {
                sends_until_it_ends(&mut stream, &request).await;
                String::new()
            }
            Way::ReadsAByteNowAndThen => {
                let (mut answers, mut requests) = stream.split();
                let mut tick = interval(BETWEEN_BYTES);
                let reads = async {
                    loop {
                        tick.tick().await;
                        if answers.read_u8().await.is_err() {
                            return;
                        }
                    }
                };
                // the socket that was reset may still give what it had; it takes nothing more
                tokio::select! {
                    () = sends_until_it_ends(&mut requests, &request) => {}
                    () = reads => {}
                }
                String::new()
            }
            _ => {
                stream.write_all(request.as_bytes()).await.expect("send the beginning");
                drips(stream, again).await
            }
        }
    }
}

/// One request after the other, whether they are answered or not.
async fn sends_until_it_ends(stream: &mut (impl AsyncWriteExt + Unpin), request: &str) {
    let many = request.repeat(100);
    while stream.write_all(many.as_bytes()).await.is_ok() {}
}

async fn drips(mut stream: TcpStream, again: &[u8]) -> String {
    let (mut answers, mut bytes) = stream.split();
    let mut answer = vec![];
    let mut tick = interval(BETWEEN_BYTES);
    loop {
        tokio::select! {
            read = answers.read_buf(&mut answer) => if read.unwrap_or(0) == 0 { break },
            // a shop that has closed the connection takes no more
            _ = tick.tick() => drop(bytes.write_all(again).await),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

fn address(shop: &TestShop, listener: Listener) -> String {
    let url = if listener == Listener::Shop { &shop.url } else { &shop.cards_url };
    url.strip_prefix("http://").expect("an http address").to_owned()
}

#[test]
fn every_connection_ends_whatever_is_asked_and_however_slowly() {
    let shop = DEADLINES
        .iter()
        .fold(setup().speed(1), |setup, (name, value)| setup.set(name, value))
        .set("DOORSTEP_LOG__LEVEL", "error");
    let mut shop = shop.open();
    on_one_thread(async {
        let mut slow = JoinSet::new();
        for (listener, line, headers) in ROUTES {
            for way in WAYS {
                let address = address(&shop, listener);
                let head = format!("{line} HTTP/1.1\r\nHost: {address}\r\n{headers}");
                let stream = TcpStream::connect(&address).await.expect("connect");
                slow.spawn(async move {
                    let ended = tokio::time::timeout(ENDS_WITHIN, way.goes(stream, head)).await;
                    (format!("{listener:?} {line}: {way:?}"), way, ended.ok())
                });
            }
        }
        while let Some(ended) = slow.join_next().await {
            let (what, way, answer) = ended.expect("a slow client");
            let answer = answer.unwrap_or_else(|| panic!("{what}: still open after {ENDS_WITHIN:?}"));
            match way {
                Way::SaysNothing => assert_eq!(answer, "", "{what}"),
                Way::DripsTheHead => assert!(answer.starts_with("HTTP/1.1 408 "), "{what}: {answer}"),
                Way::NeverReads | Way::ReadsAByteNowAndThen => {}
                _ => assert!(answer.starts_with("HTTP/1.1 "), "{what}: {answer}"),
            }
            assert!(shop.client().is_ready());
        }
    });
    shop.buys(IN_STOCK);
    shop.never_panicked();
    assert_eq!(shop.stop().code(), Some(0));
}

#[test]
fn an_address_has_no_more_connections_than_it_may() {
    let shop = setup().set("DOORSTEP_HTTP__LOCAL_CONNECTIONS_MAX", "10").open();
    on_one_thread(async {
        let address = address(&shop, Listener::Shop);
        let mut held = vec![];
        let mut refused = 0;
        for _ in 0..20 {
            let mut stream = TcpStream::connect(&address).await.expect("connect");
            let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\n\r\n");
            let asked = stream.write_all(request.as_bytes()).await;
            let mut answer = [0; 12];
            match stream.read_exact(&mut answer).await {
                Ok(_) if &answer == b"HTTP/1.1 200" => held.push(stream),
                // or a reset, where the request was on its way already
                Ok(_) => refused += usize::from(&answer == b"HTTP/1.1 429" && asked.is_ok()),
                Err(_) => refused += 1,
            }
        }
        assert!(held.len() <= 10 && held.len() + refused == 20, "{} were served", held.len());
    });
    // the places of those who have gone are free
    super::wait::until("the shop answers again", || shop.client().is_ready().then_some(()));
}
