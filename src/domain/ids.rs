use std::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use ulid::Ulid;

use super::{Slot, Timestamp};
use crate::encoding;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{given}` is not an id of this kind: {prefix} and 26 characters are expected")]
pub struct BadId {
    given: String,
    prefix: &'static str,
}

/// Declares an id: 48 bits of time, 80 random ones (a ULID), so that keys come in the order
/// of time; shown with a short prefix that says what it names.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        // a u128 lies at multiples of 16 bytes: packed, what holds one beside a byte takes half the room
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[repr(Rust, packed)]
        pub struct $name(#[serde(with = "encoding::random")] u128);

        impl $name {
            /// `at_ms`: milliseconds since 1970; `random`: 80 random bits, the others are ignored.
            pub fn new(at_ms: u64, random: u128) -> $name {
                $name(Ulid::from_parts(at_ms, random).0)
            }

            /// As `new`, but of this slot.
            pub fn in_slot(slot: Slot, at_ms: u64, random: u128) -> $name {
                $name(slot.mark($name::new(at_ms, random).0))
            }

            /// What it names is kept there, and all that is named after it.
            pub fn slot(self) -> Slot {
                Slot::marked(self.0)
            }

            pub fn parse(text: &str) -> Result<$name, BadId> {
                let bad = || BadId { given: text.chars().take(64).collect(), prefix: $prefix };
                let body = text.strip_prefix($prefix).ok_or_else(bad)?;
                let ulid = Ulid::from_string(body).map_err(|_| bad())?;
                // one spelling only: the decoder also reads lower case and overflowing ids
                if ulid.to_string() == body { Ok($name(ulid.0)) } else { Err(bad()) }
            }

            /// Big-endian, so that byte order is the order of time.
            pub fn to_bytes(self) -> [u8; 16] {
                self.0.to_be_bytes()
            }

            pub fn from_bytes(bytes: [u8; 16]) -> $name {
                $name(u128::from_be_bytes(bytes))
            }

            /// For ids that are made of it: a timer's, a demand's.
            pub fn number(self) -> u128 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), Ulid(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

id!(
    /// An order, shown as `ord_…`.
    OrderId, "ord_"
);
id!(
    /// One attempt to pay an order, shown as `pay_…`; also the idempotency key of every call about it.
    PaymentId, "pay_"
);
id!(
    /// A session and its cart, shown as `cart_…`. A program's is its own secret: who has it has the cart. A browser's opens
    /// nothing: see [`VisitorKey`](super::VisitorKey).
    SessionId, "cart_"
);

/// A cart, a browser's session or a program's, ends so long after it was begun, on the real clock; so does the cookie of it.
pub const CART_KEPT_DAYS: u32 = 30;

impl PaymentId {
    /// Of an order's first attempt: the order's own number, so that both are read and written together.
    pub fn first_of(order: OrderId) -> PaymentId {
        PaymentId(order.0)
    }
}

impl SessionId {
    /// The session that all programs share: they keep no cart.
    pub const PROGRAMS: SessionId = SessionId(0);

    /// The bit that tells a browser's session from a program's cart; beside those that tell the slot.
    const BROWSER: u128 = 0x10;

    /// A program's cart; `random` as for [`new`](SessionId::new).
    pub fn of_program(at_ms: u64, random: u128) -> SessionId {
        SessionId(SessionId::new(at_ms, random).0 & !SessionId::BROWSER)
    }

    /// The session of a browser, which nothing but its cookie opens.
    pub(super) fn of_browser(at_ms: u64, random: u128) -> SessionId {
        SessionId(SessionId::new(at_ms, random).0 | SessionId::BROWSER)
    }

    /// When it was begun, on the real clock. Ids sort by it: the rows of the oldest carts are the first of their tree.
    pub fn begun_at(self) -> Timestamp {
        Timestamp(Ulid(self.0).timestamp_ms())
    }

    pub fn is_of_browser(self) -> bool {
        self.0 & SessionId::BROWSER != 0
    }

    /// Tells sessions apart in a log without opening their carts: four hex digits of its time.
    pub fn fingerprint(self) -> String {
        format!("{:04x}", (self.0 >> 80) as u16)
    }
}

/// The secret that opens one order to whoever holds it: 128 random bits, shown as 26 characters.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderKey(#[serde(with = "encoding::random")] u128);

impl OrderKey {
    pub fn new(random: u128) -> OrderKey {
        OrderKey(random)
    }

    /// Compares in constant time, so that a key cannot be guessed digit by digit.
    pub fn opens(&self, given: &str) -> bool {
        self.to_string().as_bytes().ct_eq(given.as_bytes()).into()
    }
}

impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Ulid(self.0))
    }
}

/// A secret: never in a log.
impl fmt::Debug for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OrderKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_written_and_only_so() {
        let id = OrderId::new(1_795_305_600_000, 42);
        let shown = id.to_string();
        assert!(shown.starts_with("ord_"));
        assert_eq!(OrderId::parse(&shown), Ok(id));
        for bad in ["", "ord_", &shown[4..], &shown.to_lowercase(), &format!("pay_{}", &shown[4..])] {
            assert!(OrderId::parse(bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_reads_as_an_id_is_shown_as_it_was(text in "(ord_)?[0-9A-Za-z]{24,28}|.*") {
            if let Ok(id) = OrderId::parse(&text) {
                proptest::prop_assert_eq!(id.to_string(), text);
            }
        }
    }

    #[test]
    fn later_ids_sort_later() {
        assert!(OrderId::new(1, u128::MAX).to_bytes() < OrderId::new(2, 0).to_bytes());
    }

    #[test]
    fn a_session_knows_when_it_was_begun() {
        let begun = Timestamp(1_795_305_600_000);
        for session in [SessionId::of_program(begun.0, u128::MAX), SessionId::of_browser(begun.0, u128::MAX)]
        {
            assert_eq!(session.begun_at(), begun);
        }
    }

    #[test]
    fn an_id_is_of_the_slot_that_it_was_made_in_and_otherwise_as_random() {
        for slot in Slot::all() {
            let id = PaymentId::in_slot(slot, 7, 0xabcdef);
            assert_eq!(id.slot(), slot);
            assert_eq!(id.number() >> 4, PaymentId::new(7, 0xabcdef).number() >> 4);
        }
    }

    #[test]
    fn a_key_opens_only_with_itself() {
        let key = OrderKey::new(7);
        assert!(key.opens(&key.to_string()));
        assert!(!key.opens(""));
        assert!(!key.opens(&OrderKey::new(8).to_string()));
        assert!(!format!("{key:?}").contains(&key.to_string()));
    }
}
