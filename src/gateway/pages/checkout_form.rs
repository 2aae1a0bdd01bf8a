use serde::Deserialize;

use crate::domain::limits::{ADDRESS_FIELD_CHARS_MAX, EMAIL_CHARS_MAX, NAME_CHARS_MAX};
use crate::domain::{Customer, ShippingAddress};
use crate::gateway::details;

use super::form::Fields;

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
    /// Names of fields that held a card number, and were emptied.
    #[serde(skip)]
    pub card_in: Vec<String>,
}

impl Fields for Typed {
    fn without(&mut self, names: Vec<String>) -> bool {
        self.card_in = names;
        true
    }
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
            ..Typed::default()
        }
    }

    /// Who buys and where it goes, or what is to be corrected. A field that held a card number has come empty: it is not
    /// shown again.
    pub fn check(&self) -> Result<(Customer, ShippingAddress), Errors> {
        let mut errors = Errors::default();
        let name = self.read(
            "name",
            &self.name,
            &mut errors.name,
            details::name,
            "Please type your name, without links or addresses.",
        );
        let email = self.read(
            "email",
            &self.email,
            &mut errors.email,
            details::email,
            "Please type an e-mail address, such as ada@example.com.",
        );
        let address =
            |name, typed, error, wanted| self.read(name, typed, error, details::address_field, wanted);
        let line1 =
            address("line1", &self.line1, &mut errors.line1, "Please type the street and the number.");
        let city = address("city", &self.city, &mut errors.city, "Please type the town or city.");
        let postcode = address("postcode", &self.postcode, &mut errors.postcode, "Please type the postcode.");
        let country = self.read(
            "country",
            &self.country,
            &mut errors.country,
            details::country,
            "Please choose a country.",
        );
        match (name, email, line1, city, postcode, country) {
            (Some(name), Some(email), Some(line1), Some(city), Some(postcode), Some(country)) => {
                Ok((Customer { email, name }, ShippingAddress { line1, city, postcode, country }))
            }
            _ => Err(errors),
        }
    }

    fn read(
        &self,
        name: &str,
        typed: &str,
        error: &mut Option<&'static str>,
        parse: fn(&str) -> Result<String, String>,
        wanted: &'static str,
    ) -> Option<String> {
        let parsed = parse(typed).ok();
        if self.card_in.iter().any(|held| held == name) {
            *error = Some(CARD);
        } else if parsed.is_none() {
            *error = Some(wanted);
        }
        parsed
    }
}
