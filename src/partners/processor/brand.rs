use std::fmt;

/// Whose network a card is of, by the first digits of its number (its IIN).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brand {
    Visa,
    Mastercard,
    Amex,
    Discover,
    Diners,
    Jcb,
    UnionPay,
    Other,
}

/// How many digits of the number tell its brand.
const IIN_DIGITS: usize = 6;

impl Brand {
    /// `digits`: the number, decimal digits only.
    pub(super) fn of(digits: &str) -> Brand {
        let iin = digits.get(..IIN_DIGITS).and_then(|iin| iin.parse::<u32>().ok()).unwrap_or_default();
        match iin {
            400_000..=499_999 => Brand::Visa,
            510_000..=559_999 | 222_100..=272_099 => Brand::Mastercard,
            340_000..=349_999 | 370_000..=379_999 => Brand::Amex,
            601_100..=601_199 | 644_000..=659_999 => Brand::Discover,
            300_000..=305_999 | 360_000..=369_999 | 380_000..=399_999 => Brand::Diners,
            352_800..=358_999 => Brand::Jcb,
            620_000..=629_999 => Brand::UnionPay,
            _ => Brand::Other,
        }
    }

    /// Whether its cards have numbers of so many digits.
    pub(super) fn has_numbers_of(self, digits: usize) -> bool {
        match self {
            Brand::Visa => matches!(digits, 13 | 16 | 19),
            Brand::Mastercard => digits == 16,
            Brand::Amex => digits == 15,
            Brand::Diners => (14..=19).contains(&digits),
            Brand::Discover | Brand::Jcb | Brand::UnionPay => (16..=19).contains(&digits),
            Brand::Other => true,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Brand::Visa => "visa",
            Brand::Mastercard => "mastercard",
            Brand::Amex => "amex",
            Brand::Discover => "discover",
            Brand::Diners => "diners",
            Brand::Jcb => "jcb",
            Brand::UnionPay => "unionpay",
            Brand::Other => "other",
        }
    }

    /// Digits of the code on the card.
    pub(super) fn cvv_digits(self) -> usize {
        match self {
            Brand::Amex => 4,
            _ => 3,
        }
    }
}

impl fmt::Display for Brand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
