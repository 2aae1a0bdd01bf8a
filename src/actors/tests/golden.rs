//! Golden files: turns and stored values as this build's form writes them. Every later build must read them.
//!
//! `DOORSTEP_WRITE_GOLDEN=1 cargo test golden` makes them anew: only for a form that no shop has stored yet.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::unlucky::{Flaky, Late, NEVER_SUPPLIED, Unkind};
use super::world::{
    Faults, NONE, ONE, PLENTY, PROGRAMS, World, closed, details, line, name_of, order_of, partners,
    tree_names,
};
use crate::actors::bank::{Behaviour, Card, Message as ToBank};
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::web_session::{Checkout, Message as ToSession, Reply as SessionReply};
use crate::actors::{Address, Call, Message, Reply, Rules, Shop, State};
use crate::domain::{ApiKey, Backorder, OrderId, OrderState, ProgramId, SessionId, Sku};
use crate::journal::{Journal as _, Position};
use crate::partners::processor::TypedCard;
use crate::runtime::kit::run;
use crate::runtime::{
    DeadLetter, Due, Point, Record, Resolution, State as _, Statement, TREES, TimerChange, TimerId,
};
use crate::storage::{Stored, TreeName, Trees as _};

const WHAT_TO_DO: &str = "raise the schema version and teach upcast the old form";

/// One stored value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    tree: String,
    pub key: Vec<u8>,
    pub version: u8,
    position: u64,
    pub value: Vec<u8>,
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

pub fn read<T: DeserializeOwned>(name: &str) -> T {
    let bytes = std::fs::read(file(name)).expect("the golden file is in the repository");
    postcard::from_bytes(&bytes).expect("the golden file is whole")
}

fn writes_anew() -> bool {
    std::env::var("DOORSTEP_WRITE_GOLDEN").is_ok_and(|value| value == "1")
}

fn decoded(turn: &[u8]) -> Record<Shop> {
    Record::decode(Position(1), turn).unwrap_or_else(|error| panic!("{WHAT_TO_DO}: {error}"))
}

#[test]
fn turns_of_the_first_form_are_read_and_written_as_they_were() {
    if writes_anew() {
        write_anew();
    }
    let turns: Vec<Vec<u8>> = read("turns-v1.bin");
    assert!(turns.len() > 50);
    for turn in &turns {
        let mut again = vec![];
        let record = decoded(turn);
        record.encode(&mut again);
        assert!(again == *turn, "{WHAT_TO_DO}: {:?}", names(&record));
    }
}

