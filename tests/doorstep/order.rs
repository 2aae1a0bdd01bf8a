//! An order from the click to the doorstep, and all the ways on which it does not get there.

use std::collections::BTreeSet;
use std::thread;

use serde_json::json;

use super::buyer::{Bought, wish, wishes};
use super::http::Answer;
use super::shop::{TestShop, setup};
use super::wait::until;

/// In the demo world: many copies; three; the last one; none.
pub const IN_STOCK: &str = "PD-0001";
pub const THREE_LEFT: &str = "PD-0049";
pub const LAST_COPY: &str = "PD-0030";
pub const OUT_OF_STOCK: &str = "PD-0012";

#[test]
fn an_order_in_stock_goes_all_the_way_to_the_doorstep_and_the_money_to_the_shop() {
    let shop = setup().open();
    let before = shop.available(IN_STOCK);
    let answer = shop.orders(&wishes(&[(IN_STOCK, 2), ("PD-0003", 1)])).expect(201);
    assert_eq!(answer.json["state"], "confirmed");
    assert_eq!(answer.json["total"], json!({"amount": 749 * 2 + 799 + 299, "currency": "GBP"}));
    assert_eq!(answer.json["totals"]["shipping"]["amount"], 299);
    assert_eq!(answer.json["payment"]["state"], "authorised");
    let order = Bought::from(&answer);
    assert_eq!(answer.header("location"), Some(format!("/api/v1/orders/{}", order.id).as_str()));

    let closed = shop.waits_for_state(&order, "closed");
    assert_eq!(closed.json["payment"]["state"], "settled");
    assert_eq!(closed.json["payment"]["amount"], answer.json["total"]);
    assert_eq!(closed.json["lines"], answer.json["lines"]);
    let timeline = shop.waits_to_read(&order, "e-mail sent: it has come");
    let expected: Vec<u64> = (1..=15).filter(|step| *step != 4).collect();
    assert_eq!(timeline.steps(), expected, "all but the supplies, which were not needed: {timeline:#?}");
    timeline.says_in_order(&[
        "the order came in from a program",
        "sent to the order manager",
        "asked whether it is in stock",
        "everything is in stock",
        "asked of the payment company",
        "the payment company asked the bank",
        "the bank reserved £25.96 on the card",
        "authorised",
        "the order is confirmed",
        "the warehouse was asked to dispatch",
        "the truck collected it",
        "delivered to the doorstep",
    ]);
    timeline.says_in_order(&[
        "the truck collected it",
        "£25.96 taken from the card",
        "settled between the banks: £25.96",
    ]);
    assert_eq!(shop.available(IN_STOCK), before - 2);
    shop.never_panicked();
}

/// The letter of this kind about the order, once it is written.
pub fn letter(shop: &TestShop, order: &str, kind: &str) -> String {
    until(&format!("there is a letter `{kind}`"), || {
        let days = std::fs::read_dir(shop.mail()).ok()?;
        let letters = days.flatten().flat_map(|day| std::fs::read_dir(day.path())).flatten().flatten();
        let begins = format!("{order}-{kind}");
        let mut named = letters.filter(|letter| letter.file_name().to_string_lossy().starts_with(&begins));
        std::fs::read_to_string(named.next()?.path()).ok()
    })
}

#[test]
fn the_customer_gets_a_letter_when_it_is_confirmed_dispatched_and_delivered() {
    let shop = setup().open();
    let order = shop.buys(IN_STOCK);
    for kind in ["order-confirmation", "dispatched", "delivered"] {
        let letter = letter(&shop, &order.id, kind);
        assert!(letter.contains("To: ") && letter.contains("ada@example.com"), "{letter}");
        assert!(letter.contains(&order.id) && letter.contains("Doorstep Books: your order "), "{letter}");
        assert!(letter.contains("From: \"Doorstep Books\" <shop@doorstep.example>"), "{letter}");
        for said in ["Delivery: ", "Total: ", "United Kingdom", "This shop is a demo"] {
            assert!(letter.contains(said), "no `{said}` in {letter}");
        }
    }
}

#[test]
fn what_is_out_of_stock_is_ordered_in_and_takes_all_fifteen_steps() {
    let shop = setup().open();
    let answer = shop.orders(&wish(OUT_OF_STOCK).waiting()).expect(201);
    assert_eq!(answer.json["state"], "awaiting_stock");
    let promised = answer.text_of("promised_date");
    assert!(
        promised.as_str() > &answer.text_of("placed_at")[..10],
        "promised for {promised}: {}",
        answer.text
    );
    let order = Bought::from(&answer);
    shop.waits_for_state(&order, "closed");
    let timeline = shop.waits_to_read(&order, "e-mail sent: it has come");
    assert_eq!(timeline.steps(), (1..=15).collect::<Vec<u64>>(), "{timeline:#?}");
    timeline.says_in_order(&[
        "ordered from a wholesaler",
        "arrived",
        "collected",
        "delivered to the doorstep",
    ]);
}

