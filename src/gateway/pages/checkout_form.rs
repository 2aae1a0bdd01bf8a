use serde::Deserialize;

use crate::domain::holds_card_number;
use crate::domain::limits::{ADDRESS_FIELD_CHARS_MAX, EMAIL_CHARS_MAX, NAME_CHARS_MAX};
use crate::domain::{Customer, ShippingAddress};
use crate::gateway::details;

/// The checkout page's fields as they were typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub name: String,
    pub email: String,
    pub line1: String,
    pub city: String,
    pub postcode: String,
    pub country: String,
    /// The day that she accepts to wait for, where the box is ticked.
    pub accept_wait: String,
}

/// What is wrong with each, beside it.
#[derive(Default)]
pub struct Errors {
    pub name: Option<&'static str>,
    pub email: Option<&'static str>,
    pub line1: Option<&'static str>,
    pub city: Option<&'static str>,
    pub postcode: Option<&'static str>,
    pub country: Option<&'static str>,
    pub accept_wait: Option<&'static str>,
}

/// For the fields' `maxlength`.
pub struct Limits {
    pub name: usize,
    pub email: usize,
    pub address: usize,
}

pub const LIMITS: Limits =
    Limits { name: NAME_CHARS_MAX, email: EMAIL_CHARS_MAX, address: ADDRESS_FIELD_CHARS_MAX };

const CARD: &str =
    "This looks like a card number. Please do not type it here: we ask for it on the payment page.";

impl Errors {
    pub fn any(&self) -> bool {
        let all =
            [self.name, self.email, self.line1, self.city, self.postcode, self.country, self.accept_wait];
        all.iter().any(Option::is_some)
    }
}

impl Typed {
    pub fn known(customer: &Customer, address: &ShippingAddress) -> Typed {
        Typed {
            name: customer.name.clone(),
            email: customer.email.clone(),
            line1: address.line1.clone(),
            city: address.city.clone(),
            postcode: address.postcode.clone(),
            country: address.country.clone(),
            accept_wait: String::new(),
        }
    }

    /// Who buys and where it goes, or what is to be corrected. A card number is taken out of its field: it must not
    /// be shown again.
    pub fn check(&mut self) -> Result<(Customer, ShippingAddress), Errors> {
        let mut errors = Errors::default();
        let name = read(&mut self.name, &mut errors.name, details::name, "Please type your name.");
        let email = read(
            &mut self.email,
            &mut errors.email,
            details::email,
            "Please type an e-mail address, such as ada@example.com.",
        );
        let line1 = read(
            &mut self.line1,
            &mut errors.line1,
            details::address_field,
            "Please type the street and the number.",
        );
        let city =
            read(&mut self.city, &mut errors.city, details::address_field, "Please type the town or city.");
        let postcode = read(
            &mut self.postcode,
            &mut errors.postcode,
            details::address_field,
            "Please type the postcode.",
        );
        let country =
            read(&mut self.country, &mut errors.country, details::country, "Please choose a country.");
        match (name, email, line1, city, postcode, country) {
            (Some(name), Some(email), Some(line1), Some(city), Some(postcode), Some(country)) => {
                Ok((Customer { email, name }, ShippingAddress { line1, city, postcode, country }))
            }
            _ => Err(errors),
        }
    }
}

fn read(
    typed: &mut String,
    error: &mut Option<&'static str>,
    parse: impl Fn(&str) -> Result<String, String>,
    wanted: &'static str,
) -> Option<String> {
    if holds_card_number(typed) {
        typed.clear();
        *error = Some(CARD);
        return None;
    }
    let parsed = parse(typed).ok();
    if parsed.is_none() {
        *error = Some(wanted);
    }
    parsed
}
