//! Makes an application of the list of its actors.

/// Declares an application by the list of its actors, a line each: number, name, type. Makes the enums `Address`, `Message` and
/// `Event` in the module where it stands, with a variant of that name for each actor; so there is one application a module.
///
/// - **The number**, 0 to 255, is the actor's in the journal for ever: an actor may be renamed and its line moved, but a number is
///   never changed and never used again. Two of the same do not compile.
/// - **The key's type** stands in brackets after the name where there are several such actors, and is the actor's
///   [`Key`](crate::runtime::Actor::Key). Where there is one, both are left out and `()`.
/// - `struct Name { … }` declares an application without rules, calls and notes, and the type `Name` itself.
///   `Name { … }` is for a type that implements [`Environment`](crate::runtime::Environment) itself.
/// - `facts { … }` may follow in the second form: facts that no single actor states, each a [`Fact`](crate::runtime::Fact), with
///   numbers of the same kind.
/// - Attributes before the name stand on `Message` and `Event` in the second form, on the type in the first. The crate that calls
///   it depends on `serde`.
///
/// A counter; `examples/counter.rs` is the same in a data directory:
///
/// ```
/// use doorstep::runtime::{Actor, Aggregate, Alone, Fold, Question, RequestId, Tables, Turn, Versioned};
/// use doorstep::storage::TreeName;
/// use doorstep::time::Timestamp;
/// use serde::{Deserialize, Serialize};
///
/// /// The state.
/// #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
/// struct Count {
///     total: u64,
/// }
///
/// impl Aggregate for Count {
///     const TREE: TreeName = TreeName("counts");
///     type Key = u64;
/// }
///
/// /// The message, which is answered.
/// #[derive(Debug, Serialize, Deserialize)]
/// pub struct Add {
///     n: u64,
/// }
///
/// impl Versioned for Add {}
///
/// impl Question for Add {
///     type Actor = Counter;
///     type Reply = u64;
/// }
///
/// /// The fact.
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// pub struct Added {
///     counter: u64,
///     n: u64,
/// }
///
/// impl Versioned for Added {}
///
/// pub struct Counter;
///
/// impl Actor for Counter {
///     type App = Counters;
///     const NAME: &'static str = "Counter";
///     type Key = u64;
///     type Message = Add;
///     type Event = Added;
///
///     fn tables(tables: &mut Tables) {
///         tables.add::<Count>();
///     }
///
///     fn decide(counter: &u64, add: &Add, turn: &mut Turn<'_, Counters>) {
///         turn.record(Added { counter: *counter, n: add.n });
///         let count = turn.get::<Count>(counter).expect("it has just been counted on");
///         turn.answer(add, count.total);
///     }
///
///     fn fold(added: &Added, fold: &mut Fold<'_>) {
///         fold.change::<Count>(&added.counter, |count| count.get_or_insert_default().total += added.n);
///     }
/// }
///
/// doorstep::application! { struct Counters { 1 => Counter(u64): Counter } }
///
/// # fn main() {
/// let mut alone = Alone::<Counters>::new((), Timestamp(0));
/// let decided = alone.asked(Address::Counter(7), RequestId(1), Add { n: 2 });
/// assert!(matches!(decided.events(), [Event::Counter(Added { counter: 7, n: 2 })]));
/// assert_eq!(decided.reply::<u64>(), Some(&2));
/// # }
/// ```
#[macro_export]
macro_rules! application {
    // one that reads no rules and calls nobody
    ($(#[$meta:meta])* struct $app:ident { $($actors:tt)* }) => {
        $(#[$meta])*
        pub struct $app;

        impl $crate::runtime::Environment for $app {
            type Rules = ();
            type Call = $crate::runtime::NoCall;
            type Subject = $crate::runtime::NoSubject;
            type Notes = ();
            type Role = ();

            fn unanswered(call: &Self::Call, _why: String) -> Message {
                match *call {}
            }
        }

        $crate::application! { $app { $($actors)* } }
    };
    (
        $(#[$meta:meta])*
        $app:ident {
            $($tag:literal => $name:ident $(($key:ty))? : $actor:ty),+ $(,)?
        }
        $(facts { $($fact_tag:literal => $fact:ident : $fact_type:ty),* $(,)? })?
    ) => {
        /// Names an actor.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Address {
            $(
                #[doc = concat!("The actor ", stringify!($name), ".")]
                $name $(($key))?
            ),+
        }

        /// Everything that an actor can be told.
        $(#[$meta])*
        #[derive(Debug, ::serde::Serialize)]
        pub enum Message {
            $(
                #[doc = concat!("To ", stringify!($name), ".")]
                $name(<$actor as $crate::runtime::Actor>::Message)
            ),+
        }

        /// Every fact that the journal can hold.
        $(#[$meta])*
        #[derive(Debug)]
        pub enum Event {
            $(
                #[doc = concat!("Of ", stringify!($name), ".")]
                $name(<$actor as $crate::runtime::Actor>::Event),
            )+
            $($(
                #[doc = concat!("The fact ", stringify!($fact), ", which any actor may state.")]
                $fact($fact_type)
            ),*)?
        }

        const _: () = $crate::runtime::numbered::must_differ(&[$($tag,)+ $($($fact_tag),*)?]);
        const _: () = assert!(
            <$app as $crate::runtime::Environment>::COMMON_WORK <= $crate::runtime::COMMON_WORK_MAX,
            "COMMON_WORK is more than COMMON_WORK_MAX"
        );

        impl ::serde::Serialize for Address {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match *self {
                    $($crate::application!(@pattern Address $name key $(, $key)?) => {
                        let number: u8 = $tag;
                        let key = $crate::application!(@key key $(, $key)?);
                        ::serde::Serialize::serialize(&(number, key), serializer)
                    })+
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for Address {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
                $crate::runtime::numbered::deserialize(deserializer)
            }
        }

        impl $crate::runtime::numbered::Numbered for Address {
            fn read_key<'de, S: ::serde::de::SeqAccess<'de>>(number: u8, key: &mut S) -> Result<Address, S::Error> {
                match number {
                    $($tag => {
                        let _key: <$actor as $crate::runtime::Actor>::Key = $crate::runtime::numbered::next(key)?;
                        Ok($crate::application!(@make Address $name _key $(, $key)?))
                    })+
                    unknown => Err($crate::runtime::numbered::unknown(unknown)),
                }
            }
        }

        impl $crate::runtime::Journaled for Address {
            fn write(&self, buffer: &mut Vec<u8>) {
                $crate::runtime::versioned::put(self, buffer);
            }

            fn read(bytes: &mut &[u8]) -> Result<Address, $crate::runtime::Unread> {
                match bytes.first() {
                    None $(| Some($tag))+ => Ok($crate::runtime::versioned::take(bytes)?),
                    Some(unknown) => Err($crate::runtime::Unread::Actor(*unknown)),
                }
            }
        }

        impl Address {
            /// The actor's name, without the key of one of several.
            #[allow(dead_code)]
            pub fn actor(self) -> &'static str {
                match self {
                    $($crate::application!(@pattern Address $name _key $(, $key)?) => {
                        <$actor as $crate::runtime::Actor>::NAME
                    })+
                }
            }
        }

        impl ::std::fmt::Display for Address {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $($crate::application!(@pattern Address $name key $(, $key)?) => {
                        f.write_str(<$actor as $crate::runtime::Actor>::NAME)?;
                        $crate::application!(@show f key $actor $(, $key)?)
                    }),+
                }
            }
        }

        $(
            impl From<<$actor as $crate::runtime::Actor>::Message> for Message {
                fn from(message: <$actor as $crate::runtime::Actor>::Message) -> Message {
                    Message::$name(message)
                }
            }

            impl From<<$actor as $crate::runtime::Actor>::Event> for Event {
                fn from(event: <$actor as $crate::runtime::Actor>::Event) -> Event {
                    Event::$name(event)
                }
            }

            impl $crate::runtime::Member<$app> for $actor {
                fn address(_key: Self::Key) -> Address {
                    $crate::application!(@make Address $name _key $(, $key)?)
                }

                fn message(message: Self::Message) -> Message {
                    Message::$name(message)
                }
            }
        )+

        $($(
            impl From<$fact_type> for Event {
                fn from(fact: $fact_type) -> Event {
                    Event::$fact(fact)
                }
            }
        )*)?

        impl $crate::runtime::Journaled for Message {
            fn write(&self, buffer: &mut Vec<u8>) {
                match self {
                    $(Message::$name(message) => {
                        buffer.push($tag);
                        $crate::runtime::versioned::write(message, buffer);
                    })+
                }
            }

            fn read(bytes: &mut &[u8]) -> Result<Message, $crate::runtime::Unread> {
                match $crate::runtime::versioned::take_byte(bytes)? {
                    $($tag => $crate::runtime::versioned::read(bytes)
                        .map(Message::$name)
                        .map_err(|unread| unread.of(concat!("a message to ", stringify!($name)))),)+
                    unknown => Err($crate::runtime::Unread::Actor(unknown)),
                }
            }
        }

        impl $crate::runtime::Journaled for Event {
            fn write(&self, buffer: &mut Vec<u8>) {
                match self {
                    $(Event::$name(event) => {
                        buffer.push($tag);
                        $crate::runtime::versioned::write(event, buffer);
                    })+
                    $($(Event::$fact(fact) => {
                        buffer.push($fact_tag);
                        $crate::runtime::versioned::write(fact, buffer);
                    })*)?
                }
            }

            fn read(bytes: &mut &[u8]) -> Result<Event, $crate::runtime::Unread> {
                match $crate::runtime::versioned::take_byte(bytes)? {
                    $($tag => $crate::runtime::versioned::read(bytes)
                        .map(Event::$name)
                        .map_err(|unread| unread.of(concat!("an event of ", stringify!($name)))),)+
                    $($($fact_tag => $crate::runtime::versioned::read(bytes)
                        .map(Event::$fact)
                        .map_err(|unread| unread.of(concat!("the fact ", stringify!($fact)))),)*)?
                    unknown => Err($crate::runtime::Unread::Actor(unknown)),
                }
            }
        }

        impl $crate::runtime::Application for $app {
            type Address = Address;
            type Message = Message;
            type Event = Event;

            fn singletons() -> Vec<Address> {
                [$($crate::application!(@singleton Address $name $(, $key)?)),+].into_iter().flatten().collect()
            }

            fn tables() -> $crate::runtime::Tables {
                let mut tables = $crate::runtime::Tables::default();
                $(<$actor as $crate::runtime::Actor>::tables(&mut tables);)+
                <$app as $crate::runtime::Environment>::shared_tables(&mut tables);
                tables
            }

            #[allow(unreachable_patterns)]
            fn partition(to: Address, message: &Message) -> $crate::runtime::Partition {
                match (to, message) {
                    $(($crate::application!(@pattern Address $name key $(, $key)?), Message::$name(message)) => {
                        let key = $crate::application!(@key key $(, $key)?);
                        <$actor as $crate::runtime::Actor>::partition(&key, message)
                    })+
                    // it will be given up, wherever it is decided on
                    _ => $crate::runtime::Partition::Common,
                }
            }

            #[allow(unreachable_patterns)]
            fn decide(to: Address, message: &Message, turn: &mut $crate::runtime::Turn<'_, $app>) {
                match (to, message) {
                    $(($crate::application!(@pattern Address $name key $(, $key)?), Message::$name(message)) => {
                        let key = $crate::application!(@key key $(, $key)?);
                        <$actor as $crate::runtime::Actor>::decide(&key, message, turn)
                    })+
                    (to, message) => $crate::runtime::unfit::<$app>(to, message),
                }
            }

            fn fold(fact: &Event, by: Address, fold: &mut $crate::runtime::Fold<'_>) {
                match fact {
                    $(Event::$name(event) => <$actor as $crate::runtime::Actor>::fold(event, fold),)+
                    $($(Event::$fact(_) => {})*)?
                }
                <$app as $crate::runtime::Environment>::note(Self::notes(fact), by, fold);
            }

            fn notes(fact: &Event) -> <$app as $crate::runtime::Environment>::Notes {
                match fact {
                    $(Event::$name(event) => <$actor as $crate::runtime::Actor>::notes(event),)+
                    $($(Event::$fact(fact) => $crate::runtime::Fact::notes(fact)),*)?
                }
            }

            fn subject(message: &Message) -> Option<<$app as $crate::runtime::Environment>::Subject> {
                match message {
                    $(Message::$name(message) => <$actor as $crate::runtime::Actor>::subject(message)),+
                }
            }

            fn role(address: Address) -> Option<<$app as $crate::runtime::Environment>::Role> {
                match address {
                    $($crate::application!(@pattern Address $name _key $(, $key)?) => {
                        <$actor as $crate::runtime::Actor>::ROLE
                    })+
                }
            }

            #[allow(unreachable_patterns)]
            fn give_up(to: Address, message: &Message, panic: &str, turn: &mut $crate::runtime::Turn<'_, $app>) {
                <$app as $crate::runtime::Environment>::given_up(to, message, panic, turn);
                match (to, message) {
                    $(($crate::application!(@pattern Address $name key $(, $key)?), Message::$name(message)) => {
                        let key = $crate::application!(@key key $(, $key)?);
                        <$actor as $crate::runtime::Actor>::given_up(&key, message, panic, turn)
                    })+
                    _ => {}
                }
            }

            #[allow(unreachable_patterns)]
            fn resolve(
                to: Address,
                message: &Message,
                how: $crate::runtime::Resolution,
                turn: &mut $crate::runtime::Turn<'_, $app>,
            ) {
                <$app as $crate::runtime::Environment>::resolved(to, message, how, turn);
                match (to, message) {
                    $(($crate::application!(@pattern Address $name key $(, $key)?), Message::$name(message)) => {
                        let key = $crate::application!(@key key $(, $key)?);
                        <$actor as $crate::runtime::Actor>::resolved(&key, message, how, turn)
                    })+
                    _ => {}
                }
            }

            fn name(message: &Message) -> &'static str {
                match message {
                    $(Message::$name(message) => <$actor as $crate::runtime::Actor>::name(message)),+
                }
            }

            fn idle_ms(rules: &Self::Rules, address: Address) -> Option<u64> {
                match address {
                    $($crate::application!(@pattern Address $name key $(, $key)?) => {
                        let key = $crate::application!(@key key $(, $key)?);
                        <$actor as $crate::runtime::Actor>::idle_ms(&key, rules)
                    })+
                }
            }
        }
    };

    // an actor of which there is one has no key, and its address no field
    (@pattern $address:ident $name:ident $bound:ident) => { $address::$name };
    (@pattern $address:ident $name:ident $bound:ident, $key:ty) => { $address::$name($bound) };
    (@make $address:ident $name:ident $bound:ident) => { $address::$name };
    (@make $address:ident $name:ident $bound:ident, $key:ty) => { $address::$name($bound) };
    (@key $bound:ident) => { () };
    (@key $bound:ident, $key:ty) => { $bound };
    (@show $f:ident $bound:ident $actor:ty) => { Ok(()) };
    (@show $f:ident $bound:ident $actor:ty, $key:ty) => {{
        $f.write_str("(")?;
        <$actor as $crate::runtime::Actor>::show_key($bound, $f)?;
        $f.write_str(")")
    }};
    (@singleton $address:ident $name:ident) => { Some($address::$name) };
    (@singleton $address:ident $name:ident, $key:ty) => { None };
}