#[test]
fn an_order_that_is_partly_in_stock_waits_for_the_rest_and_is_sent_whole() {
    let shop = setup().open();
    let answer =
        shop.orders(&wishes(&[(IN_STOCK, 1), (OUT_OF_STOCK, 2), (THREE_LEFT, 5)]).waiting()).expect(201);
    assert_eq!(answer.json["state"], "awaiting_stock");
    assert_eq!(shop.available(THREE_LEFT), 0, "what is there is kept for the order");
    let order = Bought::from(&answer);
    shop.waits_for_state(&order, "closed");
    let timeline = shop.timeline(&order);
    let collected = timeline.0.iter().filter(|entry| entry["what"].as_str().unwrap().contains("collected"));
    assert_eq!(collected.count(), 1, "{timeline:#?}");
}

#[test]
fn who_does_not_want_to_wait_is_told_the_earliest_date_and_holds_nothing() {
    let shop = setup().open();
    let answer = shop.orders(&wishes(&[(OUT_OF_STOCK, 1), (THREE_LEFT, 1)]));
    let answer = answer.expect_problem(409, "out_of_stock");
    let earliest = answer.text_of("earliest_date");
    assert_eq!((earliest.len(), &earliest[4..5]), (10, "-"), "{earliest}");
    assert_eq!(shop.available(THREE_LEFT), 3);
}

#[test]
fn a_declined_card_is_answered_with_its_reason_and_holds_nothing() {
    let shop = setup().open();
    for (token, code) in [
        ("tok_declined", "do_not_honour"),
        ("tok_insufficient_funds", "insufficient_funds"),
        ("tok_expired_card", "expired_card"),
        // as any decline: whoever tries one of these must not learn what is known of it
        ("tok_stolen_card", "do_not_honour"),
        ("tok_lost_card", "do_not_honour"),
        ("tok_pick_up_card", "do_not_honour"),
        ("tok_suspected_fraud", "do_not_honour"),
    ] {
        let answer = shop.orders(&wish(THREE_LEFT).by(token)).expect_problem(402, "payment_declined");
        assert_eq!(answer.json["decline_code"], code);
        until("the copy is back on the shelf", || (shop.available(THREE_LEFT) == 3).then_some(()));
        let known_to_the_operator = code_of_the_bank(token);
        let story = shop.command(&["explain", &answer.text_of("order")]);
        let story = String::from_utf8(story.stdout).expect("a story in UTF-8");
        assert!(story.contains(known_to_the_operator), "{story}");
        let secret = ["stolen", "lost", "pick", "fraud"];
        let told = &answer.text;
        assert!(!secret.iter().any(|word| told.contains(word)), "{told}");
    }
}

fn code_of_the_bank(token: &str) -> &str {
    match token {
        "tok_declined" => "do_not_honour",
        other => other.trim_start_matches("tok_"),
    }
}

#[test]
fn every_good_test_card_buys() {
    let shop = setup().open();
    for token in ["tok_visa", "tok_mastercard", "tok_amex"] {
        let answer = shop.orders(&wish(IN_STOCK).by(token)).expect(201);
        shop.waits_for_state(&Bought::from(&answer), "closed");
    }
}

#[test]
fn a_bank_whose_answer_is_lost_is_asked_again_and_the_order_is_confirmed() {
    let shop = setup().set("DOORSTEP_PAYMENT__ANSWER_DEADLINE_MS", "200").open();
    let (key, wish) = (shop.new_key(), wish(IN_STOCK).by("tok_timeout"));
    let answer = shop.client().order(&key, &wish.0).expect(202);
    assert_eq!(answer.json["payment"]["state"], "unknown");
    let order = Bought::from(&answer);
    let timeline = shop.waits_to_read(&order, "the order is confirmed");
    timeline.says_in_order(&["no answer from the bank in time", "authorised", "the order is confirmed"]);
    let again = shop.client().order(&key, &wish.0).expect(201);
    assert_eq!(Bought::from(&again), order, "after a 202 the same key shows the present state");
    shop.waits_for_state(&order, "closed");
}

#[test]
fn a_bank_that_declined_unheard_or_is_never_reached_ends_in_a_decline_that_holds_nothing() {
    let shop = setup()
        .set("DOORSTEP_PAYMENT__ANSWER_DEADLINE_MS", "200")
        .set("DOORSTEP_PAYMENT__ASKS_MAX", "2")
        .set("DOORSTEP_PARTNERS__RETRY_FIRST_MS", "50")
        .open();
    for token in ["tok_timeout_declined", "tok_unreachable"] {
        let answer = shop.orders(&wish(THREE_LEFT).by(token)).expect(202);
        let order = Bought::from(&answer);
        let declined = shop.waits_for_state(&order, "declined");
        assert!(!declined.text_of("decline_code").is_empty());
        until("the copy is back on the shelf", || (shop.available(THREE_LEFT) == 3).then_some(()));
    }
}

