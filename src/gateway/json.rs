//! JSON as it came: what is not there, of another kind, or there twice can be told with a pointer to it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::HttpLimits;
use crate::planted::{self, Bug};

/// A value that borrows its text from the body. Numbers are whole where they can be.
#[derive(Debug, PartialEq)]
pub enum Json<'a> {
    Null,
    Bool(bool),
    Whole(i128),
    /// Not whole, or beyond what is read as whole.
    Real(f64),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    /// In the order of the body; no name stands here twice.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads one value of at most [`HttpLimits::JSON_DEPTH_MAX`] levels; what else is in the body is an error.
    pub fn parse(body: &'a [u8]) -> Result<Json<'a>, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        let value = Level(HttpLimits::JSON_DEPTH_MAX).deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    }

    /// How a client knows it.
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Whole(_) | Json::Real(_) => "a number",
            Json::Text(_) => "a string",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        }
    }
}

/// Up to here each whole number has a form of its own among those with a fraction.
const WHOLE_REAL_MAX: f64 = 9_007_199_254_740_992.0;

/// One part of a JSON pointer.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Reads a value that may nest so many levels.
struct Level(usize);

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Level {
    fn below<E: de::Error>(&self) -> Result<usize, E> {
        let too_deep = || E::custom(format_args!("nested deeper than {}", HttpLimits::JSON_DEPTH_MAX));
        self.0.checked_sub(1).ok_or_else(too_deep)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Whole(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Whole(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        // 2.0 and 2e0 are integers, to JSON Schema too
        let is_whole = value.fract() == 0.0 && value.abs() <= WHOLE_REAL_MAX;
        Ok(if is_whole { Json::Whole(value as i128) } else { Json::Real(value) })
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Json<'de>, A::Error> {
        let below = self.below()?;
        let mut list = vec![];
        while let Some(value) = values.next_element_seed(Level(below))? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json<'de>, A::Error> {
        let below = self.below()?;
        let mut fields: Vec<(Cow<'de, str>, Json<'de>)> = vec![];
        while let Some(Name(name)) = entries.next_key()? {
            if fields.len() == HttpLimits::JSON_FIELDS_MAX {
                let max = HttpLimits::JSON_FIELDS_MAX;
                return Err(de::Error::custom(format_args!("an object has more than {max} fields")));
            }
            if fields.iter().any(|(other, _)| *other == name) && !planted::is(Bug::SameFieldTwice) {
                return Err(de::Error::custom("an object has the same field twice"));
            }
            fields.push((name, entries.next_value_seed(Level(below))?));
        }
        Ok(Json::Object(fields))
    }
}

/// A field's name, borrowed where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Name<'de>, D::Error> {
        match Level(0).deserialize(deserializer)? {
            Json::Text(name) => Ok(Name(name)),
            _ => Err(de::Error::custom("a field's name is a string")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_read_as_they_are() {
        let body = br#"{"n":9223372036854775808,"r":1.5,"t":["a","\u0061b",null,true]}"#;
        let Json::Object(fields) = Json::parse(body).unwrap() else { panic!() };
        assert_eq!(fields[0], ("n".into(), Json::Whole(9_223_372_036_854_775_808)));
        assert_eq!(fields[1], ("r".into(), Json::Real(1.5)));
        for (text, value) in [("1.0", 1), ("1e2", 100), ("-3.0", -3), ("-0.0", 0)] {
            assert_eq!(Json::parse(text.as_bytes()).unwrap(), Json::Whole(value), "{text}");
        }
        assert_eq!(Json::parse(b"1e300").unwrap(), Json::Real(1e300));
        let list = vec![Json::Text("a".into()), Json::Text("ab".into()), Json::Null, Json::Bool(true)];
        assert_eq!(fields[2], ("t".into(), Json::List(list)));
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        let many: Vec<String> = (0..40).map(|n| format!("\"f{n}\":1")).collect();
        let many = format!("{{{}}}", many.join(","));
        let deep = format!("{}1{}", "[".repeat(20), "]".repeat(20));
        for bad in [r#"{"a":1,"a":2}"#, r#"{"a":1,"\u0061":2}"#, "{} {}", "", "[1,]", "NaN", &many, &deep] {
            assert!(Json::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(Json::parse(b"\"\xff\"").is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Json::parse(&bytes);
        }
    }
}
