use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use ulid::Ulid;

const PREFIX: &str = "tok_";
const BODY_CHARS: usize = 26;
/// Of the HMAC: enough that nobody finds a token by trying.
const PROOF_BYTES: usize = 16;

/// Makes tokens, and knows its own again without a table: each carries a proof made with a secret.
pub struct TokenMint {
    secret: [u8; 32],
    known: Vec<String>,
}

impl TokenMint {
    /// `known`: tokens that are good without a proof, those of the test cards.
    pub fn new(secret: [u8; 32], known: &[&str]) -> TokenMint {
        TokenMint { secret, known: known.iter().map(|token| (*token).to_owned()).collect() }
    }

    /// `tok_`, 26 characters of `random`, and the proof: 63 letters, digits and underscores.
    pub fn mint(&self, random: u128) -> String {
        let body = Ulid(random).to_string();
        let proof = self.proof(&body);
        format!("{PREFIX}{body}_{proof}")
    }

    /// Whether this mint made it, or it is a test token. In constant time as to the proof.
    pub fn recognises(&self, token: &str) -> bool {
        if self.known.iter().any(|known| known == token) {
            return true;
        }
        let Some((body, proof)) = token.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')) else {
            return false;
        };
        body.len() == BODY_CHARS && bool::from(self.proof(body).as_bytes().ct_eq(proof.as_bytes()))
    }

    fn proof(&self, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes a key of any length");
        mac.update(b"doorstep token ");
        mac.update(body.as_bytes());
        let digest = mac.finalize().into_bytes();
        digest.iter().take(PROOF_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for TokenMint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenMint(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::limits;
    use proptest::prelude::*;

    fn mint() -> TokenMint {
        TokenMint::new([7; 32], &["tok_visa"])
    }

    #[test]
    fn a_test_token_is_recognised_and_an_invented_one_is_not() {
        assert!(mint().recognises("tok_visa"));
        for invented in ["", "tok_", "tok_visa2", "tok_01ARZ3NDEKTSV4RRFFQ69G5FAV", "tok_x_", "visa"] {
            assert!(!mint().recognises(invented), "{invented}");
        }
    }

    #[test]
    fn a_token_of_another_mint_is_not_recognised() {
        let other = TokenMint::new([8; 32], &[]);
        assert!(!mint().recognises(&other.mint(1)));
        assert!(!other.recognises("tok_visa"));
    }

    #[test]
    fn the_secret_is_not_shown() {
        assert_eq!(format!("{:?}", mint()), "TokenMint(…)");
    }

    proptest! {
        #[test]
        fn a_minted_token_is_recognised_and_no_changed_one_is(random: u128, at in 0usize..63, to in "[0-9A-Za-z_]") {
            let token = mint().mint(random);
            prop_assert!(token.len() <= limits::TOKEN_CHARS_MAX);
            prop_assert!(mint().recognises(&token));
            let mut changed = token.clone();
            changed.replace_range(at..=at, &to);
            prop_assert_eq!(mint().recognises(&changed), changed == token);
        }
    }
}
