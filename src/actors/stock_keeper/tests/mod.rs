mod counting;
mod credit;
mod flows;
mod overdue;
mod process;
mod properties;
mod shelf;
mod supplies;

use std::collections::VecDeque;

use crate::actors::back_office::{Message as ToBackOffice, NewCase};
use crate::actors::testing::{NOON, alone};
use crate::actors::{self, Address, Call, Decided, Shop, order_manager};
use crate::domain::catalogue::Product;
use crate::domain::quote::TaxClass;
use crate::domain::{Backorder, Currency, Date, Money, OrderId, Sku, Units};
use crate::partners::Answered;
use crate::partners::wholesaler::{Acknowledgement, Quote, QuoteAnswer, ShipNotice, WholesalerId};
use crate::runtime::{Alone, AnyReply, RequestId, TimerChange};

use super::{Check, Demand, Earliest, List, Message, PlacePurchaseOrder, PurchaseOrderId, StockItem};

pub const US: Address = Address::StockKeeper;
pub const REQUEST: RequestId = RequestId(7);

pub fn sku(name: &str) -> Sku {
    Sku::parse(name).unwrap()
}

pub fn order(n: u64) -> OrderId {
    OrderId::new(n, 0)
}

pub fn units(lines: &[(&str, u32)]) -> Vec<Units> {
    lines.iter().map(|&(name, quantity)| Units { sku: sku(name), quantity }).collect()
}

/// So many days after the test's.
pub fn day(n: u32) -> Date {
    NOON.date().plus_days(n)
}

pub fn product(name: &str) -> Product {
    Product {
        sku: sku(name),
        title: name.to_owned(),
        authors: vec![],
        year: None,
        language: None,
        isbn: None,
        price: Money::new(999, Currency::GBP),
        weight_grams: Some(300),
        tax_class: TaxClass::Books,
    }
}

/// The stock keeper with these units on the shelf; everybody else is played by the test.
pub fn with_stock(stock: &[(&str, u32)]) -> Alone<Shop> {
    let mut keeper = alone();
    keeper.rules.wholesalers = [1, 2].map(WholesalerId).to_vec();
    let products = stock.iter().map(|&(name, found)| (product(name), found)).collect();
    keeper.when(US, Message::List(List { products }));
    keeper
}

/// What these tests tell the stock keeper, and see of it. Of all that it says, also to itself, they get the whole.
pub trait Keeper {
    fn hears(&mut self, message: Message) -> Heard;

    /// It panics over the message until that is given up.
    fn gives_up(&mut self, message: Message) -> Heard;

    fn is_asked(&mut self, question: impl Into<Message>) -> Heard;

    fn item(&self, name: &str) -> &StockItem;

    fn demands(&self) -> usize;

    fn reserve(&mut self, n: u64, lines: &[(&str, u32)], backorder: Backorder) -> Heard {
        self.hears(Message::Reserve { order: order(n), lines: units(lines), backorder })
    }

    fn release(&mut self, n: u64, lines: &[(&str, u32)]) -> Heard {
        self.hears(Message::Release { order: order(n), lines: units(lines) })
    }

    fn order_supplies(&mut self, n: u64) -> Heard {
        self.hears(Message::OrderSupplies { order: order(n) })
    }

    /// A wholesaler's answer to the first round: so many units in so many days.
    fn offers(&mut self, from: u8, name: &str, quantity: u32, days: u32) -> Heard {
        let answer = QuoteAnswer::Offer(Quote {
            wholesaler: WholesalerId(from),
            sku: sku(name),
            quantity,
            unit_cost: Money::new(500, Currency::GBP),
            ships_on: day(days),
        });
        self.quote(from, name, Answered::Known(answer))
    }

    fn offers_nothing(&mut self, from: u8, name: &str) -> Heard {
        self.quote(from, name, Answered::Known(QuoteAnswer::Nothing))
    }

    fn quote(&mut self, from: u8, name: &str, result: Answered<QuoteAnswer>) -> Heard {
        let round = self.item(name).rounds;
        self.hears(Message::QuoteAnswered { sku: sku(name), round, from: WholesalerId(from), result })
    }

    fn acknowledged(&mut self, id: PurchaseOrderId, accepted: u32, days: u32) -> Heard {
        let result = Answered::Known(Acknowledgement { accepted, arrives_on: day(days) });
        self.hears(Message::SupplyAnswered { purchase_order: id, result })
    }

    fn refused(&mut self, id: PurchaseOrderId) -> Heard {
        let result = Answered::Refused("sold out".into());
        self.hears(Message::SupplyAnswered { purchase_order: id, result })
    }

    fn arrived(&mut self, id: PurchaseOrderId, quantity: u32) -> Heard {
        let result = Answered::Known(ShipNotice::Arrived { quantity });
        self.hears(Message::ShipNoticeAnswered { purchase_order: id, result })
    }

