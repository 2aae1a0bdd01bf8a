//! Our client of Stripe's API, against the strict server that Stripe's own library takes for Stripe.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use doorstep::domain::{Currency, Money};
use doorstep::partners::Answered;
use doorstep::partners::processor::stripe::{
    Answer, Capture, CheckoutSession, DisputeStatus, Evidence, Hardness, IntentStatus, KeyMode, NewPayment,
    NewSession, PaymentIntent, RefundStatus, RefusalKind, SecretKey, SessionMode, SessionStatus, Stripe,
    StripeSettings,
};

use super::stripe_server::Listening;

const KEY: &str = "sk_test_51DoorstepStrictServer";
const DEADLINE: Duration = Duration::from_secs(20);
/// Each with a hold, a capture and, of some, a refund.
const FAULTY_PAYMENTS_DEFAULT: usize = 40;
const AT_ONCE: usize = 8;

fn pence(amount: i64) -> Money {
    Money::new(amount, Currency::GBP)
}

/// A server, and our client of it.
struct Account {
    server: Listening,
    stripe: Stripe,
    runtime: tokio::runtime::Runtime,
}

fn client(url: &str, deadline: Duration) -> Stripe {
    let key = SecretKey::parse(KEY).unwrap();
    Stripe::new(StripeSettings { key, api_url: url.to_owned(), deadline }).unwrap()
}

#[track_caller]
fn known<T>(answer: Answer<T>) -> T {
    match answer {
        Answered::Known(known) => known,
        Answered::Refused(why) => panic!("refused: {why}"),
        Answered::Unknown(why) => panic!("unknown: {why}"),
    }
}

#[track_caller]
fn refused<T>(answer: Answer<T>) -> RefusalKind {
    match answer {
        Answered::Refused(refusal) => refusal.kind,
        Answered::Known(_) => panic!("it was not refused"),
        Answered::Unknown(why) => panic!("unknown: {why}"),
    }
}

fn is_unknown<T>(answer: &Answer<T>) -> bool {
    matches!(answer, Answered::Unknown(_))
}

/// What the server says to a form, without our client.
fn posted(url: &str, form: &[(&str, &str)]) -> Value {
    let request = ureq::post(url).header("Authorization", &format!("Bearer {KEY}"));
    request.send_form(form.iter().copied()).unwrap().body_mut().read_json().unwrap()
}

impl Account {
    fn new() -> Account {
        let server = Listening::strict();
        let stripe = client(&server.url, DEADLINE);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Account { server, stripe, runtime }
    }

    fn does<T>(&self, act: impl Future<Output = T>) -> T {
        self.runtime.block_on(act)
    }

    /// A control of the server's.
    fn test(&self, route: &str, given: Value) -> Value {
        let url = format!("{}/_test/{route}", self.server.url);
        ureq::post(&url).send_json(given).unwrap().body_mut().read_json().unwrap()
    }

    /// How often something was asked by `POST`, and of which answers it was a repetition.
    fn posts(&self) -> usize {
        let books = self.test("books", json!({}));
        books["requests"].as_array().unwrap().iter().filter(|request| request["method"] == "POST").count()
    }

    /// A customer with a saved card of this name: hers, and its id.
    fn saved(&self, card: &str) -> (String, String) {
        let api = |path: &str| format!("{}/v1/{path}", self.server.url);
        let customer =
            posted(&api("customers"), &[("email", "ada@example.com")])["id"].as_str().unwrap().to_owned();
        let attached =
            posted(&api(&format!("payment_methods/pm_card_{card}/attach")), &[("customer", &customer)]);
        (customer, attached["id"].as_str().unwrap().to_owned())
    }

    async fn holds(&self, stripe: &Stripe, card: &(String, String), key: &str) -> Answer<PaymentIntent> {
        let metadata = [("order", key.to_owned())];
        let payment = NewPayment {
            amount: pence(5_000),
            customer: &card.0,
            payment_method: &card.1,
            metadata: &metadata,
        };
        stripe.hold(payment, key).await.unwrap()
    }

    fn held(&self, card: &(String, String), key: &str) -> PaymentIntent {
        known(self.does(self.holds(&self.stripe, card, key)))
    }

    fn session(&self, mode: SessionMode) -> CheckoutSession {
        let now = self.test("books", json!({}))["now"].as_i64().unwrap();
        let session = NewSession {
            mode,
            email: "ada@example.com",
            success_url: "https://shop.example/paid?session={CHECKOUT_SESSION_ID}",
            cancel_url: "https://shop.example/basket",
            expires_at: now + 3_600,
            metadata: &[("order", "ord_1".to_owned())],
        };
        known(self.does(self.stripe.open_session(session, "the session")).unwrap())
    }

