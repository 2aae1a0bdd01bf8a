use crate::domain::limits::TOTAL_MINOR_MAX;
use crate::domain::{Currency, Money};

use super::EmbeddedProcessor;
use super::link_signer::PaymentTerms;

const CHECKOUT_CHARS_MAX: usize = 64;
const RETURN_CHARS_MAX: usize = 200;

/// A payment request as it comes: text, in the address or the form.
#[derive(Default)]
pub struct RawPaymentRequest {
    pub checkout: String,
    pub amount: String,
    pub currency: String,
    pub back: String,
    pub expires: String,
    pub signature: String,
}

/// A payment that a shop has asked for and signed: what the page shows is what is charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRequest {
    /// The shop's id of the checkout.
    pub checkout: String,
    pub amount: Money,
    back: String,
    /// Unix time in seconds.
    pub expires: u64,
    pub signature: String,
}

/// Why it is no payment request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPaymentRequest {
    #[error("the checkout is missing or is none")]
    Checkout,
    #[error("the amount is not one that a card can carry")]
    Amount,
    #[error("the currency is not three capital letters")]
    Currency,
    #[error("the shop to return to is not one of ours: add its origin to the settings")]
    Return,
    #[error("the shop has not asked for this, or too long ago")]
    NotSigned,
}

impl PaymentRequest {
    /// `shops`: the origins that a customer may be sent back to, as `https://shop.example`.
    pub fn parse(
        sent: &RawPaymentRequest,
        shops: &[String],
        processor: &EmbeddedProcessor,
    ) -> Result<PaymentRequest, BadPaymentRequest> {
        let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-');
        let checkout = &sent.checkout;
        if !(1..=CHECKOUT_CHARS_MAX).contains(&checkout.len()) || !checkout.bytes().all(is_plain) {
            return Err(BadPaymentRequest::Checkout);
        }
        let is_digits = sent.amount.bytes().all(|c| c.is_ascii_digit());
        let minor =
            sent.amount.parse().ok().filter(|minor| is_digits && (1..=TOTAL_MINOR_MAX).contains(minor));
        let minor = minor.ok_or(BadPaymentRequest::Amount)?;
        let currency = Currency::parse(&sent.currency).map_err(|_| BadPaymentRequest::Currency)?;
        if !is_of_a_shop(&sent.back, shops) {
            return Err(BadPaymentRequest::Return);
        }
        let amount = Money::new(minor, currency);
        let expires = sent.expires.parse().map_err(|_| BadPaymentRequest::NotSigned)?;
        let terms = PaymentTerms { checkout, amount, back: &sent.back, expires };
        if !processor.is_valid(&terms, &sent.signature) {
            return Err(BadPaymentRequest::NotSigned);
        }
        let (back, signature) = (sent.back.clone(), sent.signature.clone());
        Ok(PaymentRequest { checkout: checkout.clone(), amount, back, expires, signature })
    }

    /// Where the customer goes when she has typed a card. The card's token is not in the address: the shop fetches it.
    pub fn return_url(&self, code: &str) -> String {
        format!("{}?checkout={}&code={code}", self.back, self.checkout)
    }

    /// Where she goes without one.
    pub fn cancel_url(&self) -> String {
        format!("{}?checkout={}&cancelled=1", self.back, self.checkout)
    }

    pub fn back(&self) -> &str {
        &self.back
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
    use super::super::PaymentPage as _;
    use super::super::link_signer::LinkSigner;
    use super::super::test_payable::payable;
    use super::*;

    fn processor() -> EmbeddedProcessor {
        EmbeddedProcessor::new("http://pay.example/", [7; 32])
    }

    /// As the shop's address has it.
    fn sent(back: &str) -> RawPaymentRequest {
        let address = processor().open(&payable("n-1", back));
        let (page, query) = address.split_once('?').unwrap();
        assert_eq!(page, "http://pay.example/pay");
        super::super::page_form::CardForm::parse(query.as_bytes()).unwrap().sent
    }

    fn parse(sent: &RawPaymentRequest) -> Result<PaymentRequest, BadPaymentRequest> {
        PaymentRequest::parse(sent, &shops(), &processor())
    }

    fn shops() -> Vec<String> {
        vec!["http://127.0.0.1:8080".to_owned(), "https://shop.example".to_owned()]
    }

    #[test]
    fn a_customer_goes_back_to_the_shop_that_sent_her() {
        let payment = parse(&sent("https://shop.example/checkout/return")).unwrap();
        assert_eq!(payment.return_url("c0de"), "https://shop.example/checkout/return?checkout=n-1&code=c0de");
        assert_eq!(payment.amount, Money::new(1098, Currency::GBP));
    }

    #[test]
    fn what_is_changed_in_the_address_bar_is_no_payment() {
        let good = || sent("https://shop.example/r");
        let text = str::to_owned;
        for changed in [
            RawPaymentRequest { checkout: text("n-2"), ..good() },
            RawPaymentRequest { amount: text("1"), ..good() },
            RawPaymentRequest { amount: text("01098"), signature: text(""), ..good() },
            RawPaymentRequest { currency: text("EUR"), ..good() },
            RawPaymentRequest { back: text("http://127.0.0.1:8080/r"), ..good() },
            RawPaymentRequest { expires: text("99999999999"), ..good() },
            RawPaymentRequest { expires: text(""), ..good() },
            RawPaymentRequest { signature: text(""), ..good() },
            RawPaymentRequest { signature: "0".repeat(32), ..good() },
        ] {
            assert_eq!(parse(&changed), Err(BadPaymentRequest::NotSigned));
        }
        let other = EmbeddedProcessor::new("http://pay.example", [8; 32]);
        assert_eq!(PaymentRequest::parse(&good(), &shops(), &other), Err(BadPaymentRequest::NotSigned));
    }

    #[test]
    fn a_link_is_good_for_an_hour() {
        let (processor, now) = (processor(), super::super::embedded::now_s());
        let asked = |expires| PaymentTerms {
            checkout: "n-1",
            amount: Money::new(1, Currency::GBP),
            back: "x",
            expires,
        };
        let late = asked(now);
        assert!(!processor.is_valid(&late, &LinkSigner::new([7; 32]).sign(&late)));
        let soon = asked(now + 600);
        assert!(processor.is_valid(&soon, &LinkSigner::new([7; 32]).sign(&soon)));
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
            assert_eq!(parse(&sent(evil)), Err(BadPaymentRequest::Return), "{evil}");
        }
    }

    #[test]
    fn what_is_no_payment_is_refused() {
        let good = || sent("https://shop.example/r");
        for amount in ["", "0", "-1", "+5", "1.50", "1000000000000", "99999999999999999999", " 1"] {
            let bad = RawPaymentRequest { amount: amount.to_owned(), ..good() };
            assert_eq!(parse(&bad), Err(BadPaymentRequest::Amount), "{amount}");
        }
        for checkout in ["", "a b", "a&token=tok_visa", &"x".repeat(65)] {
            let bad = RawPaymentRequest { checkout: checkout.to_owned(), ..good() };
            assert_eq!(parse(&bad), Err(BadPaymentRequest::Checkout), "{checkout}");
        }
        let bad = RawPaymentRequest { currency: "£".to_owned(), ..good() };
        assert_eq!(parse(&bad), Err(BadPaymentRequest::Currency));
    }
}