#[test]
fn a_message_can_be_sent_again_from_its_dead_letter() {
    let turns: Vec<Vec<u8>> = read("turns-v1.bin");
    let turns: Vec<Record<Shop>> = turns.iter().map(|turn| decoded(turn)).collect();
    let set = |change: &TimerChange<Shop>| match change {
        TimerChange::Set { message, .. } => Some(serde_json::to_string(message).unwrap()),
        TimerChange::Cancel { .. } => None,
    };
    let sent =
        turns.iter().flat_map(|turn| &turn.sends).map(|(_, message)| serde_json::to_string(message).unwrap());
    let timers = turns.iter().flat_map(|turn| &turn.timers).filter_map(set);
    for written in sent.chain(timers) {
        let read: Message =
            serde_json::from_str(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
        assert_eq!(serde_json::to_string(&read).unwrap(), written);
    }
}

#[test]
fn stored_values_of_the_first_form_are_read_and_written_as_they_were() {
    if writes_anew() {
        return; // they are being written
    }
    let kept: Vec<Kept> = read("trees-v1.bin");
    let trees: BTreeSet<&str> = kept.iter().map(|one| one.tree.as_str()).collect();
    let all = tree_names().into_iter().chain(TREES).map(|tree| tree.0).collect();
    assert_eq!(trees, all, "one value of each tree");
    for one in &kept {
        let again = written_again(one).unwrap_or_else(|why| panic!("{WHAT_TO_DO}: tree {}: {why}", one.tree));
        assert!(again == *one, "{WHAT_TO_DO}: tree {}", one.tree);
    }
}

#[test]
fn every_kind_of_statement_that_the_flows_reach_stands_in_the_golden_turns() {
    if writes_anew() {
        return; // they are being written
    }
    let turns: Vec<Vec<u8>> = read("turns-v1.bin");
    let golden: BTreeSet<String> = turns.iter().flat_map(|turn| names(&decoded(turn))).collect();
    let (reached, _) = run(flows());
    let reached: BTreeSet<String> = reached.iter().flat_map(|turn| names(&decoded(turn))).collect();
    let new: Vec<&String> = reached.difference(&golden).collect();
    assert!(new.is_empty(), "add a golden file that holds these: {new:?}");
}

pub fn written_again(one: &Kept) -> Result<Kept, String> {
    let again = |key, value| Kept { key, value, ..one.clone() };
    match one.tree.as_str() {
        "messages" => Ok(again(same::<Statement>(&one.key)?, same::<(Address, Message)>(&one.value)?)),
        "calls" => Ok(again(same::<Statement>(&one.key)?, same::<(Address, Call)>(&one.value)?)),
        "timers" => {
            Ok(again(same::<(Address, TimerId)>(&one.key)?, same::<(Due, Statement, Message)>(&one.value)?))
        }
        "dead_letters" => Ok(again(one.key.clone(), same::<(Address, DeadLetter)>(&one.value)?)),
        _ => table_again(one),
    }
}

/// Decoded and encoded.
fn same<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let value: T = postcard::from_bytes(bytes).map_err(|error| error.to_string())?;
    postcard::to_stdvec(&value).map_err(|error| error.to_string())
}

fn table_again(one: &Kept) -> Result<Kept, String> {
    let mut state = State::default();
    let mut tables = state.tables_mut();
    let table = tables.iter_mut().find(|table| table.tree().0 == one.tree).ok_or("there is no such tree")?;
    let stored =
        Stored { version: one.version, position: Position(one.position), value: Some(one.value.clone()) };
    table.load(&one.key, Some(stored)).map_err(|error| error.to_string())?;
    let write = table.encode_all().pop().ok_or("it is gone")?;
    Ok(Kept {
        tree: write.tree.0.to_owned(),
        key: write.key,
        version: write.stored.version,
        position: write.stored.position.0,
        value: write.stored.value.unwrap_or_default(),
    })
}

/// The kinds of what a turn states.
fn names(record: &Record<Shop>) -> BTreeSet<String> {
    let variant = |event: &dyn std::fmt::Debug| {
        let shown = format!("{event:?}");
        shown.split([' ', '{']).next().unwrap_or_default().to_owned()
    };
    let events = record.events.iter().map(|event| variant(event));
    let sends = record.sends.iter().map(|(to, message)| format!("{} {}", to.party(), name_of(message)));
    let calls = record.calls.iter().map(|call| call.name().to_owned());
    let timers = record.timers.iter().map(|change| match change {
        TimerChange::Set { message, .. } => format!("timer {}", name_of(message)),
        TimerChange::Cancel { .. } => "timer cancelled".to_owned(),
    });
    let dead = record.dead.iter().map(|_| "dead letter".to_owned());
    events.chain(sends).chain(calls).chain(timers).chain(dead).collect()
}

fn write_anew() {
    let (turns, kept) = run(flows());
    let mut seen = BTreeSet::new();
    let news: Vec<Vec<u8>> = turns
        .into_iter()
        .filter(|turn| {
            let fresh: Vec<String> =
                names(&decoded(turn)).into_iter().filter(|name| !seen.contains(name)).collect();
            seen.extend(fresh.iter().cloned());
            !fresh.is_empty()
        })
        .collect();
    let write = |name, bytes: Result<Vec<u8>, _>| std::fs::write(file(name), bytes.unwrap()).unwrap();
    write("turns-v1.bin", postcard::to_stdvec(&news));
    write("trees-v1.bin", postcard::to_stdvec(&kept));
}

