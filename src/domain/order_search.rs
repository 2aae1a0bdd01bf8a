//! An order is found by what a customer says of it.

use super::catalogue::fold;
use super::{BadOrderNumber, EmailAddress, OrderId, OrderNumber, Sku};

/// Of a postcode so many characters have to be there: fewer fit too many.
const POSTCODE_CHARS_MIN: usize = 3;

/// A name or a part of it, an e-mail address, a number, an id, the beginning of a postcode or a SKU: whichever it is.
#[derive(Clone, Debug)]
pub struct OrderSearch {
    folded: String,
    /// Without anything that people leave out or put in.
    compact: String,
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
    /// Of its lines.
    pub skus: &'a [&'a Sku],
}

impl OrderSearch {
    pub fn of(text: &str) -> OrderSearch {
        let text = text.trim();
        OrderSearch {
            folded: words(text),
            compact: compact(text),
            email: EmailAddress::parse(text).ok().map(|email| email.as_str().to_lowercase()),
            number: OrderNumber::parse(text),
            id: OrderId::parse(text).ok(),
            sku: Sku::parse(text).ok(),
        }
    }

    pub fn finds(&self, order: KnownBy<'_>) -> bool {
        let KnownBy { id, number, name, email, postcode, skus } = order;
        let is_sku = |wanted: &Sku| skus.iter().any(|sku| sku.as_str().eq_ignore_ascii_case(wanted.as_str()));
        let email = email.to_lowercase();
        self.id == Some(id)
            || self.number == Ok(number)
            || self.sku.as_ref().is_some_and(is_sku)
            || self.email.as_ref().is_some_and(|wanted| *wanted == email)
            || !self.folded.is_empty() && (words(name).contains(&self.folded) || email.contains(&self.folded))
            || self.compact.len() >= POSTCODE_CHARS_MIN && compact(postcode).starts_with(&self.compact)
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
        ];
        for text in told {
            assert!(OrderSearch::of(text).finds(order()), "{text}");
        }
        for text in
            ["", " ", "shelley", "1000165", "1000249", "4LE", "sw", "PP-00", "ord_", "ada@example.org"]
        {
            assert!(!OrderSearch::of(text).finds(order()), "{text}");
        }
    }

    #[test]
    fn a_number_with_a_wrong_digit_says_so() {
        assert_eq!(OrderSearch::of("100 0165").is_misheard(), Some(BadOrderNumber::WrongDigit));
        for text in ["100 0168", "byron", "90210", "ada@example.org"] {
            assert_eq!(OrderSearch::of(text).is_misheard(), None, "{text}");
        }
    }
}