    /// She types a card on Stripe's page. Says where she is sent.
    fn types(&self, session: &CheckoutSession, number: &str) -> Option<String> {
        let fields = [
            ("email", "ada@example.com"),
            ("cardNumber", number),
            ("cardExpiry", "12 / 40"),
            ("cardCvc", "123"),
            ("billingName", "Ada Lovelace"),
            ("billingPostalCode", "SW1Y 4JH"),
        ];
        let agent: ureq::Agent =
            ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into();
        let answer = agent.post(session.url.as_ref().unwrap()).send_form(fields).unwrap();
        answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned())
    }
}

#[test]
fn the_keys_name_their_account_and_wrong_ones_are_refused() {
    let account = Account::new();
    let named = known(account.does(account.stripe.account()));
    assert_eq!(
        (named.name(), named.charges_enabled, account.stripe.mode()),
        ("Doorstep Books", true, KeyMode::Test)
    );
    let key = SecretKey::parse("sk_test_51SomebodyElsesKey").unwrap();
    let settings = StripeSettings { key, api_url: account.server.url.clone(), deadline: DEADLINE };
    let stranger = Stripe::new(settings).unwrap();
    assert_eq!(refused(account.does(stranger.account())), RefusalKind::KeyRefused);
    let nobody = client("http://127.0.0.1:9", Duration::from_millis(200));
    assert!(is_unknown(&account.does(nobody.account())));
}

#[test]
fn a_card_that_is_typed_on_stripes_page_is_held_captured_and_given_back() {
    let account = Account::new();
    let (amount, what) = (pence(2_198), "Your order at Doorstep Books".to_owned());
    let session = account.session(SessionMode::Hold { amount, what });
    assert_eq!(account.types(&session, "4000000000000002"), None, "declined: she stays");
    let back = account.types(&session, "4242424242424242").unwrap();
    assert_eq!(back, format!("https://shop.example/paid?session={}", session.id));
    let session = known(account.does(account.stripe.session(&session.id)));
    assert_eq!(session.status, SessionStatus::Complete);
    let held = session.payment_intent.as_ref().and_then(|intent| intent.object()).unwrap();
    assert_eq!((&held.status, held.amount_capturable), (&IntentStatus::RequiresCapture, 2_198));
    assert_eq!(held.metadata["order"], "ord_1");
    let card = held.charge().unwrap().card().unwrap();
    assert_eq!((card.brand.as_deref(), card.last4.as_deref()), (Some("visa"), Some("4242")));
    assert!(card.capture_before.unwrap() > held.created + 6 * 86_400 && card.takes_several_captures());
    assert_eq!(card.checks.as_ref().unwrap().address_postal_code_check.as_deref(), Some("pass"));

    let take = |amount, is_last, key| {
        let capture = Capture { amount: Some(pence(amount)), is_last };
        account.does(account.stripe.capture(&held.id, capture, key)).unwrap()
    };
    let first = known(take(1_000, false, "shipment 1"));
    assert_eq!((first.status, first.amount_capturable), (IntentStatus::RequiresCapture, 1_198));
    assert_eq!(refused(take(1_199, true, "too much")), RefusalKind::Invalid);
    let last = known(take(1_000, true, "shipment 2"));
    assert_eq!(
        (last.status, last.amount_received, last.amount_capturable),
        (IntentStatus::Succeeded, 2_000, 0)
    );
    assert_eq!(refused(take(1, true, "after the last")), RefusalKind::Invalid);

    let back = |amount, key| account.does(account.stripe.refund(&held.id, pence(amount), &[], key)).unwrap();
    let refund = known(back(500, "refund 1"));
    assert_eq!((refund.status.clone(), refund.amount), (Some(RefundStatus::Succeeded), 500));
    assert_eq!(known(back(500, "refund 1")).id, refund.id, "the same key is the same refund");
    assert_eq!(refused(back(1_501, "refund 2")), RefusalKind::Invalid);
    assert_eq!(known(account.does(account.stripe.refund_of_id(&refund.id))), refund);
    let all = known(account.does(account.stripe.refunds_of(&held.id, None))).data;
    let moved: Vec<i64> =
        all.iter().filter(|one| one.balance_transaction.is_some()).map(|one| one.amount).collect();
    assert_eq!(
        (moved, all.len()),
        (vec![500], 2),
        "what was let go of the hold stands there too, and moved nothing"
    );
}

