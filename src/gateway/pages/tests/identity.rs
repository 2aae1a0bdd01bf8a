//! A shop in its own name: what it has not set up it does not say, and what it links to is there.

use std::collections::BTreeSet;

use actix_web::test::TestRequest;

use crate::actors::order_manager::{
    Cancel, CancelReply, Message as OrderMessage, OrderView, PaymentView, Show, ShowTimeline,
};
use crate::actors::stock_keeper::{Availability, Earliest};
use crate::actors::web_session::{Message as CartMessage, PayWith};
use crate::actors::{Address, Message, stock_keeper};
use crate::domain::{
    Happening, Logo, LogoKind, OrderState, Party, ShopIdentity, Step, Texts, Timeline, TimelineEntry,
    Timestamp,
};
use crate::partners::mail::{Aftermath, Letter, MailKind};

use super::test_pages::*;

/// A shop as it is begun: nothing is set but its name, nobody packs, supplies or takes cards.
fn bare() -> ShopIdentity {
    ShopIdentity {
        name: "Bound & Sons".to_owned(),
        is_demo: false,
        can_take_payment: false,
        sends_mail: false,
        ..ShopIdentity::demo()
    }
}

/// All that a shop can have without anybody who packs or supplies.
fn whole() -> ShopIdentity {
    let text = |about: &str| Some(format!("About {about}.\n\nIn two <b>paragraphs</b>\nof ours."));
    ShopIdentity {
        legal_name: Some("Bound and Sons Limited".to_owned()),
        address: vec!["1 Paternoster Row".to_owned(), "London".to_owned()],
        email: Some("till@bound.example".to_owned()),
        can_take_payment: true,
        texts: Texts {
            contact: text("us"),
            terms: text("terms"),
            returns: text("returns"),
            privacy: text("privacy"),
        },
        logo: Some(Logo { kind: LogoKind::Svg, bytes: b"<svg/>".to_vec() }),
        ..bare()
    }
}

/// A shop with four books of each, one of them in her basket, and her order as it stands.
fn shop(identity: ShopIdentity, view: OrderView) -> TestPages {
    let shelves = stocked(4, vec![emmas(1)]);
    let entries: Vec<TimelineEntry> = [
        (Step::STOCK_OR_DATE, Happening::InStock),
        (Step::MAIL, Happening::Mailed { what: MailKind::NewOrder.to_string() }),
    ]
    .map(|(step, what)| TimelineEntry { turn: 1, at: view.placed_at, step, what, by: Party::OrderManager })
    .into();
    let plays = move |to: Address, message: &Message| match message {
        Message::StockKeeper(stock_keeper::Message::ShowTimeline(_)) => {
            reply::<stock_keeper::ShowTimeline>(Timeline::default())
        }
        Message::OrderManager(OrderMessage::ShowTimeline(_)) => {
            reply::<ShowTimeline>(Ok(Timeline { entries: entries.clone() }))
        }
        Message::OrderManager(OrderMessage::Show(_)) => reply::<Show>(Ok(Box::new(view.clone()))),
        Message::OrderManager(OrderMessage::Cancel(_)) => {
            reply::<Cancel>(CancelReply::Cancelled(Box::new(view.clone())))
        }
        Message::WebSession(CartMessage::PayWith(_)) => {
            reply::<PayWith>(Err(crate::actors::web_session::NoCheckout::NoSuchCheckout))
        }
        _ => shelves(to, message),
    };
    TestPages::new(plays).kept_by(identity)
}

fn in_state(state: OrderState) -> OrderView {
    OrderView { payment: PaymentView::Authorised, ..order_view(state) }
}

/// What no page and no letter says, since there is no such thing.
const NOT_THERE: [&str; 12] = [
    "reply",
    "tell us on",
    "refund",
    "chat",
    "call us",
    "ring us",
    "write to us",
    "newsletter",
    "account",
    "gift",
    "track your",
    "paid back",
];

/// What only a crew, wholesalers, a carrier or a post would make true.
const PROMISES: [&str; 12] = [
    "your doorstep by",
    "to your doorstep.",
    "within a day",
    "wholesaler",
    "order it in",
    "order in for you",
    "on order",
    "carrier hands",
    "we write",
    "e-mail is",
    "our e-mail",
    "being packed",
];

fn hides_all(text: &str, words: &[&str], place: &str) {
    let text = text.to_lowercase();
    for word in words {
        assert!(!text.contains(word), "{place} says `{word}`:\n{text}");
    }
}

/// Where the page leads by links, and what it loads.
fn links(html: &str) -> BTreeSet<String> {
    let starts = [" href=\"", " src=\""];
    let of = |start: &'static str| html.split(start).skip(1).filter_map(|rest| rest.split('"').next());
    let links = starts.into_iter().flat_map(of).map(|link| link.replace("&#38;", "&").replace("&amp;", "&"));
    links.filter(|link| !link.starts_with('#')).collect()
}

