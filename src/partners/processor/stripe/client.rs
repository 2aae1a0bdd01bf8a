//! One request to Stripe: under its deadline, again where that is safe, and what its answer says.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Method, Response, redirect};
use serde::de::DeserializeOwned;

use crate::partners::Answered;

use super::form::Form;
use super::refusal::{ErrorBody, Refusal, Said};
use super::secret::{KeyMode, SecretKey};

pub const API_URL: &str = "https://api.stripe.com";
/// Its shapes are those that are read here. Stripe goes on serving it when newer ones come.
pub const API_VERSION: &str = "2026-10-28.endive";
/// Past that, Stripe has forgotten a key, and a request under it would be a new one.
pub const KEY_KEPT_HOURS: u64 = 24;
pub const ATTEMPTS_MAX: u32 = 3;
/// A page of a hundred payments is a tenth of it.
pub const ANSWER_BYTES_MAX: usize = 4 << 20;
const PAUSE_FIRST: Duration = Duration::from_millis(500);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const IDLE_CONNECTION_KEPT: Duration = Duration::from_secs(60);
/// What may stand in a path as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_');

/// What Stripe answered: known, refused with why, or unknown.
pub type Answer<T> = Answered<T, Refusal>;

pub struct StripeSettings {
    pub key: SecretKey,
    /// [`API_URL`], but for tests.
    pub api_url: String,
    /// For a request with all of its repetitions.
    pub deadline: Duration,
}

/// An account of Stripe's, as the shop speaks to it.
pub struct Stripe {
    http: Client,
    settings: StripeSettings,
}

/// Whose answer is read.
struct Asked<'a> {
    method: Method,
    path: &'a str,
    form: Form,
    /// Of what changes something.
    key: Option<&'a str>,
}

/// What came, whole.
struct Heard {
    status: u16,
    should_retry: Option<bool>,
    body: Vec<u8>,
}

impl Stripe {
    /// # Errors
    /// Where this machine cannot speak TLS: it has no roots to trust.
    pub fn new(settings: StripeSettings) -> Result<Stripe, String> {
        // whoever was first has installed the same one
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .user_agent(concat!("doorstep/", env!("CARGO_PKG_VERSION")))
            .timeout(settings.deadline)
            .connect_timeout(CONNECT_WITHIN.min(settings.deadline))
            .pool_idle_timeout(IDLE_CONNECTION_KEPT)
            // a proxy that stands in the environment would see the key
            .no_proxy()
            .redirect(redirect::Policy::none())
            .https_only(settings.api_url.starts_with("https://"))
            .build()
            .map_err(|error| why(&error))?;
        Ok(Stripe { http, settings })
    }

    pub fn mode(&self) -> KeyMode {
        self.settings.key.mode()
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str, form: Form) -> Answer<T> {
        self.ask(Asked { method: Method::GET, path, form, key: None }).await
    }

