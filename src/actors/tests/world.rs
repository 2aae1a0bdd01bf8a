//! A whole shop on virtual time: the eight actors under their own tree, the embedded partners, and a post
//! office in memory that outlives a crash.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::task::JoinHandle;

use crate::actors::mailer::MailId;
use crate::actors::merchant_proxy::Payment;
use crate::actors::order_manager::{Answer, Order, Outcome};
use crate::actors::testing::quoted;
use crate::actors::web_session::{Checkout, CheckoutDetails, CheckoutReply, Submit};
use crate::actors::{Address, Event, Message, Rules, SESSIONS, Shop, audit::audit, bank, stock_keeper, tree};
use crate::domain::catalogue::Product;
use crate::domain::quote::TaxClass;
use crate::domain::{
    Backorder, Currency, Customer, Money, OrderId, OrderLine, OrderState, ProgramId, Quantity, SessionId,
    ShippingAddress, Sku,
};
use crate::journal::{Journal, Position};
use crate::partners::mail::{Letter, MailKind, MemoryPost};
use crate::partners::{Partners, carrier::EmbeddedCarrier, wholesaler};
use crate::runtime::kit::{Kit, hush_panics};
use crate::runtime::{Cause, Hooks, Point, Record, Recovered, Refused, recover, tree_names};
use crate::storage::MemoryTrees;

pub const PROGRAMS: Address = Address::WebSession(SessionId::PROGRAMS);

/// On the shelf: plenty, none, and one.
pub const PLENTY: &str = "PD-0001";
pub const NONE: &str = "PD-0002";
pub const ONE: &str = "PD-0003";

pub const UNIT_PENCE: i64 = 500;

pub struct World {
    pub kit: Kit<Shop>,
    pub post: MemoryPost,
}

pub type Asked = JoinHandle<Result<CheckoutReply, Refused>>;

/// A shop with its shelves filled, at the pace of real time.
pub async fn opened() -> World {
    let mut world = closed();
    world.open().await;
    world
}

/// One that has not been started: its kit may be changed.
pub fn closed() -> World {
    hush_panics();
    let post = MemoryPost::new();
    let mut kit = Kit::new(Rules::default);
    kit.tree = Box::new(tree);
    kit.passing_group = SESSIONS;
    kit.outside = Rc::new(partners(&post));
    World { kit, post }
}

pub fn partners(post: &MemoryPost) -> Partners {
    partners_in(TimeZone::UTC, post)
}

fn partners_in(zone: TimeZone, post: &MemoryPost) -> Partners {
    Partners {
        wholesalers: wholesaler::embedded(&zone),
        carrier: Box::new(EmbeddedCarrier::in_zone(zone)),
        post: Box::new(post.clone()),
    }
}

/// A shop in that zone, not yet started.
pub fn closed_in(zone: &TimeZone) -> World {
    let mut world = closed();
    let time_zone = zone.clone();
    world.kit.rules = Box::new(move || Rules { time_zone: time_zone.clone(), ..Rules::default() });
    world.kit.outside = Rc::new(partners_in(zone.clone(), &world.post));
    world
}

pub fn product(sku: &str) -> Product {
    Product {
        sku: Sku::parse(sku).unwrap(),
        title: format!("The book {sku}"),
        authors: vec!["Jane Austen".into()],
        year: Some(1815),
        language: Some("en".into()),
        isbn: None,
        price: Money::new(UNIT_PENCE, Currency::GBP),
        weight_grams: Some(300),
        tax_class: TaxClass::Books,
    }
}

pub fn shelves() -> stock_keeper::List {
    let products = vec![(product(PLENTY), 100), (product(NONE), 0), (product(ONE), 1)];
    stock_keeper::List { products }
}

pub fn line(sku: &str, units: i128) -> OrderLine {
    OrderLine {
        sku: Sku::parse(sku).unwrap(),
        title: format!("The book {sku}"),
        quantity: Quantity::parse(units).unwrap(),
        unit_price: Money::new(UNIT_PENCE, Currency::GBP),
        weight_grams: Some(300),
    }
}

pub fn details(token: &str, backorder: Backorder) -> CheckoutDetails {
    CheckoutDetails {
        customer: Arc::new(Customer { email: "ada@example.org".into(), name: "Ada Byron".into() }),
        shipping_address: Arc::new(ShippingAddress::of("12 St James's Square", "London", "SW1Y 4LE", "GB")),
        token: token.to_owned(),
        backorder,
    }
}

/// A whole checkout in one call. The key tells orders apart.
pub fn checkout(key: &str, lines: Vec<OrderLine>, token: &str) -> Submit {
    let details = details(token, Backorder::Accept);
    Submit(Box::new(Checkout {
        program: ProgramId::OPEN,
        idempotency_key: key.into(),
        digest: 7,
        quote: quoted(&lines),
        lines: lines.into(),
        details,
    }))
}

impl World {
    pub async fn open(&mut self) {
        self.kit.start().await;
        self.kit.ask(shelves()).await.unwrap();
    }

    pub fn submit(&self, key: &str, sku: &str, units: i128, token: &str) -> Asked {
        self.kit.tell_of(SessionId::PROGRAMS, checkout(key, vec![line(sku, units)], token))
    }

    /// Buys, and says what the customer was answered.
    pub async fn buy(&self, key: &str, sku: &str, units: i128, token: &str) -> Outcome {
        answer(self.submit(key, sku, units, token)).await.outcome
    }

