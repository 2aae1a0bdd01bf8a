//! What the shop proves itself to Stripe with, and Stripe itself to the shop.

use std::fmt;

use zeroize::Zeroizing;

const TEXT_BYTES_MIN: usize = 16;
const TEXT_BYTES_MAX: usize = 255;

/// Whether money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMode {
    /// Test cards alone, and no money.
    Test,
    Live,
}

/// A secret or a restricted key. Nothing shows its text.
#[derive(Clone)]
pub struct SecretKey {
    text: Zeroizing<String>,
    mode: KeyMode,
}

/// What the events of one endpoint are signed with. Nothing shows its text.
#[derive(Clone)]
pub struct WebhookSecret(Zeroizing<String>);

/// Why a text is no such secret. It does not repeat the text.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadSecret {
    #[error("it is empty")]
    Empty,
    #[error(
        "it begins with pk_, so it is the publishable key: take the secret one beside it, which begins with sk_ or rk_"
    )]
    Publishable,
    #[error(
        "it begins with whsec_, so it is what events are signed with: the key of the API begins with sk_ or rk_"
    )]
    OfEvents,
    #[error(
        "it begins with sk_ or rk_, so it is a key of the API: what events are signed with begins with whsec_"
    )]
    OfTheApi,
    #[error("it is no secret key of Stripe's: one begins with sk_test_, sk_live_, rk_test_ or rk_live_")]
    NoKey,
    #[error("it is no signing secret of Stripe's: one begins with whsec_")]
    NoSigningSecret,
    #[error(
        "its length or its letters are none of a secret's: copy it again, whole and with nothing around it"
    )]
    Mangled,
}

impl SecretKey {
    pub fn parse(text: &str) -> Result<SecretKey, BadSecret> {
        let text = text.trim();
        let known = [
            ("sk_test_", KeyMode::Test),
            ("rk_test_", KeyMode::Test),
            ("sk_live_", KeyMode::Live),
            ("rk_live_", KeyMode::Live),
        ];
        let Some((_, mode)) = known.into_iter().find(|(prefix, _)| text.starts_with(prefix)) else {
            return Err(match text {
                "" => BadSecret::Empty,
                text if text.starts_with("pk_") => BadSecret::Publishable,
                text if text.starts_with("whsec_") => BadSecret::OfEvents,
                _ => BadSecret::NoKey,
            });
        };
        must_be_whole(text, |c| c.is_ascii_alphanumeric() || c == '_')?;
        Ok(SecretKey { text: Zeroizing::new(text.to_owned()), mode })
    }

    pub fn mode(&self) -> KeyMode {
        self.mode
    }

    /// For the header of a request, and nothing else.
    pub(super) fn reveal(&self) -> &str {
        &self.text
    }
}

impl WebhookSecret {
    pub fn parse(text: &str) -> Result<WebhookSecret, BadSecret> {
        let text = text.trim();
        if !text.starts_with("whsec_") {
            return Err(match text {
                "" => BadSecret::Empty,
                text if text.starts_with("sk_") || text.starts_with("rk_") => BadSecret::OfTheApi,
                _ => BadSecret::NoSigningSecret,
            });
        }
        must_be_whole(text, |c| c.is_ascii_alphanumeric() || "_+/=-".contains(c))?;
        Ok(WebhookSecret(Zeroizing::new(text.to_owned())))
    }

    pub(super) fn reveal(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn must_be_whole(text: &str, may_be: impl Fn(char) -> bool) -> Result<(), BadSecret> {
    let fits = (TEXT_BYTES_MIN..=TEXT_BYTES_MAX).contains(&text.len()) && text.chars().all(may_be);
    if fits { Ok(()) } else { Err(BadSecret::Mangled) }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({:?}, …)", self.mode)
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// As the operator reads it.
impl fmt::Display for KeyMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeyMode::Test => "test mode",
            KeyMode::Live => "live mode",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_its_mode_and_is_shown_nowhere() {
        let key = SecretKey::parse(" sk_test_51NobodysKeyAtAll\n").unwrap();
        assert_eq!((key.mode(), key.reveal()), (KeyMode::Test, "sk_test_51NobodysKeyAtAll"));
        assert_eq!(SecretKey::parse("rk_live_51NobodysKeyAtAll").unwrap().mode(), KeyMode::Live);
        assert!(!format!("{key:?}").contains("Nobody"));
        let secret = WebhookSecret::parse("whsec_NobodysSecretAtAll").unwrap();
        assert!(!format!("{secret:?}").contains("Nobody"));
    }

    #[test]
    fn what_is_no_secret_is_told_by_what_it_is() {
        for (text, bad) in [
            ("", BadSecret::Empty),
            (" \n", BadSecret::Empty),
            ("pk_test_51NobodysKeyAtAll", BadSecret::Publishable),
            ("whsec_NobodysSecretAtAll", BadSecret::OfEvents),
            ("51NobodysKeyAtAll", BadSecret::NoKey),
            ("sk_prod_51NobodysKeyAtAll", BadSecret::NoKey),
            ("sk_test_51", BadSecret::Mangled),
            ("sk_test_51Nobodys Key At All", BadSecret::Mangled),
            ("sk_test_51NobodysKey****AtAll", BadSecret::Mangled),
        ] {
            assert_eq!(SecretKey::parse(text).unwrap_err(), bad, "{text:?}");
            assert!(text.trim().is_empty() || !bad.to_string().contains(text.trim()));
        }
        for (text, bad) in [
            ("", BadSecret::Empty),
            ("sk_test_51NobodysKeyAtAll", BadSecret::OfTheApi),
            ("NobodysSecretAtAll", BadSecret::NoSigningSecret),
            ("whsec_x", BadSecret::Mangled),
        ] {
            assert_eq!(WebhookSecret::parse(text).unwrap_err(), bad, "{text:?}");
        }
        assert_eq!(
            SecretKey::parse(&format!("sk_test_{}", "a".repeat(300))).unwrap_err(),
            BadSecret::Mangled
        );
    }
}