#[test]
fn a_card_is_verified_on_stripes_page_and_pays_later() {
    let account = Account::new();
    let session = account.session(SessionMode::Verify { currency: Currency::GBP });
    account.types(&session, "4242424242424242").unwrap();
    let session = known(account.does(account.stripe.session(&session.id)));
    let setup = session.setup_intent.as_ref().and_then(|setup| setup.object()).unwrap();
    let card = (session.customer.clone().unwrap(), setup.payment_method.clone().unwrap());
    let held = account.held(&card, "later");
    assert_eq!(held.status, IntentStatus::RequiresCapture);
    assert_eq!(known(account.does(account.stripe.cancel(&held.id, "let go"))).status, IntentStatus::Canceled);
    let capture = Capture { amount: None, is_last: true };
    let after = account.does(account.stripe.capture(&held.id, capture, "too late")).unwrap();
    assert_eq!(refused(after), RefusalKind::Invalid);
    let faster = account.does(account.stripe.expire_session(&session.id, "expire"));
    assert_eq!(refused(faster), RefusalKind::Invalid);
}

#[test]
fn declines_are_soft_or_hard_and_say_on_which_payment() {
    let account = Account::new();
    for (card, hardness) in [("chargeCustomerFail", Hardness::Soft), ("radarBlock", Hardness::Hard)] {
        let saved = account.saved(card);
        match account.does(account.holds(&account.stripe, &saved, card)) {
            Answered::Refused(refusal) => {
                assert_eq!(refusal.kind, RefusalKind::Declined(hardness), "{card}");
                let declined = known(account.does(account.stripe.payment(&refusal.payment_intent.unwrap())));
                assert_eq!(declined.status, IntentStatus::RequiresPaymentMethod);
            }
            other => panic!("{other:?}"),
        }
    }
    let nothing = account.does(account.stripe.payment("pi_nowhere"));
    assert_eq!(refused(nothing), RefusalKind::NotThere);
}

#[test]
fn what_is_lost_on_the_way_is_asked_again_under_its_key_and_done_once() {
    let account = Account::new();
    let card = account.saved("visa");
    let fault = |fault: Value| account.test("fault", fault);
    for kind in ["lose_before", "lose_after", "limit"] {
        fault(json!({"kind": kind, "path": "/v1/payment_intents", "method": "POST"}));
        assert_eq!(account.held(&card, kind).status, IntentStatus::RequiresCapture);
        let found = known(account.does(account.stripe.payments_since(0, None)));
        let of_key = found.data.iter().filter(|intent| intent.metadata["order"] == kind).count();
        assert_eq!(of_key, 1, "{kind}");
    }
    for (should_retry, asked) in [(Some(false), 1), (Some(true), 3), (None, 3)] {
        let times =
            json!({"kind": "error_before", "method": "POST", "times": asked, "should_retry": should_retry});
        fault(times);
        let before = account.posts();
        let key = format!("{should_retry:?}");
        assert!(is_unknown(&account.does(account.holds(&account.stripe, &card, &key))));
        assert_eq!(account.posts() - before, asked, "{should_retry:?}");
    }
    // an answer that Stripe keeps is the same again; what was done is found by asking
    fault(json!({"kind": "error_after", "path": "/v1/payment_intents", "method": "POST"}));
    assert!(is_unknown(&account.does(account.holds(&account.stripe, &card, "kept"))));
    let found = known(account.does(account.stripe.payments_since(0, None)));
    assert!(found.data.iter().any(|intent| intent.metadata["order"] == "kept"));
    assert_eq!(
        known(account.does(account.stripe.search_payments("order", "kept", None))).data,
        [],
        "too young"
    );
    account.test("advance", json!({"seconds": 61}));
    assert_eq!(known(account.does(account.stripe.search_payments("order", "kept", None))).data.len(), 1);
    // a key that has stood for something else says nothing of what became of that
    let other = account.saved("visa");
    assert!(is_unknown(&account.does(account.holds(&account.stripe, &other, "limit"))));
}

