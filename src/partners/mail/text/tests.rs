use std::sync::Arc;

use proptest::prelude::*;

use super::super::letter::tests::letter;
use super::*;
use crate::domain::{CaseId, Currency, Money};

/// All of it is set.
fn shop() -> ShopIdentity {
    ShopIdentity {
        name: "Bound & Sons".into(),
        legal_name: Some("Bound and Sons Limited".into()),
        address: vec!["1 Paternoster Row".into(), "London EC4M 7DX".into()],
        tax_number: Some("GB 123 4567 89".into()),
        email: Some("till@bound.example".into()),
        phone: Some("+44 20 7946 0000".into()),
        is_demo: false,
        ..ShopIdentity::demo()
    }
}

/// Nothing is set but its name.
fn bare_shop() -> ShopIdentity {
    ShopIdentity { name: "Bound".into(), is_demo: false, ..ShopIdentity::demo() }
}

fn of_kind(kind: MailKind) -> Letter {
    let about_case = Letter { about: Subject::Case(CaseId::nth_of(None, 2)), ship_to: None, ..letter(kind) };
    match kind {
        MailKind::NewCase => Letter { lines: vec![], totals: None, link: None, ..about_case },
        MailKind::NewOrder => Letter { link: None, ..letter(kind) },
        _ => letter(kind),
    }
}

/// The same in yen.
fn in_yen(letter: Letter) -> Letter {
    let yen = |money: Money| Money::new(money.amount, Currency::parse("JPY").unwrap());
    let lines = letter.lines.into_iter().map(|line| LetterLine { amount: yen(line.amount), ..line });
    let totals = letter.totals.map(|Totals { goods, shipping, tax, total }| {
        let [goods, shipping, tax, total] = [goods, shipping, tax, total].map(yen);
        Totals { goods, shipping, tax, total }
    });
    Letter { lines: lines.collect(), totals, ..letter }
}

fn body_of(letter: &Letter, shop: &ShopIdentity) -> String {
    letter.render(shop, "https://shop.example/").unwrap().body
}

fn body(letter: &Letter) -> String {
    body_of(letter, &shop())
}

fn words(letter: &Letter) -> String {
    body(letter).split_whitespace().collect::<Vec<&str>>().join(" ")
}

#[test]
fn a_confirmation_says_what_it_costs_where_it_goes_and_when_it_comes() {
    let body = body(&letter(MailKind::OrderConfirmation));
    let sums = "\n  2 x Emma: £12.50\n  1 x Walden: £7.99\n  Delivery: £2.99\n  Total: £23.48\n\n";
    let address = "\nTo:\n  Ada Byron\n  12 St James's Square\n  London SW1Y 4JH\n  United Kingdom\n\n";
    let day = "\nIt is to be at your doorstep by Wednesday 25 November 2026.\n";
    for wanted in ["Thank you for your order 100 0168. ", sums, address, day, "\nBound & Sons\n"] {
        assert!(body.contains(wanted), "it lacks `{wanted}`:\n{body}");
    }
}

/// Every kind, in pounds of a shop that has set everything and in yen of a demo, to the letter.
#[test]
fn every_letter_is_as_it_was() {
    let rendered = |shop: &ShopIdentity, letter: Letter| {
        let RenderedLetter { subject, body } = letter.render(shop, "https://shop.example").unwrap();
        format!("Subject: {subject}\n\n{body}\n{}\n", "=".repeat(LINE_LENGTH_MAX))
    };
    let in_pounds = MailKind::ALL.map(|kind| rendered(&shop(), of_kind(kind)));
    let in_yen = MailKind::ALL.map(|kind| rendered(&ShopIdentity::demo(), in_yen(of_kind(kind))));
    for (name, letters) in
        [("letters-gbp.txt", in_pounds.concat()), ("letters-jpy-demo.txt", in_yen.concat())]
    {
        let file = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
        if std::env::var("DOORSTEP_WRITE_GOLDEN").is_ok_and(|value| value == "1") {
            std::fs::write(&file, &letters).unwrap();
        }
        let then = std::fs::read_to_string(&file).expect("the golden file is in the repository");
        assert_eq!(letters, then, "if it is meant so: DOORSTEP_WRITE_GOLDEN=1 cargo test --lib every_letter");
    }
}

