use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::Sku;

/// Where the next page of a search begins. Opaque to the client and safe in a URL; it stays good when the
/// catalogue changes, for it names a place in the order, not a count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    pub(super) rank: Rank,
    pub(super) sku: Sku,
}

/// What is listed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Every word of the query is in the title, or is the SKU or ISBN.
    Title,
    /// Some word is an author or the year.
    Author,
    /// Some word is spelled otherwise, or with a typing error.
    Near,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("this is not a cursor, give back the one of the page before unchanged")]
pub struct BadCursor;

impl Cursor {
    pub fn parse(text: &str) -> Result<Cursor, BadCursor> {
        let (rank, sku) = text.split_once('.').ok_or(BadCursor)?;
        let rank = match rank {
            "t" => Rank::Title,
            "a" => Rank::Author,
            "n" => Rank::Near,
            _ => return Err(BadCursor),
        };
        Ok(Cursor { rank, sku: Sku::parse(sku).map_err(|_| BadCursor)? })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rank = match self.rank {
            Rank::Title => 't',
            Rank::Author => 'a',
            Rank::Near => 'n',
        };
        write!(f, "{rank}.{}", self.sku)
    }
}

impl TryFrom<String> for Cursor {
    type Error = BadCursor;
    fn try_from(text: String) -> Result<Cursor, BadCursor> {
        Cursor::parse(&text)
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> String {
        cursor.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cursor_of_another_make_is_refused() {
        for bad in ["", "t", "t.", "x.PD-1", "t.a?b", "PD-1"] {
            assert_eq!(Cursor::parse(bad), Err(BadCursor), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_cursor_parses_back(text in "[tan]\\.[A-Za-z0-9][A-Za-z0-9._/-]{0,63}") {
            prop_assert_eq!(Cursor::parse(&text).unwrap().to_string(), text);
        }
    }
}