#[test]
fn disputes_are_answered_and_payouts_are_their_lines() {
    let account = Account::new();
    let held = account.held(&account.saved("visa"), "disputed");
    let capture = Capture { amount: None, is_last: true };
    let taken = known(account.does(account.stripe.capture(&held.id, capture, "take")).unwrap());
    let charge = taken.charge().unwrap().id.clone();
    account.test("advance", json!({"seconds": 8 * 86_400}));
    let payout = account.test("payout", json!({"currency": "gbp"}))["id"].as_str().unwrap().to_owned();
    let paid = known(account.does(account.stripe.payout(&payout)));
    let lines = known(account.does(account.stripe.lines_of(&payout, None))).data;
    let of_charges: Vec<_> = lines.iter().filter(|line| line.kind == "charge").collect();
    assert_eq!(of_charges.len(), 1);
    assert_eq!((of_charges[0].source.as_ref(), of_charges[0].net), (Some(&charge), paid.amount));
    assert_eq!(of_charges[0].amount - of_charges[0].fee, paid.amount);
    assert_eq!(known(account.does(account.stripe.payouts(None))).data, [paid]);

    let id = account.test("dispute", json!({"charge": charge}))["id"].as_str().unwrap().to_owned();
    let open = known(account.does(account.stripe.dispute(&id)));
    assert_eq!((open.status, open.payment_intent.as_ref()), (DisputeStatus::NeedsResponse, Some(&held.id)));
    assert!(open.evidence_details.due_by.is_some());
    let evidence = Evidence { text: Some("winning_evidence".to_owned()), ..Evidence::default() };
    let sent = known(account.does(account.stripe.answer_dispute(&id, evidence, true, "evidence")));
    assert_eq!(sent.status, DisputeStatus::UnderReview);
    account.test("advance", json!({"seconds": 7_200}));
    assert_eq!(known(account.does(account.stripe.dispute(&id))).status, DisputeStatus::Won);
}

/// Under the same key until Stripe has said what became of it.
async fn until_said<T, F: Future<Output = Answer<T>>>(ask: impl Fn() -> F) -> T {
    for _ in 0..100 {
        match ask().await {
            Answered::Unknown(_) => {}
            said => return known(said),
        }
    }
    panic!("no answer")
}

/// `DOORSTEP_FAULTY_PAYMENTS` says how many payments.
#[test]
fn over_a_faulty_link_our_books_are_stripes() {
    let account = Account::new();
    let seed = std::env::var("DOORSTEP_SEED").unwrap_or_else(|_| "1".to_owned());
    let to = &account.server.url;
    let link =
        Listening::start(&["link.py", "--to", to, "--seed", &seed, "--faulty", "0.6", "--slow", "0.3"]);
    let stripe = client(&link.url, Duration::from_secs(2));
    let card = account.saved("visa");
    let payments = std::env::var("DOORSTEP_FAULTY_PAYMENTS").ok().and_then(|text| text.parse().ok());
    let payments: Vec<usize> = (0..payments.unwrap_or(FAULTY_PAYMENTS_DEFAULT)).collect();
    let pays = |number: usize| {
        let (stripe, card, account) = (&stripe, &card, &account);
        async move {
            let key = &format!("hold {number}");
            let held = until_said(|| account.holds(stripe, card, key)).await;
            let (id, key) = (&held.id, &format!("take {number}"));
            let take = || async {
                stripe.capture(id, Capture { amount: Some(pence(3_000)), is_last: true }, key).await.unwrap()
            };
            assert_eq!(until_said(take).await.amount_received, 3_000);
            let key = &format!("back {number}");
            if number.is_multiple_of(3) {
                until_said(|| async { stripe.refund(id, pence(700), &[], key).await.unwrap() }).await;
            }
            held.id
        }
    };
    let mut ours = vec![];
    for some in payments.chunks(AT_ONCE) {
        ours.extend(account.does(join_all(some.iter().map(|number| pays(*number)))));
    }
    let books = account.test("books", json!({}));
    let all = |kind: &str| books[kind].as_array().unwrap().clone();
    let mut theirs: Vec<String> =
        all("payment_intent").iter().map(|intent| intent["id"].as_str().unwrap().to_owned()).collect();
    theirs.sort();
    ours.sort();
    assert_eq!(ours, theirs, "one payment each, DOORSTEP_SEED={seed}");
    let sum = |kind: &str| {
        let of_kind = all("balance_transaction").into_iter().filter(|entry| entry["type"] == kind);
        of_kind.map(|entry| entry["amount"].as_i64().unwrap()).sum::<i64>()
    };
    let refunded = payments.iter().filter(|number| number.is_multiple_of(3)).count() as i64;
    assert_eq!((sum("charge"), sum("refund")), (3_000 * payments.len() as i64, -700 * refunded));
    let counts: Value =
        ureq::get(format!("{}/_link/counts", link.url)).call().unwrap().body_mut().read_json().unwrap();
    println!("{} payments over a faulty link (DOORSTEP_SEED={seed}): {counts}", payments.len());
}
