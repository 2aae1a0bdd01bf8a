use std::fmt;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::limits::EMAIL_CHARS_MAX;

/// An address that a letter can be sent to: one mailbox at one domain, in ASCII. What a customer types is judged here and nowhere
/// else, so that no order is confirmed to an address that its letters are refused for.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadEmail {
    #[error("an e-mail address is expected, such as ada@example.com")]
    Form,
    /// RFC 6531, which many mail servers do not speak.
    #[error(
        "an e-mail address with plain letters alone before the @ is expected: letters to others do not arrive everywhere"
    )]
    Mailbox,
}

/// RFC 5321, 4.5.3.1.1.
const LOCAL_LENGTH_MAX: usize = 64;

impl EmailAddress {
    /// A domain in other letters than ASCII's becomes what mail knows it by: `bücher.example` is `xn--bcher-kva.example`.
    pub fn parse(text: &str) -> Result<EmailAddress, BadEmail> {
        let (local, domain) = text.rsplit_once('@').ok_or(BadEmail::Form)?;
        if !is_dot_atom(local) {
            let is_of_letters = local.chars().all(|c| c.is_alphanumeric() || c.is_ascii_graphic());
            return Err(if is_of_letters && !local.is_ascii() { BadEmail::Mailbox } else { BadEmail::Form });
        }
        let address = format!("{local}@{}", domain_in_ascii(domain)?);
        if address.len() > EMAIL_CHARS_MAX { Err(BadEmail::Form) } else { Ok(EmailAddress(address)) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Without quotes, comments and spaces, as every mail program takes it (RFC 5322, 3.2.3).
fn is_dot_atom(local: &str) -> bool {
    let is_atom = |part: &str| {
        let allowed = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&c);
        !part.is_empty() && part.bytes().all(allowed)
    };
    local.len() <= LOCAL_LENGTH_MAX && local.split('.').all(is_atom)
}

/// A name of two labels or more, whose last is no number: an address of a machine is no domain of the public.
fn domain_in_ascii(domain: &str) -> Result<String, BadEmail> {
    let ascii = Uts46::new().to_ascii(
        domain.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
        DnsLength::Verify,
    );
    let ascii = ascii.map_err(|_| BadEmail::Form)?;
    let (_, last) = ascii.rsplit_once('.').ok_or(BadEmail::Form)?;
    if last.bytes().all(|c| c.is_ascii_digit()) { Err(BadEmail::Form) } else { Ok(ascii.into_owned()) }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whose it is concerns nobody who reads a log.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> String {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> String {
        EmailAddress::parse(text).unwrap_or_else(|_| panic!("{text}")).into()
    }

    #[test]
    fn an_address_is_one_mailbox_at_one_domain() {
        for good in
            ["ada@example.com", "ada.l+books@post.example.co.uk", "o'brien@example.org", "a@b.example"]
        {
            assert_eq!(read(good), good);
        }
        assert_eq!(read(&format!("{}@example.com", "a".repeat(64))).len(), 76);
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a@b",
            "a@b@c.example",
            "a b@example.com",
            ".ada@example.com",
            "ada.@example.com",
            "a..b@example.com",
            "\"a b\"@x.example",
            "ada@[192.0.2.1]",
            "ada@192.0.2.1",
            "ada@example.com.",
            "ada@-example.com",
            "ada@exa_mple.com",
            "ada@example..com",
            "ada@example.com\r\nBcc: x@y.z",
            "ada@example.com, bob@example.com",
            "Ada <ada@example.com>",
            &format!("{}@example.com", "a".repeat(65)),
            &format!("ada@{}.example", "a".repeat(64)),
            &format!("ada@{}example", "abcdefghij.".repeat(23)),
        ] {
            assert_eq!(EmailAddress::parse(bad), Err(BadEmail::Form), "{bad}");
        }
    }

    #[test]
    fn whose_mailbox_has_other_letters_is_told_so() {
        for international in ["müller@example.de", "用户@例え.jp"] {
            assert_eq!(EmailAddress::parse(international), Err(BadEmail::Mailbox), "{international}");
        }
    }

    #[test]
    fn a_domain_is_kept_as_mail_knows_it() {
        assert_eq!(read("info@bücher.example"), "info@xn--bcher-kva.example");
        assert_eq!(read("info@xn--bcher-kva.example"), "info@xn--bcher-kva.example");
        assert_eq!(read("Ada.L@Example.COM"), "Ada.L@example.com");
        assert_eq!(read("a@例え.jp"), "a@xn--r8jz45g.jp");
    }

    proptest! {
        #[test]
        fn what_passes_is_ascii_without_a_control_and_passes_again(text in "[a-z.\"@ü\\[\\]0-9-]{0,20}@.{0,20}|.*") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert!(address.as_str().is_ascii() && !address.as_str().contains(char::is_control));
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
            }
        }
    }
}
