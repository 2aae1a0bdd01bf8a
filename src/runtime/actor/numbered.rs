//! The name of an actor as it is stored: its number, then its key. The order in which actors are declared does not matter.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use super::versioned::Unread;

/// An application's `Address`: stored as a pair of the actor's number, a `u8`, and its key; `()` where there is one such actor.
/// [`application!`](crate::application) implements it.
pub trait Numbered: Sized {
    /// Reads the key that follows on the number.
    ///
    /// # Errors
    /// There is no actor of this number, or its key does not read.
    fn read_key<'de, S: SeqAccess<'de>>(number: u8, key: &mut S) -> Result<Self, S::Error>;
}

/// Reads the number, then the key that belongs to it.
///
/// # Errors
/// As [`Numbered::read_key`]'s.
pub fn deserialize<'de, T: Numbered, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_tuple(2, NumberAndKey(PhantomData))
}

struct NumberAndKey<T>(PhantomData<T>);

impl<'de, T: Numbered> Visitor<'de> for NumberAndKey<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the number of an actor and its key")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut pair: S) -> Result<T, S::Error> {
        let number = next(&mut pair)?;
        T::read_key(number, &mut pair)
    }
}

/// One half of the pair.
///
/// # Errors
/// It is missing, or does not read.
pub fn next<'de, T: Deserialize<'de>, S: SeqAccess<'de>>(pair: &mut S) -> Result<T, S::Error> {
    pair.next_element()?.ok_or_else(|| S::Error::custom("the number of an actor or its key is missing"))
}

/// What is said of a number that no actor of this build has.
pub fn unknown<E: Error>(number: u8) -> E {
    E::custom(Unread::Actor(number))
}

/// For a constant of the application: it does not compile where two of its actors or facts have the same number.
///
/// ```
/// const _: () = doorstep::runtime::numbered::must_differ(&[1, 2, 100]);
/// ```
///
/// ```compile_fail
/// const _: () = doorstep::runtime::numbered::must_differ(&[1, 2, 1]);
/// ```
///
/// # Panics
/// Where they have.
pub const fn must_differ(numbers: &[u8]) {
    let mut one = 0;
    while one < numbers.len() {
        let mut other = 0;
        while other < one {
            assert!(numbers[one] != numbers[other], "two actors or facts have the same number");
            other += 1;
        }
        one += 1;
    }
}
