use actix_web::test::TestRequest;

use crate::access::{Quota, Quotas};
use crate::actors::order_manager::{Answer, OrderView, Outcome, PaymentView, Show};
use crate::actors::web_session::{
    Adopt, BeginCheckout, CartView, Message as CartMessage, NoCheckout, PayWith, View,
};
use crate::actors::{Address, Message};
use crate::domain::{
    Backorder, CountryCode, Date, DeclineReason, OrderState, ShopIdentity, VisitorKey, addresses,
};
use crate::gateway::AskError;
use crate::gateway::tests::delivery;
use crate::partners::processor::TypedCard;

use super::test_pages::*;

pub const ADA: &str = "name=Ada+Lovelace&email=ada%40example.com&line1=12+St+James%27s+Square&city=London&postcode=SW1Y+4JH&country=GB";

/// The form, of a page that showed two of Emma.
fn ada() -> String {
    format!("{ADA}&seen=1897")
}

fn begun(pages: &TestPages) -> Option<(String, Backorder)> {
    pages.asked().into_iter().find_map(|(_, message)| match message {
        Message::WebSession(CartMessage::BeginCheckout(BeginCheckout { customer, backorder, .. })) => {
            Some((customer.name.clone(), backorder))
        }
        _ => None,
    })
}

#[actix_web::test]
async fn where_nobody_takes_cards_the_checkout_says_so_and_nothing_is_begun() {
    let pages = TestPages::new(stocked(9, vec![emmas(2)])).for_looking();
    for seen in [pages.get("/checkout").await, pages.post("/checkout", &ada()).await] {
        assert_eq!(seen.status, 503);
        seen.shows("We cannot take payments yet").hides("retry-after");
        assert!(!seen.headers.contains_key("retry-after"));
    }
    assert_eq!(begun(&pages), None);
}

#[actix_web::test]
async fn a_whole_form_goes_on_to_the_payment_page() {
    let pages = TestPages::new(stocked(9, vec![emmas(2)]));
    pages.get("/checkout").await.shows("£18.97").hides("I accept the wait").shows("value=\"GB\" selected");
    let seen = pages.post("/checkout", &ada()).await;
    seen.goes_to(
        "http://127.0.0.1:7002/pay?checkout=nonce1&amount=1897&return=http%3A%2F%2F127.0.0.1%3A8080%2Fcheckout%2Freturn",
    );
    assert_eq!(begun(&pages), Some(("Ada Lovelace".to_owned(), Backorder::Refuse)));
}

#[actix_web::test]
async fn she_gets_another_cookie_where_she_says_who_she_is_and_only_there() {
    let pages = TestPages::new(stocked(9, vec![emmas(2)]));
    let seen = pages.post("/checkout", &ada()).await;
    let cookie = seen.header("set-cookie");
    let secret = cookie.strip_prefix("doorstep_session=").and_then(|rest| rest.split(';').next()).unwrap();
    let renewed = VisitorKey::parse(secret).unwrap().session();
    assert_ne!(renewed, session());
    let asked = pages.asked();
    let begun_by: Vec<_> = asked
        .iter()
        .filter(|(_, message)| matches!(message, Message::WebSession(CartMessage::BeginCheckout(_))))
        .map(|(to, _)| *to)
        .collect();
    assert_eq!(begun_by, [Address::WebSession(renewed)], "the first session never hears her name");
    let adopted = asked.into_iter().find_map(|(to, message)| match message {
        Message::WebSession(CartMessage::Adopt(Adopt { lines })) => Some((to, lines)),
        _ => None,
    });
    assert_eq!(adopted, Some((Address::WebSession(renewed), vec![emmas(2)])));
}

#[actix_web::test]
async fn who_keeps_the_old_cookie_gets_no_new_session_without_end() {
    let carts = Quota { each: 2, all: 0, window_s: 3_600 };
    let pages = TestPages::new(stocked(9, vec![emmas(2)])).limited(Quotas { carts, ..Quotas::default() });
    for status in [303, 303, 429] {
        assert_eq!(pages.post("/checkout", &ada()).await.status, status);
    }
    let adopted = |(_, message): &_| matches!(message, Message::WebSession(CartMessage::Adopt(_)));
    assert_eq!(pages.asked().iter().filter(|asked| adopted(asked)).count(), 2);
}

