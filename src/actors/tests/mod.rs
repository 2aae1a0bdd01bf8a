//! The seven actors together and each alone, on virtual time.
mod alone;
mod crashes;
mod flows;
mod golden;
mod panics;
mod unlucky;
mod world;