/// The largest value of each tree that was seen.
#[derive(Default)]
struct Largest(BTreeMap<&'static str, Kept>);

impl Largest {
    fn look(&mut self, world: &World) {
        for tree in tree_names().into_iter().chain(TREES) {
            self.look_into(world, tree);
        }
    }

    fn look_into(&mut self, world: &World, tree: TreeName) {
        let visit = &mut |key: &[u8], stored: Stored| {
            let Some(value) = stored.value else { return true };
            let known = self.0.get(tree.0).map_or(0, |kept| kept.value.len());
            if value.len() > known {
                let (key, position) = (key.to_vec(), stored.position.0);
                let kept = Kept { tree: tree.0.to_owned(), key, version: stored.version, position, value };
                self.0.insert(tree.0, kept);
            }
            true
        };
        world.kit.trees.scan(tree, &[], visit).unwrap();
    }
}

/// Orders of all kinds, some of them unlucky: every turn, and a value of every tree.
async fn flows() -> (Vec<Vec<u8>>, Vec<Kept>) {
    let mut world = closed();
    let poisoned = Cell::new(crate::runtime::kit::ATTEMPTS_MAX);
    let at = move |point, to, message: &Message| {
        let is_poison = to == Address::Mailer && name_of(message) == "Send" && poisoned.get() > 0;
        if point == Point::BeforeDecision && is_poison {
            poisoned.set(poisoned.get() - 1);
            panic!("on purpose");
        }
    };
    world.kit.hooks = Rc::new(Faults { at: Box::new(at), slow_ms: 10 });
    world.kit.outside = Rc::new(Flaky::new(partners(&world.post)));
    world.kit.checkpoint_every = Duration::from_millis(25);
    world.open().await;
    let mut largest = Largest::default();
    order_everything(&world).await;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        largest.look(&world);
    }
    world.kit.crash();
    world.kit.checkpoint_every = Duration::from_secs(3_600);
    world.kit.start().await;
    send_dead_letters_again(&world).await;
    cancel_when_packed(&world, "packed").await;
    for _ in 0..10 {
        world.days(3).await;
        largest.look(&world);
    }
    world.kit.crash();
    world.kit.rules = Box::new(|| Rules { hold_days: 1, ..Rules::default() });
    world.kit.outside = Rc::new(Unkind::new(partners(&world.post)));
    world.kit.start().await;
    order_in_unkind_times(&world).await;
    for _ in 0..10 {
        world.days(3).await;
        largest.look(&world);
    }
    world.kit.crash();
    world.kit.rules = Box::new(Rules::default);
    world.kit.outside = Rc::new(Late::new(partners(&world.post), 8, 10));
    world.kit.start().await;
    for (key, sku, token) in [
        ("late truck", PLENTY, "tok_visa"),
        ("late supplies", NONE, "tok_visa"),
        ("not renewed", PLENTY, "tok_never_renewed"),
    ] {
        drop(world.submit(key, sku, 1, token));
    }
    for _ in 0..10 {
        world.days(3).await;
        largest.look(&world);
    }
    let open: Vec<OrderState> = world.ending().states.into_iter().filter(|state| !state.is_end()).collect();
    assert!(open.is_empty(), "every order ends, however unlucky: {open:?}");
    let mut turns = vec![];
    let visit = &mut |_: Position, bytes: &[u8]| {
        turns.push(bytes.to_vec());
        Ok(())
    };
    world.kit.journal.replay(Position::START, visit).unwrap();
    (turns, largest.0.into_values().collect())
}

async fn send_dead_letters_again(world: &World) {
    let shop = world.kit.running().handle();
    for letter in shop.dead_letters().await.expect("the shop lives") {
        shop.resolve(Position(letter.id), Resolution::Retry).await.expect("it is a dead letter");
    }
}

