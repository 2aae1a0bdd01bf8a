//! What the runtime promises, one promise a test, on a toy application and virtual time.
mod panics;
mod toy;
