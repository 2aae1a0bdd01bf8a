//! No text of a request may hold a card number: path, query and headers are looked at before any handler, a body as soon
//! as it is read. The shop has no place where one belongs, so what holds one is refused unseen: nothing of it is
//! repeated, kept or logged.
//!
//! A request with fewer digits than a card number, which is nearly every one, costs one pass over its bytes.
//!
//! Not looked at: cookies that are not the shop's, and headers that proxies and tracers write. Nothing here reads them, and they
//! hold long numbers, some of which look like card numbers by chance: one in a hundred cookies of one well-known visitor counter.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use actix_web::http::Uri;
use actix_web::http::header::{HeaderMap, HeaderName};
use percent_encoding::percent_decode;

use crate::domain::catalogue::Catalogue;
use crate::domain::{
    Sku, addresses, digits_at_most, find_card_number, has_too_few_digits, holds_card_number,
};

use super::json::{Json, escape};
use super::{Code, Problem};

/// Those of the shop have this in their names.
const OWN_COOKIE: &str = "doorstep";
/// Headers, or their beginnings, that proxies and tracers write.
const PROXY_HEADERS: [&str; 12] = [
    "forwarded",
    "x-forwarded-",
    "x-real-ip",
    "via",
    "traceparent",
    "tracestate",
    "baggage",
    "x-b3-",
    "x-datadog-",
    "x-amzn-",
    "x-cloud-trace-context",
    "cf-",
];
/// Fields that a card number is not split over: they hold no free text of the customer's. Books are numbered, and stand beside
/// quantities. One in ten postcodes and telephone numbers that follow one another would pass for a card's. `held` and `seen` are what a
/// page showed, and comes back with its form.
const NO_FREE_TEXT: [&str; 9] =
    ["sku", "quantity", "held", "seen", "accept_wait", "checkout", "address_seen", "postcode", PHONE];
/// The field for a telephone number.
const PHONE: &str = "phone";
/// Digits of a Unix time in seconds, milli-, micro- and nanoseconds.
const MOMENT_DIGITS: [usize; 4] = [10, 13, 16, 19];

/// RFC 9562, section 4: hexadecimal digits between the dashes.
const UUID_GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

const CARD_DIGITS: RangeInclusive<usize> = 13..=19;

/// Errs where the address or a header holds a card number.
pub fn check_head(uri: &Uri, headers: &HeaderMap, catalogue: &Catalogue) -> Result<(), Problem> {
    if !has_too_few_digits(uri.path().as_bytes()) && path_holds(uri.path(), catalogue) {
        return Err(in_the("address"));
    }
    let query = uri.query().unwrap_or_default();
    if !has_too_few_digits(query.as_bytes()) && query_holds(query, catalogue) {
        return Err(in_the("query"));
    }
    for (name, value) in headers {
        if !has_too_few_digits(value.as_bytes()) && header_holds(name, value.as_bytes()) {
            return Err(in_the("headers"));
        }
        // names that are known are never so long in digits
        if !has_too_few_digits(name.as_str().as_bytes()) && holds_card_number(name.as_str()) {
            return Err(in_the("headers"));
        }
    }
    Ok(())
}

/// Parameters that pages read; a visitor may have typed them.
pub(super) const READ_BY_PAGES: [&str; 8] =
    ["q", "cursor", "key", "notice", "sku", "checkout", "code", "cancelled"];

