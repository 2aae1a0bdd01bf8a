//! The seven actors together and each alone, on virtual time.
mod crashes;
mod flows;
mod panics;
mod world;
