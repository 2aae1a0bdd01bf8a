//! What a customer orders, and what she does with her order.

use serde_json::{Value, json};

use super::http::Answer;
use super::shop::TestShop;
use super::wait::until;

/// An order that can be posted: Ada's, one copy, a good card, nothing waited for; change what the test is about.
#[derive(Clone, Debug)]
pub struct Wish(pub Value);

/// One copy of a book.
pub fn wish(sku: &str) -> Wish {
    wishes(&[(sku, 1)])
}

/// Several lines.
pub fn wishes(lines: &[(&str, u32)]) -> Wish {
    let lines: Vec<Value> =
        lines.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
    Wish(json!({
        "lines": lines,
        "customer": {"email": "ada@example.com", "name": "Ada Lovelace"},
        "shipping_address": {
            "line1": "12 St James's Square", "city": "London", "postcode": "SW1Y 4JH", "country": "GB"
        },
        "payment": {"token": "tok_visa"},
        "backorder": "refuse"
    }))
}

impl Wish {
    pub fn by(mut self, token: &str) -> Wish {
        self.0["payment"]["token"] = token.into();
        self
    }

    /// She takes any date.
    pub fn waiting(mut self) -> Wish {
        self.0["backorder"] = "accept".into();
        self
    }
}

/// An order that was answered 201 or 202: its id, and the key that opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bought {
    pub id: String,
    pub key: String,
}

impl Bought {
    #[track_caller]
    pub fn from(answer: &Answer) -> Bought {
        Bought { id: answer.text_of("id"), key: answer.text_of("key") }
    }

    fn path(&self, below: &str) -> String {
        format!("/orders/{}{below}?key={}", self.id, self.key)
    }
}

/// What a customer does.
impl TestShop {
    /// Orders under a new idempotency key.
    #[track_caller]
    pub fn orders(&self, wish: &Wish) -> Answer {
        self.client().order(&self.new_key(), &wish.0)
    }

    /// Buys one copy by a good card, which must work.
    #[track_caller]
    pub fn buys(&self, sku: &str) -> Bought {
        Bought::from(&self.orders(&wish(sku)).expect(201))
    }

    #[track_caller]
    pub fn looks_at(&self, order: &Bought) -> Answer {
        self.client().get(&order.path("")).expect(200)
    }

    #[track_caller]
    pub fn state_of(&self, order: &Bought) -> String {
        self.looks_at(order).text_of("state")
    }

    #[track_caller]
    pub fn waits_for_state(&self, order: &Bought, state: &str) -> Answer {
        let mut last = String::new();
        until(&format!("{} is {state}", order.id), || {
            let answer = self.looks_at(order);
            last = answer.text_of("state");
            let ended = ["closed", "declined", "cancelled"].contains(&last.as_str());
            assert!(last == state || !ended, "the order ended as {last}, not {state}: {}", answer.text);
            (last == state).then_some(answer)
        })
    }

    #[track_caller]
    pub fn timeline(&self, order: &Bought) -> Timeline {
        let answer = self.client().get(&order.path("/timeline")).expect(200);
        Timeline(answer.json.as_array().expect("a timeline is a list").clone())
    }

    /// Waits until the timeline says something.
    #[track_caller]
    pub fn waits_to_read(&self, order: &Bought, words: &str) -> Timeline {
        until(&format!("the timeline of {} says `{words}`", order.id), || {
            let timeline = self.timeline(order);
            timeline.says(words).then_some(timeline)
        })
    }

    #[track_caller]
    pub fn cancels(&self, order: &Bought) -> Answer {
        self.client().post(&order.path("/cancel"), &[], &json!({}))
    }

    /// How many copies a new customer could have.
    #[track_caller]
    pub fn available(&self, sku: &str) -> u64 {
        let answer = self.client().get(&format!("/products/{sku}")).expect(200);
        answer.json["availability"]["available"].as_u64().expect("a number of copies")
    }
}

/// What happened to an order, in order.
#[derive(Clone, Debug)]
pub struct Timeline(pub Vec<Value>);

impl Timeline {
    /// The steps that were taken, each once, ascending.
    pub fn steps(&self) -> Vec<u64> {
        let mut steps: Vec<u64> = self.0.iter().filter_map(|entry| entry["step"].as_u64()).collect();
        steps.sort_unstable();
        steps.dedup();
        steps
    }

    pub fn says(&self, words: &str) -> bool {
        self.place(words).is_some()
    }

    /// Where it first says so.
    pub fn place(&self, words: &str) -> Option<usize> {
        self.0.iter().position(|entry| entry["what"].as_str().is_some_and(|what| what.contains(words)))
    }

    #[track_caller]
    pub fn says_in_order(&self, words: &[&str]) {
        let places: Vec<Option<usize>> = words.iter().map(|words| self.place(words)).collect();
        assert!(
            places.iter().all(Option::is_some) && places.is_sorted(),
            "{words:?} at {places:?} in {self:#?}"
        );
    }
}
