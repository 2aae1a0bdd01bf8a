//! Pages and the API without a socket: routing, parsing, what the actors answer, rendering.

use std::time::{Duration, Instant};

use criterion::Criterion;
use doorstep::gateway::Request;
use doorstep::runtime::kit;
use serde_json::json;

use crate::kit::Bookshop;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("page");
    group.bench_function("the list of books", |bencher| {
        bencher.iter_custom(|times| time(times, 200, async |_| vec![get("/")]));
    });
    group.bench_function("a search", |bencher| {
        bencher.iter_custom(|times| time(times, 200, async |_| vec![get("/?q=dickens")]));
    });
    group.bench_function("a search with a typing error", |bencher| {
        bencher.iter_custom(|times| time(times, 200, async |_| vec![get("/?q=dikens")]));
    });
    group.bench_function("a book", |bencher| {
        let book = async |shop: &Bookshop| vec![get(format!("/books/{}", shop.book(0).sku))];
        bencher.iter_custom(|times| time(times, 200, book));
    });
    group.bench_function("an order", |bencher| {
        bencher.iter_custom(|times| time(times, 200, an_order));
    });
    group.bench_function("POST /api/v1/orders", |bencher| {
        bencher.iter_custom(|times| time(times, 201, async |shop| orders(shop, times)));
    });
    group.finish();
}

/// How long so many answers take, one after the other; what is `asked` is asked in turn.
fn time(times: u64, status: u16, asked: impl AsyncFnOnce(&Bookshop) -> Vec<Request>) -> Duration {
    kit::run(async {
        let shop = Bookshop::open().await;
        let asked = asked(&shop).await;
        let site = shop.site().await;
        let begun = Instant::now();
        for request in asked.iter().cycle().take(times as usize) {
            let answer = site.send(request.clone()).await;
            assert_eq!(answer.status, status, "{}", answer.text());
        }
        begun.elapsed()
    })
}

fn get(uri: impl Into<String>) -> Request {
    Request { method: "GET", uri: uri.into(), ..Request::default() }
}

async fn an_order(shop: &Bookshop) -> Vec<Request> {
    let order = shop.buy(0).await;
    vec![get(format!("/orders/{}?key={}", order.id, order.key))]
}

fn orders(shop: &Bookshop, count: u64) -> Vec<Request> {
    (0..count).map(|nth| post(shop, nth)).collect()
}

fn post(shop: &Bookshop, nth: u64) -> Request {
    let body = json!({
        "lines": [
            {"sku": shop.book(2 * nth as usize).sku, "quantity": 1},
            {"sku": shop.book(2 * nth as usize + 1).sku, "quantity": 1},
        ],
        "customer": {"email": "ada@example.com", "name": "Ada Lovelace"},
        "shipping_address":
            {"line1": "12 St James's Square", "city": "London", "postcode": "SW1Y 4JH", "country": "GB"},
        "payment": {"token": "tok_visa"},
        "backorder": "refuse",
    });
    let headers =
        vec![("content-type", "application/json".to_owned()), ("idempotency-key", format!("order-{nth}"))];
    Request {
        method: "POST",
        uri: "/api/v1/orders".to_owned(),
        headers,
        body: body.to_string().into_bytes(),
        peer: None,
    }
}
