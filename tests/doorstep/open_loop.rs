//! A load that does not wait for the shop: requests leave at their time, answered or not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, mpsc};

use super::shop::TestShop;

/// Above all of the shop's own deadlines: who waits longer was left hanging.
const ANSWER_WITHIN: Duration = Duration::from_secs(40);
/// Connections of one load at most.
const CONNECTIONS_MAX: usize = 1_000;
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// What came of one request.
#[derive(Clone, Debug)]
pub struct Answered {
    pub key: String,
    /// `None`: no answer, with why.
    pub result: Result<(u16, String, Value), String>,
    /// From the time at which it left.
    pub took: Duration,
    /// How much later it left than it was to: this process is busy too, and each connection carries one at a time.
    pub late: Duration,
}

/// What came of all of them.
#[derive(Default)]
pub struct Outcome {
    pub answered: Vec<Answered>,
    pub took: Duration,
}

impl Outcome {
    pub fn by_status(&self) -> BTreeMap<u16, usize> {
        let mut counts = BTreeMap::new();
        for status in self.answered.iter().map(|one| one.result.as_ref().map_or(0, |(status, _, _)| *status))
        {
            *counts.entry(status).or_default() += 1;
        }
        counts
    }

    pub fn with(&self, status: u16) -> impl Iterator<Item = &Answered> {
        self.answered.iter().filter(move |one| matches!(&one.result, Ok((got, _, _)) if *got == status))
    }

    /// Answers of this status a second.
    pub fn rate(&self, status: u16) -> f64 {
        self.with(status).count() as f64 / self.took.as_secs_f64()
    }

    /// Requests that left a second, and how late half of them did: milliseconds.
    pub fn sent(&self) -> (f64, u128) {
        let mut late: Vec<u128> = self.answered.iter().map(|one| one.late.as_millis()).collect();
        late.sort_unstable();
        let half = late.get(late.len() / 2).copied().unwrap_or_default();
        (self.answered.len() as f64 / self.took.as_secs_f64(), half)
    }

    /// Half, 99 in a hundred, and all answers of this status came within: milliseconds.
    pub fn latency_ms(&self, status: u16) -> (u128, u128, u128) {
        let mut took: Vec<u128> = self.with(status).map(|one| one.took.as_millis()).collect();
        took.sort_unstable();
        let at = |part: f64| took.get((took.len() as f64 * part) as usize).copied().unwrap_or_default();
        (at(0.5), at(0.99), took.last().copied().unwrap_or_default())
    }
}

/// So many customers of one program, each of whom orders again as soon as she is answered, for so long.
pub fn closed_loop(shop: &TestShop, order: &Value, name: &str, customers: usize, lasts: Duration) -> Outcome {
    run(shop, order, |load| async move {
        let until = Instant::now() + lasts;
        let customer = |nth: usize| {
            let load = load.clone();
            let name = name.to_owned();
            async move {
                let mut connection = None;
                for round in 0.. {
                    if Instant::now() >= until {
                        break;
                    }
                    load.order(&mut connection, format!("{name}-{nth}-{round}"), Instant::now()).await;
                }
            }
        };
        futures_util::future::join_all((0..customers).map(customer)).await;
    })
}

