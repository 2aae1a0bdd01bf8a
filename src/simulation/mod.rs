//! Deterministic simulation: the production actors and the gateway's own handlers run on virtual time and one thread; customers,
//! wholesalers, the carrier, the mail, the disk and the clock around them are drawn from one seed. One such run is a *world*.
//!
//! Guarantees:
//! - The same seed and options give the same run, to the byte of the journal and of every answer (`trace`).
//! - Each fault and each customer has a random stream of its own: leaving one out leaves the rest as it was, as far as they do
//!   not meet.
//! - A run has two phases: in the first, faults come and customers are held to what they are told; in the second,
//!   faults have stopped and every order must come to its end.
//! - Nothing is checked from inside alone: what customers were told, what partners and the bank have in their
//!   books, and what the journal holds must agree.
//!
//! Among the customers are some who try to open others' orders, send bad input, or flood the shop, each from addresses of his own.
//! The rate limits are those that ship, and run on virtual time. There is no socket: what is below HTTP, such as pipelining
//! and slow requests, the tests of the real binary have (`attacks`, `deadlines`, `slow`).
//!
//! # Layout
//!
//! | Module | What |
//! |---|---|
//! | `plan`, `fault`, `assortment` | what a seed draws |
//! | `simulated_world`, `network` | the shop, its process and the way to it |
//! | `driver`, `finished_run`, `trace` | a run, what it came to, and whether two were the same |
//! | `crashing_journal`, `fault_hooks` | crashes at journal writes; panics and hangs of actors |
//! | `shoppers`, `card_page`, `partners` | who is outside |
//! | `history`, `observation`, `logs` | what was seen, from outside and inside |
//! | `checks` | what must hold |
//! | `coverage`, `timers` | which fault met which order where; which timer ran out how often |
//! | `shrink`, `report` | a smaller run that still fails; a page about a run |

mod addresses;
pub mod assortment;
mod card_page;
pub mod checks;
pub mod coverage;
mod crashing_journal;
mod driver;
pub mod fault;
mod fault_hooks;
mod finished_run;
pub mod history;
mod logs;
pub mod market;
mod network;
pub mod observation;
mod partners;
pub mod plan;
mod programs;
mod rates;
pub mod report;
mod shoppers;
mod shrink;
mod simulated_world;
#[cfg(test)]
mod tests;
pub mod timers;
mod trace;

pub use driver::{CALM_DAYS, run};
pub use finished_run::{Figures, FinishedRun};
pub use shrink::{command, shrink};
pub use trace::first_difference;
