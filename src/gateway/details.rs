//! What a customer types about herself, as text from a body or a form: each is cleaned and held against its limits.
//! The error says what is expected, never what was typed.

use super::{address_text, plain_text};
use crate::domain::limits::{
    ADDRESS_FIELD_CHARS_MAX, EMAIL_CHARS_MAX, NAME_CHARS_MAX, REASON_CHARS_MAX, TOKEN_CHARS_MAX,
};
use crate::domain::quote::{METHOD_CHARS_MAX, is_method};
use crate::domain::{CountryCode, EmailAddress};

/// What is expected instead.
pub type Wanted = String;

pub fn email(text: &str) -> Result<String, Wanted> {
    let email = plain(text, EMAIL_CHARS_MAX)?;
    EmailAddress::parse(&email).map(String::from).map_err(|wanted| wanted.to_string())
}

/// It goes into mails: so it is a name, and no stranger's message.
pub fn name(text: &str) -> Result<String, Wanted> {
    let name = plain(text, NAME_CHARS_MAX)?;
    if !plain_text::has_letter(&name) {
        return Err("a name with letters is expected".to_owned());
    }
    if plain_text::has_link(&name) || plain_text::has_address(&name) {
        let wanted = "a name without links and addresses is expected, with a space after each full stop";
        return Err(wanted.to_owned());
    }
    Ok(name)
}

/// Why a clerk does something.
pub fn reason(text: &str) -> Result<String, Wanted> {
    plain(text, REASON_CHARS_MAX)
}

/// A part of an address that not every address has: `-` and `.` are typed for none.
pub fn optional_address_field(text: &str) -> Result<String, Wanted> {
    let is_none =
        text.trim().is_empty() || (!plain_text::says_something(text) && !plain_text::hides_something(text));
    if is_none { Ok(String::new()) } else { address_field(text) }
}

/// A telephone number comes from other programs' lists with marks in it that nobody sees; they say nothing.
pub fn phone(text: &str) -> Result<String, Wanted> {
    optional_address_field(&plain_text::without_what_is_hidden(text))
}

/// The street, the city, the postcode.
pub fn address_field(text: &str) -> Result<String, Wanted> {
    let field = plain(text, ADDRESS_FIELD_CHARS_MAX)?;
    if plain_text::has_link(&field) || address_text::leads_elsewhere(&field) {
        return Err("text without links and e-mail addresses is expected".to_owned());
    }
    Ok(field)
}

/// An ISO 3166-1 alpha-2 code that is some country's.
pub fn country(text: &str) -> Result<CountryCode, Wanted> {
    CountryCode::parse(text).map_err(|wanted| wanted.to_string())
}

/// The form of the id of a way of delivery; whether it is offered is another question.
pub fn method(text: &str) -> Result<String, Wanted> {
    if is_method(text) {
        return Ok(text.to_owned());
    }
    Err(format!("1 to {METHOD_CHARS_MAX} small letters, digits, - and _ are expected"))
}

/// The form of a payment token; whether the processor knows it is another question.
pub fn token(text: &str) -> Result<String, Wanted> {
    if (1..=TOKEN_CHARS_MAX).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err(format!("1 to {TOKEN_CHARS_MAX} visible ASCII characters are expected"))
}

/// Text of one line, without the space around it, which counts: so a client can count too.
fn plain(text: &str, chars_max: usize) -> Result<String, Wanted> {
    let too_long = text.len() > chars_max && text.chars().count() > chars_max;
    let text = text.trim();
    if text.is_empty() || too_long {
        return Err(format!("1 to {chars_max} characters are expected"));
    }
    if plain_text::hides_something(text) || !plain_text::says_something(text) {
        return Err("text that can be seen, without control and format characters, is expected".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_email_is_one_mailbox_at_one_domain() {
        assert_eq!(email(" ada@example.com "), Ok("ada@example.com".to_owned()));
        assert!(email("ada.l+books@post.example.co.uk").is_ok());
        let long = format!("{}@example.com", "a".repeat(250));
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a@b@c",
            "a b@example.com",
            "ada@example.com\r\nBcc: x@y.z",
            "ada@example.com, bob@example.com",
            "Ada <ada@example.com>",
            "\"a b\"@example.com",
            &long,
        ] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn text_is_one_line_of_bounded_length() {
        assert_eq!(name("  Ada Lovelace "), Ok("Ada Lovelace".to_owned()));
        assert!(name(&"é".repeat(100)).is_ok());
        for bad in [
            "",
            "   ",
            "a\nb",
            "a\0b",
            "a\u{202e}b",
            "\u{200b}\u{200b}",
            "\u{3164}",
            &"é".repeat(ADDRESS_FIELD_CHARS_MAX + 1),
        ] {
            assert!(name(bad).is_err() && address_field(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_name_is_no_strangers_message() {
        for bad in
            ["http://evil.example", "You won! evil.com/x", "www.evil", "//evil", "a@b.example", "12", "..."]
        {
            assert!(name(bad).is_err(), "{bad}");
        }
        for good in ["O'Brien", "Jean-Luc", "José", "李小龙", "Dr. No", "Smith & Sons Ltd.", "St. John's"]
        {
            assert_eq!(name(good), Ok(good.to_owned()));
        }
        for good in ["SW1Y 4JH", "12", "St.James's Sq. 4", "12/34 High St"] {
            assert!(address_field(good).is_ok(), "{good}");
        }
        for bad in ["http://evil.example", "win at evil.example now", "x@evil.example", "evil．example/win"]
        {
            assert!(address_field(bad).is_err() && optional_address_field(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_country_is_the_two_capitals_of_one_that_there_is() {
        assert!(country("GB").is_ok());
        for bad in ["", "gb", "GBR", "G1", "É", " GB", "XX"] {
            assert!(country(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_passes_has_no_control_character(text in any::<String>()) {
            for passed in [email(&text), name(&text), address_field(&text), token(&text)] {
                prop_assert!(!passed.unwrap_or_default().contains(char::is_control));
            }
        }
    }
}
