//! Orders of all kinds, some of them unlucky.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use super::forms::{kind_of_message, written};
use super::kept::Kept;
use crate::actors::back_office::{CloseCase, ShowShortage};
use crate::actors::bank::{Behaviour, Card, RegisterCard};
use crate::actors::order_manager::{self, Cancel, Order, Refund, RefundWanted, Show, TryCard};
use crate::actors::stock_keeper::{self, Check, Count, Counted, Delist, Described, Earliest, Import, Relist};
use crate::actors::testing::quoted;
use crate::actors::tests::unlucky::{Flaky, Late, NEVER_SUPPLIED, Unkind};
use crate::actors::tests::world::{
    Faults, NONE, ONE, PLENTY, World, closed, details, line, name_of, order_of, partners, product,
};
use crate::actors::web_session::{
    AddKey, Adopt, BeginCheckout, Checkout, CheckoutBegun, CheckoutCart, Create, End, Forget, ListKeys,
    PayWith, RemoveLine, RevokeKey, SetLine, Submit, View,
};
use crate::actors::{Address, Message, Rules, Shop, web_session};
use crate::domain::catalogue::Detail;
use crate::domain::{
    ApiKey, Backorder, CaseId, KeyRole, OrderId, OrderState, ProgramId, SessionId, Sku, Units, VisitorKey,
};
use crate::journal::{Journal as _, Position};
use crate::partners::processor::TypedCard;
use crate::runtime::{Point, Resolution, tree_names};
use crate::storage::{Stored, TreeName, Trees as _};

