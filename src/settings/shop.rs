//! Who keeps the shop, of its settings and of the files that they name.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use jiff::tz::TimeZone;

use crate::domain::{CountryCode, EmailAddress, Logo, LogoKind, ShopIdentity, Texts};

use super::error::SAVE_AS_UTF8;
use super::{BadSettings, Settings, ShopKind, ShopSettings};

/// Of a text, and of the logo: every page carries a link to them, and they are kept in memory.
const FILE_BYTES_MAX: u64 = 64 * 1024;
/// Of the shop's name, its address's lines, and the like.
const LINE_CHARS_MAX: usize = 100;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

impl Settings {
    /// Who keeps the shop. A path that is not absolute starts at the data directory.
    ///
    /// # Errors
    /// A file that is named cannot be used.
    pub fn identity(&self, kind: ShopKind) -> Result<ShopIdentity, BadSettings> {
        let (shop, dir) = (&self.shop, self.data.dir.as_path());
        let demo = ShopIdentity::demo();
        Ok(ShopIdentity {
            name: said(&shop.name).unwrap_or(demo.name),
            legal_name: said(&shop.legal_name),
            address: shop.address.clone(),
            tax_number: said(&shop.tax_number),
            email: said(&shop.email),
            phone: said(&shop.phone),
            time_zone: shop.time_zone.clone(),
            countries: self.countries(kind),
            is_demo: kind.is_demo(),
            can_take_payment: self.takes_payment(kind),
            sends_mail: kind.is_demo(),
            texts: Texts {
                contact: text("shop.contact", dir, &shop.contact)?,
                terms: text("shop.terms", dir, &shop.terms)?,
                returns: text("shop.returns", dir, &shop.returns)?,
                privacy: text("shop.privacy", dir, &shop.privacy)?,
            },
            logo: logo(dir, &shop.logo)?,
        })
    }
}

impl Settings {
    /// Where it sends to; none: everywhere. What is not said the zones of delivery say.
    fn countries(&self, kind: ShopKind) -> Vec<CountryCode> {
        let zones = || self.prices(kind).ok().and_then(|prices| prices.delivery.countries());
        if self.shop.countries.is_empty() { zones().unwrap_or_default() } else { self.shop.countries.clone() }
    }
}

impl ShopSettings {
    pub(super) fn check(&self) -> Result<(), BadSettings> {
        let lines = [
            ("shop.name", &self.name),
            ("shop.legal_name", &self.legal_name),
            ("shop.tax_number", &self.tax_number),
            ("shop.phone", &self.phone),
        ];
        for (key, line) in lines.into_iter().chain(self.address.iter().map(|line| ("shop.address", line))) {
            if line.chars().count() > LINE_CHARS_MAX || line.chars().any(hides) {
                let why = "one line of at most 100 characters is expected, and none that cannot be seen";
                return Err(BadSettings::value(key, line.escape_debug(), why));
            }
        }
        if !self.email.is_empty() {
            EmailAddress::parse(&self.email)
                .map_err(|bad| BadSettings::value("shop.email", &self.email, bad.to_string()))?;
        }
        match TimeZone::get(&self.time_zone) {
            Ok(_) => Ok(()),
            Err(_) => {
                let why = "a time zone of the IANA's database is expected, such as Europe/London";
                Err(BadSettings::value("shop.time_zone", &self.time_zone, why))
            }
        }
    }
}

/// Controls, and marks of direction, which turn what stands beside them; joiners are parts of names in some scripts.
fn hides(c: char) -> bool {
    let is_joiner = matches!(c, '\u{200c}' | '\u{200d}');
    let is_mark = || CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::Format;
    c.is_control() || !is_joiner && is_mark()
}

fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn text(key: &'static str, dir: &Path, file: &Path) -> Result<Option<String>, BadSettings> {
    must_be_a_texts(key, dir, file)?;
    let Some(bytes) = contents(key, dir, file)? else { return Ok(None) };
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| BadSettings::value(key, file.display(), SAVE_AS_UTF8))?;
    // as Windows' editors begin a file
    Ok(Some(text.trim_start_matches('\u{feff}').to_owned()))
}

/// Everybody reads it: what is no text by its name (`links.secret`, `shop.toml`) is none of a page's, nor what a link leads to.
fn must_be_a_texts(key: &'static str, dir: &Path, file: &Path) -> Result<(), BadSettings> {
    let is_a_texts = |path: &Path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("txt"));
    let led_to = dir.join(file).canonicalize();
    if file.as_os_str().is_empty() || (is_a_texts(file) && led_to.map_or(true, |led_to| is_a_texts(&led_to)))
    {
        return Ok(());
    }
    let why = "a text file is expected, whose name ends in .txt: everybody can read its page";
    Err(BadSettings::value(key, file.display(), why))
}

