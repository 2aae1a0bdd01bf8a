use serde::Deserialize;

use crate::domain::{Currency, Money};

const CHECKOUT_CHARS_MAX: usize = 64;
/// Card schemes carry eight digits.
const AMOUNT_MINOR_MAX: i64 = 99_999_999;
const RETURN_CHARS_MAX: usize = 200;

/// What a shop sends along with its customer: as text, in the address or the form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    pub checkout: String,
    pub amount: String,
    pub currency: String,
    #[serde(rename = "return")]
    pub back: String,
}

/// A payment that a shop of ours asks for. The amount is shown to the customer; what is charged is what the shop
/// asks for with the token, so changing it here gains nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The shop's word for it.
    pub checkout: String,
    pub amount: Money,
    back: String,
}

/// Which part of it cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPayment {
    #[error("the checkout is missing or is none")]
    Checkout,
    #[error("the amount is not one that a card can carry")]
    Amount,
    #[error("the currency is not three capital letters")]
    Currency,
    #[error("the shop to return to is not one of ours: add its origin to the settings")]
    Return,
}

impl Payment {
    /// `shops`: the origins that a customer may be sent back to, as `https://shop.example`.
    pub fn parse(sent: &Sent, shops: &[String]) -> Result<Payment, BadPayment> {
        let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-');
        let checkout = &sent.checkout;
        if !(1..=CHECKOUT_CHARS_MAX).contains(&checkout.len()) || !checkout.bytes().all(is_plain) {
            return Err(BadPayment::Checkout);
        }
        let is_digits = sent.amount.bytes().all(|c| c.is_ascii_digit());
        let minor =
            sent.amount.parse().ok().filter(|minor| is_digits && (1..=AMOUNT_MINOR_MAX).contains(minor));
        let minor = minor.ok_or(BadPayment::Amount)?;
        let currency = Currency::parse(&sent.currency).map_err(|_| BadPayment::Currency)?;
        if !is_of_a_shop(&sent.back, shops) {
            return Err(BadPayment::Return);
        }
        let amount = Money::new(minor, currency);
        Ok(Payment { checkout: checkout.clone(), amount, back: sent.back.clone() })
    }

    /// Where the customer goes with her token.
    pub fn paid(&self, token: &str) -> String {
        format!("{}?checkout={}&token={token}", self.back, self.checkout)
    }

    /// Where she goes without one.
    pub fn cancelled(&self) -> String {
        format!("{}?checkout={}&cancelled=1", self.back, self.checkout)
    }

    pub fn back(&self) -> &str {
        &self.back
    }

    /// The shop's host, as the customer knows it.
    pub fn shop(&self) -> &str {
        let host = self.back.split_once("://").map_or("", |(_, rest)| rest);
        host.split('/').next().unwrap_or_default()
    }
}

/// One of the origins and a plain path, nothing else: whatever could be read as another host is refused.
fn is_of_a_shop(back: &str, shops: &[String]) -> bool {
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'/' | b'-' | b'_' | b'.' | b'~');
    back.len() <= RETURN_CHARS_MAX
        && shops.iter().any(|shop| {
            let path = back.strip_prefix(shop.as_str());
            path.is_some_and(|path| path.starts_with('/') && path.bytes().all(is_plain))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(back: &str) -> Sent {
        Sent { checkout: "n-1".into(), amount: "1097".into(), currency: "GBP".into(), back: back.into() }
    }

    fn shops() -> Vec<String> {
        vec!["http://127.0.0.1:8080".to_owned(), "https://shop.example".to_owned()]
    }

    #[test]
    fn a_customer_goes_back_to_the_shop_that_sent_her() {
        let payment = Payment::parse(&sent("https://shop.example/checkout/return"), &shops()).unwrap();
        assert_eq!(payment.paid("tok_1"), "https://shop.example/checkout/return?checkout=n-1&token=tok_1");
        assert_eq!(payment.shop(), "shop.example");
        assert_eq!(payment.amount, Money::new(1097, Currency::GBP));
    }

    #[test]
    fn no_other_site_is_returned_to() {
        for evil in [
            "",
            "/checkout/return",
            "https://evil.example/checkout/return",
            "https://shop.example",
            "https://shop.example.evil.example/",
            "https://shop.example@evil.example/",
            "https://shop.example:444/",
            "http://shop.example/",
            "http://127.0.0.1:80801/x",
            "https://shop.example/x?next=//evil.example",
            "https://shop.example/x#y",
            "https://shop.example/\r\nSet-Cookie:a=b",
            "https://shop.example/\\evil.example",
            "//shop.example/x",
            "javascript:alert(1)",
        ] {
            assert_eq!(Payment::parse(&sent(evil), &shops()), Err(BadPayment::Return), "{evil}");
        }
    }

    #[test]
    fn what_is_no_payment_is_refused() {
        let good = || sent("https://shop.example/r");
        for amount in ["", "0", "-1", "+5", "1.50", "100000000", "99999999999999999999", " 1"] {
            let bad = Sent { amount: amount.to_owned(), ..good() };
            assert_eq!(Payment::parse(&bad, &shops()), Err(BadPayment::Amount), "{amount}");
        }
        for checkout in ["", "a b", "a&token=tok_visa", &"x".repeat(65)] {
            let bad = Sent { checkout: checkout.to_owned(), ..good() };
            assert_eq!(Payment::parse(&bad, &shops()), Err(BadPayment::Checkout), "{checkout}");
        }
        let bad = Sent { currency: "£".to_owned(), ..good() };
        assert_eq!(Payment::parse(&bad, &shops()), Err(BadPayment::Currency));
    }
}
