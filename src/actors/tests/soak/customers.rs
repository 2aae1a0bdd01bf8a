//! People and programs that buy: what they ask for, and what they were told.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;

use super::super::world::{Asked, PROGRAMS, World, details, line};
use crate::actors::order_manager::{Message as ToOrders, OrderView, Outcome, Reply as OrdersReply};
use crate::actors::web_session::{Checkout, Message as ToSession, Reply as SessionReply};
use crate::actors::{Address, Reply, stock_keeper};
use crate::domain::{Backorder, OrderId, OrderLine, OrderState, SessionId};

pub const SHELVES: [(&str, u32); 5] =
    [("PD-0001", 12), ("PD-0002", 0), ("PD-0003", 1), ("PD-0004", 2), ("PD-0005", 40)];
const PATIENCE: Duration = Duration::from_secs(60);
const VISITORS: usize = 4;
/// Every test card, and one token that no card has.
const TOKENS: [&str; 12] = [
    "tok_visa",
    "tok_mastercard",
    "tok_amex",
    "tok_declined",
    "tok_insufficient_funds",
    "tok_expired_card",
    "tok_stolen_card",
    "tok_timeout",
    "tok_timeout_declined",
    "tok_unreachable",
    "tok_never_renewed",
    "tok_nobody",
];

/// One way to name an order before it has an id.
type Key = (Address, &'static str, String);

/// What was answered, and what was wrong with it.
#[derive(Default)]
pub struct Told {
    pub taken: BTreeMap<OrderId, OrderView>,
    pub ended: BTreeMap<OrderId, OrderState>,
    pub by_key: BTreeMap<Key, (u64, OrderId)>,
    nonces: BTreeMap<Address, Vec<String>>,
    /// The state of an order as first answered, and as answered to the same request.
    pub told_again: Vec<(OrderId, OrderState, OrderState)>,
    pub wrong: Vec<String>,
}

impl Told {
    fn expect(&mut self, holds: bool, why: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(why());
        }
    }

    fn checkout(&mut self, key: Key, digest: u64, outcome: Outcome) {
        let order = match &outcome {
            Outcome::Taken(view) | Outcome::Pending(view) => view.id,
            Outcome::Declined { order, .. } | Outcome::OutOfStock { order, .. } => *order,
            _ => return,
        };
        let known = *self.by_key.entry(key.clone()).or_insert((digest, order));
        self.expect(known == (digest, order), || {
            format!("{key:?} made {known:?} and then {:?}", (digest, order))
        });
        match outcome {
            Outcome::Taken(view) => {
                let first = self.taken.entry(order).or_insert_with(|| (*view).clone()).clone();
                self.expect(same_content(&first, &view), || format!("{order} was {first:?}, then {view:?}"));
                self.told_again.push((order, first.state, view.state));
            }
            Outcome::Declined { .. } => self.end(order, OrderState::Declined),
            Outcome::OutOfStock { .. } => self.end(order, OrderState::Cancelled),
            _ => {}
        }
    }

    fn end(&mut self, order: OrderId, state: OrderState) {
        let known = *self.ended.entry(order).or_insert(state);
        self.expect(known == state, || format!("{order} was {known}, then {state}"));
    }

    fn desk(&mut self, order: OrderId, reply: OrdersReply) {
        match reply {
            OrdersReply::NoSuchOrder => self.wrong.push(format!("{order} is not known any more")),
            OrdersReply::Order(view) => {
                let first = self.taken[&order].clone();
                self.expect(same_content(&first, &view), || format!("{order} was {first:?}, now {view:?}"));
                if view.state == OrderState::Cancelled {
                    self.end(order, OrderState::Cancelled);
                }
            }
            _ => {}
        }
    }
}

pub fn same_content(one: &OrderView, other: &OrderView) -> bool {
    let content = |view: &OrderView| {
        (
            view.id,
            view.key.to_string(),
            view.lines.clone(),
            view.totals,
            view.customer.clone(),
            view.shipping_address.clone(),
        )
    };
    content(one) == content(other)
}