fn logo(dir: &Path, file: &Path) -> Result<Option<Logo>, BadSettings> {
    let Some(bytes) = contents("shop.logo", dir, file)? else { return Ok(None) };
    let kind = match logo_kind(&bytes) {
        Some(kind) => kind,
        None => {
            return Err(BadSettings::value("shop.logo", file.display(), "an SVG or PNG file is expected"));
        }
    };
    Ok(Some(Logo { kind, bytes }))
}

/// By what is in it: browsers are told the same.
fn logo_kind(bytes: &[u8]) -> Option<LogoKind> {
    if bytes.starts_with(PNG) {
        return Some(LogoKind::Png);
    }
    let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim_start();
    let is_svg = text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg"));
    is_svg.then_some(LogoKind::Svg)
}

/// `None` where no file is named.
fn contents(key: &'static str, dir: &Path, file: &Path) -> Result<Option<Vec<u8>>, BadSettings> {
    if file.as_os_str().is_empty() {
        return Ok(None);
    }
    let path = dir.join(file);
    let bytes = read_at_most(&path, FILE_BYTES_MAX + 1)
        .map_err(|error| BadSettings::value(key, path.display(), error.to_string()))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(BadSettings::value(key, path.display(), "the file has more than 64 KiB"));
    }
    Ok(Some(bytes))
}

fn read_at_most(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![];
    fs::File::open(path)?.take(bytes_max).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Opens, Overrides};

    fn settings(dir: &Path) -> Settings {
        let overrides = Overrides { data: Some(dir.to_path_buf()), ..Overrides::default() };
        Settings::load(None, Some([].into()), &overrides, Opens::Either).unwrap()
    }

    #[test]
    fn what_ships_is_the_demos_identity() {
        let dir = tempfile::tempdir().unwrap();
        let defaults = settings(dir.path());
        let demo = defaults.identity(ShopKind::Demo).unwrap();
        assert_eq!(demo, ShopIdentity::demo());
        let shop = defaults.identity(ShopKind::Shop).unwrap();
        assert_eq!((shop.is_demo, shop.can_take_payment, shop.sends_mail), (false, false, false));
    }

    #[test]
    fn texts_and_logo_are_read_beside_the_data_and_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let mut shop = settings(dir.path());
        shop.shop.terms = "terms.txt".into();
        shop.shop.logo = "logo.svg".into();
        let write = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
        write("terms.txt", "Pay within a week. ☺".as_bytes());
        write("logo.svg", b"<?xml version=\"1.0\"?>\n<svg/>");
        let identity = shop.identity(ShopKind::Shop).unwrap();
        assert_eq!(identity.texts.terms.as_deref(), Some("Pay within a week. ☺"));
        assert_eq!((identity.texts.privacy, identity.logo.unwrap().kind), (None, LogoKind::Svg));
        for (name, bytes, key) in [
            ("terms.txt", vec![0xff], "shop.terms = terms.txt: it is not in UTF-8"),
            ("terms.txt", vec![b'a'; FILE_BYTES_MAX as usize + 1], "64 KiB"),
            ("logo.svg", b"GIF89a".to_vec(), "shop.logo"),
        ] {
            write(name, &bytes);
            let refused = shop.identity(ShopKind::Shop).unwrap_err().to_string();
            assert!(refused.contains(key), "{refused}");
            write("terms.txt", b"");
        }
        write("links.secret", b"0123456789abcdef");
        std::os::unix::fs::symlink(dir.path().join("links.secret"), dir.path().join("led.txt")).unwrap();
        for secret in ["links.secret", "led.txt", "shop.toml", "/etc/passwd", "."] {
            shop.shop.terms = secret.into();
            let refused = shop.identity(ShopKind::Shop).unwrap_err().to_string();
            assert!(refused.contains("shop.terms") && refused.contains(".txt"), "{secret}: {refused}");
        }
        shop.shop.terms = "gone.txt".into();
        assert!(shop.identity(ShopKind::Shop).unwrap_err().to_string().contains("gone.txt: No such file"));
        shop.shop.terms = "".into();
        shop.shop.logo = "gone.png".into();
        assert!(shop.identity(ShopKind::Shop).unwrap_err().to_string().contains("gone.png"));
    }
}
