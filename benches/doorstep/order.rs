//! An order through the seven actors, some twenty turns, over a journal in memory: all that it costs but the disk.

use criterion::{Criterion, Throughput};

use crate::kit::time_in_shop;

/// Customers who buy at the same moment: their turns share appends.
const AT_ONCE: u64 = 64;

pub fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("order");
    group.sample_size(20).throughput(Throughput::Elements(1));
    group.bench_function("confirmed, one at a time", |bencher| {
        bencher.iter_custom(|goes| time_in_shop(goes, async |shop, nth| drop(shop.buy(nth).await)));
    });
    group.throughput(Throughput::Elements(AT_ONCE));
    group.bench_function(format!("confirmed, {AT_ONCE} at once"), |bencher| {
        bencher.iter_custom(|goes| {
            time_in_shop(goes, async |shop, nth| shop.buy_at_once(nth * AT_ONCE..(nth + 1) * AT_ONCE).await)
        });
    });
    group.bench_function(format!("delivered and paid for, {AT_ONCE} at once"), |bencher| {
        bencher.iter_custom(|goes| {
            time_in_shop(goes, async |shop, nth| {
                shop.buy_at_once(nth * AT_ONCE..(nth + 1) * AT_ONCE).await;
                shop.see_off().await;
            })
        });
    });
    group.finish();
}
