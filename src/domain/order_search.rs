//! An order is found by what a customer says of it.

use super::catalogue::fold;
use super::{BadOrderNumber, EmailAddress, OrderId, OrderNumber, Sku};

/// Of a postcode so many characters have to be there: fewer fit too many.
const POSTCODE_CHARS_MIN: usize = 3;
/// Of a telephone number: as many as whoever reads one aloud says at once.
const PHONE_DIGITS_MIN: usize = 4;
/// Of a tracking number.
const TRACKING_CHARS_MIN: usize = 5;

/// A name or parts of it in any order, an e-mail address, a number, an id, a town, the beginning of a postcode, a telephone number or a
/// part of it, the beginning of a tracking number, or a SKU: whichever it is.
#[derive(Clone, Debug)]
pub struct OrderSearch {
    folded: String,
    /// Without anything that people leave out or put in.
    compact: String,
    /// Of a name: `Lovelace, Ada` as well as `Ada Lovelace`.
    parts: Vec<String>,
    /// Empty where something else than a telephone number was typed.
    phone: String,
    email: Option<String>,
    number: Result<OrderNumber, BadOrderNumber>,
    id: Option<OrderId>,
    sku: Option<Sku>,
}

/// What an order is known by.
#[derive(Clone, Copy, Debug)]
pub struct KnownBy<'a> {
    pub id: OrderId,
    pub number: OrderNumber,
    pub name: &'a str,
    pub email: &'a str,
    pub postcode: &'a str,
    pub city: &'a str,
    pub phone: Option<&'a str>,
    /// Of its parcels.
    pub tracking: &'a [&'a str],
    /// Of its lines.
    pub skus: &'a [&'a Sku],
}

impl OrderSearch {
    pub fn of(text: &str) -> OrderSearch {
        let text = text.trim();
        OrderSearch {
            folded: words(text),
            compact: compact(text),
            parts: parts(text),
            phone: if is_phone(text) { digits(text) } else { String::new() },
            email: EmailAddress::parse(text).ok().map(|email| email.as_str().to_lowercase()),
            number: OrderNumber::in_words(text),
            id: OrderId::parse(text).ok(),
            sku: Sku::parse(text).ok(),
        }
    }

    pub fn finds(&self, order: KnownBy<'_>) -> bool {
        let KnownBy { id, number, name, email, postcode, city, phone, tracking, skus } = order;
        let is_sku = |wanted: &Sku| skus.iter().any(|sku| sku.as_str().eq_ignore_ascii_case(wanted.as_str()));
        let email = email.to_lowercase();
        self.id == Some(id)
            || self.number == Ok(number)
            || self.sku.as_ref().is_some_and(is_sku)
            || self.email.as_ref().is_some_and(|wanted| *wanted == email)
            || !self.folded.is_empty() && (words(name).contains(&self.folded) || email.contains(&self.folded))
            || self.compact.len() >= POSTCODE_CHARS_MIN && compact(postcode).starts_with(&self.compact)
            || !self.folded.is_empty() && words(city).contains(&self.folded)
            || self.is_name(name)
            || phone.is_some_and(|phone| self.is_phone(phone))
            || self.compact.len() >= TRACKING_CHARS_MIN
                && tracking.iter().any(|tracking| compact(tracking).starts_with(&self.compact))
    }

    /// Of several words each begins one of the name's, in whatever order.
    fn is_name(&self, name: &str) -> bool {
        let begins_one = |part: &String, name: &[String]| name.iter().any(|word| word.starts_with(part));
        self.parts.len() > 1 && {
            let name = parts(name);
            self.parts.iter().all(|part| begins_one(part, &name))
        }
    }

    /// With the country's code or without, in digits alone; or a part of it.
    fn is_phone(&self, phone: &str) -> bool {
        let known = digits(phone);
        let (typed, of_typed, of_known) = (&self.phone, national(&self.phone), national(&known));
        let is_long = |digits: &str| digits.len() >= PHONE_DIGITS_MIN;
        is_long(typed) && known.contains(typed.as_str())
            || is_long(of_typed)
                && is_long(of_known)
                && (of_known.contains(of_typed) || of_typed.ends_with(of_known))
    }

