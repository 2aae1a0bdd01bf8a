//! The payment page that the customers of a world use: a typed card waits there for the shop. It is no part of the shop's
//! process, so it outlives a crash.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::actors::{Address, bank};
use crate::domain::Money;
use crate::gateway::ShopClient;
use crate::partners::processor::{Payable, PaymentPage, TypedCard};

#[derive(Default)]
pub struct SimulatedCardPage {
    /// By checkout: what the shop asks for, and the token of the card that was typed.
    pages: Mutex<HashMap<String, (Money, Option<String>)>>,
    /// Is told of cards: the bank of the running process.
    bank: Mutex<Option<Arc<dyn ShopClient>>>,
}

/// As the real page waits for the bank.
const BANK_DEADLINE: Duration = Duration::from_secs(10);

impl SimulatedCardPage {
    pub fn connect(&self, bank: Arc<dyn ShopClient>) {
        *self.bank.lock().expect("nothing panics here") = Some(bank);
    }

    pub fn types(&self, checkout: &str, token: &str) {
        if let Some((_, typed)) = self.pages.lock().expect("nothing panics here").get_mut(checkout) {
            *typed = Some(token.to_owned());
        }
    }

    /// Tells the bank of a card that is no test card: `nth` tells it from others. Its token, where the bank could be told.
    pub async fn registers(&self, nth: u32) -> Option<String> {
        let bank = self.bank.lock().expect("nothing panics here").clone()?;
        let (token, last4) = (format!("tok_own_{nth}"), format!("{:04}", nth % 10_000));
        let card = bank::Card { brand: "visa".into(), last4, behaviour: bank::Behaviour::Approves };
        let register = bank::Message::from(bank::RegisterCard { token: token.clone(), card });
        let told = bank.ask_any(Address::BankActor, register.into(), BANK_DEADLINE).await;
        told.is_ok().then_some(token)
    }
}

impl PaymentPage for SimulatedCardPage {
    fn open(&self, payable: &Payable<'_>) -> String {
        let (checkout, amount) = (payable.checkout, payable.amount());
        self.pages.lock().expect("nothing panics here").insert(checkout.to_owned(), (amount, None));
        format!("http://cards.example/pay?checkout={checkout}")
    }

    fn card_of(&self, checkout: &str, _code: &str) -> Option<TypedCard> {
        let pages = self.pages.lock().expect("nothing panics here");
        let (amount, token) = pages.get(checkout)?;
        Some(TypedCard { token: token.clone()?, amount: *amount })
    }

    fn has_card_for(&self, checkout: &str) -> bool {
        let pages = self.pages.lock().expect("nothing panics here");
        pages.get(checkout).is_some_and(|(_, token)| token.is_some())
    }
}
