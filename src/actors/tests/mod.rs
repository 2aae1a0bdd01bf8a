//! The seven actors together and each alone, on virtual time.
mod alone;
mod crashes;
mod flows;
mod garbled;
mod golden;
mod holds;
mod panics;
mod refusals;
mod sweeper;
mod unlucky;
mod world;