pub struct Customers {
    pub told: Rc<RefCell<Told>>,
    visitors: Vec<Address>,
    /// Sent by programs: key, lines, token, backorder.
    sent: Vec<(String, u64, Vec<OrderLine>, &'static str, Backorder)>,
    checkouts: Vec<(Address, String, u64, &'static str)>,
    orders_left: u32,
}

fn lines(rng: &mut StdRng) -> Vec<OrderLine> {
    let count = rng.random_range(1..=3);
    let mut skus: Vec<&str> = SHELVES.iter().map(|(sku, _)| *sku).collect();
    let mut lines = vec![];
    for _ in 0..count {
        let sku = skus.remove(rng.random_range(0..skus.len()));
        let units = [1, 1, 2, 3, 9][rng.random_range(0..5)];
        lines.push(line(sku, units));
    }
    lines
}

/// Mostly good cards.
fn token(rng: &mut StdRng) -> &'static str {
    if rng.random_bool(0.5) { "tok_visa" } else { TOKENS[rng.random_range(0..TOKENS.len())] }
}

fn backorder(rng: &mut StdRng) -> Backorder {
    if rng.random_bool(0.7) { Backorder::Accept } else { Backorder::Refuse }
}

impl Customers {
    pub fn new(orders: u32, rng: &mut StdRng) -> Customers {
        let visitor = |n| Address::WebSession(SessionId::new(n as u64 + 1, rng.random()));
        Customers {
            told: Rc::default(),
            visitors: (0..VISITORS).map(visitor).collect(),
            sent: vec![],
            checkouts: vec![],
            orders_left: orders,
        }
    }

    pub fn are_done(&self) -> bool {
        self.orders_left == 0
    }

    pub fn act(&mut self, world: &World, rng: &mut StdRng) {
        match rng.random_range(0..20) {
            0..6 => self.buy(world, rng),
            6..8 => self.buy_again(world, rng),
            8..11 => self.ask_desk(world, rng),
            11..19 => self.visit(world, rng),
            _ => self.look(world, rng),
        }
    }

    fn listen(&self, asked: Asked, take: impl FnOnce(&mut Told, Reply) + 'static) {
        let told = self.told.clone();
        actix::spawn(async move {
            match asked.await {
                Ok(Ok(Reply::Failed(failed))) => told.borrow_mut().wrong.push(failed.panic),
                Ok(Ok(reply)) => take(&mut told.borrow_mut(), reply),
                // overloaded, too late, or the process is gone
                Ok(Err(_)) | Err(_) => {}
            }
        });
    }

    fn listen_checkout(&self, asked: Asked, key: Key, digest: u64) {
        self.listen(asked, move |told, reply| match reply {
            Reply::Answered(answer) => told.checkout(key, digest, answer.outcome),
            Reply::Session(
                SessionReply::CartEmpty | SessionReply::NoSuchCart | SessionReply::NoSuchCheckout,
            ) => {}
            other => told.wrong.push(format!("a checkout was answered {other:?}")),
        });
    }

    fn buy(&mut self, world: &World, rng: &mut StdRng) {
        self.orders_left = self.orders_left.saturating_sub(1);
        let key = format!("k{}", self.sent.len());
        self.sent.push((key, 7, lines(rng), token(rng), backorder(rng)));
        self.send(world, self.sent.len() - 1);
    }

    fn send(&self, world: &World, nth: usize) {
        let (key, digest, lines, token, backorder) = self.sent[nth].clone();
        let order =
            Checkout { idempotency_key: key.clone(), digest, lines, details: details(token, backorder) };
        let asked = world.kit.tell_within(PROGRAMS, ToSession::Submit(Box::new(order)).into(), PATIENCE);
        self.listen_checkout(asked, (PROGRAMS, "orders", key), digest);
    }

    /// By a key that was used: with the same body, or with another.
    fn buy_again(&mut self, world: &World, rng: &mut StdRng) {
        if self.sent.is_empty() {
            return;
        }
        let mut nth = rng.random_range(0..self.sent.len());
        if rng.random_bool(0.4) {
            let key = self.sent[nth].0.clone();
            self.sent.push((key, rng.random_range(8..10), lines(rng), "tok_visa", Backorder::Accept));
            nth = self.sent.len() - 1;
        }
        self.send(world, nth);
    }