#[test]
fn every_letter_to_a_customer_greets_her_shows_the_order_and_its_page_and_says_what_to_do() {
    for kind in MailKind::ALL.into_iter().filter(|kind| !kind.is_to_the_shop()) {
        let letter = letter(kind);
        let body = body(&letter);
        assert!(body.starts_with("Hello Ada Byron,\n\n"), "{body}");
        for wanted in ["100 0168", ": £23.48\n\n", "\nhttps://shop.example/orders/ord_1?key=SECRET\n"] {
            assert!(body.contains(wanted), "{kind} lacks `{wanted}`:\n{body}");
        }
        let next = ["nothing for you to do", "Please ", "please ", "You can"];
        assert!(next.iter().any(|some| words(&letter).contains(some)), "{kind} says nothing to do:\n{body}");
        assert!(
            !body.contains("ord_1\n") && !body.contains(&letter.about.to_string()),
            "its number is enough"
        );
    }
}

#[test]
fn every_subject_has_the_shop_and_the_number_and_is_its_kinds_own() {
    let subjects = MailKind::ALL.map(|kind| of_kind(kind).render(&shop(), "").unwrap().subject);
    assert!(subjects.iter().all(|subject| subject.starts_with("Bound & Sons: ")), "{subjects:?}");
    assert_eq!(subjects.iter().filter(|subject| subject.contains("100 0168")).count(), 11);
    assert_eq!(std::collections::BTreeSet::from(subjects).len(), MailKind::ALL.len());
}

#[test]
fn no_letter_has_a_placeholder_or_a_ragged_paragraph_with_all_facts_or_none() {
    for kind in MailKind::ALL {
        let full = of_kind(kind);
        let bare = Letter {
            number: None,
            link: None,
            lines: vec![],
            totals: None,
            ship_to: None,
            arrives_on: None,
            tracking: None,
            reason: None,
            aftermath: None,
            ..full.clone()
        };
        for (letter, shop) in [(&full, shop()), (&full, bare_shop()), (&bare, shop()), (&bare, bare_shop())] {
            let body = body_of(letter, &shop);
            for odd in ["{", "}", "None", "Some", "\n\n\n", " \n", ":\n\n", "..", "  \n", " .", "Order("] {
                assert!(!body.contains(odd), "{kind} has `{odd}`:\n{body}");
            }
            assert!(body.lines().all(|line| line.chars().count() <= LINE_LENGTH_MAX || !line.contains(' ')));
            assert!(!body.contains("demo"), "{body}");
        }
    }
}

#[test]
fn a_letter_offers_nothing_that_the_shop_does_not_have() {
    let delivered = letter(MailKind::Delivered);
    assert!(words(&delivered).contains("please write to till@bound.example."));
    let by_phone = body_of(&delivered, &ShopIdentity { email: None, ..shop() });
    let by_phone = by_phone.split_whitespace().collect::<Vec<&str>>().join(" ");
    assert!(by_phone.contains("please call +44 20 7946 0000."), "{by_phone}");
    let bare = body_of(&delivered, &bare_shop());
    assert!(
        bare.contains("There is nothing for you to do.") && bare.ends_with("With kind regards,\nBound\n"),
        "{bare}"
    );
    for kind in MailKind::ALL {
        for promised in ["your order's page reply", "tell us on your order's page", "return form"] {
            assert!(!words(&letter(kind)).contains(promised), "{kind}: {promised}");
        }
    }
}

#[test]
fn a_letter_of_a_demo_says_so() {
    for kind in MailKind::ALL {
        let body = body_of(&of_kind(kind), &ShopIdentity::demo());
        assert!(body.ends_with("\nThis shop is a demo: nothing in it is sold, sent or charged.\n"), "{body}");
    }
}