/// Every page that its links lead to, each once: by its address, with its status.
async fn walked(pages: &TestPages, from: &str) -> Vec<(String, SeenPage)> {
    let (mut open, mut known) = (vec![from.to_owned()], BTreeSet::from([from.to_owned()]));
    let mut walked = vec![];
    while let Some(at) = open.pop() {
        let seen = pages.get(&at).await;
        if seen.header("content-type").starts_with("text/html") {
            for link in links(&seen.html) {
                assert!(link.starts_with('/'), "{at} leads out of the shop, to {link}");
                if known.insert(link.clone()) {
                    open.push(link);
                }
            }
        }
        walked.push((at, seen));
    }
    walked
}

#[actix_web::test]
async fn every_link_of_every_page_leads_somewhere_and_nothing_is_offered_that_is_not_there() {
    for (name, identity) in [("bare", bare()), ("whole", whole()), ("demo", ShopIdentity::demo())] {
        let (is_demo, has_texts) = (identity.is_demo, name == "whole");
        for state in OrderState::ALL {
            let view = in_state(state);
            let order = order_path(&view);
            let pages = shop(identity.clone(), view);
            let mut seen = walked(&pages, "/").await;
            seen.extend(walked(&pages, &order).await);
            for (at, page) in &seen {
                assert_eq!(page.status, 200, "{name}: {at}\n{}", page.html);
                if !page.header("content-type").starts_with("text/html") {
                    continue;
                }
                let place = format!("{name} {state} {at}");
                // what the operator has written is hers
                hides_all(&page.html, &NOT_THERE, &place);
                if !is_demo {
                    hides_all(&page.html, &PROMISES, &place);
                }
                page.hides(if is_demo { "Bound" } else { "Doorstep" });
                assert_eq!(page.html.contains("This is a demo"), is_demo, "{place}");
            }
            let has = |path: &str| seen.iter().any(|(at, _)| at == path);
            for path in ["/contact", "/terms", "/returns", "/privacy"] {
                assert_eq!(has(path), has_texts, "{name}: {path}");
                let status = if has_texts { 200 } else { 404 };
                assert_eq!(pages.get(path).await.status, status, "{name}: {path}");
            }
        }
    }
}

#[actix_web::test]
async fn what_goes_wrong_is_said_in_the_shops_name_without_a_promise_either() {
    for identity in [bare(), whole(), ShopIdentity::demo()] {
        let is_demo = identity.is_demo;
        let pages = shop(identity.clone(), in_state(OrderState::Confirmed));
        let other_site =
            form("/cart/lines", "sku=PD-1&quantity=1").insert_header(("Sec-Fetch-Site", "cross-site"));
        for seen in [
            pages.get("/nothing").await,
            pages.get("/books/PD-404").await,
            pages.get("/orders/ord_x?key=y").await,
            pages.get("/checkout/return?checkout=nonce1").await,
            pages.send(TestRequest::get().uri("/checkout/return?checkout=nonce1")).await,
            pages.send(other_site).await,
            pages.post("/cart/lines", "sku=PD-1&quantity=x").await,
        ] {
            assert!(seen.status >= 400, "{}", seen.html);
            seen.shows(&format!("· {}</title>", identity.name.replace('&', "&#38;")));
            hides_all(&seen.html, &NOT_THERE, "a refusal");
            if !is_demo {
                hides_all(&seen.html, &PROMISES, "a refusal");
            }
            assert_eq!(seen.html.contains("This is a demo"), is_demo);
            for link in links(&seen.html) {
                let there = pages.get(&link).await.status;
                assert!(there == 200 || link.starts_with("/checkout"), "{link} {there}");
            }
        }
    }
}

#[actix_web::test]
async fn a_shop_shows_its_logo_and_what_its_operator_has_written() {
    let pages = shop(whole(), in_state(OrderState::Confirmed));
    let front = pages.get("/").await;
    front.shows("<title>All books · Bound &#38; Sons</title>").shows("<span>Bound &#38; Sons</span>");
    front.shows("href=\"/returns\">Returns</a>").hides("<svg");
    let logo = links(&front.html).into_iter().find(|link| link.starts_with("/assets/logo-")).unwrap();
    let logo = pages.get(&logo).await;
    assert_eq!((logo.html.as_str(), logo.header("content-type")), ("<svg/>", "image/svg+xml"));
    assert!(logo.header("cache-control").contains("immutable"));
    assert!(logo.header("content-security-policy").contains("sandbox"));
    let contact = pages.get("/contact").await;
    contact.shows("Bound and Sons Limited<br>1 Paternoster Row<br>London<br>till@bound.example");
    contact.shows("<p>About us.</p>").shows("<p>In two &#60;b&#62;paragraphs&#60;/b&#62;\nof ours.</p>");
    assert_eq!(pages.get("/assets/logo-0000000000000000.svg").await.status, 404);
}

