//! Customers under load who remember all that they asked and were answered, to hold the shop to it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

use super::buyer::{Bought, Wish, wishes};
use super::http::{Answer, Client};

/// Refusals that have done nothing and bind nothing: the same key is sent again.
const TRY_AGAIN: [&str; 5] = ["overloaded", "closing", "not_ready", "in_progress", "outcome_unknown"];

/// One order under one key, and what was answered first.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub key: String,
    pub wish: Value,
    pub said: Option<Said>,
}

/// The answer that a key has got for good.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub status: u16,
    pub order: String,
    /// Of a 201: what the order must be ever after.
    pub content: Option<Content>,
    /// Of a 402: why.
    pub decline_code: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    pub key: String,
    pub lines: Value,
    pub totals: Value,
    pub total: Value,
    pub placed_at: Value,
}

impl Content {
    pub fn of(order: &Value) -> Content {
        Content {
            key: order["key"].as_str().expect("an order has a key").to_owned(),
            lines: order["lines"].clone(),
            totals: order["totals"].clone(),
            total: order["total"].clone(),
            placed_at: order["placed_at"].clone(),
        }
    }
}

impl Said {
    /// `None`: nothing for good, ask again.
    fn of(answer: &Answer) -> Option<Said> {
        let order = |field: &str| answer.text_of(field);
        let (order, content) = match answer.status {
            201 | 202 => (order("id"), Some(Content::of(&answer.json))),
            402 => (order("order"), None),
            409 if answer.json["code"] == "out_of_stock" => (order("order"), None),
            _ if TRY_AGAIN.iter().any(|code| answer.json["code"] == *code) => return None,
            status => panic!("a good order was answered {status}: {}", answer.text),
        };
        let decline_code = answer.json["decline_code"].clone();
        Some(Said { status: answer.status, order, content, decline_code })
    }

    pub fn bought(&self) -> Option<Bought> {
        self.content.as_ref().map(|content| Bought { id: self.order.clone(), key: content.key.clone() })
    }
}

impl Attempt {
    /// Sends it, for the first time or again, and holds the answer to what was said before.
    /// Whether the shop was there and takes work.
    pub fn send(&mut self, client: &Client) -> bool {
        let Ok(answer) = client.try_order(&self.key, &self.wish) else { return false };
        let Some(now) = Said::of(&answer) else { return answer.json["code"] != "closing" };
        match &self.said {
            None => self.said = Some(now),
            // after a 202 the key shows the present state
            Some(before) if before.status == 202 => assert_eq!(now.order, before.order, "{}", self.key),
            Some(before) => assert_eq!(&now, before, "{} was answered otherwise before", self.key),
        }
        true
    }
}

/// Which books they choose from.
pub struct Shelves {
    pub in_stock: Vec<String>,
    pub out_of_stock: Vec<String>,
}

impl Shelves {
    fn draw(&self, random: &mut StdRng) -> Wish {
        let sku = |random: &mut StdRng| self.in_stock.choose(random).expect("some are in stock").clone();
        let one = sku(random);
        match random.random_range(0..100) {
            0..55 => wishes(&[(&one, random.random_range(1..4))]),
            55..65 => wishes(&[(&one, 1), (&sku(random), 2)]),
            65..75 => wishes(&[(self.out_of_stock.choose(random).expect("some are not"), 1)]),
            75..85 => {
                wishes(&[(self.out_of_stock.choose(random).expect("some are not"), 1), (&one, 1)]).waiting()
            }
            85..95 => wishes(&[(&one, 1)]).by("tok_declined"),
            95..98 => wishes(&[(&one, 1)]).by("tok_stolen_card"),
            _ => wishes(&[(&one, 1)]).by("tok_timeout"),
        }
    }
}

/// Lets customers, each on a thread of her own, order until `stop`; what each asked and was told. One in eight
/// requests repeats an earlier one. Who finds the shop gone or closing goes away.
pub fn customers_order(
    client: &Client,
    shelves: &Shelves,
    customers: usize,
    round: &str,
    seed: u64,
    stop: &AtomicBool,
) -> Vec<Attempt> {
    let customer = |nth: usize| {
        let mut random = StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(nth as u64));
        let mut attempts: Vec<Attempt> = vec![];
        while !stop.load(Ordering::Relaxed) {
            let again = !attempts.is_empty() && random.random_range(0..8) == 0;
            let place = if again {
                random.random_range(0..attempts.len())
            } else {
                let key = format!("{round}-{nth}-{}", attempts.len());
                attempts.push(Attempt { key, wish: shelves.draw(&mut random).0, said: None });
                attempts.len() - 1
            };
            if !attempts[place].send(client) {
                break;
            }
        }
        attempts
    };
    thread::scope(|scope| {
        let customer = &customer;
        let running: Vec<_> = (0..customers).map(|nth| scope.spawn(move || customer(nth))).collect();
        running.into_iter().flat_map(|one| one.join().expect("a customer's thread")).collect()
    })
}

/// No two keys got one order: which key each order belongs to.
#[track_caller]
pub fn orders_by_id(attempts: &[Attempt]) -> HashMap<&str, &Attempt> {
    let mut orders = HashMap::new();
    for attempt in attempts {
        let Some(said) = &attempt.said else { continue };
        if let Some(other) = orders.insert(said.order.as_str(), attempt) {
            panic!("{} and {} got the same order {}", attempt.key, other.key, said.order);
        }
    }
    orders
}
