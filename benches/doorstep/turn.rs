//! One turn: what deciding costs by itself, and what an answer costs whoever asks an actor: through its queue, the
//! journal (in memory) and back.

use std::hint::black_box;

use criterion::{BatchSize, Criterion};
use doorstep::actors::order_manager::Message as ToOrders;
use doorstep::actors::web_session::{CartReply, SetLine, View, WebSession};
use doorstep::actors::{Address, Decided, Message, Rules, Shop};
use doorstep::domain::{OrderLine, Quantity, SessionId, Timestamp};
use doorstep::runtime::{Alone, Question, kit};

use crate::kit::{Bookshop, time_in_shop, visitor};

/// 2026-11-22T12:00:00Z.
const NOON: Timestamp = Timestamp(1_795_348_800_000);
const PROGRAMS: Address = Address::WebSession(SessionId::PROGRAMS);

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("turn");
    let checkout = kit::run(async { Bookshop::open().await.checkout(0) });
    let to_session = || Message::WebSession(checkout.clone().into());
    group.bench_function("decide/the session sends an order on", |bencher| {
        let ready = || (desk(), to_session());
        bencher.iter_batched(ready, |(desk, message)| decide(desk, PROGRAMS, message), BatchSize::SmallInput);
    });
    let (_, sent_on) = decide(desk(), PROGRAMS, to_session());
    let place = match &sent_on.sends()[0].1 {
        Message::OrderManager(place @ ToOrders::Place(_)) => place.clone(),
        other => panic!("not an order: {other:?}"),
    };
    group.bench_function("decide/the order manager takes an order", |bencher| {
        let ready = || (desk(), Message::from(place.clone()));
        let decide = |(desk, message)| decide(desk, Address::OrderManager, message);
        bencher.iter_batched(ready, decide, BatchSize::SmallInput);
    });
    group.bench_function("ask/show a cart (nothing is journaled)", |bencher| {
        bencher.iter_custom(|goes| time_in_shop(goes, async |shop, _| shop.tell_cart(View).await));
    });
    group.bench_function("ask/set a line of a cart", |bencher| {
        bencher.iter_custom(|goes| time_in_shop(goes, async |shop, nth| shop.set_line(nth).await));
    });
    group.finish();
}

/// Where one decision is made, and nothing was before it.
fn desk() -> Alone<Shop> {
    Alone::new(Rules::default(), NOON)
}

/// The desk comes back, so that to clear it away is not measured.
fn decide(mut desk: Alone<Shop>, to: Address, message: Message) -> (Alone<Shop>, Decided) {
    let decided = desk.when(to, black_box(message));
    assert!(!decided.sends().is_empty(), "an order leads to something");
    (desk, decided)
}

impl Bookshop {
    /// Each time another number of copies, so that something has changed.
    async fn set_line(&self, nth: u64) {
        let copies = i128::from(nth) % 9 + 1;
        let quantity = Quantity::parse(copies).expect("a few copies can be bought");
        self.tell_cart(SetLine { line: OrderLine { quantity, ..self.line(0) } }).await;
    }

    async fn tell_cart(&self, question: impl Question<Actor = WebSession, Reply = CartReply>) {
        let answer = self.kit.ask_of(visitor(), question).await;
        assert!(matches!(answer, Ok(Ok(_))), "{answer:?}");
    }
}
