//! What Stripe reports by itself. An event is a hint: what counts is asked for, and merged forward.

use serde::Deserialize;

/// Kept by its id, so that the same one twice is one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Event {
    pub id: String,
    /// Such as `payment_intent.succeeded`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Unix time in seconds.
    pub created: i64,
    pub livemode: bool,
    data: EventData,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct EventData {
    object: Reported,
}

/// Of the object, as it was then, only what says which one it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Reported {
    id: Option<String>,
    object: String,
    payment_intent: Option<String>,
}

/// What to ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventSubject<'a> {
    Payment(&'a str),
    Session(&'a str),
    /// Of a payment, where it is said of which.
    Refund {
        refund: &'a str,
        payment: Option<&'a str>,
    },
    Dispute {
        dispute: &'a str,
        payment: Option<&'a str>,
    },
    Payout(&'a str),
    /// Of no concern to a shop, or new.
    Other,
}

impl Event {
    /// # Errors
    /// Where it is no event: not JSON, or without what every one has.
    pub fn parse(body: &[u8]) -> Result<Event, serde_json::Error> {
        serde_json::from_slice(body)
    }

    pub fn subject(&self) -> EventSubject<'_> {
        let Reported { id: Some(id), object, payment_intent } = &self.data.object else {
            return EventSubject::Other;
        };
        let payment = payment_intent.as_deref();
        match object.as_str() {
            "payment_intent" => EventSubject::Payment(id),
            "charge" => payment.map_or(EventSubject::Other, EventSubject::Payment),
            "checkout.session" => EventSubject::Session(id),
            "refund" => EventSubject::Refund { refund: id, payment },
            "dispute" => EventSubject::Dispute { dispute: id, payment },
            "payout" => EventSubject::Payout(id),
            _ => EventSubject::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(object: &str) -> Event {
        let body = format!(
            r#"{{"id": "evt_1", "object": "event", "api_version": null, "created": 1, "livemode": false, "type": "x.y", "data": {{"object": {object}, "previous_attributes": {{}}}}, "new": []}}"#
        );
        Event::parse(body.as_bytes()).unwrap()
    }

    #[test]
    fn an_event_says_what_to_ask_about() {
        for (object, subject) in [
            (r#"{"id": "pi_1", "object": "payment_intent", "status": "odd"}"#, EventSubject::Payment("pi_1")),
            (
                r#"{"id": "ch_1", "object": "charge", "payment_intent": "pi_1"}"#,
                EventSubject::Payment("pi_1"),
            ),
            (r#"{"id": "ch_1", "object": "charge", "payment_intent": null}"#, EventSubject::Other),
            (
                r#"{"id": "cs_1", "object": "checkout.session", "payment_intent": null}"#,
                EventSubject::Session("cs_1"),
            ),
            (
                r#"{"id": "re_1", "object": "refund", "payment_intent": "pi_1"}"#,
                EventSubject::Refund { refund: "re_1", payment: Some("pi_1") },
            ),
            (
                r#"{"id": "du_1", "object": "dispute"}"#,
                EventSubject::Dispute { dispute: "du_1", payment: None },
            ),
            (r#"{"id": "po_1", "object": "payout"}"#, EventSubject::Payout("po_1")),
            (r#"{"object": "balance"}"#, EventSubject::Other),
            (r#"{"id": "x", "object": "thing.nobody.knows"}"#, EventSubject::Other),
        ] {
            assert_eq!(event(object).subject(), subject, "{object}");
        }
        for wrong in ["", "{}", "[]", "<html>"] {
            assert!(Event::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
