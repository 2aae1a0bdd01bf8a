//! What the parts of the shop cost, each by itself: `cargo bench` runs all, `cargo bench -- append` those with that in their
//! name, `cargo bench -- --quick` all in less time. What customers get of it together, `doorstep bench` measures.
//!
//! Everything is built from what the library offers anyone; the code measured knows nothing of it. One program, so
//! that it is linked once.

mod append;
mod checkpoint;
mod codec;
mod guard;
mod kit;
mod order;
mod page;
mod recovery;
mod turn;

use criterion::{criterion_group, criterion_main};

/// The daemon's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

criterion_group!(
    benches,
    turn::bench,
    order::bench,
    codec::bench,
    append::bench,
    recovery::bench,
    checkpoint::bench,
    guard::bench,
    page::bench,
);
criterion_main!(benches);
