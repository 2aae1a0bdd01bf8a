//! One turn: what deciding costs by itself, and what an answer costs whoever asks an actor: through its queue, the
//! journal (in memory) and back.

use std::hint::black_box;

use criterion::Criterion;
use doorstep::actors::order_manager::{KeyHash, Message as ToOrders};
use doorstep::actors::web_session::{Message as ToSession, Reply as FromSession};
use doorstep::actors::{Address, Context, Message, Reply, Rules, Shop, State, Turn};
use doorstep::domain::{OrderLine, Quantity, SessionId, Timestamp};
use doorstep::runtime::{Application, kit};
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::kit::{Bookshop, time_in_shop, visitor};

/// 2026-11-22T12:00:00Z.
const NOON: Timestamp = Timestamp(1_795_348_800_000);
const PROGRAMS: Address = Address::WebSession(SessionId::PROGRAMS);

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("turn");
    let checkout = kit::run(async { Bookshop::open().await.checkout(0) });
    let mut desk = Desk::new();
    group.bench_function("decide/the session sends an order on", |bencher| {
        bencher.iter(|| desk.decide(PROGRAMS, black_box(&checkout)));
    });
    let sent_on = desk.decide(PROGRAMS, &checkout);
    let place = &sent_on.sends()[0].1;
    desk.has_not_seen(place);
    group.bench_function("decide/the order manager takes an order", |bencher| {
        bencher.iter(|| desk.decide(Address::OrderManager, black_box(place)));
    });
    group.bench_function("ask/show a cart (nothing is journaled)", |bencher| {
        bencher.iter_custom(|goes| time_in_shop(goes, async |shop, _| shop.tell_cart(ToSession::View).await));
    });
    group.bench_function("ask/set a line of a cart", |bencher| {
        bencher.iter_custom(|goes| time_in_shop(goes, async |shop, nth| shop.set_line(nth).await));
    });
    group.finish();
}

/// Where decisions are made and nothing comes of them.
struct Desk {
    state: State,
    rules: Rules,
    random: StdRng,
}

impl Desk {
    fn new() -> Desk {
        Desk { state: State::default(), rules: Rules::default(), random: StdRng::seed_from_u64(1) }
    }

    /// The key of this order is known to have made none.
    fn has_not_seen(&mut self, place: &Message) {
        let Message::Orders(ToOrders::Place(order)) = place else { panic!("not an order: {place:?}") };
        self.state.orders.idempotency_keys.given(KeyHash::of(&order.idempotency), None);
    }

    fn decide(&mut self, to: Address, message: &Message) -> Turn {
        let mut context = Context::new(NOON, NOON, &mut self.random, &self.rules, None, to);
        let turn = Shop::decide(&self.state, to, message, &mut context);
        assert!(!turn.sends().is_empty(), "an order leads to something");
        turn
    }
}

impl Bookshop {
    /// Each time another number of copies, so that something has changed.
    async fn set_line(&self, nth: u64) {
        let copies = i128::from(nth) % 9 + 1;
        let quantity = Quantity::parse(copies).expect("a few copies can be bought");
        self.tell_cart(ToSession::SetLine { line: OrderLine { quantity, ..self.line(0) } }).await;
    }

    async fn tell_cart(&self, message: ToSession) {
        let answer = self.kit.ask(visitor(), message.into()).await;
        assert!(matches!(answer, Ok(Reply::Session(FromSession::Cart(_)))), "{answer:?}");
    }
}