#[actix_web::test]
async fn a_card_that_was_declined_counts_once_however_often_she_reloads() {
    let refusals = Quota { each: 1, all: 0, window_s: 3_600 };
    let limits = Quotas { refusals, ..Quotas::default() };
    let declined = |replayed| {
        let reason = DeclineReason::InsufficientFunds;
        reply::<PayWith>(Ok(Answer {
            outcome: Outcome::Declined { order: refused_order(), reason },
            replayed,
        }))
    };
    let again = pays(move || declined(true)).limited(limits);
    for _ in 0..3 {
        let told = again.get(RETURN).await;
        assert_eq!(told.status, 402);
        // she may have gone back and typed another, which no bank was asked of
        told.shows("If you have typed another card since, it was not asked");
    }
    let anew = pays(move || declined(false)).limited(limits);
    for status in [402, 429] {
        assert_eq!(anew.get(RETURN).await.status, status);
    }
}

#[actix_web::test]
async fn who_has_to_wait_is_told_the_truth_and_how_long_and_has_a_button_to_try_again() {
    let quota = |each, all| Quota { each, all, window_s: 3_600 };
    let shows = async |limits: Quotas, text: &str| {
        let pages = pays(|| reply::<PayWith>(Err(NoCheckout::CartEmpty))).limited(limits);
        pages.get(RETURN).await;
        let told = pages.get(RETURN).await;
        assert_eq!(told.status, 429);
        told.shows(text)
            .shows("Nothing was ordered or charged just now: please wait 60 minutes, and try again.");
        told.shows("What you typed on the payment page is kept for half an hour.");
        told.shows("href=\"\">Try again</a>");
    };
    let own = Quotas { orders: quota(1, 0), ..Quotas::default() };
    shows(own, "A lot has been asked for from where you are.").await;
    let of_all = Quotas { orders: quota(2, 1), ..Quotas::default() };
    shows(of_all, "Far more is asked of us just now than we take at once: that is not your doing.").await;
    let none = Quotas { changes: quota(1, 0), ..Quotas::default() };
    let pages = TestPages::new(stocked(9, vec![emmas(2)])).limited(none);
    pages.post("/checkout", &ada()).await;
    pages.post("/checkout", &ada()).await.shows("href=\"/checkout\">Back to the checkout</a>");
    // no page leads to another site
    let looks = Quotas { searches: quota(1, 0), ..Quotas::default() };
    let pages = TestPages::new(stocked(9, vec![])).limited(looks);
    pages.get("/").await;
    pages.get("//evil.example/").await.shows("That was too often").hides("evil.example");
}

#[actix_web::test]
async fn the_payment_page_sends_her_back_to_where_the_settings_say_that_the_shop_is() {
    for (public_url, host, origin) in [
        ("", "localhost:8080", "http%3A%2F%2Flocalhost%3A8080"),
        ("", "[::1]:8080", "http%3A%2F%2F%5B%3A%3A1%5D%3A8080"),
        ("https://shop.example", "shop.example", "https%3A%2F%2Fshop.example"),
        ("https://shop.example", "127.0.0.1:8080", "https%3A%2F%2Fshop.example"),
    ] {
        let pages = TestPages::new(stocked(9, vec![emmas(2)])).at(public_url);
        let name = if public_url.is_empty() { "doorstep_session" } else { "__Host-doorstep_session" };
        let request = form("/checkout", &ada()).insert_header(("Cookie", format!("{name}={}", visitor())));
        let request =
            request.insert_header(("Host", host)).insert_header(("X-Forwarded-Host", "evil.example"));
        let seen = pages.send(request).await;
        let back = seen.header("location").split("&return=").last().unwrap().to_owned();
        assert_eq!(back, format!("{origin}%2Fcheckout%2Freturn"), "{host}");
    }
}

#[actix_web::test]
async fn what_is_missing_is_said_beside_its_field_and_what_was_typed_is_kept() {
    let pages = TestPages::new(stocked(9, vec![emmas(2)]));
    let fields = "seen=1897&name=%3Cscript%3E&email=ada&line1=&city=London&postcode=+&country=XX";
    let seen = pages.post("/checkout", fields).await;
    assert_eq!((seen.status, seen.header("cache-control")), (422, "no-store"));
    seen.shows("id=\"email-error\"").shows("id=\"line1-error\"").shows("id=\"country-error\"");
    seen.hides("id=\"city-error\"").hides("id=\"name-error\"");
    seen.shows("value=\"London\"").shows("value=\"ada\"").hides("<script");
    assert_eq!(begun(&pages), None);
}