#[actix_web::test]
async fn a_shop_without_anybody_promises_nothing_of_its_shelves() {
    let of = |available| {
        let shelves = stocked(available, vec![]);
        let plays = move |to: Address, message: &Message| match message {
            Message::StockKeeper(stock_keeper::Message::Earliest(Earliest { wanted })) => {
                let found = wanted.iter().map(|wanted| Availability {
                    sku: wanted.sku.clone(),
                    available,
                    earliest: None,
                });
                reply::<Earliest>(found.collect())
            }
            _ => shelves(to, message),
        };
        TestPages::new(plays).kept_by(bare())
    };
    of(9).get("/books/PD-1").await.shows("In stock").hides("In stock.").hides("Leaves our house");
    of(0).get("/books/PD-1").await.shows("Out of stock</span> We cannot say when there is more.");
    of(0).get("/").await.shows("Out of stock").shows("All our books");
    let demo = TestPages::new(stocked(9, vec![]));
    demo.get("/books/PD-1").await.shows("Leaves our house within a day or so.");
    demo.get("/").await.shows("we order in for you");
    let order = in_state(OrderState::Fulfilling);
    let path = order_path(&order);
    let seen = shop(bare(), order.clone()).get(&path).await;
    seen.shows("Thank you: your order is confirmed").shows("Everything is here and put aside for you.");
    shop(ShopIdentity::demo(), order).get(&path).await.shows("At your doorstep by").shows("We write to ada@");
}

#[actix_web::test]
async fn moments_are_those_of_the_clock_on_the_shops_wall_and_the_api_stays_at_utc() {
    let identity = ShopIdentity { time_zone: "Asia/Kolkata".to_owned(), ..ShopIdentity::demo() };
    let order = OrderView { placed_at: Timestamp(1_795_348_800_000), ..in_state(OrderState::Confirmed) };
    let path = order_path(&order);
    let pages = shop(identity, order);
    pages
        .get(&path)
        .await
        .shows("placed 22 Nov 2026, 17:30 IST")
        .shows("<time datetime=\"2026-11-22T12:00:00");
    pages.get(&path).await.shows("22 Nov 17:30").hides("12:00 UTC");
    let (at, key) = path.split_once('?').unwrap();
    let api = pages.get(&format!("/api/v1{at}?{key}")).await;
    api.shows("2026-11-22T12:00:00");
}

#[actix_web::test]
async fn what_the_shop_writes_to_itself_is_on_no_customers_timeline() {
    let order = in_state(OrderState::Confirmed);
    let path = order_path(&order);
    let pages = shop(ShopIdentity::demo(), order);
    pages.get(&path).await.shows("everything is in stock").hides("the shop was told").hides("e-mail sent");
    let api = pages
        .get(&format!(
            "/api/v1{}/timeline?{}",
            &path[..path.find('?').unwrap()],
            &path[path.find('?').unwrap() + 1..]
        ))
        .await;
    assert_eq!(api.status, 200, "{}", api.html);
    api.shows("everything is in stock").hides("the shop was told").hides("e-mail");
}

/// The letters that are written, each with all that it may say.
fn letters() -> Vec<Letter> {
    use MailKind::*;
    let written = [
        OrderConfirmation,
        BackorderPromise,
        PromiseChanged,
        PaymentDeclined,
        Dispatched,
        Delivered,
        Cancelled,
    ];
    let of = |kind| {
        let endings = Aftermath::ALL.map(Some).into_iter().chain([None]);
        endings.map(move |aftermath| Letter { aftermath, ..crate::partners::mail::test_letter(kind) })
    };
    written.into_iter().chain([NewOrder, NewCase]).flat_map(of).collect()
}

#[test]
fn no_letter_offers_what_is_not_there_and_a_demos_say_that_it_is_one() {
    for letter in letters() {
        for identity in [bare(), ShopIdentity::demo()] {
            let text = letter.render(&identity, "https://shop.example").unwrap();
            let place = format!("the letter {}", letter.kind);
            hides_all(&text.body, &NOT_THERE, &place);
            assert!(text.subject.starts_with(&identity.name), "{}", text.subject);
            assert_eq!(text.body.contains("This shop is a demo"), identity.is_demo, "{place}");
            assert!(identity.is_demo || !text.body.contains("Doorstep"), "{place}");
        }
    }
}
