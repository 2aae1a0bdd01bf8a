use serde::Deserialize;

use crate::domain::limits::{ADDRESS_FIELD_CHARS_MAX, EMAIL_CHARS_MAX, NAME_CHARS_MAX};
use crate::domain::{BadEmail, Customer, EmailAddress, ShippingAddress, ShopIdentity, addresses};
use crate::gateway::countries::served_instead;
use crate::gateway::{App, Way, details};

use super::form::Fields;

/// The checkout page's fields as they were typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub name: String,
    pub email: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postcode: String,
    pub country: String,
    pub phone: String,
    /// The way of delivery that she has chosen, where she has a choice.
    pub delivery_method: String,
    /// What of her address was doubted when she sent it last, and came back as it was.
    pub address_seen: String,
    /// The day that she accepts to wait for, where the box is ticked.
    pub accept_wait: String,
    /// The total that the page has shown her, in minor units.
    pub seen: String,
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
    pub name: Option<String>,
    pub email: Option<String>,
    pub line1: Option<String>,
    pub line2: Option<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub postcode: Option<String>,
    pub country: Option<String>,
    pub phone: Option<String>,
    pub delivery_method: Option<String>,
    pub accept_wait: Option<String>,
    /// What her form brings back, so that she is asked once.
    pub doubted: Option<String>,
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
        let of_her = [&self.name, &self.email, &self.phone, &self.delivery_method, &self.accept_wait];
        let of_address = [&self.line1, &self.line2, &self.city, &self.region, &self.postcode, &self.country];
        of_her.into_iter().chain(of_address).any(Option::is_some)
    }

    /// Her address is in no zone of the shop's.
    pub fn not_delivered(&mut self) {
        self.country.get_or_insert("We do not deliver to this address. Please type another one.".to_owned());
    }

    pub fn no_such_method(&mut self) {
        let text = "This is not delivered there in that way. Please choose how we send it.";
        self.delivery_method = Some(text.to_owned());
    }

    /// What looks unusual, and can be all the same.
    fn doubt(&mut self, doubts: Vec<addresses::Wrong>) {
        let asked = |addresses::Wrong { field, expected }| {
            let expected = format!("{expected}. If yours is right as it is, please go on");
            addresses::Wrong { field, expected }
        };
        self.note(doubts.into_iter().map(asked).collect());
    }

    /// What the country's form expects. What stands beside a field already, as of a card number, stays.
    fn note(&mut self, wrong: Vec<addresses::Wrong>) {
        for addresses::Wrong { field, expected } in wrong {
            let error = match field {
                addresses::Field::Line1 => &mut self.line1,
                addresses::Field::City => &mut self.city,
                addresses::Field::Region => &mut self.region,
                addresses::Field::Postcode => &mut self.postcode,
                addresses::Field::Phone => &mut self.phone,
            };
            error.get_or_insert(format!("{expected}."));
        }
    }
}

impl Typed {
    pub fn known(customer: &Customer, address: &ShippingAddress) -> Typed {
        Typed {
            name: customer.name.clone(),
            email: customer.email.clone(),
            line1: address.line1.clone(),
            line2: address.line2.clone().unwrap_or_default(),
            city: address.city.clone(),
            region: address.region.clone().unwrap_or_default(),
            postcode: address.postcode.clone(),
            country: address.country.clone(),
            phone: address.phone.clone().unwrap_or_default(),
            ..Typed::default()
        }
    }

    /// Where it goes, as far as that can be read, and how.
    pub fn way(&self, app: &App, address: Option<&ShippingAddress>) -> Way {
        let method = Some(self.delivery_method.clone()).filter(|method| !method.is_empty());
        match address {
            Some(address) => Way::to(app, address, method),
            None => {
                let country = details::country(&self.country).unwrap_or(app.rules.home);
                Way { method, ..Way::within(country) }
            }
        }
    }

    /// Who buys and where it goes, or what is to be corrected. A field that held a card number has come empty: it is not
    /// shown again.
    pub fn check(&self, shop: &ShopIdentity) -> Result<(Customer, ShippingAddress), Box<Errors>> {
        let mut errors = Errors::default();
        let wanted = match self.name.trim() {
            "" => "Please type your name.",
            _ => {
                "Please type your name without links, and with a space after each full stop (Dr. med. Anna Smith)."
            }
        };
        let name = self.read("name", &self.name, &mut errors.name, details::name, wanted);
        let wanted = match EmailAddress::parse(self.email.trim()) {
            Err(BadEmail::Mailbox) => {
                "Please type an e-mail address with plain letters before the @: mail to others does not arrive everywhere yet."
            }
            _ => "Please type an e-mail address, such as ada@example.com.",
        };
        let email = self.read("email", &self.email, &mut errors.email, details::email, wanted);
        let address = self.check_address(shop, &mut errors);
        match (name, email, address) {
            (Some(name), Some(email), Some(address)) if !errors.any() => {
                Ok((Customer { email, name }, address))
            }
            _ => Err(errors.into()),
        }
    }

    fn check_address(&self, shop: &ShopIdentity, errors: &mut Errors) -> Option<ShippingAddress> {
        let wanted = "Please choose a country.";
        let country = self.read("country", &self.country, &mut errors.country, details::country, wanted);
        if let Some(served) = country.and_then(|country| served_instead(shop, country)) {
            errors.country = Some(format!("We send to these countries alone: {served}."));
        }
        let wanted = "Please type this without links and without what cannot be seen.";
        let cleaned = |name, typed, error| {
            self.read(name, typed, error, details::optional_address_field, wanted).unwrap_or_default()
        };
        let typed = addresses::Typed {
            line1: cleaned("line1", &self.line1, &mut errors.line1),
            line2: cleaned("line2", &self.line2, &mut errors.line2),
            city: cleaned("city", &self.city, &mut errors.city),
            region: cleaned("region", &self.region, &mut errors.region),
            postcode: cleaned("postcode", &self.postcode, &mut errors.postcode),
            phone: self
                .read("phone", &self.phone, &mut errors.phone, details::phone, wanted)
                .unwrap_or_default(),
        };
        if typed.line1.is_empty() {
            errors.line1.get_or_insert("Please type the street and the number.".to_owned());
        }
        let address = addresses::check(country?, &typed).map_err(|wrong| errors.note(wrong)).ok()?;
        self.ask_once(&address, errors);
        Some(address)
    }

    /// She may know better: the same address a second time is taken.
    fn ask_once(&self, address: &ShippingAddress, errors: &mut Errors) {
        let doubts = addresses::doubts(address);
        if doubts.is_empty() {
            return;
        }
        let region = address.region.as_deref().unwrap_or_default();
        let doubted = format!("{}/{}/{region}", address.country, address.postcode);
        if self.address_seen != doubted {
            errors.doubt(doubts);
        }
        errors.doubted = Some(doubted);
    }

    fn read<T>(
        &self,
        name: &str,
        typed: &str,
        error: &mut Option<String>,
        parse: fn(&str) -> Result<T, String>,
        wanted: &'static str,
    ) -> Option<T> {
        let parsed = parse(typed).ok();
        if self.card_in.iter().any(|held| held == name) {
            *error = Some(CARD.to_owned());
        } else if parsed.is_none() {
            *error = Some(wanted.to_owned());
        }
        parsed
    }
}