/// So many orders of one program a second for so long, whatever becomes of them.
pub fn open_loop(shop: &TestShop, order: &Value, name: &str, rate: f64, lasts: Duration) -> Outcome {
    run(shop, order, |load| async move {
        let begun = Instant::now();
        let total = (rate * lasts.as_secs_f64()) as u64;
        let next = Arc::new(AtomicU64::new(0));
        let (more, mut wanted) = mpsc::unbounded_channel();
        let mut customers = tokio::task::JoinSet::new();
        // a customer more whenever all that there are wait for an answer
        let customer = |load: Load, next: Arc<AtomicU64>, more: mpsc::UnboundedSender<()>, name: String| async move {
            let mut connection = None;
            loop {
                let nth = next.fetch_add(1, Ordering::Relaxed);
                if nth >= total {
                    return;
                }
                let due = begun + Duration::from_secs_f64(nth as f64 / rate);
                tokio::time::sleep_until(due.into()).await;
                let _all_there = more.send(());
                load.order(&mut connection, format!("{name}-{nth}"), due).await;
            }
        };
        let mut spawned = 0;
        let mut spawn = |customers: &mut tokio::task::JoinSet<()>| {
            if spawned < CONNECTIONS_MAX {
                spawned += 1;
                customers.spawn_local(customer(load.clone(), next.clone(), more.clone(), name.to_owned()));
            }
        };
        spawn(&mut customers);
        loop {
            tokio::select! {
                ended = customers.join_next() => if ended.is_none() { break },
                Some(()) = wanted.recv() => spawn(&mut customers),
            }
        }
    })
}

/// Runs a load on one thread.
fn run<F: Future<Output = ()>>(shop: &TestShop, order: &Value, load: impl FnOnce(Load) -> F) -> Outcome {
    let address = shop.url.strip_prefix("http://").expect("an http address").to_owned();
    let api_key = shop.api_key.clone().expect("the shop has a program");
    let shared = Load {
        address: address.into(),
        api_key: api_key.into(),
        body: order.to_string().into(),
        answered: Arc::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let begun = Instant::now();
    tokio::task::LocalSet::new().block_on(&runtime, load(shared.clone()));
    let answered = std::mem::take(&mut *shared.answered.blocking_lock());
    Outcome { answered, took: begun.elapsed() }
}

#[derive(Clone)]
struct Load {
    address: Arc<str>,
    api_key: Arc<str>,
    body: Arc<str>,
    answered: Arc<Mutex<Vec<Answered>>>,
}

impl Load {
    async fn order(&self, connection: &mut Option<TcpStream>, key: String, due: Instant) {
        let late = due.elapsed();
        let sent = Instant::now();
        let asked = tokio::time::timeout(ANSWER_WITHIN, self.ask(connection, &key)).await;
        let result = asked.unwrap_or_else(|_| Err(format!("no answer within {ANSWER_WITHIN:?}")));
        if result.is_err() {
            *connection = None;
        }
        self.answered.lock().await.push(Answered { key, result, took: sent.elapsed(), late });
    }

    async fn ask(
        &self,
        connection: &mut Option<TcpStream>,
        key: &str,
    ) -> Result<(u16, String, Value), String> {
        let failed = |error: std::io::Error| error.to_string();
        let stream = match connection {
            Some(stream) => stream,
            None => connection.insert(TcpStream::connect(&*self.address).await.map_err(failed)?),
        };
        let request = format!(
            "POST /api/v1/orders HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n{}",
            self.address,
            self.api_key,
            self.body.len(),
            self.body
        );
        stream.write_all(request.as_bytes()).await.map_err(failed)?;
        read_answer(stream).await.map_err(failed)
    }
}

/// The status, the head and the body.
async fn read_answer(stream: &mut TcpStream) -> std::io::Result<(u16, String, Value)> {
    let mut bytes = Vec::with_capacity(1_024);
    let head_end = loop {
        if let Some(end) = memchr::memmem::find(&bytes, b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 || bytes.len() > HEAD_BYTES_MAX {
            return Err(std::io::Error::other("the connection was closed without an answer"));
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).to_ascii_lowercase();
    let field = |name: &str| {
        head.lines()
            .find_map(|line| line.strip_prefix(name))
            .map(|value| value.trim_start_matches(':').trim())
    };
    let length: usize = field("content-length").and_then(|length| length.parse().ok()).unwrap_or_default();
    while bytes.len() < head_end + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::Error::other("the answer was cut off"));
        }
    }
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    Ok((status, head, serde_json::from_slice(&bytes[head_end..]).unwrap_or(Value::Null)))
}
