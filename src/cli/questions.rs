//! What `doorstep init` asks for: each answer is a key of the settings, and is read as at a start.

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
    /// One answer is several values, with commas between.
    pub is_list: bool,
}

const fn one(
    key: &'static str,
    flag: &'static str,
    asks: &'static str,
    usual: Option<&'static str>,
) -> Question {
    Question { key, flag, asks, usual, is_list: false }
}

const fn list(
    key: &'static str,
    flag: &'static str,
    asks: &'static str,
    usual: Option<&'static str>,
) -> Question {
    Question { is_list: true, ..one(key, flag, asks, usual) }
}

pub const QUESTIONS: [Question; 9] = [
    one("shop.name", "--name", "The shop's name, as customers read it", None),
    list("shop.address", "--address", "Its postal address, with commas between the lines", Some("")),
    one("shop.tax_number", "--tax-number", "Its VAT or other tax number, if it has one", Some("")),
    one("shop.currency", "--currency", "The currency of its prices, for good", Some("GBP")),
    one("shop.time_zone", "--time-zone", "Its time zone, such as Europe/London", Some("UTC")),
    list(
        "shop.countries",
        "--countries",
        "The countries that it sends to, such as GB, IE; none: all",
        Some(""),
    ),
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
    pub fn value(&self, answer: &str) -> Result<String, Failure> {
        if answer.is_empty() && self.usual.is_none() {
            return Err(Failure(format!("{} is needed", self.flag)));
        }
        let value = if self.is_list { as_list(answer) } else { as_text(answer) };
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
            ("--currency", "JPY", r#""JPY""#),
            ("--time-zone", "Europe/London", r#""Europe/London""#),
            ("--public-url", "https://shop.example", r#""https://shop.example""#),
            ("--mail-from", "Bound <orders@bound.example>", r#""Bound <orders@bound.example>""#),
        ] {
            assert_eq!(question(flag).value(answer).unwrap(), value);
        }
        for (flag, answer) in [
            ("--name", ""),
            ("--name", "two\nlines"),
            ("--currency", "pound"),
            ("--currency", "XAU"),
            ("--time-zone", "London"),
            ("--countries", "UK"),
            ("--email", "a@b"),
            ("--public-url", "shop.example"),
            ("--mail-from", "Bound"),
        ] {
            assert!(question(flag).value(answer).is_err(), "{flag} {answer}");
        }
        QUESTIONS.iter().filter(|question| question.usual.is_some()).for_each(|question| {
            question.value(question.usual.unwrap_or_default()).unwrap();
        });
    }

    proptest! {
        #[test]
        fn whatever_is_answered_is_read_back_or_refused(answer in ".{0,40}") {
            let name = question("--name");
            if let Ok(value) = name.value(&answer) {
                let settings = Settings::of_text(&format!("[shop]\nname = {value}")).unwrap();
                prop_assert_eq!(settings.shop.name, answer);
            }
        }
    }
}
