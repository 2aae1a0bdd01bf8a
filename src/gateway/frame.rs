use std::any::Any;

use askama::Values;
use jiff::tz::TimeZone;

use crate::domain::ShopIdentity;

use super::assets::Asset;
use super::countries;

/// What stands around every page, of who keeps the shop: its name and logo, its own pages and the links to them, whether it is a demo,
/// where it sends to, and in which time zone it lives. Templates find it by its name, `frame`.
pub struct Frame {
    pub shop: String,
    pub is_demo: bool,
    /// Whether cards are typed anywhere.
    pub takes_cards: bool,
    pub logo: Option<Asset>,
    pub texts: Vec<TextPage>,
    pub zone: TimeZone,
    /// Where it sends to: codes with their names.
    pub countries: Vec<(&'static str, &'static str)>,
}

/// A page that the operator has written. What is not set has no page, and no link.
#[derive(Debug, PartialEq, Eq)]
pub struct TextPage {
    pub path: &'static str,
    pub title: &'static str,
    /// Who keeps the shop, line by line, above the text.
    pub details: Vec<String>,
    pub paragraphs: Vec<String>,
}

/// Every page that there may be, whether or not this shop has it.
pub const TEXT_PATHS: [&str; 4] = ["/contact", "/terms", "/returns", "/privacy"];

impl Frame {
    pub fn of(identity: &ShopIdentity) -> Frame {
        Frame {
            shop: identity.name.clone(),
            is_demo: identity.is_demo,
            takes_cards: identity.can_take_payment,
            logo: identity.logo.as_ref().map(Asset::of_logo),
            texts: text_pages(identity),
            countries: countries::offered(identity),
            // the settings take no zone that is not known
            zone: TimeZone::get(&identity.time_zone).unwrap_or(TimeZone::UTC),
        }
    }

    pub fn text(&self, path: &str) -> Option<&TextPage> {
        self.texts.iter().find(|text| text.path == path)
    }
}

/// For templates: `askama::get_value`.
impl Values for Frame {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == "frame").then_some(self)
    }
}

fn text_pages(identity: &ShopIdentity) -> Vec<TextPage> {
    let titles = ["Contact", "Terms", "Returns", "Privacy"];
    let texts = &identity.texts;
    let texts = [&texts.contact, &texts.terms, &texts.returns, &texts.privacy];
    let pages = TEXT_PATHS.into_iter().zip(titles).zip(texts).map(|((path, title), text)| TextPage {
        path,
        title,
        details: if path == "/contact" { identity.imprint() } else { vec![] },
        paragraphs: paragraphs(text.as_deref().unwrap_or_default()),
    });
    pages.filter(|page| !page.details.is_empty() || !page.paragraphs.is_empty()).collect()
}

/// They are parted by empty lines.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = vec![];
    let mut lines: Vec<&str> = vec![];
    for line in text.trim_start_matches('\u{feff}').lines().map(str::trim).chain([""]) {
        match line {
            "" if lines.is_empty() => {}
            "" => paragraphs.push(std::mem::take(&mut lines).join("\n")),
            line => lines.push(line),
        }
    }
    paragraphs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Texts;

    #[test]
    fn a_text_is_its_paragraphs_each_with_its_lines() {
        assert_eq!(
            paragraphs("\u{feff}\r\nPay within\r\n a week.\r\n\r\n \r\nOr two.\n"),
            ["Pay within\na week.", "Or two."]
        );
        assert!(paragraphs(" \n\n").is_empty());
    }

    #[test]
    fn there_is_a_page_for_what_is_set_and_for_nothing_else() {
        assert!(Frame::of(&ShopIdentity::demo()).texts.is_empty());
        let identity = ShopIdentity {
            tax_number: Some("GB 123".to_owned()),
            texts: Texts {
                terms: Some("Pay.".to_owned()),
                privacy: Some(" \n".to_owned()),
                ..Texts::default()
            },
            ..ShopIdentity::demo()
        };
        let frame = Frame::of(&identity);
        let paths: Vec<&str> = frame.texts.iter().map(|text| text.path).collect();
        assert_eq!(paths, ["/contact", "/terms"], "who keeps it is on its page of contact");
        assert_eq!(frame.text("/contact").unwrap().details, ["Tax number: GB 123"]);
        assert_eq!(frame.text("/terms").unwrap().paragraphs, ["Pay."]);
        assert_eq!(frame.text("/privacy"), None);
    }
}