    /// Everybody who got no answer asks again.
    pub fn ask_all_again(&self, world: &World) {
        (0..self.sent.len()).filter(|nth| self.sent[*nth].1 == 7).for_each(|nth| self.send(world, nth));
    }

    fn ask_desk(&mut self, world: &World, rng: &mut StdRng) {
        let told = self.told.borrow();
        if told.taken.is_empty() {
            return;
        }
        let view = told.taken.values().nth(rng.random_range(0..told.taken.len())).unwrap();
        let (order, key) = (view.id, view.key.to_string());
        drop(told);
        let message = if rng.random_bool(0.6) {
            ToOrders::Cancel { order, key }
        } else {
            ToOrders::Show { order, key }
        };
        let asked = world.kit.tell_within(Address::OrderManager, message.into(), PATIENCE);
        self.listen(asked, move |told, reply| match reply {
            Reply::Orders(reply) => told.desk(order, reply),
            other => told.wrong.push(format!("the desk answered {other:?}")),
        });
    }

    fn visit(&mut self, world: &World, rng: &mut StdRng) {
        let visitor = self.visitors[rng.random_range(0..VISITORS)];
        let tell = |message: ToSession| world.kit.tell_within(visitor, message.into(), PATIENCE);
        let ignore = |_: &mut Told, _| {};
        match rng.random_range(0..8) {
            0 => self.listen(tell(ToSession::Create), ignore),
            1 | 2 => {
                for line in lines(rng) {
                    self.listen(tell(ToSession::SetLine { line }), ignore);
                }
            }
            3 => {
                let sku = lines(rng)[0].sku.clone();
                self.listen(tell(ToSession::RemoveLine { sku }), ignore);
            }
            4 => {
                let form = details("", backorder(rng));
                let begin = ToSession::BeginCheckout {
                    customer: form.customer,
                    shipping_address: form.shipping_address,
                    backorder: form.backorder,
                };
                self.listen(tell(begin), move |told, reply| {
                    if let Reply::Session(SessionReply::CheckoutBegun { checkout, .. }) = reply {
                        told.nonces.entry(visitor).or_default().push(checkout);
                    }
                });
            }
            5 | 6 => {
                let nonces = self.told.borrow().nonces.get(&visitor).cloned().unwrap_or_default();
                if nonces.is_empty() {
                    return;
                }
                let newest = rng.random_bool(0.7);
                let nth = if newest { nonces.len() - 1 } else { rng.random_range(0..nonces.len()) };
                let checkout = nonces[nth].clone();
                let pay = ToSession::PayWith { checkout: checkout.clone(), token: token(rng).into() };
                self.listen_checkout(tell(pay), (visitor, "payment", checkout), 0);
            }
            _ => {
                if self.checkouts.is_empty() || rng.random_bool(0.6) {
                    let key = format!("c{}", self.checkouts.len());
                    self.checkouts.push((visitor, key, 1, token(rng)));
                }
                let (visitor, key, digest, token) =
                    self.checkouts[rng.random_range(0..self.checkouts.len())].clone();
                let message = ToSession::Checkout {
                    idempotency_key: key.clone(),
                    digest,
                    details: details(token, Backorder::Accept),
                };
                let asked = world.kit.tell_within(visitor, message.into(), PATIENCE);
                self.listen_checkout(asked, (visitor, "cart", key), digest);
            }
        }
    }

    fn look(&self, world: &World, rng: &mut StdRng) {
        let wanted = lines(rng)
            .iter()
            .map(|line| crate::domain::Units { sku: line.sku.clone(), quantity: 5 })
            .collect();
        let message = stock_keeper::Message::Earliest { wanted };
        let asked = world.kit.tell_within(Address::StockKeeper, message.into(), PATIENCE);
        self.listen(asked, |_, _| {});
    }
}
