//! A shop over HTTP, on this machine or another.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::cli::Failure;
use crate::domain::{OrderId, Quantity};

use super::choices::Path;
use super::connection::{Answer, Broken, Connection};
use super::load::Basket;
use super::load_generator::{LoadOutcome, Placed, Taken, Target};
use super::progress;

/// Above all of the shop's own deadlines: who waits longer was left hanging.
const ANSWER_WITHIN: Duration = Duration::from_secs(40);
/// How long a shop that has too much work is asked again what it has, and how often.
const RETRY_WITHIN: Duration = Duration::from_secs(60);
const RETRY_AFTER: Duration = Duration::from_millis(50);

/// A shop by its address: as many connections as there are requests under way, kept for the next.
pub struct HttpTarget {
    /// `host:port`
    address: String,
    skus: Vec<String>,
    path: Path,
    /// The header's value; a demo takes orders without.
    api_key: Option<String>,
    idle: RefCell<Vec<Connection<TcpStream>>>,
}

impl HttpTarget {
    /// `url`: `http://host:port`.
    pub fn to(url: &str, path: Path) -> Result<HttpTarget, Failure> {
        Ok(HttpTarget {
            address: address_of(url)?,
            skus: vec![],
            path,
            api_key: None,
            idle: RefCell::default(),
        })
    }

    /// Orders as the program that has this API key.
    pub fn with_key(self, key: String) -> HttpTarget {
        HttpTarget { api_key: Some(format!("Bearer {key}")), ..self }
    }

    /// Sells these.
    pub fn selling(self, skus: Vec<String>) -> HttpTarget {
        HttpTarget { skus, ..self }
    }

    /// The products that the shop has most of, so many at most; only those that it has.
    pub async fn products(&self, most: usize) -> Result<Vec<String>, Failure> {
        let mut found: Vec<(u64, String)> = vec![];
        let mut cursor = String::new();
        loop {
            let asked = self.get(&format!("/products?cursor={cursor}"), &[]).await;
            let (status, page) = asked.map_err(Failure)?;
            let products = page["products"].as_array().filter(|_| status == 200);
            let products = products.ok_or_else(|| Failure(no_shop(&self.address, status)))?;
            found.extend(products.iter().filter_map(|product| {
                Some((product["available"].as_u64().filter(|units| *units > 0)?, text(product, "sku")?))
            }));
            match text(&page, "next_cursor") {
                Some(next) if found.len() < most => cursor = next,
                _ => break,
            }
        }
        if found.is_empty() {
            return Err(Failure(format!("the shop at {} has nothing in stock", self.address)));
        }
        found.sort_by(|one, other| other.cmp(one));
        found.truncate(most);
        Ok(found.into_iter().map(|(_, sku)| sku).collect())
    }

    /// What is wrong with the orders that were taken, as their owners see them.
    pub async fn verify_orders(&self, outcome: &LoadOutcome) -> Vec<String> {
        let bar = progress::of((outcome.confirmed.len() + outcome.later.len()) as u64);
        let mut wrong = vec![];
        for taken in outcome.confirmed.iter().chain(&outcome.later) {
            wrong.extend(self.verify_order(taken).await.err());
            bar.inc(1);
        }
        bar.finish_and_clear();
        wrong
    }

    async fn verify_order(&self, taken: &Taken) -> Result<(), String> {
        let bearer = format!("Bearer {}", taken.key);
        let path = format!("/orders/{}", taken.order);
        match self.get(&path, &[("Authorization", &bearer)]).await? {
            (200, order) if text(&order, "id") == Some(taken.order.to_string()) => Ok(()),
            (status, _) => Err(format!("{} was taken, and is answered {status} now", taken.order)),
        }
    }

    /// As `ask`, of a shop that may have to be asked again: it says so with 503.
    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Result<(u16, Value), String> {
        let until = Instant::now() + RETRY_WITHIN;
        loop {
            let seen = self.ask("GET", path, headers, None).await?;
            if seen.0 != 503 || Instant::now() >= until {
                return Ok(seen);
            }
            tokio::time::sleep(RETRY_AFTER).await;
        }
    }