/// The address without the parameters that no page reads, such as advertisements add (`utm_id`, `gclid`). `None` where it would
/// not help: they hold no card number, or something else of the address does.
pub fn without_unread_parameters(uri: &Uri, catalogue: &Catalogue) -> Option<String> {
    let path = uri.path();
    // what a browser could take for another host is no page
    if path.starts_with("//") || path.contains('\\') || path_holds(path, catalogue) {
        return None;
    }
    let parts = form_urlencoded::parse(uri.query()?.as_bytes());
    let (read, unread): (Vec<_>, Vec<_>) =
        parts.partition(|(name, _)| READ_BY_PAGES.contains(&name.as_ref()));
    let holds_one = |parts: &[Parameter<'_>]| {
        parts.iter().any(|(name, value)| holds_card_number(name) || holds(value, catalogue))
    };
    if holds_one(&read) || !holds_one(&unread) {
        return None;
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(read).finish();
    Some(if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") })
}

type Parameter<'q> = (Cow<'q, str>, Cow<'q, str>);

/// A SKU may look like a card number: those of the catalogue are no secret.
fn holds(text: &str, catalogue: &Catalogue) -> bool {
    holds_card_number(text) && !is_listed(text, catalogue)
}

fn is_listed(text: &str, catalogue: &Catalogue) -> bool {
    Sku::parse(text.trim()).is_ok_and(|sku| catalogue.get(&sku).is_some())
}

fn path_holds(path: &str, catalogue: &Catalogue) -> bool {
    let unlisted = |part: &&str| !is_listed(part, catalogue);
    let parts: Vec<&str> = path.split('/').filter(unlisted).collect();
    holds_card_number(&percent_decode(parts.join("/").as_bytes()).decode_utf8_lossy())
}

fn query_holds(query: &str, catalogue: &Catalogue) -> bool {
    form_urlencoded::parse(query.as_bytes())
        .any(|(name, value)| holds_card_number(&name) || holds(&value, catalogue))
}

fn header_holds(name: &HeaderName, value: &[u8]) -> bool {
    let text = percent_decode(value).decode_utf8_lossy();
    match name.as_str() {
        "cookie" => text.split(';').filter(|cookie| cookie.contains(OWN_COOKIE)).any(holds_card_number),
        "idempotency-key" if is_uuid(text.as_bytes()) => false,
        "idempotency-key" => {
            let rest = without_names_and_moments(&text);
            is_a_number_as_long_as_a_card_s(&rest) || holds_card_number(&rest)
        }
        name if PROXY_HEADERS.iter().any(|written| is_named(name, written)) => false,
        _ => holds_card_number(&text),
    }
}

fn is_named(name: &str, written: &str) -> bool {
    if written.ends_with('-') { name.starts_with(written) } else { name == written }
}

/// Drawn at random, groups of one may all be of digits: one in 27,000 would pass for a card number.
fn is_uuid(key: &[u8]) -> bool {
    let mut groups = key.split(|c| *c == b'-');
    let is_group = |digits: usize, group: Option<&[u8]>| {
        group.is_some_and(|group| group.len() == digits && group.iter().all(u8::is_ascii_hexdigit))
    };
    UUID_GROUPS.iter().all(|digits| is_group(*digits, groups.next())) && groups.next().is_none()
}

/// Programs like a number and a time as a key, as in `412345-1795348800`, or drawn letters and digits and a count: one in some
/// hundred would pass for a card number. In a key a card number stands by itself.
fn without_names_and_moments(key: &str) -> String {
    let is_digit = |c: &u8| c.is_ascii_digit();
    let is_moment = |part: &str| {
        MOMENT_DIGITS.contains(&part.len())
            && part.bytes().all(|c| is_digit(&c))
            && ("15".."20").contains(&&part[..2])
    };
    let is_name =
        |part: &str| part.bytes().any(|c| is_digit(&c)) && part.bytes().any(|c| c.is_ascii_alphabetic());
    let parts = key.split(|c: char| !c.is_alphanumeric());
    let kept = parts.map(|part| if is_name(part) || is_moment(part) { "name" } else { part });
    kept.collect::<Vec<&str>>().join("-")
}

/// Of numbers that a program counts or draws one in some twenty would pass for a card's: a key that is sometimes refused is worse than
/// one that always is.
fn is_a_number_as_long_as_a_card_s(key: &str) -> bool {
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    CARD_DIGITS.contains(&digits) && !key.contains(char::is_alphabetic)
}

fn in_the(place: &'static str) -> Problem {
    Problem::new(
        Code::CardNumber,
        format!("the {place} of the request hold what looks like a card number; it was not kept"),
    )
}

pub fn in_a_field() -> Problem {
    Problem::new(Code::CardNumber, "a field holds what looks like a card number; it was not kept")
}

/// Which of a form's fields hold one, by name and value as they came.
pub fn find_in_form(
    form: &[(Cow<'_, str>, Cow<'_, str>)],
    catalogue: &Catalogue,
) -> Option<RangeInclusive<usize>> {
    let single = form
        .iter()
        .position(|(name, value)| {
            holds_card_number(name) || (!is_phone(name, value) && holds(value, catalogue))
        })
        .map(|place| place..=place);
    let is_read = |name: &str, value: &str| is_free_text(name) && !is_phone(name, value);
    let texts = form.iter().map(|(name, value)| if is_read(name, value) { value.as_ref() } else { "" });
    single.or_else(|| find_card_number(texts))
}

/// Those of a basket's lines have the number of the line in their names, as in `sku-1`.
fn is_free_text(name: &str) -> bool {
    let is_number = |number: &str| number.bytes().all(|c| c.is_ascii_digit());
    let of_line = name.split_once('-').filter(|(_, number)| is_number(number));
    let name = of_line.map_or(name, |(name, _)| name);
    !NO_FREE_TEXT.contains(&name)
}

/// A telephone number with its country or its area: one in ten of 13 to 15 digits passes the check of a card's. It begins with `+` or `0`,
/// as no card does (ISO/IEC 7812-1), and has at most 15 digits; one of 16 is looked at, as everything is in every other field.
fn is_phone(name: &str, value: &str) -> bool {
    name == PHONE
        && value.trim_start_matches([' ', '(']).starts_with(['+', '0'])
        && addresses::phone(value).is_some()
}

/// Where a body holds one, as a JSON pointer: to the last of its fields where it is split over several.
pub fn find_in_json(body: &Json<'_>, catalogue: &Catalogue) -> Option<String> {
    let mut walk = Walk { catalogue, at: String::new(), texts: vec![] };
    if walk.value(body, true) {
        return Some(walk.at);
    }
    let found = find_card_number(walk.texts.iter().map(|(text, _)| *text))?;
    walk.texts.get(*found.end()).map(|(_, at)| at.clone())
}

/// A walk over a body: where it is, and the texts that it has passed, each with its pointer.
struct Walk<'j> {
    catalogue: &'j Catalogue,
    at: String,
    texts: Vec<(&'j str, String)>,
}

impl<'j> Walk<'j> {
    /// Whether it holds one; then the walk stays where it is.
    fn value(&mut self, value: &'j Json<'_>, free: bool) -> bool {
        match value {
            Json::Text(text) if digits_at_most(text.as_bytes()) > 0 => {
                if free {
                    self.texts.push((text, self.at.clone()));
                }
                holds(text, self.catalogue)
            }
            Json::Whole(number) => holds_card_number(&number.to_string()),
            Json::Real(number) => holds_card_number(&number.to_string()),
            Json::List(values) => {
                values.iter().enumerate().any(|(place, value)| self.below(&place.to_string(), value, free))
            }
            // a name that is one is not repeated in the answer: the pointer ends at its object
            Json::Object(fields) => fields.iter().any(|(name, value)| {
                let is_phone = matches!(value, Json::Text(text) if is_phone(name, text));
                holds_card_number(name) || (!is_phone && self.below(&escape(name), value, is_free_text(name)))
            }),
            _ => false,
        }
    }

    fn below(&mut self, name: &str, value: &'j Json<'_>, free: bool) -> bool {
        let parent = self.at.len();
        self.at.push('/');
        self.at.push_str(name);
        let found = self.value(value, free);
        if !found {
            self.at.truncate(parent);
        }
        found
    }
}
