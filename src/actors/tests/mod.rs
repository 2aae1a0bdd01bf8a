//! The seven actors together and each alone, on virtual time.
mod alone;
mod crashes;
mod flows;
mod garbled;
mod golden;
mod holds;
mod panics;
mod sweeper;
mod refusals;
mod unlucky;
mod world;
