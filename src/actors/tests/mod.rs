//! The eight actors together and each alone, on virtual time.
mod cases;
mod crashes;
mod crossing;
pub mod drawn;
mod flows;
mod garbled;
mod given_back;
mod golden;
mod holds;
mod panics;
mod partitions;
mod probed;
mod refusals;
mod sweeper;
mod unlucky;
pub mod world;