    async fn buy(&self, key: &str, basket: &Basket) -> Result<Placed, String> {
        let key = [("Idempotency-Key", key)];
        let (status, answer) = match self.path {
            Path::Orders => {
                let body = order(Some(self.lines(basket)));
                let mut headers = key.to_vec();
                headers.extend(self.api_key.as_deref().map(|key| ("Authorization", key)));
                self.ask("POST", "/orders", &headers, Some(&body)).await?
            }
            Path::Cart => match self.fill_cart(basket).await? {
                Ok(cart) => {
                    let path = format!("/carts/{}/checkout", cart.id);
                    let mut body = order(None);
                    body["expected_total"] = cart.total;
                    self.ask("POST", &path, &key, Some(&body)).await?
                }
                Err(refused) => refused,
            },
        };
        Ok(placed(status, &answer))
    }

    /// A new cart with the basket in it; or what the shop said instead.
    async fn fill_cart(&self, basket: &Basket) -> Result<Result<FilledCart, (u16, Value)>, String> {
        let (status, made) = self.ask("POST", "/carts", &[], Some(&json!({}))).await?;
        let Some(id) = text(&made, "id").filter(|_| status == 201) else { return Ok(Err((status, made))) };
        let mut total = Value::Null;
        for (sku, quantity) in self.wanted(basket) {
            let path = format!("/carts/{id}/lines/{sku}");
            let body = json!({"quantity": quantity.units()});
            let (status, put) = self.ask("PUT", &path, &[], Some(&body)).await?;
            if status != 200 {
                return Ok(Err((status, put)));
            }
            total = put["total"].clone();
        }
        Ok(Ok(FilledCart { id, total }))
    }

    fn wanted<'a>(&'a self, basket: &'a Basket) -> impl Iterator<Item = (&'a str, Quantity)> {
        basket.iter().map(|(place, quantity)| (self.skus[*place].as_str(), *quantity))
    }

    fn lines(&self, basket: &Basket) -> Value {
        let line = |(sku, quantity): (&str, Quantity)| json!({"sku": sku, "quantity": quantity.units()});
        self.wanted(basket).map(line).collect()
    }

    /// The status and the body, `null` where it is not JSON.
    async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<(u16, Value), String> {
        let request = request(&self.address, method, path, headers, body);
        let asked = tokio::time::timeout(ANSWER_WITHIN, self.send(request.as_bytes())).await;
        let answer = asked.map_err(|_| format!("no answer within {} s", ANSWER_WITHIN.as_secs()))?;
        let Answer { status, body } = answer.map_err(|broken| broken.to_string())?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    async fn send(&self, request: &[u8]) -> Result<Answer, Broken> {
        let kept = self.idle.borrow_mut().pop();
        if let Some(connection) = kept
            && let Ok(answer) = self.send_over(connection, request).await
        {
            return Ok(answer);
        }
        // one that was kept may have been closed meanwhile; by its key, an order that is sent again is the same
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        self.send_over(Connection::new(stream), request).await
    }

    async fn send_over(
        &self,
        mut connection: Connection<TcpStream>,
        request: &[u8],
    ) -> Result<Answer, Broken> {
        let answer = connection.ask(request).await?;
        if connection.keeps() {
            self.idle.borrow_mut().push(connection);
        }
        Ok(answer)
    }
}

impl Target for HttpTarget {
    async fn place(&self, key: &str, basket: &Basket) -> Placed {
        self.buy(key, basket).await.unwrap_or_else(Placed::Failed)
    }
}

fn no_shop(address: &str, status: u16) -> String {
    match status {
        503 => format!("the shop at {address} has had too much work for {} s", RETRY_WITHIN.as_secs()),
        _ => format!("{address} is no Doorstep: it answers {status} where a shop lists its products"),
    }
}

