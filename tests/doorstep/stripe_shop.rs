//! A shop with Stripe's keys, as its operator and a customer meet it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use doorstep::partners::processor::stripe::{BadSignature, Event, EventSubject, WebhookSecret, verify};

use super::buyer::wish;
use super::shop::{TestShop, setup};
use super::stripe_server::Listening;

const KEY: &str = "sk_test_51DoorstepStrictServer";
const SOLD: &str = "PP-001";

/// A shop whose settings go on with these lines.
fn shop_with(lines: &str) -> TestShop {
    let shop = setup().shop().catalogue(&[(SOLD.to_owned(), 3)]).closed();
    let file = shop.data().join("shop.toml");
    let text = fs::read_to_string(&file).expect("the settings that `init` wrote");
    fs::write(&file, format!("{text}\n[payment]\nprocessor = \"stripe\"\n[stripe]\n{lines}\n"))
        .expect("set Stripe");
    shop
}

/// The line of `doorstep check` about the processor.
fn checked(shop: &TestShop) -> String {
    let told = shop.command(&["check", "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&told.stdout).into_owned() + &String::from_utf8_lossy(&told.stderr);
    assert!(!said.contains("DoorstepStrictServer"), "a key is shown: {said}");
    said
}

#[track_caller]
fn says(said: &str, words: &str) {
    assert!(said.contains(words), "{words:?} is not in {said}");
}

#[test]
fn check_tries_stripes_keys_and_names_their_account() {
    let server = Listening::strict();
    let shop = shop_with(&format!("secret_key_file = \"stripe.key\"\napi_url = \"{}\"", server.url));
    let said = checked(&shop);
    says(&said, "stripe.secret_key_file");
    fs::write(shop.data().join("stripe.key"), format!("{KEY}\n")).expect("write the key");
    let said = checked(&shop);
    says(
        &said,
        "Stripe, the account Doorstep Books (acct_1DoorstepStrict), test mode: test cards alone, no money moves",
    );
    says(&said, "takes no payment through it yet");
    says(&said, "sells nothing before this is there: processor");
    fs::write(shop.data().join("stripe.key"), KEY.replace("test", "live")).expect("write the key");
    says(&checked(&shop), "(acct_1DoorstepStrict), live mode, no secret for its events");
    fs::write(shop.data().join("stripe.key"), "sk_test_51SomebodyElsesKey").expect("write another key");
    says(&checked(&shop), "Stripe does not take its key");
    fs::write(shop.data().join("stripe.key"), "pk_test_51DoorstepStrictServer")
        .expect("write the public key");
    says(&checked(&shop), "it begins with pk_, so it is the publishable key");
    fs::write(shop.data().join("stripe.key"), KEY).expect("write the key");
    drop(server);
    says(&checked(&shop), "is unknown, Stripe does not answer at http://127.0.0.1:");
}

#[test]
fn check_waits_for_stripe_no_longer_than_it_may() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port that answers nothing");
    let url = silent.local_addr().expect("its address");
    let shop = shop_with(&format!("secret_key = \"{KEY}\"\napi_url = \"http://{url}\"\ndeadline_ms = 300"));
    says(&checked(&shop), "no answer within 300 ms");
}

#[test]
fn a_shop_with_stripes_keys_takes_no_order_yet_and_says_so() {
    let mut shop = shop_with(&format!("secret_key = \"{KEY}\""));
    shop.start();
    assert!(shop.said().contains("this version takes no payment through Stripe yet"), "{}", shop.said());
    shop.orders(&wish(SOLD).by("tok_visa")).expect_problem(503, "payment_not_set_up");
    let page = shop.client().send("GET", "/checkout", &[("Accept", "text/html")], b"").expect("a page");
    assert!(page.status == 503 && page.text.contains("We cannot take payments yet"), "{}", page.text);
    assert!(!shop.log().contains("DoorstepStrictServer"));
    assert_eq!(shop.stop().code(), Some(0));
}

/// What Stripe delivers to an address of ours: the body, and its signature.
fn delivered(listener: &TcpListener) -> (Vec<u8>, String) {
    let (stream, _) = listener.accept().expect("Stripe delivers");
    let mut reader = BufReader::new(stream);
    let (mut length, mut signature) = (0, String::new());
    for line in reader.by_ref().lines().map(|line| line.expect("a line of its head")) {
        match line.split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().expect("a length"),
            Some(("Stripe-Signature", value)) => signature = value.to_owned(),
            Some(_) => {}
            None if line.is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("its body");
    let ok = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    reader.get_mut().write_all(ok).expect("answer it");
    (body, signature)
}

#[test]
fn events_are_taken_from_stripe_alone() {
    let server = Listening::strict();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port for events");
    let hook = format!("http://{}/hook", listener.local_addr().expect("its address"));
    let post = |path: &str, form: &[(&str, &str)]| -> Value {
        let request =
            ureq::post(format!("{}/v1/{path}", server.url)).header("Authorization", &format!("Bearer {KEY}"));
        request.send_form(form.iter().copied()).unwrap().body_mut().read_json().unwrap()
    };
    let test = |route: &str, given: Value| -> Value {
        ureq::post(format!("{}/_test/{route}", server.url))
            .send_json(given)
            .unwrap()
            .body_mut()
            .read_json()
            .unwrap()
    };
    let endpoint =
        post("webhook_endpoints", &[("url", &hook), ("enabled_events[0]", "payment_intent.created")]);
    let secret = |text: &Value| WebhookSecret::parse(text.as_str().unwrap()).unwrap();
    let first = secret(&endpoint["secret"]);
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let makes = || post("payment_intents", &[("amount", "500"), ("currency", "gbp")]);

    let made = makes();
    let (body, signature) = delivered(&listener);
    assert_eq!(verify(&body, &signature, std::slice::from_ref(&first), now()), Ok(()));
    let event = Event::parse(&body).unwrap();
    assert_eq!(
        (event.subject(), event.livemode),
        (EventSubject::Payment(made["id"].as_str().unwrap()), false)
    );

    let second = secret(&test("roll_secret", json!({"endpoint": endpoint["id"]}))["secret"]);
    makes();
    let (body, signature) = delivered(&listener);
    for one in [&first, &second] {
        assert_eq!(
            verify(&body, &signature, std::slice::from_ref(one), now()),
            Ok(()),
            "both sign for a day"
        );
    }

    let both = [first, second];
    for (fault, wrong) in [
        (json!({"forged": true}), BadSignature::NotSigned),
        (json!({"tampered": true}), BadSignature::NotSigned),
        (json!({"shift": -400}), BadSignature::NotNow(400)),
        (json!({"shift": 400}), BadSignature::NotNow(400)),
    ] {
        let mut given = fault.clone();
        given["events"] = json!([event.id]);
        let (body, signature) = std::thread::scope(|scope| {
            scope.spawn(|| test("deliver", given));
            delivered(&listener)
        });
        let refused = verify(&body, &signature, &both, now()).unwrap_err();
        let kind = std::mem::discriminant::<BadSignature>;
        assert_eq!(kind(&refused), kind(&wrong), "{fault}: {refused}");
    }
}
