//! What `doorstep init` asks for: each answer is a key of the settings, and is read as at a start.

use crate::domain::Currency;
use crate::domain::catalogue::amount;
use crate::settings::Settings;

use super::Failure;

/// What is asked, with what to answer.
pub struct Question {
    /// Of the settings: `shop.name`.
    pub key: &'static str,
    pub flag: &'static str,
    pub asks: &'static str,
    /// Taken where nothing is answered; `None`: there must be an answer.
    pub usual: Option<&'static str>,
    form: Form,
}

/// What an answer is.
#[derive(Clone, Copy)]
enum Form {
    Text,
    /// Of capitals, however they are typed.
    Code,
    /// Several of these, with commas between.
    Codes,
    /// Several values, with commas between.
    List,
    /// An amount of money, typed as people do, and kept in minor units.
    Amount,
}

const fn one(
    key: &'static str,
    flag: &'static str,
    asks: &'static str,
    usual: Option<&'static str>,
) -> Question {
    Question { key, flag, asks, usual, form: Form::Text }
}

const fn list(
    key: &'static str,
    flag: &'static str,
    asks: &'static str,
    usual: Option<&'static str>,
) -> Question {
    Question { form: Form::List, ..one(key, flag, asks, usual) }
}

const CURRENCY: Question = Question {
    form: Form::Code,
    ..one("shop.currency", "--currency", "The currency of its prices, for good", Some("GBP"))
};

const COUNTRIES: Question = Question {
    form: Form::Codes,
    ..one(
        "shop.countries",
        "--countries",
        "The countries that it sends to, such as GB, IE; none: all",
        Some(""),
    )
};

/// No price is usual.
const DELIVERY: Question = Question {
    form: Form::Amount,
    ..one(
        "shop.shipping",
        "--shipping",
        "What delivery costs an order, in that currency; 0: it is free",
        None,
    )
};

pub const QUESTIONS: [Question; 10] = [
    one("shop.name", "--name", "The shop's name, as customers read it", None),
    list("shop.address", "--address", "Its postal address, with commas between the lines", Some("")),
    one("shop.tax_number", "--tax-number", "Its VAT or other tax number, if it has one", Some("")),
    CURRENCY,
    DELIVERY,
    one("shop.time_zone", "--time-zone", "Its time zone, such as Europe/London", Some("UTC")),
    COUNTRIES,
    one("shop.email", "--email", "The e-mail address at which customers reach it", Some("")),
    one(
        "http.public_url",
        "--public-url",
        "Where browsers will reach it, such as https://shop.example; none: this machine only",
        Some(""),
    ),
    one("mail.from", "--mail-from", "Who its mails are from, such as Bound <orders@bound.example>", Some("")),
];

impl Question {
    /// The answer as it stands in a file of settings.
    pub fn value(&self, answer: &str, currency: Currency) -> Result<String, Failure> {
        let answer = answer.trim();
        if answer.is_empty() && self.usual.is_none() {
            return Err(Failure(format!("{} is needed", self.flag)));
        }
        let value = match self.form {
            Form::Text => as_text(answer),
            Form::Code => as_text(&answer.to_ascii_uppercase()),
            Form::Codes => as_list(&answer.to_ascii_uppercase()),
            Form::List => as_list(answer),
            Form::Amount => amount(answer, currency).map_err(Failure)?.amount.to_string(),
        };
        let (table, key) = self.key.split_once('.').unwrap_or(("", self.key));
        Settings::of_text(&format!("[{table}]\n{key} = {value}\n"))?;
        Ok(value)
    }
}

fn as_list(answer: &str) -> String {
    let parts = answer.split(',').map(str::trim).filter(|part| !part.is_empty());
    format!("[{}]", parts.map(as_text).collect::<Vec<_>>().join(", "))
}

/// A basic string of TOML.
fn as_text(answer: &str) -> String {
    let mut text = String::from("\"");
    for c in answer.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() => text.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => text.push(c),
        }
    }
    text + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn question(flag: &str) -> &'static Question {
        QUESTIONS.iter().find(|question| question.flag == flag).unwrap()
    }

    #[test]
    fn an_answer_is_read_by_the_settings_own_types() {
        for (flag, answer, value) in [
            ("--name", "Bound \"& Sons\" \\", r#""Bound \"& Sons\" \\""#),
            ("--address", "1 High St,  York ,, YO1 7EP", r#"["1 High St", "York", "YO1 7EP"]"#),
            ("--countries", "GB, IE", r#"["GB", "IE"]"#),
            ("--countries", "", "[]"),
            ("--countries", "gb, ie, xk", r#"["GB", "IE", "XK"]"#),
            ("--currency", "eur", r#""EUR""#),
            ("--name", " Bound ", r#""Bound""#),
            ("--currency", "JPY", r#""JPY""#),
            ("--time-zone", "Europe/London", r#""Europe/London""#),
            ("--public-url", "https://shop.example", r#""https://shop.example""#),
            ("--mail-from", "Bound <orders@bound.example>", r#""Bound <orders@bound.example>""#),
        ] {
            assert_eq!(question(flag).value(answer, Currency::GBP).unwrap(), value);
        }
        for (flag, answer) in [
            ("--name", ""),
            ("--name", "   "),
            ("--name", "\u{a0}"),
            ("--shipping", ""),
            ("--shipping", "-1"),
            ("--shipping", "2.999"),
            ("--shipping", "$3"),
            ("--name", "two\nlines"),
            ("--currency", "pound"),
            ("--currency", "XAU"),
            ("--time-zone", "London"),
            ("--countries", "UK"),
            ("--email", "a@b"),
            ("--public-url", "shop.example"),
            ("--mail-from", "Bound"),
        ] {
            assert!(question(flag).value(answer, Currency::GBP).is_err(), "{flag} {answer}");
        }
        QUESTIONS.iter().filter(|question| question.usual.is_some()).for_each(|question| {
            question.value(question.usual.unwrap_or_default(), Currency::GBP).unwrap();
        });
    }

    #[test]
    fn what_delivery_costs_is_typed_as_people_do_and_kept_in_the_currencys_coins() {
        for (answer, code, kept) in [
            ("2.99", "GBP", "299"),
            ("£3", "GBP", "300"),
            ("0", "GBP", "0"),
            ("2,99 €", "EUR", "299"),
            ("500", "JPY", "500"),
            ("1.250", "KWD", "1250"),
        ] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(question("--shipping").value(answer, currency).unwrap(), kept, "{answer}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_answered_is_read_back_or_refused(answer in ".{0,40}") {
            let name = question("--name");
            if let Ok(value) = name.value(&answer, Currency::GBP) {
                let settings = Settings::of_text(&format!("[shop]\nname = {value}")).unwrap();
                prop_assert_eq!(settings.shop.name, answer.trim());
            }
        }
    }
}