    /// Lets so many days pass, and what is on its way arrive.
    pub async fn days(&self, days: u64) {
        tokio::time::sleep(Duration::from_secs(days * 86_400)).await;
        self.kit.settle().await;
    }

    /// The states as the journal alone gives them.
    pub fn derived(&self) -> Recovered<Shop> {
        let journal: &dyn Journal = &self.kit.journal;
        recover(journal, &MemoryTrees::new(&tree_names::<Shop>())).unwrap()
    }

    pub fn state_of(&self, order: OrderId) -> OrderState {
        self.derived().tables.of::<Order>().peek(&order).expect("the order was placed").state
    }

    pub fn records(&self) -> Vec<(Position, Record<Shop>)> {
        let mut records = vec![];
        let visit = &mut |position: Position, bytes: &[u8]| {
            records.push((position, Record::decode(position, bytes).unwrap()));
            Ok(())
        };
        self.kit.journal.replay(Position::START, visit).unwrap();
        records
    }

    /// Who handled what, turn by turn.
    pub fn trace(&self) -> Vec<(Address, String)> {
        let records = self.records();
        let stated: BTreeMap<Position, &Record<Shop>> = records.iter().map(|(at, one)| (*at, one)).collect();
        let name = |cause: &Cause| match cause {
            Cause::Outside => "asked from outside".to_owned(),
            Cause::Message(id) => name_of(&stated[&id.turn].stated.sends[id.index as usize].1),
            Cause::Call(id) => stated[&id.turn].stated.calls[id.index as usize].name().to_owned(),
            Cause::Timer { set, .. } => format!("timer of {}", stated[&set.turn].by),
            Cause::DeadLetter(letter) => format!("the operator's word on #{letter}"),
        };
        records.iter().map(|(_, record)| (record.by, name(&record.cause))).collect()
    }

    /// Everything is at rest and every book is right; how it has ended.
    pub fn ending(&self) -> Ending {
        let derived = self.derived();
        assert!(derived.is_quiet(), "something is still on its way");
        assert_eq!(audit(&derived.tables, true), Vec::<String>::new());
        let events =
            self.records().into_iter().flat_map(|(_, record)| record.stated.events).collect::<Vec<_>>();
        let count = |is: fn(&Event) -> bool| events.iter().filter(|event| is(event)).count();
        let mut states: Vec<OrderState> =
            derived.tables.of::<Order>().resident().map(|(_, order)| order.state).collect();
        states.sort();
        let payments = derived.tables.of::<Payment>().resident();
        Ending {
            states,
            captures: count(|event| matches!(event, Event::BankActor(bank::Event::Captured { .. }))),
            settled: payments.map(|(_, payment)| payment.settled().amount).sum(),
            purchase_orders: count(|event| {
                matches!(event, Event::StockKeeper(stock_keeper::Event::Ordered { .. }))
            }),
            letters: self.letters(),
        }
    }

    /// Letters of each kind by `Message-ID`: a repeat has the same, and is the same.
    fn letters(&self) -> BTreeMap<MailKind, usize> {
        let mut seen: BTreeMap<Vec<u8>, Letter> = BTreeMap::new();
        for letter in self.post.letters() {
            let id = crate::runtime::TableKey::to_bytes(&MailId::of(&letter));
            let first = seen.entry(id).or_insert_with(|| letter.clone());
            assert!(*first == letter, "two letters have one Message-ID: {first:?} and {letter:?}");
        }
        let mut kinds = BTreeMap::new();
        seen.values().for_each(|letter| *kinds.entry(letter.kind).or_default() += 1);
        kinds
    }
}

/// What customers, the bank, suppliers and the post have seen in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub states: Vec<OrderState>,
    pub captures: usize,
    /// In pence.
    pub settled: i64,
    pub purchase_orders: usize,
    pub letters: BTreeMap<MailKind, usize>,
}

/// What an order of one in-stock book comes to.
pub fn one_closed_order() -> Ending {
    let letters = [MailKind::OrderConfirmation, MailKind::Dispatched, MailKind::Delivered];
    Ending {
        states: vec![OrderState::Closed],
        captures: 1,
        settled: UNIT_PENCE + 299,
        purchase_orders: 0,
        letters: letters.into_iter().map(|kind| (kind, 1)).collect(),
    }
}

pub async fn answer(asked: Asked) -> Answer {
    match asked.await.unwrap() {
        Ok(Ok(answer)) => answer,
        other => panic!("a checkout is answered: {other:?}"),
    }
}

/// The order, of an answer that tells of one that goes on.
pub fn order_of(outcome: &Outcome) -> OrderId {
    match outcome {
        Outcome::Taken(view) | Outcome::Pending(view) => view.id,
        other => panic!("the order was not taken: {other:?}"),
    }
}

pub fn name_of(message: &Message) -> String {
    message.name().to_owned()
}

type AtPoint = Box<dyn Fn(Point, Address, &Message)>;

/// Faults by a closure; every message takes `slow_ms` where that is more than 0.
pub struct Faults {
    pub at: AtPoint,
    pub slow_ms: u64,
}

impl Faults {
    pub fn at(at: impl Fn(Point, Address, &Message) + 'static) -> Rc<Faults> {
        Rc::new(Faults { at: Box::new(at), slow_ms: 0 })
    }
}

impl Hooks<Shop> for Faults {
    fn at(&self, point: Point, to: Address, message: &Message) {
        (self.at)(point, to, message);
    }

    fn hang_ms(&self, _to: Address, _message: &Message) -> Option<u64> {
        (self.slow_ms > 0).then_some(self.slow_ms)
    }
}