    /// `key`: of the caller's, and the same whenever the same thing is asked.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, form: Form, key: &str) -> Answer<T> {
        self.ask(Asked { method: Method::POST, path, form, key: Some(key) }).await
    }

    async fn ask<T: DeserializeOwned>(&self, asked: Asked<'_>) -> Answer<T> {
        let within = self.settings.deadline;
        let answered = tokio::time::timeout(within, self.ask_until_said(&asked)).await;
        answered.unwrap_or_else(|_| Answered::Unknown(format!("no answer within {} ms", within.as_millis())))
    }

    /// Everything that is asked may be asked again: it changes nothing, or has a key.
    async fn ask_until_said<T: DeserializeOwned>(&self, asked: &Asked<'_>) -> Answer<T> {
        let mut pause = PAUSE_FIRST;
        for _ in 1..ATTEMPTS_MAX {
            let (answer, again) = judged(self.attempt(asked).await);
            if !again {
                return answer;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        judged(self.attempt(asked).await).0
    }

    async fn attempt(&self, asked: &Asked<'_>) -> Result<Heard, String> {
        let encoded = asked.form.encoded();
        let url = format!("{}{}", self.settings.api_url, asked.path);
        let request = match asked.key {
            None if encoded.is_empty() => self.http.request(asked.method.clone(), url),
            None => self.http.request(asked.method.clone(), format!("{url}?{encoded}")),
            Some(key) => {
                let form = self.http.request(asked.method.clone(), url).header("Idempotency-Key", key);
                form.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(encoded)
            }
        };
        let request = request.header("Stripe-Version", API_VERSION).bearer_auth(self.settings.key.reveal());
        let response = request.send().await.map_err(|error| why(&error))?;
        let (status, should_retry) = (response.status().as_u16(), should_retry(response.headers()));
        Ok(Heard { status, should_retry, body: whole(response).await? })
    }
}

fn should_retry(headers: &HeaderMap) -> Option<bool> {
    match headers.get("Stripe-Should-Retry")?.to_str().ok()? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

async fn whole(mut response: Response) -> Result<Vec<u8>, String> {
    let mut body = vec![];
    while let Some(part) = response.chunk().await.map_err(|error| why(&error))? {
        if body.len() + part.len() > ANSWER_BYTES_MAX {
            return Err(format!("an answer of more than {ANSWER_BYTES_MAX} bytes"));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

/// What is made of what came, and whether to ask again.
fn judged<T: DeserializeOwned>(heard: Result<Heard, String>) -> (Answer<T>, bool) {
    let heard = match heard {
        Ok(heard) => heard,
        Err(why) => return (Answered::Unknown(why), true),
    };
    let (answer, again) = match heard.status {
        200..=299 => match serde_json::from_slice(&heard.body) {
            Ok(known) => (Answered::Known(known), false),
            // not the error's own words: they repeat what it could not read
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                let why = format!("an answer that is not as Stripe's are, at line {line}, column {column}");
                (Answered::Unknown(why), true)
            }
        },
        status => match serde_json::from_slice::<ErrorBody>(&heard.body).map(|body| body.read(status)) {
            Ok(Said::Refused(refusal)) => (Answered::Refused(refusal), false),
            Ok(Said::Nothing(why)) => {
                let passes = matches!(status, 409 | 429 | 500..);
                (Answered::Unknown(format!("status {status}: {why}")), passes)
            }
            Err(_) => {
                (Answered::Unknown(format!("status {status}, and an answer that is not Stripe's")), true)
            }
        },
    };
    (answer, heard.should_retry.unwrap_or(again))
}

/// The innermost cause says most; the address is left out, since it names the customer's payment.
fn why(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    match (error.is_timeout(), error.is_connect()) {
        (true, _) => "no answer in time".to_owned(),
        (false, true) => format!("no connection: {cause}"),
        (false, false) => cause.to_string(),
    }
}

/// An id as a part of a path.
pub(super) fn in_path(id: &str) -> String {
    utf8_percent_encode(id, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::RefusalKind;
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Made {
        id: String,
    }

    fn heard(status: u16, should_retry: Option<bool>, body: &str) -> (Answer<Made>, bool) {
        judged(Ok(Heard { status, should_retry, body: body.into() }))
    }

    #[test]
    fn an_answer_is_known_refused_or_unknown() {
        let (answer, again) = heard(200, None, r#"{"id": "pi_1", "news": {"of": 1}}"#);
        assert_eq!((answer.known().map(|made| made.id).as_deref(), again), (Some("pi_1"), false));
        let refusal = r#"{"error": {"type": "invalid_request_error", "message": "No such thing", "code": "resource_missing"}}"#;
        let (answer, again) = heard(404, None, refusal);
        assert!(matches!(answer, Answered::Refused(Refusal { kind: RefusalKind::NotThere, .. })) && !again);
        for (status, body) in
            [(200, "{\"id\": \"pi"), (200, "<html>"), (502, "<html>"), (500, "{}"), (302, "")]
        {
            let (answer, again) = heard(status, None, body);
            assert!(matches!(answer, Answered::Unknown(_)) && again, "{status} {body}");
        }
        let (answer, again) = judged::<Made>(Err("reset".to_owned()));
        assert!(matches!(answer, Answered::Unknown(_)) && again);
    }

    #[test]
    fn stripe_says_whether_to_ask_again() {
        let fault = r#"{"error": {"type": "api_error", "message": "An unknown error occurred"}}"#;
        assert!(heard(500, None, fault).1);
        assert!(!heard(500, Some(false), fault).1);
        let reused = r#"{"error": {"type": "idempotency_error", "message": "other parameters"}}"#;
        let (answer, again) = heard(400, None, reused);
        assert!(
            matches!(answer, Answered::Unknown(_)) && !again,
            "something was asked under this key before"
        );
        assert!(heard(409, None, reused).1, "it is being done: wait");
    }

    #[test]
    fn an_id_stays_one_part_of_its_path() {
        assert_eq!(in_path("pi_3MrPBM2eZvKYlo2C"), "pi_3MrPBM2eZvKYlo2C");
        assert_eq!(in_path("../v1/payouts?x"), "%2E%2E%2Fv1%2Fpayouts%3Fx");
    }
}
