//! The payment company's page, as the customers of a world use it: what they type there waits for their shop. It is no part
//! of the shop, so what kills that leaves it as it is.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::domain::Money;
use crate::partners::processor::{PaymentPage, TypedCard};

/// By checkout: what the shop asks for, and the token of the card that was typed.
#[derive(Default)]
pub struct PlayedCardPage(Mutex<HashMap<String, (Money, Option<&'static str>)>>);

impl PlayedCardPage {
    pub fn types(&self, checkout: &str, token: &'static str) {
        if let Some((_, typed)) = self.0.lock().expect("nothing panics here").get_mut(checkout) {
            *typed = Some(token);
        }
    }
}

impl PaymentPage for PlayedCardPage {
    fn address(&self, checkout: &str, amount: Money, _back: &str) -> String {
        self.0.lock().expect("nothing panics here").insert(checkout.to_owned(), (amount, None));
        format!("http://cards.example/pay?checkout={checkout}")
    }

    fn card_of(&self, checkout: &str, _code: &str) -> Option<TypedCard> {
        let pages = self.0.lock().expect("nothing panics here");
        let (amount, token) = pages.get(checkout)?;
        Some(TypedCard { token: (*token)?.to_owned(), amount: *amount })
    }
}