#[test]
fn an_order_cancelled_in_time_gives_stock_and_money_back() {
    // slow enough that nothing leaves the house meanwhile
    let shop = setup().speed(1).open();
    let order = shop.buys(LAST_COPY);
    assert_eq!(shop.available(LAST_COPY), 0);
    let answer = shop.cancels(&order).expect(200);
    assert_eq!(
        (&answer.json["state"], &answer.json["cancel_reason"]),
        (&json!("cancelled"), &json!("by_customer"))
    );
    until("the last copy is for sale again", || (shop.available(LAST_COPY) == 1).then_some(()));
    until("the hold is released", || {
        (shop.looks_at(&order).json["payment"]["state"] == "voided").then_some(())
    });
    let again = shop.cancels(&order).expect(200);
    assert_eq!(again.json["state"], "cancelled", "asking twice is asking once");
}

#[test]
fn an_order_on_its_way_can_no_longer_be_cancelled() {
    let shop = setup().open();
    let order = shop.buys(IN_STOCK);
    shop.waits_for_state(&order, "closed");
    shop.cancels(&order).expect_problem(409, "too_late_to_cancel");
    assert_eq!(shop.state_of(&order), "closed");
}

#[test]
fn an_order_opens_to_its_key_alone() {
    let shop = setup().open();
    let (order, other) = (shop.buys(IN_STOCK), shop.buys(IN_STOCK));
    let bearer = format!("Bearer {}", order.key);
    let path = format!("/api/v1/orders/{}", order.id);
    shop.client().send("GET", &path, &[("Authorization", &bearer)], &[]).unwrap().expect(200);
    for key in ["", "nonsense", other.key.as_str()] {
        for below in ["", "/timeline"] {
            let answer = shop.client().get(&format!("/orders/{}{below}?key={key}", order.id));
            answer.expect_problem(404, "no_such_order");
        }
        let stranger = Bought { id: order.id.clone(), key: key.to_owned() };
        shop.cancels(&stranger).expect_problem(404, "no_such_order");
    }
}

#[test]
fn the_same_key_and_body_get_the_same_answer_and_another_body_never_executes() {
    let shop = setup().speed(1).open();
    let (key, book) = (shop.new_key(), wish(IN_STOCK));
    let first = shop.client().order(&key, &book.0).expect(201);
    assert!(!first.was_replayed());
    let again = shop.client().order(&key, &book.0).expect(201);
    assert!(again.was_replayed());
    assert_eq!(again.json, first.json);
    shop.client().order(&key, &wishes(&[(IN_STOCK, 2)]).0).expect_problem(422, "idempotency_mismatch");

    let declined = wish(IN_STOCK).by("tok_declined");
    let key = shop.new_key();
    let first = shop.client().order(&key, &declined.0).expect_problem(402, "payment_declined");
    let again = shop.client().order(&key, &declined.0).expect_problem(402, "payment_declined");
    assert!(again.was_replayed());
    assert_eq!(again.json, first.json);

    let path = "/api/v1/orders";
    let body = book.0.to_string();
    let without = shop.client().send("POST", path, &[("Content-Type", "application/json")], body.as_bytes());
    without.unwrap().expect_problem(400, "idempotency_key_missing");
}

#[test]
fn a_key_still_stands_after_a_restart() {
    let mut shop = setup().speed(1).open();
    let (key, book) = (shop.new_key(), wish(IN_STOCK));
    let first = shop.client().order(&key, &book.0).expect(201);
    shop.restart();
    let again = shop.client().order(&key, &book.0).expect(201);
    assert!(again.was_replayed());
    assert_eq!(again.json, first.json);
}

#[test]
fn thirty_two_requests_at_once_with_one_key_make_one_order() {
    let shop = setup().speed(1).open();
    let (key, book, before) = (shop.new_key(), wish(IN_STOCK), shop.available(IN_STOCK));
    let answers = at_once(32, |_| {
        until("the first request with this key is answered", || {
            let answer = shop.client().order(&key, &book.0);
            (answer.json["code"] != "in_progress").then_some(answer)
        })
    });
    let ids: BTreeSet<String> = answers.into_iter().map(|answer| answer.expect(201).text_of("id")).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(shop.available(IN_STOCK), before - 1);
}

#[test]
fn of_many_buyers_for_the_last_copy_one_gets_it() {
    let shop = setup().speed(1).open();
    let answers = at_once(8, |_| shop.orders(&wish(LAST_COPY)));
    let won = answers.iter().filter(|answer| answer.status == 201).count();
    let lost = answers.iter().filter(|answer| answer.json["code"] == "out_of_stock").count();
    assert_eq!((won, lost), (1, 7), "{answers:?}");
    assert_eq!(shop.available(LAST_COPY), 0);
}

/// So many customers, each on a thread of her own.
fn at_once(customers: usize, each: impl Fn(usize) -> Answer + Sync) -> Vec<Answer> {
    thread::scope(|scope| {
        let each = &each;
        let running: Vec<_> = (0..customers).map(|nth| scope.spawn(move || each(nth))).collect();
        running.into_iter().map(|one| one.join().expect("a customer's thread")).collect()
    })
}
