use std::sync::{Arc, LazyLock, Mutex};

use actix_web::body;
use actix_web::test::{TestRequest, init_service, try_call_service};
use proptest::prelude::*;

use super::super::test_payable::payable;
use super::super::{EmbeddedProcessor, PaymentPage as _, Registered, RegistersCards};
use super::*;
use crate::access::{Clients, ForwardingHeader, Origins, Quota, Quotas, TrustedProxies};
use crate::domain::ShopIdentity;

/// What the bank was told: token, brand, last four, test card.
type Told = Arc<Mutex<Vec<(String, String, String, Option<&'static str>)>>>;

struct Bank {
    told: Told,
    reachable: bool,
}

impl RegistersCards for Bank {
    fn register(
        &self,
        token: String,
        brand: String,
        last4: String,
        test_card: Option<&'static str>,
    ) -> Registered {
        self.told.lock().unwrap().push((token, brand, last4, test_card));
        let answer = if self.reachable { Ok(()) } else { Err("no answer".to_owned()) };
        Box::pin(async move { answer })
    }
}

struct Seen {
    status: u16,
    location: String,
    headers: header::HeaderMap,
    html: String,
}

fn names(public_url: &str) -> Arc<Origins> {
    Arc::new(Origins::of("http", public_url, "127.0.0.1:8080".parse().unwrap()).unwrap())
}

fn page(known: &[&'static str], reachable: bool) -> (CardPage, Told) {
    let told = Told::default();
    let page = CardPage {
        processor: Arc::new(EmbeddedProcessor::new("http://pay.example", [7; 32])),
        test_tokens: known.into(),
        cards: Arc::new(Bank { told: told.clone(), reachable }),
        clients: Arc::new(Clients::unlimited()),
        origins: names("http://pay.example"),
        identity: Arc::new(ShopIdentity::demo()),
        shop: names("http://shop.example"),
    };
    (page, told)
}

async fn send(page: &CardPage, request: TestRequest) -> Seen {
    send_to(page, Some("pay.example"), request).await
}

/// `host`: what the request names.
async fn send_to(page: &CardPage, host: Option<&'static str>, request: TestRequest) -> Seen {
    let site = App::new().app_data(Data::new(page.clone())).wrap(from_fn(guarded)).configure(configure);
    let service = init_service(site).await;
    let mut request = request.to_request();
    if let Some(host) = host {
        request.head_mut().headers.insert(header::HOST, header::HeaderValue::from_static(host));
    }
    let response = match try_call_service(&service, request).await {
        Ok(response) => response.into_parts().1.map_into_boxed_body(),
        Err(error) => error.error_response(),
    };
    let (head, payload) = response.into_parts();
    let html = String::from_utf8(body::to_bytes(payload).await.unwrap().to_vec()).unwrap();
    let location = head.headers().get("location").map_or("", |to| to.to_str().unwrap()).to_owned();
    Seen { status: head.status().as_u16(), location, headers: head.headers().clone(), html }
}

/// What the shop's address says, signed.
static PAYMENT: LazyLock<String> = LazyLock::new(|| payment_of("nonce1", "shop.example"));

/// The same for another checkout, or a shop by another name.
fn payment_of(checkout: &str, host: &str) -> String {
    let processor = EmbeddedProcessor::new("http://pay.example", [7; 32]);
    let address = processor.open(&payable(checkout, &format!("http://{host}/checkout/return")));
    address.split_once('?').expect("a query").1.to_owned()
}

fn typed(number: &str, expiry: &str, cvv: &str) -> TestRequest {
    let fields = format!("{}&number={number}&expiry={expiry}&cvv={cvv}&name=Ada+Lovelace", *PAYMENT);
    TestRequest::post()
        .uri("/pay")
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload(fields)
}

#[actix_web::test]
async fn the_card_page_shows_the_amount_and_the_shop() {
    let (page, _) = page(&["tok_visa"], true);
    let seen = send(&page, TestRequest::get().uri(&format!("/pay?{}", *PAYMENT))).await;
    assert_eq!(seen.status, 200);
    for text in [
        "Pay £10.98",
        "to <b>Doorstep Books</b>",
        "This is a demo",
        "Test cards",
        "autocomplete=\"cc-number\"",
        "cancelled=1",
    ] {
        assert!(seen.html.contains(text), "{text}");
    }
    assert_eq!(seen.headers.get("cache-control").unwrap(), "no-store");
    let policy = seen.headers.get("content-security-policy").unwrap().to_str().unwrap();
    assert!(
        policy.contains("form-action 'self' http://shop.example") && !policy.contains("unsafe"),
        "{policy}"
    );
}

#[actix_web::test]
async fn what_is_paid_for_is_shown_as_on_the_shops_own_pages() {
    let (page, _) = page(&[], true);
    let address = page.processor.open(&payable("nonce1", "http://shop.example/checkout/return"));
    let seen = send(&page, TestRequest::get().uri(address.strip_prefix("http://pay.example").unwrap())).await;
    assert_eq!(seen.status, 200);
    let rows = [("Emma", "£7.99"), ("Delivery", "£2.99"), ("Total", "£10.98")];
    for (what, amount) in rows {
        assert!(seen.html.contains(&format!("<span>{what}</span> <span>{amount}</span>")), "{}", seen.html);
    }
    assert!(!seen.html.contains("<span>Tax</span>"));
    // after a restart the amount alone is known, by its signature
    let seen = send(&self::page(&[], true).0, TestRequest::get().uri(&format!("/pay?{}", *PAYMENT))).await;
    assert!(seen.html.contains("Pay £10.98") && !seen.html.contains("Emma"), "{}", seen.html);
}

/// The value of the hidden field that names the number that is kept.
fn kept(seen: &Seen) -> Option<&str> {
    seen.html.split("name=\"kept\" value=\"").nth(1)?.split('"').next()
}

fn again(number: &str, kept: &str) -> TestRequest {
    typed(number, "12%2F99", "123")
        .set_payload(format!("{}&number={number}&expiry=1299&cvv=123&name=Ada&kept={kept}", *PAYMENT))
}

#[actix_web::test]
async fn a_right_number_is_not_typed_again_because_of_another_mistake() {
    let (page, told) = page(&[], true);
    let seen = send(&page, typed("4111111111111111", "never", "123")).await;
    assert!(seen.html.contains("your card ending 1111") && !seen.html.contains("4111"), "{}", seen.html);
    assert!(seen.html.contains("value=\"never\"") && !seen.html.contains("value=\"123"));
    let code = kept(&seen).unwrap().to_owned();
    for stranger in ["", "0"] {
        let seen = send(&page, again("", stranger)).await;
        assert_eq!(seen.status, 422, "who has the address alone has no card");
        assert!(kept(&seen).is_none());
    }
    assert_eq!(send(&page, again("", &code)).await.status, 303);
    assert_eq!(told.lock().unwrap()[0].2, "1111");
    // it is wiped with the payment
    assert_eq!(send(&page, again("", &code)).await.status, 422);
}

#[actix_web::test]
async fn another_card_may_be_typed_in_the_place_of_the_one_that_is_kept() {
    let (page, told) = page(&[], true);
    let seen = send(&page, typed("4111111111111111", "09%2F99", "12345")).await;
    let seen = send(&page, again("5555555555554444", kept(&seen).unwrap())).await;
    assert_eq!((seen.status, told.lock().unwrap()[0].2.as_str()), (303, "4444"));
    let wrong = send(&page, typed("4111111111111112", "09%2F20", "123")).await;
    assert!(kept(&wrong).is_none(), "a mistyped number is typed again");
}

/// What the shop fetches by the code that she brings back.
fn fetched(page: &CardPage, seen: &Seen) -> Option<TypedCard> {
    let code = seen.location.strip_prefix("http://shop.example/checkout/return?checkout=nonce1&code=")?;
    page.processor.card_of("nonce1", code)
}

#[actix_web::test]
async fn once_the_shop_has_her_card_it_says_what_came_of_it_and_no_second_one_is_taken() {
    let (page, _) = page(&["tok_visa"], true);
    let seen = send(&page, typed("4242424242424242", "9%2F99", "123")).await;
    assert!(fetched(&page, &seen).is_some());
    let back = send(&page, TestRequest::get().uri(&format!("/pay?{}", *PAYMENT))).await;
    for over in [back, send(&page, typed("5555555555554444", "9%2F99", "123")).await] {
        let to_the_shop = "http://shop.example/checkout/return?checkout=nonce1&code=";
        assert_eq!((over.status, over.location.as_str()), (303, to_the_shop));
    }
}

#[actix_web::test]
async fn a_card_becomes_a_token_that_the_bank_knows_and_the_number_goes_nowhere() {
    let (page, told) = page(&["tok_visa"], true);
    let seen = send(&page, typed("4111+1111+1111+1111", "09%2F99", "123")).await;
    assert_eq!(seen.status, 303);
    let card = fetched(&page, &seen).expect("the shop can fetch it");
    assert!(!seen.location.contains(&card.token), "no token is in an address");
    assert_eq!(card.amount.to_string(), "10.98 GBP");
    assert!(page.processor.card_of("nonce1", "").is_none(), "another brings no code");
    let told = told.lock().unwrap();
    assert_eq!(told[..], [(card.token.clone(), "visa".to_owned(), "1111".to_owned(), None)]);
    let all = format!("{}{}{:?}{told:?}", seen.html, seen.location, seen.headers);
    assert!(!all.contains("41111111") && !seen.html.contains("123"), "{all}");
}

#[actix_web::test]
async fn a_test_card_has_its_own_token_where_that_is_good() {
    let (demo, told) = page(&["tok_visa", "tok_declined"], true);
    let seen = send(&demo, typed("4000000000000002", "9%2F99", "123")).await;
    assert_eq!((seen.status, fetched(&demo, &seen).unwrap().token.as_str()), (303, "tok_declined"));
    assert!(told.lock().unwrap().is_empty());
    let (real, told) = page(&[], true);
    let seen = send(&real, typed("4000000000000002", "9%2F99", "123")).await;
    assert_eq!(told.lock().unwrap()[0].3, Some("tok_declined"));
    assert_ne!(fetched(&real, &seen).unwrap().token, "tok_declined");
    let (real, _) = page(&[], true);
    let seen = send(&real, TestRequest::get().uri(&format!("/pay?{}", *PAYMENT))).await;
    assert!(!seen.html.contains("Test cards"));
}

#[actix_web::test]
async fn what_is_wrong_is_said_at_its_field_and_the_number_is_not_shown_again() {
    let (page, told) = page(&[], true);
    for (number, expiry, cvv, field) in [
        ("4111111111111112", "09%2F99", "123", "number-error"),
        ("411", "09%2F99", "123", "number-error"),
        ("4111111111111111", "09%2F20", "123", "expiry-error"),
        ("4111111111111111", "never", "123", "expiry-error"),
        ("4111111111111111", "09%2F99", "12345", "cvv-error"),
        ("4111111111111111", "4111111111111111", "123", "expiry-error"),
    ] {
        let seen = send(&page, typed(number, expiry, cvv)).await;
        assert_eq!(seen.status, 422, "{number} {expiry} {cvv}");
        assert!(seen.html.contains(&format!("id=\"{field}\"")), "{field}");
        let (alert, form) =
            seen.html.split_once("role=\"alert\"").and_then(|(_, rest)| rest.split_once("<form")).unwrap();
        assert!(alert.contains(&format!("<a href=\"#{}\">", field.trim_end_matches("-error"))), "{alert}");
        assert!(
            form.contains(&format!("aria-describedby=\"{field}\" autofocus>")),
            "its field has the focus: {form}"
        );
        assert!(!seen.html.contains("4111") && !seen.html.contains("value=\"123"), "{}", seen.html);
        assert!(seen.html.contains("value=\"Ada Lovelace\""), "what else was typed is kept");
    }
    assert!(told.lock().unwrap().is_empty());
}

#[actix_web::test]
async fn nobody_is_sent_to_a_site_that_is_no_shop_of_ours() {
    let (page, told) = page(&[], true);
    let evil = PAYMENT.replace("shop.example", "evil.example");
    let seen = send(&page, TestRequest::get().uri(&format!("/pay?{evil}"))).await;
    assert_eq!(seen.status, 400);
    assert!(!seen.html.contains("evil.example"));
    let fields = format!("{evil}&number=4111111111111111&expiry=09%2F99&cvv=123&name=Ada");
    let posted =
        TestRequest::post().uri("/pay").insert_header(("Content-Type", "application/x-www-form-urlencoded"));
    let seen = send(&page, posted.set_payload(fields)).await;
    assert_eq!((seen.status, seen.location.as_str()), (400, ""));
    assert!(told.lock().unwrap().is_empty());
}

#[actix_web::test]
async fn another_host_is_answered_421_and_none_400() {
    let (page, _) = page(&[], true);
    let ask = || TestRequest::get().uri("/pay");
    for (host, status) in
        [(Some("shop.example"), 421), (Some("pay.example:81"), 421), (Some(""), 421), (None, 400)]
    {
        let seen = send_to(&page, host, ask()).await;
        assert_eq!(seen.status, status, "{host:?}");
        assert!(seen.html.contains("not the address") && seen.headers.get("retry-after").is_none());
        assert!(seen.headers.contains_key("content-security-policy"));
    }
    assert_eq!(send_to(&page, Some("PAY.example:80"), ask()).await.status, 400);
}

#[actix_web::test]
async fn she_goes_back_to_the_name_of_this_machine_that_she_came_from() {
    let shop = Origins::of("http", "", "127.0.0.1:8080".parse().unwrap()).unwrap();
    let page = CardPage { shop: Arc::new(shop), ..page(&[], true).0 };
    for (origin, source) in [
        ("localhost:8080", "http://localhost:8080"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        // a policy knows no address of IPv6
        ("[::1]:8080", "http:"),
    ] {
        let payment = payment_of("nonce1", origin);
        let seen = send(&page, TestRequest::get().uri(&format!("/pay?{payment}"))).await;
        let policy = seen.headers.get("content-security-policy").unwrap().to_str().unwrap();
        assert_eq!(seen.status, 200, "{origin}");
        assert!(policy.ends_with(&format!("form-action 'self' {source}")), "{policy}");
    }
    for other in ["localhost:8081", "localhost", "192.168.1.5:8080"] {
        let payment = payment_of("nonce1", other);
        assert_eq!(
            send(&page, TestRequest::get().uri(&format!("/pay?{payment}"))).await.status,
            400,
            "{other}"
        );
    }
}

#[actix_web::test]
async fn cards_of_a_checkout_and_of_a_client_have_an_end() {
    let quotas = Quotas {
        cards: Quota { each: 6, all: 20, window_s: 3_600 },
        checkouts: Quota { each: 3, all: 0, window_s: 3_600 },
        ..Quotas::default()
    };
    let clients = Clients::new(quotas, TrustedProxies::default(), ForwardingHeader::XForwardedFor);
    let (page, told) = page(&[], true);
    let page = CardPage { clients: Arc::new(clients), ..page };
    let peer = |nth: u8, request: TestRequest| request.peer_addr(([192, 0, 2, nth], 1).into());
    // from wherever they come, right and wrong, a checkout has three; nothing is told to the bank after
    for (nth, number, status) in [
        (1, "4111111111111112", 422),
        (2, "4111111111111111", 303),
        (3, "4111111111111112", 422),
        (4, "4111111111111112", 429),
    ] {
        let seen = send(&page, peer(nth, typed(number, "09%2F99", "123"))).await;
        assert_eq!(seen.status, status);
        assert_eq!(seen.headers.contains_key("retry-after"), status == 429);
    }
    assert_eq!(send(&page, peer(5, typed("4111111111111111", "09%2F99", "123"))).await.status, 429);
    assert_eq!(told.lock().unwrap().len(), 1);
    // nor do they cost the others any, of this client or of all
    for _ in 0..20 {
        assert_eq!(send(&page, peer(9, typed("4111111111111111", "09%2F99", "123"))).await.status, 429);
    }
    // one client's cards, for whichever checkouts, have an end too
    let another = |nth: u32| {
        let fields = payment_of(&format!("other{nth}"), "shop.example");
        let posted = TestRequest::post()
            .uri("/pay")
            .insert_header(("Content-Type", "application/x-www-form-urlencoded"));
        posted.set_payload(format!("{fields}&number=4111111111111111&expiry=09%2F99&cvv=123&name=Ada"))
    };
    // a link that the shop has not signed costs no card
    for _ in 0..20 {
        let forged = typed("4111111111111111", "09%2F99", "123").set_payload("checkout=n&amount=1");
        assert_eq!(send(&page, peer(9, forged)).await.status, 400);
    }
    for nth in 0..6 {
        assert_eq!(send(&page, peer(9, another(nth))).await.status, 303);
    }
    let refused = send(&page, peer(9, another(6))).await;
    assert_eq!(refused.status, 429);
    assert!(refused.html.contains("please wait ") && refused.html.contains("minute"), "{}", refused.html);
}

#[actix_web::test]
async fn an_amount_that_was_changed_in_the_address_bar_is_never_shown() {
    let (page, told) = page(&[], true);
    for (what, other) in
        [("amount=1098", "amount=1"), ("GBP", "EUR"), ("nonce1", "nonce2"), ("expires=", "expires=9")]
    {
        let changed = PAYMENT.replace(what, other);
        assert_ne!(changed, *PAYMENT);
        let seen = send(&page, TestRequest::get().uri(&format!("/pay?{changed}"))).await;
        assert_eq!(seen.status, 400);
        assert!(seen.html.contains("This is no payment") && !seen.html.contains("0.01"), "{}", seen.html);
        let fields = format!("{changed}&number=4111111111111111&expiry=09%2F99&cvv=123&name=Ada");
        let posted = TestRequest::post()
            .uri("/pay")
            .insert_header(("Content-Type", "application/x-www-form-urlencoded"));
        assert_eq!(send(&page, posted.set_payload(fields)).await.status, 400);
    }
    assert!(told.lock().unwrap().is_empty());
}

#[actix_web::test]
async fn a_bank_that_cannot_be_reached_gives_no_token() {
    let (page, _) = page(&[], false);
    let seen = send(&page, typed("4111111111111111", "09%2F99", "123")).await;
    assert_eq!((seen.status, seen.location.as_str()), (503, ""));
    assert!(kept(&seen).is_some());
    assert!(seen.headers.contains_key("retry-after") && seen.html.contains("Nothing was charged"));
}

#[actix_web::test]
async fn what_is_typed_is_escaped() {
    let (page, _) = page(&[], true);
    let fields = format!("{}&number=1&expiry=%22%3E%3Cscript%3E&cvv=1&name=%3Cscript%3Ealert(1)", *PAYMENT);
    let posted =
        TestRequest::post().uri("/pay").insert_header(("Content-Type", "application/x-www-form-urlencoded"));
    assert!(!send(&page, posted.set_payload(fields)).await.html.contains("<script"));
}

#[actix_web::test]
async fn more_than_a_card_is_not_read() {
    let (page, _) = page(&[], true);
    let posted =
        TestRequest::post().uri("/pay").insert_header(("Content-Type", "application/x-www-form-urlencoded"));
    let seen = send(&page, posted.set_payload(format!("{}&name={}", *PAYMENT, "x".repeat(9_000)))).await;
    assert_eq!(seen.status, 413);
    assert_eq!(send(&page, TestRequest::get().uri("/elsewhere")).await.status, 404);
}

/// What the log says, kept in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn no_log_has_a_digit_of_the_card() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let (page, _) = page(&[], false);
    for number in ["4111111111111111", "4111111111111112", "4242424242424242"] {
        send(&page, typed(number, "09%2F99", "973")).await;
    }
    let said = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(said.contains("the bank could not be told of a card"), "{said}");
    for digits in ["4111", "4242", "1111", "973"] {
        assert!(!said.contains(digits), "{said}");
    }
}

/// The fields of the card page, with anything in them.
fn garbled() -> impl Strategy<Value = String> {
    const NAMES: [&str; 9] =
        ["checkout", "amount", "currency", "return", "number", "expiry", "cvv", "name", "cancelled"];
    let value = prop_oneof!["(%[0-9A-F]{0,2}|[ -~]){0,30}", "[0-9 +]{0,24}", ".{0,20}"];
    let field = (prop::sample::select(&NAMES[..]), value).prop_map(|(name, value)| format!("{name}={value}"));
    let fields = prop::collection::vec(field, 0..10).prop_map(|fields| fields.join("&"));
    prop_oneof![
        fields,
        "[0-9 ]{0,20}".prop_map(|n| format!("{}&number={n}&expiry={n}&cvv={n}&name=A", *PAYMENT)),
        ".*"
    ]
}

proptest! {
    #[test]
    fn no_form_makes_the_card_page_fail_or_send_her_elsewhere(fields in garbled(), posted: bool) {
        let fits = |c: u8| c.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&c);
        let fields: String = match posted {
            true => fields,
            false => fields.bytes().map(|c| if fits(c) { char::from(c) } else { '+' }).collect(),
        };
        let uri = format!("/pay?{fields}");
        actix_web::rt::System::new().block_on(async {
            let (page, _) = page(&["tok_visa"], true);
            let request = if posted {
                TestRequest::post()
                    .uri("/pay")
                    .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
                    .set_payload(fields.clone())
            } else {
                TestRequest::get().uri(&uri)
            };
            let seen = send(&page, request).await;
            assert!(seen.status < 500, "{fields}");
            let home = seen.location.is_empty() || seen.location.starts_with("http://shop.example/");
            assert!(home, "{fields} leads to {}", seen.location);
        });
    }
}
