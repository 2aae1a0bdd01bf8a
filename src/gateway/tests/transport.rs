//! Over a real socket: what only a real connection shows.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use super::test_gateway::*;
use crate::gateway::{App, serve};

/// Serves `app` on a free port for as long as `talk` talks to it from a thread.
async fn talk<T: Send + 'static>(app: App, talk: impl FnOnce(SocketAddr) -> T + Send + 'static) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = serve(vec![listener], app, 1).unwrap();
    let said = actix_web::rt::task::spawn_blocking(move || talk(address)).await.unwrap();
    drop(server);
    said
}

/// Sends `bytes`, and gives back all that comes until the daemon closes.
fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[actix_web::test]
async fn a_body_that_does_not_come_in_time_is_told_and_the_connection_closed() {
    for rest in ["Content-Length: 100\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"] {
        let mut app = TestGateway::new().app;
        app.limits.connections.body_ms_max = 50;
        let head =
            "POST /api/v1/orders HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\n";
        let request = format!("{head}{rest}");
        let answer = talk(app, move |address| exchange(address, request.as_bytes())).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(answer.contains("\"code\":\"body_too_slow\""), "{answer}");
    }
}

#[actix_web::test]
async fn an_announced_giant_is_refused_before_it_is_sent() {
    let head = b"POST /api/v1/orders HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n";
    let answer = talk(TestGateway::new().app, |address| exchange(address, head)).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("\"code\":\"body_too_large\""), "{answer}");
}

#[actix_web::test]
async fn chunks_without_end_are_refused() {
    let mut request = b"POST /api/v1/orders HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..17 {
        request.extend_from_slice(b"1000\r\n");
        request.extend_from_slice(&[b' '; 0x1000]);
        request.extend_from_slice(b"\r\n");
    }
    let answer = talk(TestGateway::new().app, move |address| exchange(address, &request)).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[actix_web::test]
async fn a_request_that_hangs_in_the_shop_ends_with_an_unknown_outcome() {
    let gateway = TestGateway::new().plays(Scripted::Never);
    let mut app = gateway.app.clone();
    app.limits.request_ms_max = 50;
    let body = order().to_string();
    let request = format!(
        "POST /api/v1/orders HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = talk(app, move |address| exchange(address, request.as_bytes())).await;
    assert!(answer.starts_with("HTTP/1.1 504 "), "{answer}");
    assert!(answer.contains("\"code\":\"outcome_unknown\""), "{answer}");
}

#[actix_web::test]
async fn a_panic_is_answered_on_the_wire() {
    let gateway = TestGateway::new().plays(Scripted::Panic);
    let request = b"GET /api/v1/products HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\n\r\n";
    let answer = talk(gateway.app.clone(), |address| exchange(address, request)).await;
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    assert!(answer.contains("\"code\":\"internal\""), "{answer}");
    assert!(!answer.contains("scripted"), "{answer}");
}

#[actix_web::test]
async fn head_is_get_without_the_body() {
    let request = b"HEAD /healthz HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: close\r\n\r\n";
    let answer = talk(TestGateway::new().app, |address| exchange(address, request)).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    assert!(!answer.to_lowercase().contains("\r\nserver:"), "{answer}");
}