#[actix_web::test]
async fn an_address_is_held_to_the_form_of_its_country() {
    let pages = TestPages::new(stocked(9, vec![emmas(2)]));
    let address = |rest: &str| format!("seen=1897&name=Ada&email=ada@example.com&line1=12+St+James&{rest}");
    let british = pages.post("/checkout", &address("city=London&postcode=ZZZZ&country=GB")).await;
    assert_eq!(british.status, 422);
    british.shows("United Kingdom: a postcode such as EC1Y 8SY is expected.").shows("value=\"ZZZZ\"");
    let american = pages.post("/checkout", &address("city=Boston&postcode=02101&country=US")).await;
    american
        .shows("United States: a state is expected, such as Alabama, Alaska, American Samoa or Arizona.")
        .shows("id=\"region-error\"");
    assert_eq!(begun(&pages), None);
    let whole = "city=Boston&region=massachusetts&postcode=02101&country=US&line2=Flat+3&phone=617+555+0100";
    assert_eq!(pages.post("/checkout", &address(whole)).await.status, 303);
    let to = pages.asked().into_iter().find_map(|(_, message)| match message {
        Message::WebSession(CartMessage::BeginCheckout(begun)) => Some(begun.shipping_address),
        _ => None,
    });
    let to = to.expect("a checkout is begun");
    assert_eq!(addresses::lines(&to), ["12 St James", "Flat 3", "Boston, MA 02101"]);
    assert_eq!(to.phone.as_deref(), Some("617 555 0100"));
}

#[actix_web::test]
async fn a_postcode_that_only_looks_unusual_is_asked_about_once() {
    let pages = TestPages::new(stocked(9, vec![emmas(2)]));
    let strange = ada().replace("SW1Y+4JH", "zz1+1aa");
    let seen = pages.post("/checkout", &strange).await;
    assert_eq!(seen.status, 422);
    seen.shows(
        "United Kingdom: a postcode such as EC1Y 8SY is expected. If yours is right as it is, please go on.",
    );
    seen.shows("name=\"address_seen\" value=\"GB/ZZ1 1AA/\"").shows("value=\"zz1 1aa\"");
    assert_eq!(begun(&pages), None);
    let other = pages.post("/checkout", &format!("{strange}&address_seen=GB%2FZZ2+2AA%2F")).await;
    assert_eq!(other.status, 422, "that was another one");
    assert_eq!(pages.post("/checkout", &format!("{strange}&address_seen=GB%2FZZ1+1AA%2F")).await.status, 303);
    let region = "seen=1897&name=Ada&email=ada@example.com&line1=1+St&city=Boston&region=Massa&postcode=02101&country=US";
    let seen = pages.post("/checkout", region).await;
    seen.shows("id=\"region-error\"").shows("value=\"US/02101/Massa\"").hides("id=\"postcode-error\"");
    assert_eq!(
        pages.post("/checkout", &format!("{region}&address_seen=US%2F02101%2FMassa")).await.status,
        303
    );
}

#[actix_web::test]
async fn a_shop_sends_to_the_countries_that_it_names_and_says_which_those_are() {
    let countries = ["IE", "GB"].map(|code| CountryCode::parse(code).unwrap()).into();
    let shop = ShopIdentity { countries, ..ShopIdentity::demo() };
    let pages = TestPages::new(stocked(9, vec![emmas(2)])).kept_by(shop);
    pages.get("/checkout").await.shows("value=\"IE\" selected").shows("value=\"GB\"").hides("value=\"FR\"");
    let abroad = "seen=1897&name=Ada&email=ada@example.com&line1=1+Rue&city=Paris&postcode=75001&country=FR";
    let seen = pages.post("/checkout", abroad).await;
    assert_eq!((seen.status, begun(&pages)), (422, None));
    seen.shows("We send to these countries alone: Ireland (IE), United Kingdom (GB).");
    assert_eq!(pages.post("/checkout", &ada()).await.status, 303);
}

