//! Stored forms with a number, so that what an older build wrote is read by a newer one.

use serde::{Serialize, de::DeserializeOwned};

/// A message, an event or a call as it is stored: the number of its form, then the form in postcard.
///
/// postcard writes variants and fields by their order and not by their names: whoever reorders, inserts or removes one has
/// made another form. A new form raises [`VERSION`](Versioned::VERSION) and teaches [`upcast`](Versioned::upcast) the one
/// before, whose types are kept beside it; a variant added at the end is no new form.
///
/// ```
/// use doorstep::runtime::versioned::{read, take, write};
/// use doorstep::runtime::{Unread, Versioned};
/// use serde::{Deserialize, Serialize};
///
/// /// It counts further than the form before, which had a `u8` and no note.
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Paid {
///     amount: u32,
///     note: Option<String>,
/// }
///
/// impl Versioned for Paid {
///     const VERSION: u8 = 2;
///
///     fn upcast(version: u8, bytes: &mut &[u8]) -> Result<Paid, Unread> {
///         match version {
///             1 => Ok(Paid { amount: take::<u8>(bytes)?.into(), note: None }),
///             unknown => Err(Unread::unknown(unknown, Self::VERSION)),
///         }
///     }
/// }
///
/// let old = [1, 200]; // version 1, then the u8
/// assert_eq!(read::<Paid>(&mut old.as_slice())?, Paid { amount: 200, note: None });
/// let mut new = vec![];
/// write(&Paid { amount: 200, note: None }, &mut new);
/// assert_eq!(new[0], 2);
/// # Ok::<(), Unread>(())
/// ```
pub trait Versioned: Serialize + DeserializeOwned {
    /// Of the form that this build writes.
    const VERSION: u8 = 1;

    /// Reads the form that an older build wrote, from the front of `bytes`. All of it is to be taken: what follows is another's.
    ///
    /// # Errors
    /// [`Unread::unknown`] for a version that this build does not read, as the default does; [`Unread::Broken`] for bytes that do not
    /// decode.
    fn upcast(version: u8, _bytes: &mut &[u8]) -> Result<Self, Unread> {
        Err(Unread::unknown(version, Self::VERSION))
    }
}

/// Why a stored form was not read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// A form of a version that this build does not know.
    #[error(
        "its version is {0}, which this build does not know: use the build that wrote it, or a newer one"
    )]
    Version(u8),
    /// A form of a version that an older build wrote, and that this one does not read any more.
    #[error(
        "its version is {0}, which an older build wrote and this one does not read: use the build that wrote it, or begin a new data directory"
    )]
    Older(u8),
    /// A record from before forms had versions.
    #[error(
        "it was written before each form had a version of its own, and this build does not read that: use the build that wrote it, or begin a new data directory"
    )]
    BeforeVersions,
    /// An address, a message or an event of an actor, or a fact, that this build does not have.
    #[error("there is no actor {0} in this build: use the build that wrote it, or a newer one")]
    Actor(u8),
    /// A call that this build does not have.
    #[error("there is no call {0} in this build: use the build that wrote it, or a newer one")]
    Call(u8),
    /// Bytes that are not of the form: damage, or a form that was changed without a new version.
    #[error("it does not decode ({0})")]
    Broken(#[from] postcard::Error),
    /// One of these, with whose form it is.
    #[error("{0}: {1}")]
    Of(&'static str, Box<Unread>),
}

impl Unread {
    /// A version that has no upcast; `known`: the one of this build.
    pub fn unknown(version: u8, known: u8) -> Unread {
        if version < known { Unread::Older(version) } else { Unread::Version(version) }
    }

    /// Says whose form it is.
    pub fn of(self, name: &'static str) -> Unread {
        Unread::Of(name, Box::new(self))
    }
}

/// What any actor of an application says, with the number of that actor: the application's own enums, which
/// [`application!`](crate::application) makes. Calls are numbered likewise, by the application itself.
pub trait Journaled: Sized {
    /// Adds it to the end of the buffer.
    fn write(&self, buffer: &mut Vec<u8>);

    /// Takes it from the front of `bytes`.
    ///
    /// # Errors
    /// [`Unread`], with the name of the actor or the call.
    fn read(bytes: &mut &[u8]) -> Result<Self, Unread>;
}

/// Adds a value and the version of its form to the end of the buffer.
pub fn write<V: Versioned>(value: &V, buffer: &mut Vec<u8>) {
    buffer.push(V::VERSION);
    put(value, buffer);
}

/// Reads a value of whatever version from the front of `bytes`.
///
/// # Errors
/// [`Unread`], where this build does not know the version, or the bytes are none of its.
pub fn read<V: Versioned>(bytes: &mut &[u8]) -> Result<V, Unread> {
    match take_byte(bytes)? {
        version if version == V::VERSION => Ok(take(bytes)?),
        older => V::upcast(older, bytes),
    }
}

/// Reads a plain value from the front of `bytes`: for the forms that an upcast knows.
///
/// # Errors
/// The bytes are not such a value.
pub fn take<T: DeserializeOwned>(bytes: &mut &[u8]) -> Result<T, postcard::Error> {
    let (value, rest) = postcard::take_from_bytes(bytes)?;
    *bytes = rest;
    Ok(value)
}

/// Adds a plain value to the end of the buffer.
pub fn put(value: &(impl Serialize + ?Sized), buffer: &mut Vec<u8>) {
    postcard::to_io(value, buffer).expect("what is stored is plain data: it always serialises to memory");
}

/// Takes the first byte, such as a number or a version.
///
/// # Errors
/// There is none.
pub fn take_byte(bytes: &mut &[u8]) -> Result<u8, postcard::Error> {
    let (first, rest) = bytes.split_first().ok_or(postcard::Error::DeserializeUnexpectedEnd)?;
    *bytes = rest;
    Ok(*first)
}
