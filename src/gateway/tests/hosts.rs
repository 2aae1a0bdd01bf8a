//! For which host a request is: the shop answers by its own names, and by no other.

use actix_web::http::Version;
use actix_web::test::TestRequest;

use super::test_gateway::*;

const PRODUCTS: &str = "/api/v1/products?q=emma";

fn to(host: &str, uri: &str) -> TestRequest {
    get(uri).insert_header(("Host", host))
}

#[actix_web::test]
async fn another_host_is_answered_421_and_nothing_is_asked_of_the_shop() {
    let gateway = TestGateway::new().at("https://shop.example");
    for host in ["evil.example", "shop.example:8080", "", "shop.example, evil.example"] {
        for request in [to(host, PRODUCTS), post("/api/v1/orders", &order()).insert_header(("Host", host))] {
            let answered = gateway.send(request.insert_header(("X-Forwarded-Host", "shop.example"))).await;
            answered.assert_problem(421, "misdirected");
            assert!(
                answered.body["detail"].as_str().unwrap().contains("https://shop.example"),
                "{}",
                answered.body
            );
        }
    }
    gateway
        .send(to("shop.example", "http://evil.example/api/v1/openapi.json"))
        .await
        .assert_problem(421, "misdirected");
    assert!(gateway.asked().is_empty());
    assert_eq!(gateway.send(to("shop.example", "/api/v1/openapi.json")).await.status, 200);
}

#[actix_web::test]
async fn on_loopback_each_of_this_machines_names_is_answered() {
    for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
        assert_eq!(TestGateway::new().send(to(host, "/api/v1/openapi.json")).await.status, 200, "{host}");
    }
    TestGateway::new()
        .send(to("localhost:8081", "/api/v1/openapi.json"))
        .await
        .assert_problem(421, "misdirected");
}

#[actix_web::test]
async fn a_request_names_its_host_once() {
    let twice =
        get(PRODUCTS).append_header(("Host", "127.0.0.1:8080")).append_header(("Host", "127.0.0.1:8080"));
    TestGateway::new().send(twice).await.assert_problem(400, "host_missing");
    TestGateway::new().send_as_it_is(get(PRODUCTS)).await.assert_problem(400, "host_missing");
    TestGateway::new().send_as_it_is(get("/healthz")).await.assert_problem(400, "host_missing");
    // HTTP/1.0 knows no Host
    let old = get("/api/v1/openapi.json").version(Version::HTTP_10);
    assert_eq!(TestGateway::new().send_as_it_is(old).await.status, 200);
}

#[actix_web::test]
async fn the_health_is_told_by_whatever_address_a_container_has() {
    for uri in ["/healthz", "/readyz"] {
        assert_eq!(TestGateway::new().send(to("10.1.2.3:8080", uri)).await.status, 200, "{uri}");
    }
    TestGateway::new().send(to("10.1.2.3:8080", "/healthz/x")).await.assert_problem(421, "misdirected");
}