#[actix_web::test]
async fn a_card_number_in_the_form_is_refused_and_not_shown_again() {
    let pages = TestPages::new(stocked(9, vec![emmas(2)]));
    let seen = pages.post("/checkout", &ada().replace("Ada+Lovelace", "4242+4242+4242+4242")).await;
    assert_eq!(seen.status, 422);
    seen.shows("looks like a card number").hides("4242").shows("value=\"ada@example.com\"");
    let split =
        ada().replace("Ada+Lovelace", "4242+4242").replace("London", "4242%A04242").replace("12+", "");
    let seen = pages.post("/checkout", &split.replace("%A0", "%C2%A0")).await;
    assert_eq!(seen.status, 422);
    seen.shows("looks like a card number")
        .hides("4242")
        .shows("value=\"SW1Y 4JH\"")
        .shows("value=\"ada@example.com\"");
    assert_eq!(begun(&pages), None);
    // the first is one in ten of its length; 16 digits are no telephone number
    let phone = |number: &str| format!("{}&phone={number}", ada());
    assert_eq!(pages.post("/checkout", &phone("%2B49+1512+3456789")).await.status, 303);
    assert_eq!(pages.post("/checkout", &phone("%2B4111111111119")).await.status, 303);
    pages.asked();
    for refused in ["4242+4242+4242+4242", "%2B4242+4242+4242+4242", "4111111111119"] {
        let seen = pages.post("/checkout", &phone(refused)).await;
        assert_eq!(seen.status, 422, "{refused}");
        seen.shows("id=\"phone-error\"").shows("looks like a card number").hides("4242").hides("41111111");
    }
    assert_eq!(begun(&pages), None);
    let elsewhere = pages.post("/cart/lines", "sku=PD-1&quantity=4242+4242+4242+4242").await;
    assert_eq!(elsewhere.status, 422);
    elsewhere.hides("4242");
}

#[actix_web::test]
async fn what_is_short_goes_on_only_when_she_accepts_the_day() {
    let pages = TestPages::new(stocked(1, vec![emmas(2)]));
    let page = pages.get("/checkout").await;
    page.shows("I accept the wait until <b>Wednesday 25 November 2026</b>").shows("value=\"2026-11-25\"");
    pages.post("/checkout", &ada()).await.shows("Please tick this box");
    pages
        .post("/checkout", &format!("{ADA}&seen=1897&accept_wait=2026-11-20"))
        .await
        .shows("The day has changed");
    assert_eq!(begun(&pages), None);
    let accepted = pages.post("/checkout", &format!("{ADA}&seen=1897&accept_wait=2026-11-25")).await;
    assert_eq!(accepted.status, 303);
    let until = Date::parse("2026-11-25").expect("it is a day");
    assert_eq!(begun(&pages), Some(("Ada Lovelace".to_owned(), Backorder::AcceptUntil(until))));
}

#[actix_web::test]
async fn nothing_is_checked_out_of_an_empty_basket() {
    let pages = TestPages::new(stocked(9, vec![]));
    pages.get("/checkout").await.goes_to("/cart");
    pages.post("/checkout", &ada()).await.goes_to("/cart");
    assert_eq!(begun(&pages), None);
}

pub fn pays(reply: impl Fn() -> Scripted + Send + Sync + 'static) -> TestPages {
    TestPages::new(move |to, message| match message {
        Message::WebSession(CartMessage::PayWith(_)) => reply(),
        _ => stocked(9, vec![emmas(2)])(to, message),
    })
}

pub const RETURN: &str = "/checkout/return?checkout=nonce1";

#[actix_web::test]
async fn coming_back_twice_leads_to_the_same_order() {
    let view = order_view(OrderState::Confirmed);
    let path = order_path(&view);
    let pages = pays(move || answered(Outcome::Taken(Box::new(view.clone()))));
    for _ in 0..2 {
        pages.get(RETURN).await.goes_to(&path);
    }
    let card = Some(TypedCard { token: "tok_good".to_owned(), amount: gbp(1897) });
    let paid = CartMessage::from(PayWith { checkout: "nonce1".to_owned(), card });
    assert!(
        pages
            .asked()
            .iter()
            .all(|(_, message)| matches!(message, Message::WebSession(asked) if *asked == paid))
    );
}

