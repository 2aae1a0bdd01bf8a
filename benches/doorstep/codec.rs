//! The journal's record of a turn, and an aggregate as the trees hold it: to bytes and back.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use doorstep::actors::order_manager::{Event as OrderEvent, Order};
use doorstep::actors::{Event, Shop};
use doorstep::journal::Position;
use doorstep::runtime::{Record, kit};

use crate::kit::{Bookshop, records};

const AT: Position = Position(1);

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("codec");

    let (bytes, record) = an_order_placed();
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    let mut buffer = vec![];
    record.encode(&mut buffer);
    assert_eq!(&buffer, bytes, "a record is written as it was read");
    group.bench_function("record of an order placed/encode", |bencher| {
        bencher.iter(|| {
            buffer.clear();
            black_box(&record).encode(&mut buffer);
        });
    });
    group.bench_function("record of an order placed/decode", |bencher| {
        bencher.iter(|| decode(black_box(bytes)));
    });

    let order = a_confirmed_order();
    let bytes = postcard::to_allocvec(&order).expect("an order is plain data");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("order/encode", |bencher| {
        bencher.iter(|| postcard::to_allocvec(black_box(&order)));
    });
    group.bench_function("order/decode", |bencher| {
        bencher.iter(|| postcard::from_bytes::<Order>(black_box(&bytes)).expect("what was just encoded"));
    });
    group.finish();
}

fn an_order_placed() -> (&'static Vec<u8>, Record<Shop>) {
    let places = |event: &Event| matches!(event, Event::OrderManager(OrderEvent::Placed(_)));
    let read = records().iter().map(|bytes| (bytes, decode(bytes)));
    let found = read.into_iter().find(|(_, record)| record.stated.events.iter().any(places));
    found.expect("a shop at trade has placed an order")
}

fn decode(bytes: &[u8]) -> Record<Shop> {
    Record::decode(AT, bytes).expect("a shop reads its own records")
}

fn a_confirmed_order() -> Order {
    kit::run(async {
        let shop = Bookshop::open().await;
        let id = shop.buy(0).await.id;
        shop.kit.look(|tables| tables.of::<Order>().peek(&id).expect("it was taken").clone())
    })
}