    /// An order that was promised what is missing, its payment made and its supplies ordered: one purchase order.
    fn waits(&mut self, n: u64, lines: &[(&str, u32)]) -> PurchaseOrderId {
        let heard = self.reserve(n, lines, Backorder::Accept);
        if heard.orders.is_empty() {
            self.offers(1, lines[0].0, 100, 5);
            self.offers(2, lines[0].0, 100, 2);
        }
        let (id, _, quantity) = self.order_supplies(n).purchase_orders()[0];
        self.acknowledged(id, quantity, 2);
        id
    }
}

impl Keeper for Alone<Shop> {
    fn hears(&mut self, message: Message) -> Heard {
        let decided = self.when(US, message);
        heard(self, decided)
    }

    fn gives_up(&mut self, message: Message) -> Heard {
        let decided = self.given_up(US, message);
        heard(self, decided)
    }

    fn is_asked(&mut self, question: impl Into<Message>) -> Heard {
        let decided = self.asked(US, REQUEST, question.into());
        heard(self, decided)
    }

    fn item(&self, name: &str) -> &StockItem {
        self.get::<StockItem>(&sku(name)).unwrap()
    }

    fn demands(&self) -> usize {
        self.tables.of::<Demand>().resident().count()
    }
}

/// With whatever it then tells itself.
fn heard(keeper: &mut Alone<Shop>, decided: Decided) -> Heard {
    let mut heard = Heard::default();
    let mut turns = VecDeque::from([decided]);
    while let Some(Decided { stated, replies }) = turns.pop_front() {
        for (to, message) in stated.sends {
            match (to, message) {
                (Address::OrderManager, actors::Message::OrderManager(message)) => {
                    heard.orders.push(message);
                }
                (Address::BackOffice, actors::Message::BackOffice(ToBackOffice::Open(case))) => {
                    heard.cases.push(case);
                }
                (Address::BackOffice, actors::Message::BackOffice(ToBackOffice::Short { text, .. })) => {
                    heard.short.push(Some(text))
                }
                (Address::BackOffice, actors::Message::BackOffice(ToBackOffice::MadeGood { .. })) => {
                    heard.short.push(None);
                }
                (Address::BackOffice, _) => {}
                (US, message) => turns.push_back(keeper.when(US, message)),
                other => panic!("nobody expects {other:?}"),
            }
        }
        heard.calls.extend(stated.calls);
        heard.timers.extend(stated.timers);
        heard.events.extend(stated.events);
        heard.replies.extend(replies.into_iter().map(|(_, reply)| reply.unwrap()));
    }
    for (_, item) in keeper.tables.of::<StockItem>().resident() {
        item.audit().unwrap();
    }
    heard
}

/// What the stock keeper said on a message.
#[derive(Default)]
pub struct Heard {
    pub orders: Vec<order_manager::Message>,
    pub calls: Vec<Call>,
    pub timers: Vec<TimerChange<Shop>>,
    pub replies: Vec<AnyReply>,
    pub events: Vec<actors::Event>,
    /// Cases that the back office gets to keep.
    pub cases: Vec<NewCase>,
    /// What it hears of shortages; `None`: one is made good.
    pub short: Vec<Option<String>>,
}

impl Heard {
    pub fn is_nothing(&self) -> bool {
        self.events.is_empty() && self.orders.is_empty() && self.calls.is_empty() && self.timers.is_empty()
    }

    /// The one reply, where there is one of this type.
    pub fn reply<R: 'static>(&self) -> Option<&R> {
        match self.replies.as_slice() {
            [reply] => reply.downcast_ref(),
            _ => None,
        }
    }

    /// The purchase orders that went out: id, wholesaler, quantity.
    pub fn purchase_orders(&self) -> Vec<(PurchaseOrderId, u8, u32)> {
        let sent = |call: &Call| match call {
            Call::PlacePurchaseOrder(PlacePurchaseOrder { wholesaler, purchase_order, order }) => {
                assert_eq!(order.key, purchase_order.to_string());
                Some((*purchase_order, wholesaler.0, order.quantity))
            }
            _ => None,
        };
        self.calls.iter().filter_map(sent).collect()
    }
}

pub fn reserved(n: u64) -> order_manager::Message {
    order_manager::Message::Reserved { order: order(n) }
}

pub fn promised(n: u64, days: u32) -> order_manager::Message {
    order_manager::Message::Promised { order: order(n), ships_on: day(days) }
}

pub fn out_of_stock(n: u64, days: Option<u32>) -> order_manager::Message {
    order_manager::Message::OutOfStock { order: order(n), earliest: days.map(day) }
}

pub fn arrived(n: u64) -> order_manager::Message {
    order_manager::Message::SuppliesArrived { order: order(n) }
}

pub fn no_supplies(n: u64) -> order_manager::Message {
    order_manager::Message::NoSupplies { order: order(n) }
}
