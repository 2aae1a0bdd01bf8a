use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HOST, HeaderMap, HeaderValue};
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::web::Data;
use actix_web::{App as Site, body};
use serde_json::{Value, json};

use crate::access::Clients;
use crate::access::{ForwardingHeader, Origins, Quota, Quotas};
use crate::actors::order_manager::{Answer, OrderView, Outcome, PaymentView, RefusedOrder};
use crate::actors::testing::quoted;
use crate::actors::web_session::CheckoutReply;
use crate::actors::{Address, Message, Rules};
use crate::domain::catalogue::{Catalogue, Product};
use crate::domain::quote::TaxClass;
use crate::domain::{
    Currency, Customer, Date, Money, OrderId, OrderKey, OrderLine, OrderNumber, OrderState, PassKey,
    PassKeys, Quantity, ShippingAddress, ShopIdentity, Sku, Timestamp,
};
use crate::gateway::{
    App, AskError, HttpLimits, LiveCatalogue, OrderLinks, OsSessions, PageSettings, PendingReply, Programs,
    RequestGuard, ShopClient, configure,
};
use crate::partners::processor::{Payable, PaymentPage, TypedCard};
use crate::runtime::{AnyReply, Clock, Question};

/// What the scripted shop does next.
pub enum Scripted {
    Reply(AnyReply),
    Fail(AskError),
    Panic,
    Never,
}

impl Scripted {
    /// The reply to this question, or to another whose reply has the same type.
    pub fn reply<Q: Question>(reply: Q::Reply) -> Scripted {
        Scripted::Reply(Box::new(reply))
    }
}

#[derive(Default)]
pub struct ScriptedShop {
    asked: Mutex<Vec<(Address, Message)>>,
    script: Mutex<VecDeque<Scripted>>,
    closed: AtomicBool,
    overloaded: AtomicBool,
}

impl ShopClient for ScriptedShop {
    fn ask_any(&self, to: Address, message: Message, _within: Duration) -> PendingReply {
        self.asked.lock().unwrap().push((to, message));
        let next = self.script.lock().unwrap().pop_front();
        Box::pin(async move {
            match next.expect("the gateway asked more than was scripted") {
                Scripted::Reply(reply) => Ok(reply),
                Scripted::Fail(error) => Err(error),
                Scripted::Panic => panic!("a handler's panic, as scripted"),
                Scripted::Never => std::future::pending().await,
            }
        })
    }

    fn ready(&self) -> bool {
        !self.closed.load(Ordering::Relaxed)
    }

    fn has_room(&self) -> Result<(), AskError> {
        match self.overloaded.load(Ordering::Relaxed) {
            true => Err(AskError::Overloaded { retry_after_s: 1 }),
            false => Ok(()),
        }
    }
}

/// Of a shop that was begun just now.
pub fn new_sessions() -> OsSessions {
    let begun = Timestamp(1_795_348_800_000);
    OsSessions { clock: Clock::start(begun, begun, begun, 1) }
}

/// A gateway with two books and one good token.
pub struct TestGateway {
    pub app: App,
    shop: Arc<ScriptedShop>,
}

pub struct HttpAnswer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl HttpAnswer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// It is a whole problem document of this code, and nobody may keep it.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(self.body["type"], format!("/problems/{code}"));
        assert_eq!(self.body["status"], status);
        for field in ["title", "detail", "what_to_do"] {
            assert!(self.body[field].as_str().is_some_and(|text| !text.is_empty()), "{field}");
        }
        self.assert_hardened();
    }

    #[track_caller]
    pub fn assert_hardened(&self) {
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(self.header("referrer-policy"), Some("no-referrer"));
        assert!(self.header("content-security-policy").is_some_and(|policy| !policy.contains("unsafe")));
        assert_eq!(self.header("server"), None);
    }
}

/// The shop's day in all tests: that on which the actors' tests begin.
pub const TODAY: Date = Date(20_779);

/// Signs as the tests know.
pub fn links() -> OrderLinks {
    let keys = vec![PassKey { id: 1, secret: [7; 32] }];
    OrderLinks { keys: PassKeys::new(keys).expect("one key"), today: || Date(20_783) }
}

impl TestGateway {
    pub fn new() -> TestGateway {
        let shop = Arc::new(ScriptedShop::default());
        let catalogue = Catalogue::build(vec![emma(), iliad()]).unwrap();
        let app = App {
            shop: shop.clone(),
            catalogue: Arc::new(LiveCatalogue::new(catalogue)),
            tokens: Arc::new(|token| token == "tok_good"),
            payment_page: Some(Arc::new(ScriptedPaymentPage)),
            programs: Arc::new(Programs::new(true)),
            sessions: Arc::new(new_sessions()),
            links: links(),
            rules: Arc::new(Rules::default()),
            today: Arc::new(|| TODAY),
            limits: HttpLimits::default(),
            clients: Arc::new(crate::access::Clients::unlimited()),
            origins: origins(""),
            cors_origins: Arc::default(),
            pages: PageSettings::new("http://127.0.0.1:7002/card", &ShopIdentity::demo()),
            identity: Arc::new(ShopIdentity::demo()),
        };
        TestGateway { app, shop }
    }

