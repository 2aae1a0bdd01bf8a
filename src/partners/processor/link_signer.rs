use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::domain::Money;

/// Of the HMAC: enough that nobody finds a signature by trying.
const SIGNATURE_BYTES: usize = 16;

/// What a shop asks its customer to pay: the terms in the address of the card page, which the signature covers.
#[derive(Clone, Copy)]
pub struct PaymentTerms<'a> {
    /// The shop's id of the checkout.
    pub checkout: &'a str,
    pub amount: Money,
    /// Where she goes back to.
    pub back: &'a str,
    /// Unix time in seconds from which on it is not good any more.
    pub expires: u64,
}

/// Signs the terms of a payment with the secret that shop and processor share, so that nobody on the way can change them, such as
/// the amount.
pub struct LinkSigner {
    secret: [u8; 32],
}

impl LinkSigner {
    pub fn new(secret: [u8; 32]) -> LinkSigner {
        LinkSigner { secret }
    }

    /// 32 hexadecimal digits.
    pub fn sign(&self, terms: &PaymentTerms<'_>) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes a key of any length");
        mac.update(b"doorstep payment");
        let (amount, currency) = (terms.amount.amount.to_string(), terms.amount.currency.to_string());
        let expires = terms.expires.to_string();
        // each with its length, so that no two different terms are the same bytes
        for part in [terms.checkout, &amount, &currency, terms.back, &expires] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let digest = mac.finalize().into_bytes();
        digest.iter().take(SIGNATURE_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }

    /// In constant time.
    pub fn is_signed(&self, terms: &PaymentTerms<'_>, signature: &str) -> bool {
        self.sign(terms).as_bytes().ct_eq(signature.as_bytes()).into()
    }
}

impl fmt::Debug for LinkSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkSigner(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Currency;
    use proptest::prelude::*;

    const ASKED: PaymentTerms<'_> = PaymentTerms {
        checkout: "nonce1",
        amount: Money { amount: 1897, currency: Currency::GBP },
        back: "http://shop.example/checkout/return",
        expires: 1_795_348_800,
    };

    #[test]
    fn a_change_of_any_part_is_noticed() {
        let signer = LinkSigner::new([7; 32]);
        let signature = signer.sign(&ASKED);
        assert!(signer.is_signed(&ASKED, &signature));
        let euros = Money { currency: Currency::parse("EUR").unwrap(), ..ASKED.amount };
        for changed in [
            PaymentTerms { checkout: "nonce2", ..ASKED },
            PaymentTerms { checkout: "nonce", ..ASKED },
            PaymentTerms { amount: Money { amount: 1896, ..ASKED.amount }, ..ASKED },
            PaymentTerms { amount: euros, ..ASKED },
            PaymentTerms { back: "http://shop.example/", ..ASKED },
            PaymentTerms { expires: ASKED.expires + 1, ..ASKED },
        ] {
            assert!(!signer.is_signed(&changed, &signature));
        }
        assert!(!LinkSigner::new([8; 32]).is_signed(&ASKED, &signature));
        assert_eq!(format!("{signer:?}"), "LinkSigner(…)");
    }

    proptest! {
        #[test]
        fn no_changed_signature_is_one(at in 0usize..32, to in "[0-9a-f]", end in "[0-9a-f]{0,2}") {
            let signer = LinkSigner::new([7; 32]);
            let signature = signer.sign(&ASKED);
            let mut changed = signature.clone();
            changed.replace_range(at..=at, &to);
            changed.push_str(&end);
            prop_assert_eq!(signer.is_signed(&ASKED, &changed), changed == signature);
        }
    }
}
