//! What the runtime promises, one promise a test, on a toy application and virtual time.
mod admission;
mod crash;
mod output;
mod panics;
mod supervision;
mod timers;
mod toy;
