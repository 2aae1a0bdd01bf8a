//! Text that another shop's program has written for its pages: `Simon &amp; Schuster`, `<em>Emma</em>`.

use std::borrow::Cow;

use html_escape::decode_html_entities;

/// The tags that stand in titles. Whatever else is in angle brackets is the title's own: `Vec<T> Explained`.
const WITHIN_A_LINE: [&str; 19] = [
    "a", "abbr", "b", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span", "strong", "sub",
    "sup", "u", "var", "wbr",
];
/// Words on both sides of these are two.
const OF_LINES: [&str; 11] = ["br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "ul"];

/// What a reader of a page would see: without tags, and entities as what they stand for.
pub(super) fn as_read(text: &str) -> String {
    decode_html_entities(&without_tags(text)).into_owned()
}

fn without_tags(text: &str) -> Cow<'_, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let (mut read, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('<') {
        read.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((tag, length)) = tag(rest) {
            read.push_str(if OF_LINES.contains(&tag.as_str()) { " " } else { "" });
            rest = &rest[length..];
        } else {
            read.push('<');
            rest = &rest[1..];
        }
    }
    Cow::Owned(read + rest)
}

/// The name of the known tag with which `text` begins, and how long it is.
fn tag(text: &str) -> Option<(String, usize)> {
    let length = text.find('>')? + 1;
    let inside = text[1..length - 1].trim_start_matches('/');
    let name = inside.split(|c: char| c.is_whitespace() || c == '/').next()?.to_lowercase();
    let is_known = WITHIN_A_LINE.contains(&name.as_str()) || OF_LINES.contains(&name.as_str());
    is_known.then_some((name, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_is_what_its_page_showed() {
        for (text, read) in [
            ("Emma", "Emma"),
            ("Pride &amp; Prejudice", "Pride & Prejudice"),
            ("Finnegan&#39;s &#x201C;Wake&#x201D;", "Finnegan's “Wake”"),
            ("Caf&eacute;", "Café"),
            ("<em>Emma</em>", "Emma"),
            ("<I class=\"x\">Emma</I>, annotated", "Emma, annotated"),
            ("H<sub>2</sub>O", "H2O"),
            ("Emma<br/>A Novel", "Emma A Novel"),
            ("Tom & Jerry", "Tom & Jerry"),
            ("AT&T; a history", "AT&T; a history"),
            ("I <3 Books", "I <3 Books"),
            ("Vec<T> Explained > all", "Vec<T> Explained > all"),
            ("1 &lt; 2", "1 < 2"),
        ] {
            assert_eq!(as_read(text), read, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic_and_without_markup_stays(text in "[<>/a-c&;# é]{0,20}|.*") {
            let read = as_read(&text);
            prop_assert!(text.contains(['<', '&']) || read == text);
        }
    }
}