/// The largest value of each tree that was seen.
#[derive(Default)]
struct Largest(BTreeMap<&'static str, Kept>);

impl Largest {
    fn look(&mut self, world: &World) {
        for tree in tree_names::<Shop>() {
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

/// What the flows leave, as it is stored.
pub struct Seen {
    /// Every turn.
    pub turns: Vec<Vec<u8>>,
    /// One of each kind that an actor was given, whether it stands in a turn or came from outside.
    pub messages: Vec<Vec<u8>>,
    /// A value of every tree.
    pub kept: Vec<Kept>,
}

/// Orders of all kinds, some of them unlucky.
pub async fn flows() -> Seen {
    let mut world = closed();
    let poisoned = Cell::new(crate::runtime::kit::ATTEMPTS_MAX);
    let messages: Rc<RefCell<BTreeMap<String, Vec<u8>>>> = Rc::default();
    let given = messages.clone();
    let at = move |point, to, message: &Message| {
        given.borrow_mut().entry(kind_of_message(message)).or_insert_with(|| written(message));
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
    // also while orders are placed: a call is seldom in a tree when all is at rest
    let looks = async {
        for _ in 0..200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            largest.look(&world);
        }
    };
    tokio::join!(order_everything(&world), looks);
    world.kit.crash();
    world.kit.checkpoint_every = Duration::from_secs(3_600);
    world.kit.start().await;
    send_dead_letters_again(&world).await;
    cancel_when_packed(&world, "packed").await;
    for _ in 0..10 {
        world.days(3).await;
        largest.look(&world);
    }
    give_back(&world).await;
    largest.look(&world);
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
    be_short(&world).await;
    largest.look(&world);
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
    let messages = messages.borrow().values().cloned().collect();
    Seen { turns, messages, kept: largest.0.into_values().collect() }
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
    world.kit.ask(RegisterCard { token, card }).await.unwrap();
    let tokens = ["tok_visa", "tok_01", "tok_declined", "tok_timeout", "tok_unreachable", "tok_nobodys"];
    for (no, token) in tokens.into_iter().enumerate() {
        drop(world.submit(&format!("k{no}"), PLENTY, 1, token));
        drop(world.submit(&format!("b{no}"), NONE, 1, token));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let order = order_of(&world.buy("partly", ONE, 2, "tok_visa").await);
    cancel(world, order).await;
    let order = order_of(&world.buy("in stock", PLENTY, 1, "tok_visa").await);
    look(world, order).await;
    cancel(world, order).await;
    browse(world).await;
    keep_the_shelves(world).await;
    fill_a_cart(world).await;
    // left on its way for the crash
    drop(world.submit("last", NONE, 3, "tok_visa"));
    drop(world.submit("unreachable", PLENTY, 3, "tok_unreachable"));
}

/// What was taken is given back; the bank's answers are lost, or it gives nothing back.
async fn give_back(world: &World) {
    let mut orders = vec![];
    for (key, token) in [
        ("capture lost", "tok_capture_lost"),
        ("refund lost", "tok_refund_lost"),
        ("refund rejected", "tok_refund_rejected"),
    ] {
        orders.push(order_of(&world.buy(key, PLENTY, 1, token).await));
    }
    world.days(5).await;
    for order in orders {
        let (reason, by, key) = ("a page was torn".to_owned(), "ada".to_owned(), "first".to_owned());
        let wanted = Box::new(RefundWanted { amount: None, reason, by, key });
        world.kit.ask(Refund { order, wanted }).await.unwrap().unwrap();
    }
    world.days(8).await;
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
        quote: quoted(&[line(NONE, 1)]),
        lines: vec![line(NONE, 1)].into(),
        details,
    };
    world.kit.ask_of(SessionId::PROGRAMS, Submit(Box::new(refused))).await.unwrap().unwrap();
    // the truck has it when the customer wants it back
    cancel_when_packed(world, "too late").await;
    keys(world).await;
}

async fn keys(world: &World) {
    let key = ApiKey::new(ProgramId::new(1), [7; 32]).hash();
    let name = "till".to_owned();
    world
        .kit
        .ask_of(SessionId::PROGRAMS, AddKey { name: name.clone(), key, role: KeyRole::Buyer })
        .await
        .unwrap()
        .unwrap();
    world.kit.ask_of(SessionId::PROGRAMS, ListKeys).await.unwrap();
    world.kit.ask_of(SessionId::PROGRAMS, RevokeKey { name }).await.unwrap().unwrap();
}

async fn cancel_when_packed(world: &World, key: &str) {
    let order = order_of(&world.buy(key, PLENTY, 1, "tok_visa").await);
    tokio::time::sleep(Duration::from_secs(2 * 3_600)).await;
    cancel(world, order).await;
}

async fn cancel(world: &World, order: OrderId) {
    world.kit.ask(Cancel { order, claim: key_of(world, order).into() }).await.unwrap();
}

fn key_of(world: &World, order: OrderId) -> String {
    world.kit.look(|tables| tables.of::<Order>().peek(&order).unwrap().key.to_string())
}

async fn look(world: &World, order: OrderId) {
    let (kit, key, sku) = (&world.kit, key_of(world, order), Sku::parse(NONE).unwrap());
    kit.ask(Show { order, claim: key.clone().into() }).await.unwrap().unwrap();
    kit.ask(order_manager::ShowTimeline { order, claim: key.into() }).await.unwrap().unwrap();
    kit.ask(stock_keeper::ShowTimeline { order }).await.unwrap();
    let case = CaseId::nth_of(Some(order.slot()), 1_000);
    let (by, why) = ("ada".into(), "paid".into());
    kit.ask(CloseCase { case, by, why }).await.unwrap().unwrap_err();
    kit.ask(Check { skus: vec![sku.clone()] }).await.unwrap();
    kit.ask(Earliest { wanted: vec![Units { sku, quantity: 1 }] }).await.unwrap();
}

/// A program that has a cart of its own, and two visitors who leave theirs.
async fn fill_a_cart(world: &World) {
    let (kit, begun) = (&world.kit, 1_795_305_600_000);
    let program = SessionId::of_program(begun, 4);
    kit.ask_of(program, Create).await.unwrap().unwrap();
    kit.ask_of(program, SetLine { line: line(PLENTY, 1) }).await.unwrap().unwrap();
    let cart = kit.ask_of(program, View).await.unwrap().unwrap();
    let seen = Some(web_session::Seen::of(&cart.lines, quoted(&cart.lines)));
    let details = Box::new(details("tok_visa", Backorder::Refuse));
    kit.ask_of(program, CheckoutCart { idempotency_key: "cart".into(), digest: 1, details, seen })
        .await
        .unwrap()
        .unwrap();
    let (known, unknown) = (SessionId::new(begun, 5), SessionId::new(begun, 6));
    kit.ask_of(known, Adopt { lines: vec![line(PLENTY, 2)] }).await.unwrap().unwrap();
    kit.ask_of(known, Forget).await.unwrap();
    kit.ask_of(unknown, Create).await.unwrap().unwrap();
    kit.ask_of(unknown, End).await.unwrap();
}

/// A visitor with a browser.
/// A product comes, is counted, and goes.
async fn keep_the_shelves(world: &World) {
    let (kit, sku) = (&world.kit, Sku::parse("PD-0009").unwrap());
    let (reason, who) = ("books.csv".to_owned(), "Ada".to_owned());
    for unsaid in [vec![], Detail::ALL.to_vec()] {
        let products = vec![Described { product: product(sku.as_str()), counted: 3, unsaid }];
        let (reason, who) = (reason.clone(), who.clone());
        kit.ask(Import { products, keep_stock: false, reason, who }).await.unwrap();
    }
    for counted in [Counted::Are(1), Counted::Came(2)] {
        let (sku, reason, who) = (sku.clone(), reason.clone(), who.clone());
        kit.ask(Count { sku, counted, reason, who }).await.unwrap().unwrap();
    }
    kit.ask(Delist { skus: vec![sku.clone()] }).await.unwrap();
    kit.ask(Relist { skus: vec![sku] }).await.unwrap();
}

/// Two are promised and none is found.
async fn be_short(world: &World) {
    let (kit, sku) = (&world.kit, Sku::parse("PD-0009").unwrap());
    let short = order_of(&world.buy("short", sku.as_str(), 2, "tok_visa").await);
    look(world, short).await;
    for counted in [Counted::Are(0), Counted::Came(1)] {
        let (sku, reason, who) = (sku.clone(), "counted".to_owned(), "Ada".to_owned());
        kit.ask(Count { sku, counted, reason, who }).await.unwrap().unwrap();
    }
    kit.ask(ShowShortage { sku }).await.unwrap().expect("one is short");
    assert!(kit.running().handle().checkpoint().await, "the shop lives");
}

async fn browse(world: &World) {
    let (kit, visitor) = (&world.kit, VisitorKey::new(1_795_305_600_000, 3).session());
    kit.ask_of(visitor, Create).await.unwrap().unwrap();
    kit.ask_of(visitor, SetLine { line: line(PLENTY, 2) }).await.unwrap().unwrap();
    kit.ask_of(visitor, SetLine { line: line(ONE, 1) }).await.unwrap().unwrap();
    let sku = Sku::parse(ONE).unwrap();
    let cart = kit.ask_of(visitor, RemoveLine { sku }).await.unwrap().unwrap();
    let seen = web_session::Seen::of(&cart.lines, quoted(&cart.lines));
    let details = details("tok_visa", Backorder::Refuse);
    let (customer, shipping_address) = (details.customer, details.shipping_address);
    let begin = BeginCheckout { customer, shipping_address, backorder: details.backorder, seen };
    let CheckoutBegun { checkout, cart } = kit.ask_of(visitor, begin.clone()).await.unwrap().unwrap();
    let amount = quoted(&cart.lines).totals.total;
    let card = Some(TypedCard { token: "tok_visa".into(), amount });
    kit.ask_of(visitor, PayWith { checkout, card }).await.unwrap().unwrap();
    // as much as before; declined when nobody waits for it any more
    kit.ask_of(visitor, SetLine { line: line(PLENTY, 2) }).await.unwrap().unwrap();
    let CheckoutBegun { checkout, cart } = kit.ask_of(visitor, begin).await.unwrap().unwrap();
    let amount = quoted(&cart.lines).totals.total;
    let card = Some(TypedCard { token: "tok_declined".into(), amount });
    let told = kit.ask_of(visitor, PayWith { checkout, card }).await.unwrap().unwrap();
    // declined once more, and nobody tries a third
    let (order, attempt) = (order_of(&told.outcome), 2);
    let card = Box::new(TypedCard { token: "tok_unreachable".into(), amount });
    kit.ask(TryCard { order, claim: key_of(world, order).into(), attempt, card }).await.unwrap();
}
