//! The whole world under one seed: the production actors and the gateway's own handlers on virtual time and one thread,
//! customers, wholesalers, the carrier, the post, the disk and the clock as seeded players around them.
//!
//! Guarantees:
//! - The same seed and options give the same run, to the byte of the journal and of every answer (`trace`).
//! - What one thing draws changes nothing for another: leaving out a fault or a customer leaves the rest as it was,
//!   as far as they do not meet.
//! - A run has two phases: in the first, faults come and customers are held to what they are told; in the second,
//!   faults have stopped and every order must come to its end.
//! - Nothing is checked from inside alone: what customers were told, what partners and the bank have in their
//!   books, and what stands in the journal must be one.
//!
//! Strangers try what is not theirs, send what cannot be meant well, and flood the shop, with the rates that ship, each from
//! addresses of his own; rates and carts run out on the world's clock. There is no socket: whoever pipelines or drips below HTTP
//! meets the real binary in its tests (`attacks`, `deadlines`, `slow`).
//!
//! Layout: `plan` and `fault` (what a seed draws), `world` (what a run is made of), `life` and `finished_run` (a run), `disk` (crashes),
//! `trouble` (panics, hangs), `shoppers`, `partners`, `history` and `evidence` (what was seen), `checks` (what must hold),
//! `coverage` (which fault met which order where), `timers` (what ran out how often), `shrink` (a smaller run that still fails), `report`.
mod addresses;
mod card_page;
pub mod checks;
pub mod coverage;
mod disk;
pub mod evidence;
pub mod fault;
mod finished_run;
pub mod history;
mod life;
mod logs;
mod partners;
pub mod plan;
mod programs;
mod rates;
pub mod report;
pub mod shelves;
mod shoppers;
mod shrink;
mod street;
#[cfg(test)]
mod tests;
pub mod timers;
mod trace;
mod trouble;
mod world;

pub use finished_run::{Figures, Run};
pub use life::{CALM_DAYS, run};
pub use shrink::{command, shrink};
pub use trace::first_difference;