#[actix_web::test]
async fn an_order_that_waits_for_the_bank_has_its_page_already() {
    let view = order_view(OrderState::AwaitingPayment);
    let path = order_path(&view);
    pays(move || answered(Outcome::Pending(Box::new(view.clone())))).get(RETURN).await.goes_to(&path);
}

#[actix_web::test]
async fn a_declined_card_is_explained_and_another_can_be_tried() {
    let reason = DeclineReason::InsufficientFunds;
    let seen = pays(move || answered(Outcome::Declined { order: refused_order(), reason })).get(RETURN).await;
    assert_eq!(seen.status, 402);
    seen.shows("not enough money").shows("Nothing was charged").shows("href=\"/checkout\"");
}

#[actix_web::test]
async fn books_that_are_gone_meanwhile_come_with_the_earliest_day() {
    let out = move || answered(Outcome::OutOfStock { order: refused_order(), earliest: Some(Date(20_780)) });
    let seen = pays(out).get(RETURN).await;
    assert_eq!(seen.status, 409);
    seen.shows("Monday 23 November 2026").shows("Nothing was charged");
}

#[actix_web::test]
async fn an_outcome_that_is_not_known_is_asked_for_again() {
    for (pages, status) in
        [(pays(|| Err(AskError::Deadline)), 504), (pays(|| answered(Outcome::InProgress)), 409)]
    {
        let seen = pages.get(RETURN).await;
        assert_eq!(seen.status, status);
        seen.shows("http-equiv=\"refresh\"").shows("you pay at most once");
    }
}

#[actix_web::test]
async fn a_strange_nonce_or_visitor_buys_nothing() {
    let pages = pays(|| reply::<PayWith>(Err(NoCheckout::NoSuchCheckout)));
    for strange in ["?checkout=x", "", "?checkout=x&token=tok_good"] {
        assert_eq!(pages.get(&format!("/checkout/return{strange}")).await.status, 404);
    }
    let pays_by_card = |(_, message): &_| {
        matches!(message, Message::WebSession(CartMessage::PayWith(PayWith { card: Some(_), .. })))
    };
    assert!(!pages.asked().iter().any(pays_by_card), "a token in the address is not looked at");
    assert_eq!(pages.send(TestRequest::get().uri(RETURN)).await.status, 404);
    assert!(pages.asked().is_empty());
}

/// Her browser comes back to a checkout that is over; its last order is this.
async fn checkout_over(last: Option<OrderView>) -> SeenPage {
    let view = last.clone();
    let pages = TestPages::new(move |to, message| match message {
        Message::WebSession(CartMessage::View(_)) => {
            let last_order = last.as_ref().map(|view| view.id);
            reply::<View>(Ok(Box::new(CartView { last_order, ..cart(vec![]) })))
        }
        Message::OrderManager(_) => reply::<Show>(Ok(Box::new(view.clone().unwrap()))),
        _ => stocked(9, vec![])(to, message),
    });
    pages.get(RETURN).await
}

#[actix_web::test]
async fn a_checkout_that_is_over_says_whether_she_paid_and_where_her_order_is() {
    let none = checkout_over(None).await;
    assert_eq!(none.status, 404);
    none.shows("This checkout is over")
        .shows("We know of no order from this browser, so nothing was paid here");
    none.hides("To your order");
    let amount = order_view(OrderState::Closed).quote.totals.total;
    for (state, payment, money) in [
        (OrderState::Confirmed, PaymentView::Authorised, "The money is reserved on your card."),
        (OrderState::Closed, PaymentView::Settled { amount }, "£18.97 paid."),
        (OrderState::AwaitingPayment, PaymentView::Unknown, "Your bank has not answered yet"),
        (OrderState::Declined, PaymentView::Declined, "The payment did not go through. Nothing was charged."),
    ] {
        let view = OrderView { payment, ..order_view(state) };
        let path = order_path(&view);
        checkout_over(Some(view)).await.shows(money).shows(&format!("href=\"{path}\">To your order"));
    }
}

