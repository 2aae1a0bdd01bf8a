//! What the environment sets for the tests, and what they say to whoever runs them.

use std::io::Write as _;

use rand::RngExt;
use rand::rngs::StdRng;

/// The number in the variable `name`, or `otherwise`.
#[track_caller]
pub fn number_from(name: &str, otherwise: u64) -> u64 {
    let Ok(text) = std::env::var(name) else { return otherwise };
    text.parse().unwrap_or_else(|_| panic!("{name} is a number, not `{text}`"))
}

/// `DOORSTEP_SEED`, or one that is short enough to be typed.
pub fn seed() -> u64 {
    number_from("DOORSTEP_SEED", u64::from(rand::make_rng::<StdRng>().random::<u16>()))
}

/// Says it on standard output even where the test passes, when what is only printed is not shown.
pub fn say(line: &str) {
    // who closed the output does not want to hear it
    let _ = writeln!(std::io::stdout(), "{line}");
}
