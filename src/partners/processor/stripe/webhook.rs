//! Whether an event comes from Stripe: its signature, over the body as it came.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use super::secret::WebhookSecret;

/// Of the clocks, both ways: an older one may be somebody's repetition of what he once saw.
pub const TOLERANCE_S: u64 = 300;
/// Stripe's events are some kilobytes.
pub const BODY_BYTES_MAX: usize = 256 << 10;
/// Of the header.
const HEADER_BYTES_MAX: usize = 4_096;
const DIGEST_BYTES: usize = 32;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadSignature {
    #[error("the event has more than {BODY_BYTES_MAX} bytes")]
    TooLarge,
    #[error("the header Stripe-Signature is missing, or is none: t=…,v1=… is expected")]
    NoSignature,
    #[error(
        "it was signed {0} s away from the time here, more than {TOLERANCE_S}: set this machine's clock, or it is an old event sent anew"
    )]
    NotNow(u64),
    #[error("no secret of ours has signed it")]
    NotSigned,
}

/// Takes what one of the secrets has signed (there are two while one takes the other's place), within [`TOLERANCE_S`] of `now_s`, Unix
/// time by the wall.
///
/// # Errors
/// Why it is not Stripe's.
pub fn verify(body: &[u8], header: &str, secrets: &[WebhookSecret], now_s: u64) -> Result<(), BadSignature> {
    if body.len() > BODY_BYTES_MAX {
        return Err(BadSignature::TooLarge);
    }
    let (timestamp, signatures) = parts(header).ok_or(BadSignature::NoSignature)?;
    let mut is_signed = Choice::from(0);
    for secret in secrets {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(secret.reveal()).expect("HMAC takes a key of any length");
        mac.update(timestamp.to_string().as_bytes());
        mac.update(b".");
        mac.update(body);
        let digest = mac.finalize().into_bytes();
        for signature in &signatures {
            // all are looked at, so that the time tells nothing of which
            is_signed |= digest.as_slice().ct_eq(signature);
        }
    }
    if !bool::from(is_signed) {
        return Err(BadSignature::NotSigned);
    }
    match now_s.abs_diff(timestamp) {
        apart if apart > TOLERANCE_S => Err(BadSignature::NotNow(apart)),
        _ => Ok(()),
    }
}

/// The time, and all signatures of the scheme v1. What else stands there is passed over.
fn parts(header: &str) -> Option<(u64, Vec<[u8; DIGEST_BYTES]>)> {
    if header.len() > HEADER_BYTES_MAX {
        return None;
    }
    let named = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let times: Vec<&str> = named().filter(|(name, _)| *name == "t").map(|(_, value)| value).collect();
    let [time] = times.as_slice() else { return None };
    // as it is signed: no sign, no zero in front
    let timestamp = time.parse::<u64>().ok().filter(|parsed| parsed.to_string() == *time)?;
    let signatures: Vec<_> =
        named().filter(|(name, _)| *name == "v1").filter_map(|(_, hex)| digest(hex)).collect();
    (!signatures.is_empty()).then_some((timestamp, signatures))
}

fn digest(hex: &str) -> Option<[u8; DIGEST_BYTES]> {
    let mut bytes = [0; DIGEST_BYTES];
    if hex.len() != 2 * DIGEST_BYTES || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By Stripe's own library: `stripe.WebhookSignature.generate_signature_header`, version 16.1.0.
    const SIGNED: &str = "t=1795305600,v1=38448110a1146889e490cb5d185ceb0262440525b2e46ac3f59143c226fec254";
    const BODY: &[u8] = br#"{"id": "evt_1", "object": "event"}"#;
    const NOW: u64 = 1_795_305_600;

    fn secret(text: &str) -> WebhookSecret {
        WebhookSecret::parse(text).unwrap()
    }

    fn ours() -> Vec<WebhookSecret> {
        vec![secret("whsec_AnotherSecretOfOurs"), secret("whsec_NobodysSecretAtAll")]
    }

    #[test]
    fn what_stripes_own_library_signs_is_taken() {
        assert_eq!(verify(BODY, SIGNED, &ours(), NOW), Ok(()));
        let with_more = format!("{SIGNED},v1={},v0=5257", "0".repeat(64));
        assert_eq!(
            verify(BODY, &with_more, &ours(), NOW),
            Ok(()),
            "two while a secret is changed, and schemes to come"
        );
        for now in [NOW - TOLERANCE_S, NOW + TOLERANCE_S] {
            assert_eq!(verify(BODY, SIGNED, &ours(), now), Ok(()));
        }
    }

    #[test]
    fn what_is_not_stripes_is_refused() {
        for now in [NOW - TOLERANCE_S - 1, NOW + TOLERANCE_S + 1] {
            assert_eq!(verify(BODY, SIGNED, &ours(), now), Err(BadSignature::NotNow(301)));
        }
        assert_eq!(verify(b"{}", SIGNED, &ours(), NOW), Err(BadSignature::NotSigned));
        assert_eq!(verify(BODY, SIGNED, &ours()[..1], NOW), Err(BadSignature::NotSigned));
        assert_eq!(verify(BODY, SIGNED, &[], NOW), Err(BadSignature::NotSigned));
        let later = SIGNED.replace("t=1795305600", "t=1795305601");
        assert_eq!(verify(BODY, &later, &ours(), NOW), Err(BadSignature::NotSigned));
        let as_v0 = SIGNED.replace("v1=", "v0=");
        let twice = format!("t=1795305600,{SIGNED}");
        let padded = SIGNED.replace("t=", "t=0");
        for none in ["", "t=1795305600", "v1=00", &as_v0, &twice, &padded, &"t=1,".repeat(2_000)] {
            assert_eq!(verify(BODY, none, &ours(), NOW), Err(BadSignature::NoSignature), "{none}");
        }
        assert_eq!(
            verify(&vec![b' '; BODY_BYTES_MAX + 1], SIGNED, &ours(), NOW),
            Err(BadSignature::TooLarge)
        );
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic_or_believe(header in ".*", body in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert!(verify(&body, &header, &ours(), NOW).is_err());
        }

        #[test]
        fn a_changed_byte_is_noticed(at in 0..BODY.len(), to in any::<u8>()) {
            let mut body = BODY.to_vec();
            prop_assume!(body[at] != to);
            body[at] = to;
            prop_assert_eq!(verify(&body, SIGNED, &ours(), NOW), Err(BadSignature::NotSigned));
        }
    }
}
