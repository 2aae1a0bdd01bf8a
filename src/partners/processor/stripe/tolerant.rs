//! Words of Stripe's that are known here, and room for those that it adds.

/// Declares an enum that is read from a word; a word that is not known is kept as `Other`.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$of])* $variant,)+
            /// A word that Stripe has added since.
            Other(String),
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let word = String::deserialize(deserializer)?;
                Ok(match word.as_str() {
                    $($word => $name::$variant,)+
                    _ => $name::Other(word),
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self {
                    $($name::$variant => $word,)+
                    $name::Other(word) => word,
                })
            }
        }
    };
}

pub(super) use words;

use serde::{Deserialize, Deserializer};

/// What stands in one place either as an id or, where it was asked for, as the object itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Expandable<T> {
    Id(String),
    Object(Box<T>),
}

impl<T> Expandable<T> {
    pub fn object(&self) -> Option<&T> {
        match self {
            Expandable::Object(object) => Some(object),
            Expandable::Id(_) => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Expandable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Expandable<T>, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either<T> {
            Id(String),
            Object(Box<T>),
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::Id(id) => Expandable::Id(id),
            Either::Object(object) => Expandable::Object(object),
        })
    }
}