    /// What it was meant to be, where nothing is found: somebody has misheard a digit.
    pub fn is_misheard(&self) -> Option<BadOrderNumber> {
        self.number.err().filter(|why| *why == BadOrderNumber::WrongDigit)
    }
}

/// Folded, with one space between two words.
fn words(text: &str) -> String {
    fold(text).split_whitespace().collect::<Vec<&str>>().join(" ")
}

fn parts(text: &str) -> Vec<String> {
    let folded = fold(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Digits, and what people write between and before them.
fn is_phone(text: &str) -> bool {
    fold(text)
        .chars()
        .all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-./()\u{2010}\u{2011}\u{2013}".contains(c))
}

/// Those of a telephone number without its extension, and without the zero that callers from abroad leave out: `(0)`.
fn digits(phone: &str) -> String {
    let folded = fold(phone).replace("(0)", "");
    let number = folded.split("ext").next().unwrap_or_default();
    number.chars().filter(char::is_ascii_digit).collect()
}

/// Without the zeros that stand before a country's code or an area's.
fn national(digits: &str) -> &str {
    digits.trim_start_matches('0')
}

fn compact(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Slot;

    fn order() -> KnownBy<'static> {
        let sku: &'static Sku = Box::leak(Box::new(Sku::parse("PP-001").unwrap()));
        KnownBy {
            skus: Box::leak(Box::new([sku])),
            id: OrderId::new(1_795_305_600_000, 5),
            number: OrderNumber::nth_of(Slot::of(0), 1),
            name: "Zoë  Lovelace-Byron",
            email: "Ada@xn--bcher-kva.example",
            postcode: "SW1Y 4LE",
            city: "St Albans",
            phone: Some("+44 20 7946 0123 ext. 12"),
            tracking: &["DSP8SVX2M"],
        }
    }

    #[test]
    fn an_order_is_found_by_whatever_a_customer_says() {
        let id = order().id.to_string();
        let told = [
            "byron",
            "BYRON",
            "zoe lovelace",
            " Zoë Lovelace ",
            "ada@bücher.example",
            "ADA@XN--BCHER-KVA.EXAMPLE",
            "ada@",
            "1000168",
            "100 0168",
            "#100-0168",
            "sw1y4le",
            "SW1Y 4",
            "sw1",
            "PP-001",
            " pp-001",
            id.as_str(),
            "Lovelace, Zoe",
            "byron zoë",
            "st albans",
            "ALBANS",
            "+44 20 7946 0123",
            "0044 (0)20 7946-0123",
            "020 7946 0123",
            "02079460123",
            "0123",
            "7946",
            "dsp8svx",
            "DSP8 SVX2M",
            "no. 1000168",
            "Order #100 0168",
            "order number: 1000168.",
        ];
        for text in told {
            assert!(OrderSearch::of(text).finds(order()), "{text}");
        }
        for text in [
            "",
            " ",
            "shelley",
            "1000165",
            "1000249",
            "4LE",
            "sw",
            "PP-00",
            "ord_",
            "ada@example.org",
            "lovelace bob",
            "dsp8",
            "012",
            "020 7946 0124",
            "paris",
            "0",
            "+",
        ] {
            assert!(!OrderSearch::of(text).finds(order()), "{text}");
        }
    }

    #[test]
    fn a_telephone_number_is_found_whichever_of_the_two_has_its_countrys_code() {
        let called = |phone| KnownBy { phone: Some(phone), ..order() };
        for (known, typed) in [
            ("020 7946 0123", "+44 20 7946 0123"),
            ("(01904) 55 55 01", "+44 (0)1904 555501"),
            ("+49 89 1234567", "089/1234567"),
            ("０３-1234-5678", "+81 3 1234 5678"),
        ] {
            assert!(OrderSearch::of(typed).finds(called(known)), "{known} by {typed}");
        }
        assert!(!OrderSearch::of("+44 20 7946 0123").finds(KnownBy { phone: None, ..order() }));
    }

    #[test]
    fn a_number_with_a_wrong_digit_says_so() {
        assert_eq!(OrderSearch::of("100 0165").is_misheard(), Some(BadOrderNumber::WrongDigit));
        for text in ["100 0168", "byron", "90210", "ada@example.org"] {
            assert_eq!(OrderSearch::of(text).is_misheard(), None, "{text}");
        }
    }
}