async fn order_everything(world: &World) {
    let card = Card { brand: "visa".into(), last4: "1111".into(), behaviour: Behaviour::Approves };
    let token = "tok_01".to_owned();
    world.kit.ask(Address::BankActor, ToBank::RegisterCard { token, card }.into()).await.unwrap();
    let tokens = ["tok_visa", "tok_01", "tok_declined", "tok_timeout", "tok_unreachable", "tok_nobodys"];
    for (no, token) in tokens.into_iter().enumerate() {
        drop(world.submit(&format!("k{no}"), PLENTY, 1, token));
        drop(world.submit(&format!("b{no}"), NONE, 1, token));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let order = order_of(&world.buy("partly", ONE, 2, "tok_visa").await);
    cancel(world, order).await;
    let order = order_of(&world.buy("in stock", PLENTY, 1, "tok_visa").await);
    cancel(world, order).await;
    browse(world).await;
    // left on its way for the crash
    drop(world.submit("last", NONE, 3, "tok_visa"));
    drop(world.submit("unreachable", PLENTY, 3, "tok_unreachable"));
}

async fn order_in_unkind_times(world: &World) {
    drop(world.submit("slips", NONE, 2, "tok_visa"));
    drop(world.submit("never supplied", NONE, i128::from(NEVER_SUPPLIED), "tok_visa"));
    drop(world.submit("card not verified", NONE, 1, "tok_declined"));
    let details = details("tok_visa", Backorder::Refuse);
    let refused = Checkout {
        program: ProgramId::new(1),
        idempotency_key: "r".into(),
        digest: 1,
        lines: vec![line(NONE, 1)].into(),
        details,
    };
    world.kit.ask(PROGRAMS, ToSession::Submit(Box::new(refused)).into()).await.unwrap();
    // the truck has it when the customer wants it back
    cancel_when_packed(world, "too late").await;
    keys(world).await;
}

async fn keys(world: &World) {
    let key = ApiKey::new(ProgramId::new(1), [7; 32]).hash();
    for asked in
        [ToSession::AddKey { name: "till".into(), key }, ToSession::RevokeKey { name: "till".into() }]
    {
        world.kit.ask(PROGRAMS, asked.into()).await.unwrap();
    }
}

async fn cancel_when_packed(world: &World, key: &str) {
    let order = order_of(&world.buy(key, PLENTY, 1, "tok_visa").await);
    tokio::time::sleep(Duration::from_secs(2 * 3_600)).await;
    cancel(world, order).await;
}

async fn cancel(world: &World, order: OrderId) {
    let key = world.kit.look(|state| state.orders.orders.peek(&order).unwrap().key.to_string());
    world.kit.ask(Address::OrderManager, ToOrders::Cancel { order, claim: key.into() }.into()).await.unwrap();
}

/// A visitor with a browser.
async fn browse(world: &World) {
    let visitor = Address::WebSession(SessionId::new(1_795_305_600_000, 3));
    let ask = async |message: ToSession| world.kit.ask(visitor, message.into()).await.unwrap();
    ask(ToSession::Create).await;
    ask(ToSession::SetLine { line: line(PLENTY, 2) }).await;
    ask(ToSession::SetLine { line: line(ONE, 1) }).await;
    ask(ToSession::RemoveLine { sku: Sku::parse(ONE).unwrap() }).await;
    let details = details("tok_visa", Backorder::Refuse);
    let (customer, shipping_address) = (details.customer, details.shipping_address);
    let begin = ToSession::BeginCheckout { customer, shipping_address, backorder: details.backorder };
    let Reply::Session(SessionReply::CheckoutBegun { checkout, cart }) = ask(begin).await else {
        panic!("a checkout is begun");
    };
    let amount = cart.totals.expect("what is in the cart has a price").total;
    let card = Some(TypedCard { token: "tok_visa".into(), amount });
    ask(ToSession::PayWith { checkout, card }).await;
    ask(ToSession::SetLine { line: line(PLENTY, 1) }).await;
}
