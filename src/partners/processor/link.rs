use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::domain::Money;

/// Of the HMAC: enough that nobody finds a signature by trying.
const SIGNATURE_BYTES: usize = 16;

/// What a shop asks its customer to pay, as it stands in the address of the card page.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The shop's word for it.
    pub checkout: &'a str,
    pub amount: Money,
    /// Where she goes back to.
    pub back: &'a str,
    /// Unix time in seconds from which on it is not good any more.
    pub expires: u64,
}

/// Signs what a shop asks for with the secret that shop and processor share, so that nothing of it can be changed on
/// the way: the amount least of all.
pub struct LinkSigner {
    secret: [u8; 32],
}

impl LinkSigner {
    pub fn new(secret: [u8; 32]) -> LinkSigner {
        LinkSigner { secret }
    }

    /// 32 hexadecimal digits.
    pub fn sign(&self, asked: &Asked<'_>) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes a key of any length");
        mac.update(b"doorstep payment");
        let (amount, currency) = (asked.amount.amount.to_string(), asked.amount.currency.to_string());
        let expires = asked.expires.to_string();
        // each with its length, so that no two askings are the same bytes
        for part in [asked.checkout, &amount, &currency, asked.back, &expires] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let digest = mac.finalize().into_bytes();
        digest.iter().take(SIGNATURE_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }

    /// In constant time.
    pub fn is_signed(&self, asked: &Asked<'_>, signature: &str) -> bool {
        self.sign(asked).as_bytes().ct_eq(signature.as_bytes()).into()
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

    const ASKED: Asked<'_> = Asked {
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
            Asked { checkout: "nonce2", ..ASKED },
            Asked { checkout: "nonce", ..ASKED },
            Asked { amount: Money { amount: 1896, ..ASKED.amount }, ..ASKED },
            Asked { amount: euros, ..ASKED },
            Asked { back: "http://shop.example/", ..ASKED },
            Asked { expires: ASKED.expires + 1, ..ASKED },
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
