//! What the runtime promises, one promise a test, on a toy application and virtual time.
mod admission;
mod cells;
mod checkpoint;
mod crash;
mod dead_letters;
mod drain;
mod notes;
mod numbers;
mod output;
mod panics;
mod passing;
mod supervision;
mod timers;
mod toy;
mod versions;
