//! The order manager and the stock keeper, whose messages cross: whatever overtakes what, no unit is kept for two orders, and
//! what has ended keeps none.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::world::{ONE, details, line, product};
use crate::actors::order_manager::{Cancel, Idempotency, Message as ToOrders, Order, PlaceOrder, Route};
use crate::actors::stock_keeper::{List, Message as ToStock};
use crate::actors::testing::{self, NOON, alone};
use crate::actors::{Address, Call, Decided, Event, Message, PartnerCall as _, Shop, audit::audit};
use crate::domain::{Backorder, Buyer, Currency, Money, OrderId, ProgramId};
use crate::partners::Answered;
use crate::partners::wholesaler::{Quote, QuoteAnswer};
use crate::runtime::Alone;

const ON_THE_SHELF: u32 = 5;

#[derive(Clone, Debug)]
enum Step {
    Place {
        units: i128,
        accept: bool,
    },
    Cancel {
        nth: usize,
    },
    /// The stock keeper takes the next message.
    ToStock,
    ToOrders,
    /// A wholesaler answers.
    Quote {
        nth: usize,
        offers: bool,
    },
    /// The stock keeper takes the next message, if that is a `Reserve`, and panics until it is given up.
    GiveUp,
    /// The operator sends what was given up again.
    SendAgain,
}

fn step() -> impl Strategy<Value = Step> {
    let nth = || 0..1_000usize;
    prop_oneof![
        3 => (1..4i128, any::<bool>()).prop_map(|(units, accept)| Step::Place { units, accept }),
        3 => nth().prop_map(|nth| Step::Cancel { nth }),
        4 => Just(Step::ToStock),
        3 => Just(Step::ToOrders),
        3 => (nth(), any::<bool>()).prop_map(|(nth, offers)| Step::Quote { nth, offers }),
        1 => Just(Step::GiveUp),
        1 => Just(Step::SendAgain),
    ]
}

/// The two, and what is on its way between them; nobody else answers.
struct Two {
    alone: Alone<Shop>,
    to_stock: VecDeque<Message>,
    to_orders: VecDeque<Message>,
    quotes: Vec<Call>,
    dead_letters: Vec<Message>,
    orders: Vec<OrderId>,
}

impl Two {
    fn new() -> Two {
        let mut alone = alone();
        alone
            .when(Address::StockKeeper, ToStock::List(List { products: vec![(product(ONE), ON_THE_SHELF)] }));
        let (to_stock, to_orders) = (VecDeque::new(), VecDeque::new());
        Two { alone, to_stock, to_orders, quotes: vec![], dead_letters: vec![], orders: vec![] }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Place { units, accept } => self.place(units, accept),
            Step::Cancel { nth } => self.cancel(nth),
            Step::ToStock => {
                if let Some(message) = self.to_stock.pop_front() {
                    let decided = self.alone.when(Address::StockKeeper, message);
                    self.note(decided);
                }
            }
            Step::ToOrders => {
                if let Some(message) = self.to_orders.pop_front() {
                    let decided = self.alone.when(Address::OrderManager, message);
                    self.note(decided);
                }
            }
            Step::Quote { nth, offers } => {
                if !self.quotes.is_empty() {
                    let call = self.quotes.remove(nth % self.quotes.len());
                    self.to_stock.push_back(quoted(&call, offers));
                }
            }
            Step::GiveUp => {
                let next = self.to_stock.front();
                let is_reserve = matches!(next, Some(Message::StockKeeper(ToStock::Reserve { .. })));
                if is_reserve && let Some(message) = self.to_stock.pop_front() {
                    self.alone.given_up(Address::StockKeeper, message.clone());
                    self.dead_letters.push(message);
                }
            }
            Step::SendAgain => self.to_stock.extend(self.dead_letters.pop()),
        }
    }

    fn place(&mut self, units: i128, accept: bool) {
        let n = self.orders.len() as u64;
        let (principal, route) = (Buyer::Program(ProgramId::OPEN), Route::Orders);
        let idempotency = Idempotency { principal, route, key: format!("k{n}"), digest: 1 };
        let order = OrderId::in_slot(idempotency.slot(), NOON.0 + n, u128::from(n));
        let details = details("tok_visa", if accept { Backorder::Accept } else { Backorder::Refuse });
        let lines = vec![line(ONE, units)];
        let place = PlaceOrder {
            order,
            request: None,
            idempotency,
            quote: testing::quoted(&lines),
            lines: lines.into(),
            customer: details.customer,
            shipping_address: details.shipping_address,
            token: details.token,
            backorder: details.backorder,
        };
        self.orders.push(order);
        let decided = self.alone.when(Address::OrderManager, ToOrders::Place(Box::new(place)));
        self.note(decided);
    }

    fn cancel(&mut self, nth: usize) {
        let Some(&order) = self.orders.get(nth % self.orders.len().max(1)) else { return };
        let claim = self.alone.get::<Order>(&order).unwrap().key.to_string().into();
        let decided = self.alone.when(Address::OrderManager, ToOrders::Cancel(Cancel { order, claim }));
        self.note(decided);
    }

    fn note(&mut self, decided: Decided) {
        let case = decided.events().iter().find(|event| matches!(event, Event::Case(_)));
        assert_eq!(case, None, "units are not where they should be");
        for (to, message) in decided.stated.sends {
            match to {
                Address::StockKeeper => self.to_stock.push_back(message),
                Address::OrderManager => self.to_orders.push_back(message),
                _ => {}
            }
        }
        self.quotes.extend(decided.stated.calls);
        assert_eq!(audit(&self.alone.tables, false), Vec::<String>::new());
    }

    /// All that is on its way arrives; but for what was given up, that comes only where the operator sends it.
    fn settle(&mut self) {
        while !(self.to_stock.is_empty() && self.to_orders.is_empty() && self.quotes.is_empty()) {
            for step in [Step::ToStock, Step::ToOrders, Step::Quote { nth: 0, offers: false }] {
                self.take(step);
            }
        }
        assert_eq!(audit(&self.alone.tables, true), Vec::<String>::new());
    }
}

fn quoted(call: &Call, offers: bool) -> Message {
    let Call::RequestQuote(call) = call else { panic!("nobody expects {call:?}") };
    let offer = Quote {
        wholesaler: call.wholesaler,
        sku: call.request.sku.clone(),
        quantity: call.request.quantity,
        unit_cost: Money::new(500, Currency::GBP),
        ships_on: NOON.date().plus_days(2),
    };
    let answer = if offers { QuoteAnswer::Offer(offer) } else { QuoteAnswer::Nothing };
    call.answered(Answered::Known(answer)).into()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_crosses_what_the_shelves_keep_is_what_the_open_orders_hold(steps in prop::collection::vec(step(), 1..60)) {
        let mut two = Two::new();
        for step in steps {
            two.take(step);
        }
        two.settle();
        // and once more, when the operator has sent the last of what was given up
        while !two.dead_letters.is_empty() {
            two.take(Step::SendAgain);
        }
        two.settle();
    }
}

/// She cancels while the stock keeper's "out of stock" is on its way to the order manager.
#[test]
fn a_cancel_that_crosses_out_of_stock_takes_nothing_of_another_order() {
    let mut two = Two::new();
    two.place(4, false);
    two.take(Step::ToStock);
    two.take(Step::ToOrders);
    two.place(2, false);
    two.take(Step::ToStock);
    while !two.quotes.is_empty() {
        two.take(Step::Quote { nth: 0, offers: false });
        two.take(Step::ToStock);
    }
    assert_eq!(two.to_orders.len(), 1, "it is out of stock");
    two.cancel(1);
    two.settle();
}