    /// From now on it sells these, at these prices.
    pub fn sells(&self, products: Vec<Product>) {
        self.app.catalogue.replace(Catalogue::build(products).unwrap());
    }

    /// Browsers reach the shop there.
    pub fn at(mut self, public_url: &str) -> TestGateway {
        self.app.origins = origins(public_url);
        self
    }

    /// Browser apps at these origins may ask the API.
    pub fn shared_with(mut self, origins: &[&str]) -> TestGateway {
        let origins = origins.iter().map(|&origin| origin.to_owned()).collect::<Vec<_>>();
        self.app.cors_origins = Arc::new(origins.try_into().unwrap());
        self
    }

    /// Each client may do each thing so often in an hour, and all together ten times as often.
    pub fn limited(mut self, each: u32) -> TestGateway {
        let quota = Quota { each, all: 10 * each, window_s: 3_600 };
        let quotas = Quotas {
            carts: quota,
            changes: quota,
            orders: quota,
            refusals: quota,
            keys: quota,
            searches: quota,
            cards: quota,
            checkouts: quota,
        };
        let proxies = vec!["10.0.0.0/8".to_owned()].try_into().unwrap();
        self.app.clients = Arc::new(Clients::new(quotas, proxies, ForwardingHeader::XForwardedFor));
        self
    }

    /// A shop, where a program needs a key.
    pub fn closed_to_strangers(mut self) -> TestGateway {
        self.app.programs = Arc::new(Programs::new(false));
        self
    }

    /// A shop where nobody takes cards.
    pub fn for_looking(mut self) -> TestGateway {
        self.app.payment_page = None;
        self.app.tokens = Arc::new(|_| false);
        self
    }

    pub fn close(&self) {
        self.shop.closed.store(true, Ordering::Relaxed);
    }

    pub fn overload(&self) {
        self.shop.overloaded.store(true, Ordering::Relaxed);
    }

    pub fn plays(self, play: Scripted) -> TestGateway {
        self.shop.script.lock().unwrap().push_back(play);
        self
    }

    pub fn replies<Q: Question>(self, reply: Q::Reply) -> TestGateway {
        self.plays(Scripted::reply::<Q>(reply))
    }

    /// What has been asked of the shop since the last time.
    pub fn asked(&self) -> Vec<(Address, Message)> {
        std::mem::take(&mut self.shop.asked.lock().unwrap())
    }

    /// What the shop answers; it must be an answer of its OpenAPI document.
    pub async fn send(&self, request: TestRequest) -> HttpAnswer {
        self.answer(request, true).await
    }

    /// Of a request that names no host, where it has none.
    pub async fn send_as_it_is(&self, request: TestRequest) -> HttpAnswer {
        self.answer(request, false).await
    }

    async fn answer(&self, request: TestRequest, names_the_shop: bool) -> HttpAnswer {
        let site = Site::new()
            .app_data(Data::new(self.app.clone()))
            .wrap(RequestGuard::new(&self.app))
            .configure(configure);
        let service = init_service(site).await;
        let mut request = request.to_request();
        if names_the_shop {
            name_the_shop(&mut request.head_mut().headers);
        }
        let (method, path) = (request.method().clone(), request.path().to_owned());
        let response = match try_call_service(&service, request).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        };
        let (head, payload) = response.into_parts();
        let bytes = body::to_bytes(payload).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let answered = HttpAnswer { status: head.status(), headers: head.headers().clone(), body };
        super::openapi::holds(&method, &path, &answered);
        answered
    }
}

pub fn origins(public_url: &str) -> Arc<Origins> {
    Arc::new(Origins::of("http", public_url, "127.0.0.1:8080".parse().unwrap()).unwrap())
}

/// As it is on the wire: it names a host, which is ours where the test names none.
pub fn name_the_shop(headers: &mut HeaderMap) {
    if !headers.contains_key(HOST) {
        headers.insert(HOST, HeaderValue::from_static("127.0.0.1:8080"));
    }
}

/// A processor to whom one card was typed for `nonce1`, and for two of Emma, and one for `nonce3` in another browser.
pub struct ScriptedPaymentPage;

impl PaymentPage for ScriptedPaymentPage {
    fn open(&self, payable: &Payable<'_>) -> String {
        let (checkout, amount, back) = (payable.checkout, payable.amount(), payable.back);
        let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
        format!("http://127.0.0.1:7002/pay?checkout={checkout}&amount={}&return={back}", amount.amount)
    }

