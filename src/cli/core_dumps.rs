//! What is in memory stays there: a card number lives in it for as long as a request, a customer's address for longer.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// From here on no crash of this process leaves its memory in a file. Whoever is denied it is told so in the log: the process
/// goes on, and its operator decides.
pub fn forbid() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "core dumps could not be forbidden: a crash may leave customers' data in a file");
    }
}

/// And no other process of the same user reads its memory, nor does a core dump that goes through a pipe, which heeds no
/// limit. Files in `/proc` that tell of its memory and its files belong to root from here on.
pub fn forbid_looking_on() {
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "other processes of this user can read this one's memory");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::dumpable_behavior;

    #[test]
    fn nobody_looks_on() {
        forbid_looking_on();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
