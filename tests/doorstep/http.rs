//! A program that speaks HTTP with the shop.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Request};

use super::wait::until;

/// Longer than any of the shop's own deadlines.
const ANSWER_WITHIN: Duration = Duration::from_secs(40);
const API: &str = "/api/v1";

/// Keeps connections open between requests; clones share them.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    url: String,
    /// Sent with whatever brings no `Authorization` of its own.
    api_key: Option<String>,
}

/// What came back, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// `Null` where the body is no JSON.
    pub json: Value,
}

impl Client {
    pub fn new(url: &str) -> Client {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .timeout_global(Some(ANSWER_WITHIN))
            .build();
        Client { agent: config.new_agent(), url: url.to_owned(), api_key: None }
    }

    /// As the program that has this key.
    pub fn with_key(&self, api_key: Option<String>) -> Client {
        Client { api_key, ..self.clone() }
    }

    /// A request to any address of the shop; the error is that of a connection that brought no answer.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let brings_its_own = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        if let Some(api_key) = self.api_key.as_ref().filter(|_| !brings_its_own) {
            request = request.header("Authorization", format!("Bearer {api_key}"));
        }
        let mut response = match body {
            [] => self.agent.run(request.body(()).expect("the test made a request"))?,
            body => self.agent.run(request.body(body).expect("the test made a request"))?,
        };
        let text = String::from_utf8_lossy(&response.body_mut().read_to_vec()?).into_owned();
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        })
    }

    #[track_caller]
    fn answered(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        match self.send(method, path, headers, body) {
            Ok(answer) => answer,
            Err(error) => panic!("{method} {path} brought no answer: {error}"),
        }
    }

    /// `path` under `/api/v1`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        // a shop that works off what a crash left refuses even to look, and says when to ask again
        until(&format!("there is room to look at {path}"), || {
            let answer = self.answered("GET", &format!("{API}{path}"), &[], &[]);
            (answer.json["code"] != "overloaded").then_some(answer)
        })
    }

    #[track_caller]
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        self.with_json("POST", path, headers, body)
    }

    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.with_json("PUT", path, &[], body)
    }

    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.answered("DELETE", &format!("{API}{path}"), &[], &[])
    }

    #[track_caller]
    fn with_json(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let headers = [&[("Content-Type", "application/json")], headers].concat();
        self.answered(method, &format!("{API}{path}"), &headers, body.to_string().as_bytes())
    }

    /// Whether `/readyz` says that the shop takes work.
    pub fn is_ready(&self) -> bool {
        self.send("GET", "/readyz", &[], &[]).is_ok_and(|answer| answer.status == 200)
    }

    /// One order of these words, under this idempotency key, if an answer came.
    pub fn try_order(&self, idempotency_key: &str, order: &Value) -> Result<Answer, ureq::Error> {
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", idempotency_key)];
        self.send("POST", &format!("{API}/orders"), &headers, order.to_string().as_bytes())
    }

    #[track_caller]
    pub fn order(&self, idempotency_key: &str, order: &Value) -> Answer {
        match self.try_order(idempotency_key, order) {
            Ok(answer) => answer,
            Err(error) => panic!("the order under {idempotency_key} brought no answer: {error}"),
        }
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("headers are ASCII"))
    }

    pub fn was_replayed(&self) -> bool {
        self.header("idempotent-replayed") == Some("true")
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// It is a whole problem document of this code, and nobody may keep it.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Answer {
        assert_eq!((self.status, self.json["code"].as_str()), (status, Some(code)), "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(self.json["status"], status);
        for field in ["type", "title", "detail", "what_to_do"] {
            let said = self.json[field].as_str().unwrap_or_default();
            assert!(!said.is_empty(), "{field} is missing in {}", self.text);
        }
        self
    }

    /// A field that must be there as text.
    #[track_caller]
    pub fn text_of(&self, field: &str) -> String {
        let Some(text) = self.json[field].as_str() else { panic!("no text `{field}` in {}", self.text) };
        text.to_owned()
    }
}

/// The total that a checkout's page shows, as its form sends it back.
#[track_caller]
pub fn seen_on(page: &str) -> &str {
    let value = page.split_once("name=\"seen\" value=\"").and_then(|(_, rest)| rest.split('"').next());
    value.unwrap_or_else(|| panic!("no total is shown in:\n{page}"))
}
