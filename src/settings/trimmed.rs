//! Blanks around a value say nothing, and a text of blanks is none.

use std::path::PathBuf;

use super::Settings;

impl Settings {
    /// As they are judged and shown.
    pub(super) fn trimmed(mut self) -> Settings {
        let (shop, mail) = (&mut self.shop, &mut self.mail);
        let urls = [&mut self.http.public_url, &mut self.processor.public_url];
        let lines = [
            &mut shop.name,
            &mut shop.legal_name,
            &mut shop.tax_number,
            &mut shop.time_zone,
            &mut shop.email,
            &mut shop.phone,
            &mut mail.from,
        ];
        lines.into_iter().chain(urls).chain(&mut shop.address).for_each(trim);
        shop.address.retain(|line| !line.is_empty());
        let files =
            [&mut shop.logo, &mut shop.contact, &mut shop.terms, &mut shop.returns, &mut shop.privacy];
        files.into_iter().filter(is_blank).for_each(|file| *file = PathBuf::new());
        self
    }
}

fn trim(text: &mut String) {
    *text = text.trim().to_owned();
}

/// No file has such a name.
fn is_blank(file: &&mut PathBuf) -> bool {
    file.to_str().is_some_and(|name| name.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::ShopKind;

    #[test]
    fn what_is_only_blanks_is_not_said() {
        let told = "[shop]\nname = \" Bound \"\nshipping = 0\nlegal_name = \" \"\naddress = [\" 1 High St\", \"\\t\", \"\u{a0}\"]\n\
                    tax_number = \"  \"\ntime_zone = \" Europe/London \"\nemail = \" \"\nphone = \"\u{3000}\"\nlogo = \" \"\nterms = \" \"\n\
                    [mail]\nfrom = \"  \"\n[http]\npublic_url = \" \"";
        let settings = Settings::of_text(told).unwrap();
        let identity = settings.identity(ShopKind::Shop).unwrap();
        assert_eq!((identity.name.as_str(), identity.time_zone.as_str()), ("Bound", "Europe/London"));
        assert_eq!(identity.address, ["1 High St"]);
        assert_eq!(
            [identity.legal_name, identity.tax_number, identity.email, identity.phone, identity.texts.terms],
            [const { None }; 5]
        );
        assert!(
            identity.logo.is_none() && settings.mail.from.is_empty() && settings.http.public_url.is_empty()
        );
        for hidden in ["\u{202e}dnuoB", "Bo\u{200b}und"] {
            let refused = Settings::of_text(&format!("[shop]\nname = \"{hidden}\"")).unwrap_err().to_string();
            assert!(refused.contains("cannot be seen"), "{refused}");
        }
        Settings::of_text("[shop]\nname = \"क्\u{200d}ष\"").unwrap();
        let unnamed = Settings::of_text("[shop]\nname = \"   \"\nshipping = 0").unwrap();
        let refused = unnamed.check_for(ShopKind::Shop).unwrap_err().to_string();
        assert!(refused.contains("shop.name = \"\""), "{refused}");
    }
}
