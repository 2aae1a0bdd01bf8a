//! A shop with customers in it, while something happens to it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::history::{Attempt, Shelves, customers_order};
use super::shop::TestShop;
use super::wait::until_within;

/// Who orders what.
pub struct Crowd<'a> {
    pub shelves: &'a Shelves,
    pub customers: usize,
    /// Begins their idempotency keys.
    pub name: String,
    pub seed: u64,
}

/// Lets them order while `happens` lasts; what they asked and were told, and what came of it. The daemon has ended
/// by then, or goes on.
pub fn under_load<T>(
    shop: &mut TestShop,
    crowd: &Crowd<'_>,
    happens: impl FnOnce(&mut TestShop) -> T,
) -> (Vec<Attempt>, T) {
    let stop = AtomicBool::new(false);
    let client = shop.client().clone();
    thread::scope(|scope| {
        let (client, stop) = (&client, &stop);
        let customers = scope.spawn(move || {
            customers_order(client, crowd.shelves, crowd.customers, &crowd.name, crowd.seed, stop)
        });
        // customers stop even where it panics, or the scope would wait for ever
        let _stops = StopsThem(stop);
        let happened = happens(shop);
        stop.store(true, Ordering::Relaxed);
        (customers.join().expect("the customers' threads"), happened)
    })
}

struct StopsThem<'a>(&'a AtomicBool);

impl Drop for StopsThem<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Lets so much time pass: a moment for a fault is drawn, not waited for.
pub fn pass(time: Duration) {
    let begun = Instant::now();
    until_within(time * 2 + Duration::from_secs(1), "the moment", || (begun.elapsed() >= time).then_some(()));
}