#[actix_web::test]
async fn who_pays_in_the_older_of_two_tabs_is_told_that_her_basket_waits() {
    let earlier = order_view(OrderState::Confirmed);
    let number = earlier.number;
    for last in [None, Some(earlier)] {
        let view = last.clone();
        let pages = TestPages::new(move |to, message| match message {
            Message::WebSession(CartMessage::PayWith(_)) => reply::<PayWith>(Err(NoCheckout::CartEmpty)),
            Message::WebSession(CartMessage::View(_)) => {
                let last_order = last.as_ref().map(|view| view.id);
                reply::<View>(Ok(Box::new(CartView { last_order, ..cart(vec![emmas(1)]) })))
            }
            Message::OrderManager(_) => reply::<Show>(Ok(Box::new(last.clone().unwrap()))),
            _ => stocked(9, vec![emmas(1)])(to, message),
        });
        let told = pages.get(RETURN).await;
        assert_eq!(told.status, 404);
        told.shows("Nothing was charged to the card that you have just typed, and your basket waits");
        told.shows("href=\"/checkout\"").hides("We know of no order").hides("in another browser");
        if view.is_some() {
            told.shows(&format!("is No. {number}: The money is reserved"));
        }
    }
}

#[actix_web::test]
async fn without_a_card_of_hers_the_answer_of_before_is_told_or_she_types_it_again() {
    let again =
        pays(|| reply::<PayWith>(Err(NoCheckout::CartEmpty))).get("/checkout/return?checkout=nonce2").await;
    assert_eq!(again.status, 422);
    again.shows("type the card once more").shows("Nothing was charged");
    let view = order_view(OrderState::Confirmed);
    let path = order_path(&view);
    let pages = pays(move || answered(Outcome::Taken(Box::new(view.clone()))));
    pages.get("/checkout/return?checkout=nonce2").await.goes_to(&path);
    // she pressed twice, and what the second has bought is not known yet
    let first = pays(|| reply::<PayWith>(Err(NoCheckout::CartEmpty)));
    let first = first.get("/checkout/return?checkout=nonce3&code=older").await;
    assert_eq!(first.status, 409);
    first.shows("http-equiv=\"refresh\"").shows("you pay at most once").hides("Nothing was charged");
}

#[actix_web::test]
async fn who_cancels_at_the_card_is_back_at_the_checkout() {
    let pages = pays(|| reply::<PayWith>(Err(NoCheckout::CartEmpty)));
    pages.get("/checkout/return?checkout=nonce1&cancelled=1").await.goes_to("/checkout?cancelled=1");
    pages.get("/checkout?cancelled=1").await.shows("nothing was charged");
}

#[actix_web::test]
async fn who_goes_back_in_one_tab_while_another_pays_is_not_told_that_nothing_was_charged() {
    const BACK: &str = "/checkout/return?checkout=nonce1&cancelled=1";
    for busy in [|| reply::<PayWith>(Err(NoCheckout::BeingOrdered)), || answered(Outcome::InProgress)] {
        let told = pays(busy).get(BACK).await;
        assert_eq!(told.status, 409);
        told.shows("http-equiv=\"refresh\"").hides("as it was");
    }
    let view = order_view(OrderState::Confirmed);
    let path = order_path(&view);
    let paid = pays(move || answered(Outcome::Taken(Box::new(view.clone()))));
    paid.get(BACK).await.goes_to(&path);
}

#[actix_web::test]
async fn she_chooses_how_it_is_sent_and_is_shown_what_that_costs_before_she_pays_it() {
    let mut pages = TestPages::new(stocked(9, vec![emmas(2)]));
    pages.app.rules = std::sync::Arc::new(crate::actors::Rules {
        prices: delivery::prices(true).into(),
        ..crate::actors::Rules::default()
    });
    pages
        .get("/checkout")
        .await
        .shows("value=\"standard\" checked")
        .shows("value=\"courier\">")
        .shows("£18.97");
    let by_courier = format!("{}&delivery_method=courier", ada());
    let seen = pages.post("/checkout", &by_courier).await;
    assert_eq!((seen.status, begun(&pages)), (409, None));
    seen.shows("value=\"courier\" checked").shows("name=\"seen\" value=\"2548\"");
    assert_eq!(pages.post("/checkout", &by_courier.replace("seen=1897", "seen=2548")).await.status, 303);
    let japan = by_courier.replace("country=GB", "country=JP").replace("SW1Y+4JH", "154-0023");
    let seen = pages.post("/checkout", &format!("{japan}&region=Tokyo")).await;
    assert_eq!(seen.status, 422);
    seen.shows("We do not deliver to this address.");
}