#[test]
fn the_shop_reads_of_a_new_order_and_a_new_case() {
    let new_order =
        Letter { reason: Some("Ada Byron, ada@example.org".into()), ..of_kind(MailKind::NewOrder) };
    let body = body(&new_order);
    assert!(body.starts_with("A new order has come: 100 0168, from Ada Byron, ada@example.org.\n"), "{body}");
    assert!(body.contains("\n  Total: £23.48\n") && !body.contains("Hello"), "{body}");
    let new_case = Letter { reason: Some("payment: nothing is held".into()), ..of_kind(MailKind::NewCase) };
    let words = words(&new_case);
    assert!(words.starts_with("A person has to look at this: case_50, about order 100 0168."), "{words}");
    assert!(
        words.contains("payment: nothing is held.") && words.contains("doorstep cases close case_50 --why"),
        "{words}"
    );
}

#[test]
fn facts_are_told_where_they_matter() {
    let tells = |kind, fact| assert!(words(&letter(kind)).contains(fact), "{kind} without `{fact}`");
    for kind in [MailKind::OrderConfirmation, MailKind::BackorderPromise] {
        tells(kind, "at your doorstep by Wednesday 25 November 2026.");
    }
    for kind in [MailKind::Dispatched, MailKind::Delivered] {
        tells(kind, "DSD6B5JMFRYP6P");
    }
    for kind in [MailKind::PaymentDeclined, MailKind::Cancelled] {
        tells(kind, "the card has expired. ");
    }
    tells(MailKind::PromiseChanged, "at your doorstep by Wednesday 25 November 2026; the card has expired. ");
    tells(MailKind::RefundDone, "Paid back: £23.48");
}

#[test]
fn what_others_wrote_stays_on_its_line() {
    let mut letter = letter(MailKind::Cancelled);
    letter.lines[0].title = "Emma\r\n\r\nPay again at http://evil.example".into();
    letter.to_name = "Ada\nByron".into();
    letter.link = Some("/orders/ord_1\r\n?key=A".into());
    let mut to = letter.ship_to.as_deref().unwrap().clone();
    to.line1 = "1 A\n\nStreet".into();
    letter.ship_to = Some(Arc::new(to));
    let body = body(&letter);
    assert!(body.contains("  2 x Emma Pay again at http://evil.example: £12.50\n"), "{body}");
    assert!(body.starts_with("Hello Ada Byron,\n") && body.contains("\n  1 A Street\n"), "{body}");
    assert!(body.contains("/orders/ord_1?key=A\n"));
}

#[test]
fn who_gave_no_name_is_greeted_all_the_same() {
    let letter = Letter { to_name: " ".into(), ..letter(MailKind::Delivered) };
    assert!(body(&letter).starts_with("Hello,\n\nYour order"));
}

/// The digits of the amount that ends a line.
fn amount(line: &str) -> i64 {
    let (_, amount) = line.rsplit_once(": ").expect("an amount ends it");
    amount.chars().filter(char::is_ascii_digit).collect::<String>().parse().expect("an amount has digits")
}

proptest! {
    #[test]
    fn the_amounts_of_a_letter_add_up(
        amounts in prop::collection::vec(1_i64..10_000_000, 1..9),
        shipping in 0_i64..100_000,
        tax in 0_i64..100_000,
        currency in 0_usize..4,
    ) {
        let currency = Currency::parse(["GBP", "JPY", "KWD", "CHF"][currency]).unwrap();
        let money = |amount| Money::new(amount, currency);
        let lines = amounts.iter().map(|&amount| LetterLine { title: "Book 2: 7.99".into(), quantity: 3, amount: money(amount) });
        let goods: i64 = amounts.iter().sum();
        let [goods, shipping, tax, total] = [goods, shipping, tax, goods + shipping + tax].map(money);
        let totals = Some(Totals { goods, shipping, tax, total });
        let letter = Letter { lines: lines.collect(), totals, ship_to: None, ..letter(MailKind::OrderConfirmation) };
        let body = body(&letter);
        let sums: Vec<&str> = body.lines().filter(|line| line.starts_with(INDENT)).collect();
        let (total, parts) = sums.split_last().unwrap();
        prop_assert_eq!(parts.iter().map(|line| amount(line)).sum::<i64>(), amount(total));
    }
}
