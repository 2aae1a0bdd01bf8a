//! Over a real socket, with a site that is no shop.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, web};

use super::{Limits, Server, serve};

/// More than the system keeps for a reader of some dozens.
const LARGE_BYTES: usize = 64 * 1024;

struct Site {
    address: SocketAddr,
    answered: Arc<AtomicUsize>,
    server: Server,
}

fn site(limits: &Limits) -> Site {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answered = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&answered);
    let site = move || {
        let counted = Arc::clone(&counted);
        let large = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            async { HttpResponse::Ok().body("x".repeat(LARGE_BYTES)) }
        };
        App::new()
            .route("/large", web::get().to(large))
            .route("/peer", web::get().to(async |request: HttpRequest| format!("{:?}", request.peer_addr())))
            .route("/echo", web::post().to(async |body: web::Bytes| body))
            .route("/deaf", web::post().to(HttpResponse::NoContent))
    };
    Site { address, answered, server: serve(vec![listener], 1, limits, site).unwrap() }
}

fn connected(site: &Site) -> TcpStream {
    let stream = TcpStream::connect(site.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Sends `bytes` and no more; what came until the end.
fn exchange(site: &Site, bytes: &str) -> String {
    let mut stream = connected(site);
    stream.write_all(bytes.as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn no_answer_is_made_before_the_one_before_it_was_taken() {
    let site = site(&Limits { write_ms_max: 500, write_bytes_per_s_min: 1 << 20, ..Limits::default() });
    let mut stream = connected(&site);
    let requests = b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(100);
    // until the connection is reset for its reader, who takes nothing
    while stream.write_all(&requests).is_ok() {}
    let answered = site.answered.load(Ordering::Relaxed);
    assert!((1..200).contains(&answered), "{answered} answers of {LARGE_BYTES} bytes for nobody");
}

#[test]
fn requests_on_one_connection_are_answered_in_their_order() {
    let site = site(&Limits::default());
    let answers = exchange(
        &site,
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none\
         POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n\
         POST /deaf HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nthree\
         POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfour\
         POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nfive",
    );
    let found: Vec<_> = ["one", "two", "204 No Content", "four"].map(|text| answers.find(text)).into();
    assert!(found.iter().all(Option::is_some) && found.is_sorted(), "{answers}");
    assert!(!answers.contains("five"), "{answers}");
}

#[test]
fn a_body_is_asked_for_where_it_is_read_and_only_there() {
    let site = site(&Limits::default());
    let head = "HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    let mut stream = connected(&site);
    stream.write_all(format!("POST /echo {head}").as_bytes()).unwrap();
    let mut word = [0; 25];
    stream.read_exact(&mut word).unwrap();
    assert_eq!(&word, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"ok").unwrap();
    let mut answer = [0; 15];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK");
    let answer = exchange(&site, &format!("POST /deaf {head}"));
    assert!(answer.starts_with("HTTP/1.1 204 ") && answer.contains("connection: close"), "{answer}");
}

#[test]
fn a_body_that_nobody_reads_ends_its_connection() {
    let site = site(&Limits::default());
    let mut stream = connected(&site);
    let request = b"POST /deaf HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n";
    stream.write_all(request).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 204 ") && answer.contains("connection: close"), "{answer}");
}

#[test]
fn older_clients_and_head_are_answered_as_they_expect() {
    let site = site(&Limits::default());
    let answer = exchange(&site, "GET /peer HTTP/1.0\r\n\r\nGET /peer HTTP/1.0\r\n\r\n");
    assert_eq!(answer.matches("HTTP/1.0 200 OK").count(), 1, "{answer}");
    assert!(answer.contains("127.0.0.1:"), "{answer}");
    let answer = exchange(&site, "HEAD /large HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 ") && answer.ends_with("\r\n\r\n"), "{answer}");
}

#[test]
fn what_is_no_request_is_told_by_a_bare_answer() {
    let site = site(&Limits { head_ms_max: 200, ..Limits::default() });
    let many: String = (0..97).map(|n| format!("X-{n}: 1\r\n")).collect();
    for (bytes, status) in [
        ("GET /peer HTTP/1.1\r\nHost: a\n\r\n".to_owned(), "400 Bad Request"),
        ("GET /peer HTTP/1.1\r\n\r\n".to_owned(), "400 Bad Request"),
        (format!("GET /peer HTTP/1.1\r\n{many}\r\n"), "431 Request Header Fields Too Large"),
        (
            format!("GET /{} HTTP/1.1\r\n", "a".repeat(Limits::HEAD_BYTES)),
            "431 Request Header Fields Too Large",
        ),
    ] {
        let answer = exchange(&site, &bytes);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
    }
    let mut stream = connected(&site);
    stream.write_all(b"GET /peer").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
}

#[test]
fn a_server_that_is_dropped_lets_nobody_in_and_gives_its_port_back() {
    let site = site(&Limits::default());
    assert!(exchange(&site, "GET /peer HTTP/1.1\r\nHost: a\r\n\r\n").contains("200 OK"));
    let address = site.address;
    let mut held = connected(&site);
    drop(site.server);
    // its thread ends, and with it this connection
    assert_eq!(held.read(&mut [0; 1]).unwrap_or(0), 0);
    TcpListener::bind(address).map(drop).unwrap_or_else(|error| panic!("{address}: {error}"));
}
