//! How words and numbers are stored: without a copy on the way in or out.

use std::fmt::{self, Display};
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};

/// Reads a word from the text that stands in the input.
pub fn parsed<'de, D, T, E>(deserializer: D, parse: fn(&str) -> Result<T, E>) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    E: Display,
{
    struct Parsed<T, E>(fn(&str) -> Result<T, E>, PhantomData<T>);

    impl<T, E: Display> Visitor<'_> for Parsed<T, E> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }

        fn visit_str<R: Error>(self, text: &str) -> Result<T, R> {
            (self.0)(text).map_err(R::custom)
        }
    }

    deserializer.deserialize_str(Parsed(parse, PhantomData))
}

/// Numbers that are random in all their bits: as 16 bytes where the format is not for people. Seven bits a byte, as
/// small numbers are stored, would take 19 and eight times the work.
pub mod random {
    use super::*;
    use serde::{Deserialize, Serializer};

    pub fn serialize<S: Serializer>(number: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.serialize_u128(*number);
        }
        serializer.serialize_bytes(&number.to_be_bytes())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
        if deserializer.is_human_readable() {
            return u128::deserialize(deserializer);
        }
        let bytes = <&[u8]>::deserialize(deserializer)?;
        let bytes = bytes.try_into().map_err(|_| D::Error::invalid_length(bytes.len(), &"16 bytes"))?;
        Ok(u128::from_be_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{Currency, OrderId, Sku};

    #[test]
    fn an_id_takes_its_sixteen_bytes_and_their_count_and_reads_back() {
        let id = OrderId::new(1_795_305_600_000, 42);
        let stored = postcard::to_stdvec(&id).unwrap();
        assert_eq!(stored, [&[16][..], &id.to_bytes()].concat());
        assert_eq!(postcard::from_bytes::<OrderId>(&stored).unwrap(), id);
        assert!(postcard::from_bytes::<OrderId>(&[3, 1, 2, 3]).is_err());
        let shown = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<OrderId>(&shown).unwrap(), id);
        assert_eq!(serde_json::from_str::<OrderId>("7").unwrap(), OrderId::from_bytes(7_u128.to_be_bytes()));
    }

    #[test]
    fn words_are_stored_as_their_text_and_bad_ones_do_not_read() {
        assert_eq!(postcard::to_stdvec(&Currency::GBP).unwrap(), b"\x03GBP");
        assert!(postcard::from_bytes::<Currency>(b"\x03gbp").is_err());
        assert_eq!(serde_json::from_str::<Currency>("\"EUR\"").unwrap().code(), "EUR");
        let sku = serde_json::from_str::<Sku>("\"BK\\u002d1\"").unwrap();
        assert_eq!(postcard::from_bytes::<Sku>(&postcard::to_stdvec(&sku).unwrap()).unwrap(), sku);
        let bad = serde_json::from_str::<Sku>("\"no é\"").unwrap_err().to_string();
        assert!(bad.contains("is not a SKU"), "{bad}");
    }
}
