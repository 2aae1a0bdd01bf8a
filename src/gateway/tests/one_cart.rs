//! A shop with the real actor of one cart. Its order manager is played: it takes every order that has lines, once a key.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::actors::order_manager::{Answer, KeyHash, Message as ToOrders, OrderView, Outcome, PlaceOrder};
use crate::actors::testing::alone;
use crate::actors::web_session::Message as ToCart;
use crate::actors::{Address, Message, Shop};
use crate::gateway::{AskError, PendingReply, ShopClient};
use crate::runtime::{Alone, AnyReply, RequestId};

use super::test_gateway::order_view;

const ASKER: RequestId = RequestId(1);

struct OneCart {
    alone: Alone<Shop>,
    taken: HashMap<KeyHash, OrderView>,
    placed: Vec<PlaceOrder>,
}

thread_local! {
    static ONE_CART: RefCell<Option<OneCart>> = const { RefCell::new(None) };
}

/// The shop of this test's thread.
pub struct OneCartShop;

impl OneCartShop {
    pub fn open() -> Arc<OneCartShop> {
        let one_cart = OneCart { alone: alone(), taken: HashMap::new(), placed: vec![] };
        ONE_CART.set(Some(one_cart));
        Arc::new(OneCartShop)
    }

    /// What it is told, and what it answers.
    pub fn ask(to: Address, message: Message) -> AnyReply {
        with(|one_cart| one_cart.ask(to, message))
    }

    /// Of each order that came to the order manager since the last time, the total in minor units; none where it had no lines.
    pub fn placed() -> Vec<Option<i64>> {
        let total = |place: PlaceOrder| (!place.lines.is_empty()).then_some(place.quote.totals.total.amount);
        with(|one_cart| std::mem::take(&mut one_cart.placed)).into_iter().map(total).collect()
    }
}

fn with<T>(does: impl FnOnce(&mut OneCart) -> T) -> T {
    ONE_CART.with_borrow_mut(|one_cart| does(one_cart.as_mut().expect("the test has opened it")))
}

impl OneCart {
    fn ask(&mut self, to: Address, message: Message) -> AnyReply {
        let mut turn = self.alone.asked(to, ASKER, message);
        if let Some((_, reply)) = turn.replies.pop() {
            return reply.unwrap_or_else(|_| panic!("the cart's actor knows its own questions"));
        }
        match turn.stated.sends.pop() {
            Some((_, Message::OrderManager(ToOrders::Place(place)))) => self.place(to, &place),
            other => panic!("a reply or an order is expected: {other:?}"),
        }
    }

    fn place(&mut self, to: Address, place: &PlaceOrder) -> AnyReply {
        self.placed.push(place.clone());
        let (key, request, order) = (KeyHash::of(&place.idempotency), place.request, place.order);
        let answer = match self.taken.get(&key) {
            Some(view) => Answer { outcome: Outcome::Taken(Box::new(view.clone())), replayed: true },
            None if place.lines.is_empty() => Answer { outcome: Outcome::NothingToBuy, replayed: false },
            None => Answer { outcome: Outcome::Taken(Box::new(self.take(key, place))), replayed: false },
        };
        let mut turn = self.alone.when(to, ToCart::OrderAnswered { request, order, key, answer });
        let (_, reply) = turn.replies.pop().expect("the checkout is answered");
        reply.unwrap_or_else(|_| panic!("a checkout is answered with its reply"))
    }

    fn take(&mut self, key: KeyHash, place: &PlaceOrder) -> OrderView {
        let (lines, quote) = (place.lines.clone(), place.quote.clone());
        let view = OrderView { id: place.order, lines, quote, ..order_view() };
        self.taken.insert(key, view.clone());
        view
    }
}

impl ShopClient for OneCartShop {
    fn ask_any(&self, to: Address, message: Message, _within: Duration) -> PendingReply {
        let reply = OneCartShop::ask(to, message);
        Box::pin(async move { Ok(reply) })
    }

    fn ready(&self) -> bool {
        true
    }

    fn has_room(&self) -> Result<(), AskError> {
        Ok(())
    }
}
