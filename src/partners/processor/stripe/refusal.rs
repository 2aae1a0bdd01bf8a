//! Why Stripe said no.

use std::fmt;

use serde::Deserialize;

/// Of a text of Stripe's that is passed on to the operator.
const MESSAGE_CHARS_MAX: usize = 300;

/// Reasons for which the same card is never asked for the same again: the card networks fine who does.
const HARD: [&str; 14] = [
    "card_not_supported",
    "currency_not_supported",
    "expired_card",
    "fraudulent",
    "incorrect_number",
    "invalid_account",
    "invalid_number",
    "lost_card",
    "pickup_card",
    "restricted_card",
    "revocation_of_all_authorizations",
    "revocation_of_authorization",
    "stolen_card",
    "stop_payment_order",
];

/// Whether the same card may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hardness {
    Soft,
    Hard,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The card's bank, or Stripe's own check of risk.
    Declined(Hardness),
    /// There is no such object.
    NotThere,
    /// What was asked makes no sense, or not in the state that the object is in.
    Invalid,
    /// The key is unknown, or may not do this.
    KeyRefused,
}

/// It was not done, and was not done before under the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub kind: RefusalKind,
    /// As Stripe's table of error codes has it.
    pub code: Option<String>,
    /// The issuer's reason. For the operator: whoever tries a stolen card must not learn that it is known to be one.
    pub decline_code: Option<String>,
    pub param: Option<String>,
    /// For the operator.
    pub message: String,
    /// The payment intent that was declined: another card may be tried on it.
    pub payment_intent: Option<String>,
}

/// The body of a refusal, of which only the parts are read that something is made of.
#[derive(Deserialize)]
pub(super) struct ErrorBody {
    error: StripeError,
}

#[derive(Deserialize)]
struct StripeError {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    message: String,
    code: Option<String>,
    decline_code: Option<String>,
    advice_code: Option<String>,
    param: Option<String>,
    payment_intent: Option<WithId>,
}

#[derive(Deserialize)]
struct WithId {
    id: String,
}

/// What a body with an error says.
pub(super) enum Said {
    Refused(Refusal),
    /// Nothing of what became of the request, and why.
    Nothing(String),
}

impl ErrorBody {
    /// Under one key and with other parameters something was asked before: of that nothing is said.
    pub(super) fn read(self, status: u16) -> Said {
        let error = self.error;
        let kind = match (status, error.kind.as_str()) {
            (_, "idempotency_error") => return Said::Nothing(told(&error)),
            (402, _) => RefusalKind::Declined(hardness(&error)),
            (401 | 403, _) => RefusalKind::KeyRefused,
            (404, _) => RefusalKind::NotThere,
            (400..=499, _) if error.code.as_deref() == Some("resource_missing") => RefusalKind::NotThere,
            (400 | 405..=408 | 410..=428, _) => RefusalKind::Invalid,
            _ => return Said::Nothing(told(&error)),
        };
        Said::Refused(Refusal {
            kind,
            message: told(&error),
            code: error.code,
            decline_code: error.decline_code,
            param: error.param,
            payment_intent: error.payment_intent.map(|intent| intent.id),
        })
    }
}

fn hardness(error: &StripeError) -> Hardness {
    match error.advice_code.as_deref() {
        Some("do_not_try_again") => return Hardness::Hard,
        Some("try_again_later" | "confirm_card_data") => return Hardness::Soft,
        _ => {}
    }
    let reasons = [&error.decline_code, &error.code].map(|reason| reason.as_deref().unwrap_or_default());
    if reasons.iter().any(|reason| HARD.contains(reason)) { Hardness::Hard } else { Hardness::Soft }
}

fn told(error: &StripeError) -> String {
    error.message.chars().filter(|c| !c.is_control()).take(MESSAGE_CHARS_MAX).collect()
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.decline_code.as_ref().or(self.code.as_ref());
        match code {
            Some(code) => write!(f, "{} ({code})", self.message),
            None => f.write_str(&self.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, body: &str) -> Said {
        serde_json::from_str::<ErrorBody>(body).unwrap().read(status)
    }

    fn refused(status: u16, body: &str) -> Refusal {
        match said(status, body) {
            Said::Refused(refusal) => refusal,
            Said::Nothing(why) => panic!("{why}"),
        }
    }

    #[test]
    fn declines_are_soft_or_hard() {
        let declined = |decline: &str, more: &str| {
            let body = format!(
                r#"{{"error": {{"type": "card_error", "code": "card_declined", "decline_code": "{decline}", "message": "No.", "payment_intent": {{"id": "pi_1", "new": 1}}{more}}}}}"#
            );
            refused(402, &body)
        };
        for (decline, hardness) in [
            ("insufficient_funds", Hardness::Soft),
            ("generic_decline", Hardness::Soft),
            ("something_new", Hardness::Soft),
            ("stolen_card", Hardness::Hard),
            ("fraudulent", Hardness::Hard),
        ] {
            let refusal = declined(decline, "");
            assert_eq!(refusal.kind, RefusalKind::Declined(hardness), "{decline}");
            assert_eq!(refusal.payment_intent.as_deref(), Some("pi_1"));
            assert_eq!(refusal.to_string(), format!("No. ({decline})"));
        }
        // what the network advises counts more than the reason
        let advised = |advice| declined("generic_decline", &format!(r#", "advice_code": "{advice}""#)).kind;
        assert_eq!(advised("do_not_try_again"), RefusalKind::Declined(Hardness::Hard));
        assert_eq!(advised("try_again_later"), RefusalKind::Declined(Hardness::Soft));
    }

    #[test]
    fn what_says_nothing_of_the_request_is_no_refusal() {
        let body = |kind| format!(r#"{{"error": {{"type": "{kind}", "message": "Hm."}}}}"#);
        for (status, kind) in [
            (400, "idempotency_error"),
            (409, "idempotency_error"),
            (500, "api_error"),
            (429, "invalid_request_error"),
        ] {
            assert!(matches!(said(status, &body(kind)), Said::Nothing(_)), "{status} {kind}");
        }
        for (status, kind) in [
            (400, RefusalKind::Invalid),
            (401, RefusalKind::KeyRefused),
            (403, RefusalKind::KeyRefused),
            (404, RefusalKind::NotThere),
        ] {
            assert_eq!(refused(status, &body("invalid_request_error")).kind, kind);
        }
    }
}
