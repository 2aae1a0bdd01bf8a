//! Weights as people write them: `340`, `340 g`, `0.34 kg`, `12 oz`.

use super::number::parted;
use super::shown::shown;
use crate::domain::catalogue::spreadsheet::unquoted;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Gram,
    Kilogram,
    Pound,
    Ounce,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadWeight {
    #[error("weight `{0}` is no weight, write it as `340 g` or `0.34 kg`")]
    NotOne(String),
    #[error(
        "weight `{0}` has no unit: write `{0} g`, or say --map weight_grams=COLUMN, or weight_kg, weight_lb or weight_oz"
    )]
    NoUnit(String),
    #[error("weight `{0}` may be of thousands or of thousandths, write it without the comma or point")]
    Ambiguous(String),
}

impl Unit {
    /// Of the word that stands for it, in a value or in a column's name.
    pub fn parse(word: &str) -> Option<Unit> {
        match word.to_lowercase().trim_end_matches('.') {
            "g" | "gr" | "gm" | "gms" | "gram" | "grams" | "gramme" | "grammes" => Some(Unit::Gram),
            "kg" | "kgs" | "kilo" | "kilos" | "kilogram" | "kilograms" => Some(Unit::Kilogram),
            "lb" | "lbs" | "pound" | "pounds" => Some(Unit::Pound),
            "oz" | "ounce" | "ounces" => Some(Unit::Ounce),
            _ => None,
        }
    }

    fn grams(self) -> f64 {
        match self {
            Unit::Gram => 1.0,
            Unit::Kilogram => 1_000.0,
            Unit::Pound => 453.592_37,
            Unit::Ounce => 28.349_523_125,
        }
    }
}

/// Whole grams. The unit that stands with the number goes before that of its column. `None` where nothing stands there, or 0, as
/// shops' programs write what nobody has weighed.
pub(super) fn read(text: &str, unit_of_column: Option<Unit>) -> Result<Option<u32>, BadWeight> {
    let weight = unquoted(text);
    if weight.is_empty() {
        return Ok(None);
    }
    let not_one = || BadWeight::NotOne(shown(weight));
    let bare = weight.trim_end_matches(|c: char| c.is_alphabetic() || c == '.').trim_end();
    let word = weight[bare.len()..].trim();
    let unit = if word.is_empty() { unit_of_column } else { Some(Unit::parse(word).ok_or_else(not_one)?) };
    let number = parted(bare).ok_or_else(not_one)?;
    if number.whole.bytes().chain(number.fraction.bytes()).all(|digit| digit == b'0') {
        return Ok(None);
    }
    let unit = unit.ok_or_else(|| BadWeight::NoUnit(shown(weight)))?;
    // three decimals of a kilogram are usual with a point, and with grams they are not
    if number.may_be_thousands && (number.point == Some(',') || unit == Unit::Gram) {
        return Err(BadWeight::Ambiguous(shown(weight)));
    }
    let number: f64 = format!("0{}.{}0", number.whole, number.fraction).parse().map_err(|_| not_one())?;
    let grams = (number * unit.grams()).round();
    if grams <= f64::from(u32::MAX) { Ok(Some(grams as u32)) } else { Err(not_one()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_weight_is_read_in_its_unit() {
        for (text, column, grams) in [
            ("340", Some(Unit::Gram), 340),
            ("340.0", Some(Unit::Gram), 340),
            ("340 g", None, 340),
            ("340g", Some(Unit::Kilogram), 340),
            ("0.34 kg", None, 340),
            ("0,34 kg", None, 340),
            ("0.340", Some(Unit::Kilogram), 340),
            ("1.250 kg", None, 1_250),
            ("1,250.5 g", None, 1_251),
            ("12 oz", None, 340),
            ("0.75", Some(Unit::Pound), 340),
            ("1 lb.", None, 454),
            ("=\"340\"", Some(Unit::Gram), 340),
        ] {
            assert_eq!(read(text, column), Ok(Some(grams)), "{text}");
        }
        for unknown in [" ", "0", "0.0", "0,000", "0 g", "0.00 kg"] {
            assert_eq!(read(unknown, None), Ok(None), "{unknown}");
        }
    }

    #[test]
    fn a_weight_that_may_be_two_or_none_is_refused() {
        let why = |text: &str| read(text, None).unwrap_err().to_string();
        assert_eq!(
            why("340"),
            "weight `340` has no unit: write `340 g`, or say --map weight_grams=COLUMN, or weight_kg, weight_lb or weight_oz"
        );
        assert_eq!(why("heavy"), "weight `heavy` is no weight, write it as `340 g` or `0.34 kg`");
        assert_eq!(why("3 stone"), "weight `3 stone` is no weight, write it as `340 g` or `0.34 kg`");
        assert_eq!(why("-1 g"), "weight `-1 g` is no weight, write it as `340 g` or `0.34 kg`");
        for text in ["1,250 kg", "1.250 g", "1,250 g"] {
            assert!(matches!(read(text, None), Err(BadWeight::Ambiguous(_))), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[0-9.,]{0,6} ?(kg|g|lb|oz|é.)?|.*") {
            let _ = read(&text, Some(Unit::Pound));
        }

        #[test]
        fn grams_and_kilograms_agree(grams in 1u32..50_000) {
            prop_assert_eq!(read(&format!("{grams} g"), None), Ok(Some(grams)));
            let kilograms = format!("{}.{:03} kg", grams / 1_000, grams % 1_000);
            prop_assert_eq!(read(&kilograms, None), Ok(Some(grams)));
        }
    }
}