    fn card_of(&self, checkout: &str, _code: &str) -> Option<TypedCard> {
        let has_one = checkout == "nonce1" || checkout.starts_with("ord_");
        has_one.then(|| TypedCard { token: "tok_good".to_owned(), amount: gbp(1897) })
    }

    fn has_card_for(&self, checkout: &str) -> bool {
        ["nonce1", "nonce3"].contains(&checkout)
    }
}

/// Any text as a part of an address: what no address can hold is written in percent signs, and all else left as it is.
pub fn as_address(text: &str) -> String {
    let fits = |c: u8| c.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&c);
    text.bytes().map(|c| if fits(c) { char::from(c).to_string() } else { format!("%{c:02X}") }).collect()
}

pub fn get(uri: &str) -> TestRequest {
    TestRequest::with_uri(uri)
}

pub fn post(uri: &str, body: &Value) -> TestRequest {
    TestRequest::post().uri(uri).insert_header(("Idempotency-Key", "k-1")).set_json(body)
}

/// A body as raw bytes, said to be JSON.
pub fn post_raw(uri: &str, body: impl Into<actix_web::web::Bytes>) -> TestRequest {
    TestRequest::post()
        .uri(uri)
        .insert_header(("Idempotency-Key", "k-1"))
        .insert_header(("Content-Type", "application/json"))
        .set_payload(body)
}

/// A good body of `POST /orders`: two of Emma.
pub fn order() -> Value {
    let mut body = checkout();
    body["lines"] = json!([{ "sku": "PD-1", "quantity": 2 }]);
    body
}

/// A good body of a cart's checkout.
/// Two of Emma in a cart, as they were shown to cost.
pub fn cart_checkout() -> Value {
    let mut body = checkout();
    body["expected_total"] = json!({ "amount": 1_897, "currency": "GBP" });
    body
}

pub fn checkout() -> Value {
    json!({
        "customer": { "email": "ada@example.com", "name": "Ada Lovelace" },
        "shipping_address": { "line1": "12 St James's Square", "city": "London", "postcode": "SW1Y 4JH", "country": "GB" },
        "payment": { "token": "tok_good" },
    })
}

pub fn gbp(amount: i64) -> Money {
    Money::new(amount, Currency::GBP)
}

pub fn emma() -> Product {
    Product {
        sku: Sku::parse("PD-1").unwrap(),
        title: "Emma".to_owned(),
        authors: vec!["Jane Austen".to_owned()],
        year: Some(1815),
        language: Some("en".to_owned()),
        isbn: Some("9780141439587".to_owned()),
        price: gbp(799),
        weight_grams: Some(340),
        tax_class: TaxClass::Books,
    }
}

/// The dearest book: a hundred of it cost more than a payment carries.
pub fn iliad() -> Product {
    Product {
        sku: Sku::parse("PD-2").unwrap(),
        title: "The Iliad".to_owned(),
        authors: vec!["Homer".to_owned()],
        year: Some(-750),
        language: Some("grc".to_owned()),
        isbn: None,
        price: gbp(Product::PRICE_MINOR_MAX),
        weight_grams: Some(900),
        tax_class: TaxClass::Books,
    }
}

pub fn line_of(product: Product, units: i128) -> OrderLine {
    OrderLine::of(&product, Quantity::parse(units).unwrap())
}

/// As a checkout that was refused names its order.
pub fn refused_order() -> Box<RefusedOrder> {
    RefusedOrder::boxed(order_id(), order_view().key)
}

pub fn order_id() -> OrderId {
    OrderId::new(1_795_348_800_000, 7)
}

/// Two of Emma, confirmed.
pub fn order_view() -> OrderView {
    let lines = vec![line_of(emma(), 2)];
    OrderView {
        id: order_id(),
        number: OrderNumber::nth_of(order_id().slot(), 1),
        key: OrderKey::new(42),
        state: OrderState::Confirmed,
        placed_at: Timestamp(1_795_348_800_000),
        quote: quoted(&lines),
        lines: lines.into(),
        customer: Arc::new(Customer { email: "ada@example.com".to_owned(), name: "Ada Lovelace".to_owned() }),
        shipping_address: Arc::new(ShippingAddress::of("12 St James's Square", "London", "SW1Y 4JH", "GB")),
        promised_date: Some(Date(20_780)),
        tracking: None,
        payment: PaymentView::Authorised,
        decline_reason: None,
        cancel_reason: None,
    }
}

pub fn answer(outcome: Outcome) -> CheckoutReply {
    Ok(Answer { outcome, replayed: false })
}

pub fn answer_again(outcome: Outcome) -> CheckoutReply {
    Ok(Answer { outcome, replayed: true })
}
