//! What was given up, and the operator's word on it. No message of a good build makes an actor panic, so these tests
//! write the turn that gave one up into the journal of a closed shop, as a build with a defect would have.

use std::process::Output;

use doorstep::actors::back_office::{self, NewCase};
use doorstep::actors::{Address, Case, Event, Message, Shop, order_manager};
use doorstep::domain::{CaseKind, OrderId};
use doorstep::journal::{Batch, FileJournal, FileOptions, Journal as _, Position};
use doorstep::runtime::{Cause, DeadLetter, Journaled as _, Moment, Record, Stated};
use serde_json::Value;

use super::buyer::Bought;
use super::order::IN_STOCK;
use super::shop::{TestShop, setup};
use super::wait::until;

const PANIC: &str = "index out of bounds\nat line 7";

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The order manager gives up on cancelling the order; the dead letter's id.
fn gives_up_on_cancelling(shop: &TestShop, order: &Bought) -> u64 {
    let id = OrderId::parse(&order.id).expect("an order's id");
    let cancel = order_manager::Cancel { order: id, claim: order.key.clone().into() };
    let mut message = vec![];
    Message::OrderManager(cancel.into()).write(&mut message);
    let (mut journal, _) =
        FileJournal::open(&shop.data().join("journal"), FileOptions::default()).expect("open the journal");
    let mut moment = Moment::default();
    let visit = &mut |position: Position, bytes: &[u8]| {
        moment = Record::<Shop>::decode(position, bytes).expect("a turn").moment;
        Ok(())
    };
    journal.replay(Position::START, visit).expect("read the journal");
    let dead = DeadLetter {
        to: Address::OrderManager.to_string(),
        name: "Cancel".into(),
        message,
        panic: PANIC.into(),
        attempts: 3,
        at: moment.at,
    };
    let text = "OrderManager gave up on Cancel".to_owned();
    let case = Event::Case(Case { order: id, why: text.clone() });
    let (kind, dead_letter) = (CaseKind::DeadLetter, Some("OrderManager Cancel".into()));
    let open = back_office::Message::Open(NewCase { kind, order: Some(id), text, dead_letter });
    let sends = vec![(Address::BackOffice, Message::BackOffice(open))];
    let record = Record::<Shop> {
        by: Address::OrderManager,
        cause: Cause::Outside,
        stated: Stated { events: vec![case], sends, ..Stated::default() },
        dead: Some(dead),
        moment,
    };
    let last = journal.last();
    let mut batch = Batch::new(last.next());
    let position = batch.push(|buffer| record.encode(buffer));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(journal.append(batch, last)).expect("append to the journal");
    position.0
}

/// A shop with an order that is being packed, and a message about it that was given up.
pub fn with_a_dead_letter() -> (TestShop, Bought, u64) {
    let mut shop = setup().speed(1).open();
    let order = shop.buys(IN_STOCK);
    assert_eq!(shop.stop().code(), Some(0));
    let id = gives_up_on_cancelling(&shop, &order);
    shop.start();
    (shop, order, id)
}

fn listed(shop: &TestShop) -> Value {
    let listed = shop.command(&["dead-letters", "list", "--json"]);
    assert!(listed.status.success(), "{listed:?}");
    serde_json::from_slice(&listed.stdout).expect("a list as JSON")
}

fn state(shop: &TestShop, order: &Bought) -> String {
    shop.looks_at(order).text_of("state")
}

#[test]
fn a_dead_letter_is_listed_shown_and_sent_again_once() {
    let (mut shop, order, id) = with_a_dead_letter();
    let list = listed(&shop);
    assert_eq!((list[0]["id"].as_u64(), list[0]["name"].as_str()), (Some(id), Some("Cancel")), "{list}");
    let readable = out(&shop.command(&["dead-letters"]));
    for word in ["OrderManager", "index out of bounds", &order.id] {
        assert!(readable.contains(word), "{word} is not in {readable}");
    }
    assert!(
        !readable.contains("line 7") && !readable.contains(&order.key),
        "one line each, without its content"
    );
    let id = id.to_string();
    let shown = out(&shop.command(&["dead-letters", "show", &id]));
    assert!(shown.contains(&order.id) && shown.contains("line 7"), "{shown}");
    assert!(out(&shop.command(&["actors"])).contains("1 messages were given up"));

    let retried = shop.command(&["dead-letters", "retry", &id]);
    assert!(retried.status.success(), "{retried:?}");
    until("the order is cancelled", || (state(&shop, &order) == "cancelled").then_some(()));
    assert_eq!(listed(&shop), Value::Array(vec![]));
    let again = shop.command(&["dead-letters", "retry", &id]);
    assert_eq!(again.status.code(), Some(1));
    assert!(complaint(&again).contains("no dead letter"), "{again:?}");
    let story = out(&shop.command(&["explain", &order.id]));
    assert!(story.contains("the operator sent Cancel again"), "{story}");
    shop.restart();
    assert_eq!(listed(&shop), Value::Array(vec![]), "also after a kill");
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
}

#[test]
fn a_dead_letter_that_is_discarded_leaves_its_order_as_it_is() {
    let (mut shop, order, id) = with_a_dead_letter();
    let discarded = shop.command(&["dead-letters", "discard", &id.to_string()]);
    assert!(discarded.status.success(), "{discarded:?}");
    shop.restart();
    assert!(out(&shop.command(&["dead-letters"])).contains("no dead letters"));
    assert_eq!(state(&shop, &order), "fulfilling");
    let story = out(&shop.command(&["explain", &order.id]));
    assert!(story.contains("the operator discarded Cancel"), "{story}");
    let closed = "the case was closed: the message that was given up was discarded (operator)";
    assert!(story.contains(closed), "{story}");
    assert!(out(&shop.command(&["cases", "list"])).contains("no cases"));
    assert_eq!(shop.stop().code(), Some(0));
    shop.verifies();
}

#[test]
fn without_a_daemon_or_such_a_letter_the_operator_is_told_so() {
    let shop = setup().open();
    for command in ["show", "retry", "discard"] {
        let refused = shop.command(&["dead-letters", command, "12345"]);
        assert_eq!(refused.status.code(), Some(1), "{command}");
        assert!(complaint(&refused).contains("no dead letter 12345"), "{refused:?}");
    }
    assert_eq!(shop.command(&["dead-letters", "retry", "the first"]).status.code(), Some(2));
    let nowhere = setup().closed();
    let refused = nowhere.command(&["dead-letters"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(complaint(&refused).contains("no daemon answers"), "{refused:?}");
}
