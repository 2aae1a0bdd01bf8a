//! What the guard that keeps an actor alive costs: an actor of actix that is polled as actix does it, and one that the
//! runtime's guard polls.

use std::cell::Cell;
use std::time::{Duration, Instant};

use actix::dev::{ContextFut, channel::channel};
use actix::{Actor, Addr, Context, Handler, Message};
use criterion::{BenchmarkId, Criterion, Throughput};
use doorstep::actors::{Rules, Shop};
use doorstep::runtime::kit::{self, Kit};

/// In the mailbox at a time: more than actix handles in one poll.
const FLOOD: u64 = 1_000;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("guard");
    for guarded in [false, true] {
        let name = if guarded { "guarded" } else { "bare" };
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::new("ask and wait", name), |bencher| {
            bencher.iter_custom(|asks| time(guarded, async |counter| ask(counter, asks).await));
        });
        group.throughput(Throughput::Elements(FLOOD));
        group.bench_function(BenchmarkId::new(format!("{FLOOD} messages"), name), |bencher| {
            bencher.iter_custom(|floods| time(guarded, async |counter| flood(counter, floods).await));
        });
    }
    group.finish();
}

#[derive(Default)]
struct Counter(u64);

impl Actor for Counter {
    type Context = Context<Counter>;
}

#[derive(Message)]
#[rtype(result = "u64")]
struct Add(u64);

impl Handler<Add> for Counter {
    type Result = u64;

    fn handle(&mut self, Add(more): Add, _: &mut Context<Counter>) -> u64 {
        self.0 += more;
        self.0
    }
}

async fn ask(counter: &Addr<Counter>, asks: u64) {
    for nth in 1..=asks {
        assert_eq!(counter.send(Add(1)).await.expect("it lives"), nth);
    }
}

async fn flood(counter: &Addr<Counter>, floods: u64) {
    for nth in 1..=floods {
        (1..FLOOD).for_each(|_| counter.do_send(Add(1)));
        assert_eq!(counter.send(Add(1)).await.expect("it lives"), nth * FLOOD);
    }
}

fn time(guarded: bool, work: impl AsyncFnOnce(&Addr<Counter>)) -> Duration {
    kit::run(async {
        let mut kit: Kit<Shop> = Kit::new(Rules::default);
        kit.start().await;
        let (sender, receiver) = channel(0);
        let counter = Context::with_receiver(receiver).into_future(Counter::default());
        if guarded {
            guard(&kit, counter)
        } else {
            drop(actix::spawn(counter))
        }
        let counter = Addr::new(sender);
        let begun = Instant::now();
        work(&counter).await;
        begun.elapsed()
    })
}

/// Puts an actor under a guard of the runtime, as a service of the daemon: it is polled as the shop's actors are.
fn guard(kit: &Kit<Shop>, counter: ContextFut<Counter, Context<Counter>>) {
    let counter = Cell::new(Some(counter));
    kit.running().add_service("actors", "counter", move || {
        let counter = counter.take().expect("it does not panic, so it is begun once");
        Box::pin(async move {
            counter.await;
            Ok(())
        })
    });
}