/// `host:port` of an address that may stand in a browser's bar.
fn address_of(url: &str) -> Result<String, Failure> {
    let bad = || Failure(format!("--http {url}: http://HOST:PORT is expected (nothing here speaks TLS)"));
    let authority = url.strip_prefix("http://").ok_or_else(bad)?.trim_end_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    if authority.is_empty() || !authority.chars().all(plain) {
        return Err(bad());
    }
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    Ok(if has_port { authority.to_owned() } else { format!("{authority}:80") })
}

fn request(host: &str, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> String {
    let mut request = format!("{method} /api/v1{path} HTTP/1.1\r\nHost: {host}\r\n");
    headers.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
    match body.map(Value::to_string) {
        None => request.push_str("\r\n"),
        Some(body) => request.push_str(&format!(
            "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )),
    }
    request
}

struct FilledCart {
    id: String,
    /// As the shop has shown it.
    total: Value,
}

/// What is sent to buy: with the lines, or what is in the cart.
fn order(lines: Option<Value>) -> Value {
    let mut order = json!({
        "customer": {"email": "ada@example.com", "name": "Ada Lovelace"},
        "shipping_address": {
            "line1": "12 St James's Square", "city": "London", "postcode": "SW1Y 4JH", "country": "GB",
        },
        "payment": {"token": "tok_visa"},
        "backorder": "accept",
    });
    if let Some(lines) = lines {
        order["lines"] = lines;
    }
    order
}

fn placed(status: u16, answer: &Value) -> Placed {
    let id = text(answer, "id").and_then(|id| OrderId::parse(&id).ok());
    match (status, id.zip(text(answer, "key"))) {
        (201 | 202, Some((order, key))) => {
            let taken = Taken { order, key };
            let confirmed = status == 201 && answer["state"] == "confirmed";
            if confirmed { Placed::Confirmed(taken) } else { Placed::Later(taken) }
        }
        (503, _) => Placed::Refused,
        _ => Placed::Failed(format!("{status} {}", answer["code"].as_str().unwrap_or("without a code"))),
    }
}

fn text(json: &Value, field: &str) -> Option<String> {
    json[field].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_a_port() {
        let address = |url| address_of(url).ok();
        assert_eq!(address("http://127.0.0.1:8080/").as_deref(), Some("127.0.0.1:8080"));
        assert_eq!(address("http://shop.example").as_deref(), Some("shop.example:80"));
        assert_eq!(address("http://[::1]:81").as_deref(), Some("[::1]:81"));
        for bad in ["https://shop.example", "shop.example:80", "http://", "http://a b", "http://a/path"] {
            assert_eq!(address(bad), None, "{bad}");
        }
    }

    #[tokio::test]
    async fn a_shop_that_has_too_much_work_for_a_moment_is_asked_again() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shop = async {
            for (status, body) in [("503 Busy", "{}"), ("503 Busy", "{}"), ("200 OK", "{\"id\":\"x\"}")] {
                let (mut stream, _) = listener.accept().await.unwrap();
                assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
                let head =
                    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}", body.len());
                stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await.unwrap();
            }
        };
        let target = HttpTarget::to(&url, Path::Orders).unwrap();
        let (seen, ()) = tokio::join!(target.get("/orders/x", &[]), shop);
        assert_eq!(seen, Ok((200, json!({"id": "x"}))));
    }

    #[test]
    fn an_answer_says_what_became_of_the_order() {
        let order = OrderId::new(1, 2);
        let body = |state: &str| json!({"id": order.to_string(), "key": "secret", "state": state});
        let taken = Taken { order, key: "secret".to_owned() };
        assert_eq!(placed(201, &body("confirmed")), Placed::Confirmed(taken.clone()));
        assert_eq!(placed(201, &body("awaiting_stock")), Placed::Later(taken.clone()));
        assert_eq!(placed(202, &body("awaiting_payment")), Placed::Later(taken));
        assert_eq!(placed(503, &json!({"code": "overloaded"})), Placed::Refused);
        let declined = placed(402, &json!({"code": "payment_declined"}));
        assert_eq!(declined, Placed::Failed("402 payment_declined".to_owned()));
        assert_eq!(placed(201, &Value::Null), Placed::Failed("201 without a code".to_owned()));
    }
}
