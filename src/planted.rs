//! Bugs that can be planted, to show that the simulator finds them: for each invariant one that breaks it.
//!
//! They are built in by the feature `planted-bugs` alone. Without it [`is`] is `false` at compile time, so nothing of them
//! is in the shipped binary. With it, one at a time is planted for a thread by [`plant`].

/// Declares the bugs: each with its name, the invariant that it breaks, and what it does.
macro_rules! bugs {
    ($($variant:ident, $name:literal, $invariant:literal, $does:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Bug {
            $($variant),*
        }

        impl Bug {
            pub const ALL: &[Bug] = &[$(Bug::$variant),*];

            pub fn name(self) -> &'static str {
                match self { $(Bug::$variant => $name),* }
            }

            /// The invariant whose checker must find it, with all others off.
            pub fn breaks(self) -> &'static str {
                match self { $(Bug::$variant => $invariant),* }
            }

            /// A sentence, without a full stop.
            pub fn does(self) -> &'static str {
                match self { $(Bug::$variant => $does),* }
            }
        }
    };
}

bugs! {
    EffectBeforeDurable, "effect-before-durable", "I1", "answers and calls leave before the journal is durable";
}

#[cfg(feature = "planted-bugs")]
mod planting {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// From now on this thread has this bug and no other.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }

    pub fn is(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }
}

#[cfg(feature = "planted-bugs")]
pub use planting::{is, plant};

/// Whether this bug is planted here.
#[cfg(not(feature = "planted-bugs"))]
#[inline(always)]
pub const fn is(_bug: Bug) -> bool {
    false
}
