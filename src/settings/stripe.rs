//! What the shop speaks to Stripe with, from the environment or from files, each checked by its form. No message repeats a secret.

use std::fs;
use std::path::Path;
use std::time::Duration;

use url::{Host, Url};

use super::hidden::Hidden;
use super::{BadSettings, Settings};
use crate::partners::processor::stripe::{SecretKey, StripeSettings, WebhookSecret};

/// Two while one takes the other's place, and one to spare.
const WEBHOOK_SECRETS_MAX: usize = 3;
const FILE_BYTES_MAX: u64 = 4_096;

/// With `payment.processor = "stripe"`.
pub struct StripeKeys {
    pub client: StripeSettings,
    /// The signatures of any of them are taken.
    pub webhook_secrets: Vec<WebhookSecret>,
}

impl Settings {
    /// # Errors
    /// What is missing, or is none of Stripe's secrets, by the name of its setting.
    pub fn stripe(&self) -> Result<StripeKeys, BadSettings> {
        let key = self.stripe_key()?;
        let webhook_secrets = self.webhook_secrets()?;
        let deadline = Duration::from_millis(self.stripe.deadline_ms);
        let client =
            StripeSettings { key, api_url: self.stripe.api_url.trim_end_matches('/').to_owned(), deadline };
        Ok(StripeKeys { client, webhook_secrets })
    }

    fn stripe_key(&self) -> Result<SecretKey, BadSettings> {
        let (said, file) = (&self.stripe.secret_key, &self.stripe.secret_key_file);
        let (setting, text) = match (said.is_empty(), file.as_os_str().is_empty()) {
            (true, true) => {
                let why = "Stripe's secret key is missing: put it into a file that this names, or into the variable DOORSTEP_STRIPE__SECRET_KEY; \
                           Stripe shows it under https://dashboard.stripe.com/apikeys";
                return Err(BadSettings::hidden("stripe.secret_key_file", why));
            }
            (false, false) => {
                return Err(BadSettings::hidden(
                    "stripe.secret_key",
                    "stripe.secret_key_file is set too: leave one out",
                ));
            }
            (false, true) => ("stripe.secret_key", said.clone()),
            (true, false) => ("stripe.secret_key_file", self.read_secret("stripe.secret_key_file", file)?),
        };
        SecretKey::parse(text.reveal()).map_err(|bad| BadSettings::hidden(setting, bad.to_string()))
    }

    fn webhook_secrets(&self) -> Result<Vec<WebhookSecret>, BadSettings> {
        let file = &self.stripe.webhook_secrets_file;
        let mut all = self.stripe.webhook_secrets.clone();
        let mut setting = "stripe.webhook_secrets";
        if !file.as_os_str().is_empty() {
            if !all.is_empty() {
                return Err(BadSettings::hidden(
                    setting,
                    "stripe.webhook_secrets_file is set too: leave one out",
                ));
            }
            setting = "stripe.webhook_secrets_file";
            let lines = self.read_secret(setting, file)?;
            let said = lines.reveal().lines().filter(|line| !line.trim().is_empty());
            all = said.map(|line| Hidden::new(line.to_owned())).collect();
        }
        if all.len() > WEBHOOK_SECRETS_MAX {
            let why = format!("at most {WEBHOOK_SECRETS_MAX}: take out those that Stripe signs with no more");
            return Err(BadSettings::hidden(setting, why));
        }
        let parsed = all.iter().map(|text| WebhookSecret::parse(text.reveal()));
        parsed.collect::<Result<_, _>>().map_err(|bad| BadSettings::hidden(setting, bad.to_string()))
    }

    /// A file is looked for in the data directory, unless its name says where.
    fn read_secret(&self, setting: &'static str, file: &Path) -> Result<Hidden, BadSettings> {
        let path = self.data.dir.join(file);
        let unread = |why: String| BadSettings::hidden(setting, format!("{}: {why}", path.display()));
        let length = fs::metadata(&path).map_err(|error| unread(error.to_string()))?.len();
        if length > FILE_BYTES_MAX {
            return Err(unread(format!(
                "it has {length} bytes, and a secret has far fewer than {FILE_BYTES_MAX}"
            )));
        }
        fs::read_to_string(&path).map(Hidden::new).map_err(|error| unread(error.to_string()))
    }

    /// Where the API is: Stripe's own address, or a stand-in's on this machine.
    pub(super) fn check_stripe_url(&self) -> Result<(), BadSettings> {
        let said = &self.stripe.api_url;
        let is_here = |url: &Url| match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let fits = Url::parse(said).is_ok_and(|url| {
            let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
            is_plain
                && url.path() == "/"
                && (url.scheme() == "https" || url.scheme() == "http" && is_here(&url))
        });
        if fits {
            return Ok(());
        }
        let why = "an address as https://api.stripe.com is expected; http alone only of this machine, or the key could be read on the way";
        Err(BadSettings::value("stripe.api_url", said, why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partners::processor::stripe::KeyMode;
    use crate::settings::ShopKind;

    const KEY: &str = "sk_test_51NobodysKeyAtAll";

    fn settings(stripe: &str) -> Settings {
        let text = format!(
            "[shop]\nname = \"Bound\"\nshipping = 0\n[payment]\nprocessor = \"stripe\"\n[stripe]\n{stripe}"
        );
        Settings::of_text(&text).unwrap()
    }

    fn refused(stripe: &str) -> String {
        let refused = settings(stripe).check_for(ShopKind::Shop).unwrap_err().to_string();
        assert!(!refused.contains("Nobodys"), "{refused}");
        refused
    }

    #[test]
    fn a_shop_with_stripes_keys_opens_and_takes_no_order_yet() {
        let told =
            settings(&format!("secret_key = \"{KEY}\"\nwebhook_secrets = [\"whsec_NobodysSecretAtAll\"]"));
        told.check_for(ShopKind::Shop).unwrap();
        let keys = told.stripe().unwrap();
        assert_eq!((keys.client.key.mode(), keys.webhook_secrets.len()), (KeyMode::Test, 1));
        assert!(!told.takes_payment(ShopKind::Shop), "payments do not go through it yet");
        assert!(!format!("{told:?}").contains("Nobodys"));
    }

    #[test]
    fn what_is_no_key_is_refused_by_the_name_of_its_setting() {
        for (stripe, named) in [
            ("", "stripe.secret_key_file: Stripe's secret key is missing"),
            ("secret_key = \"pk_test_51NobodysKeyAtAll\"", "stripe.secret_key: it begins with pk_"),
            (
                "secret_key = \"sk_test_51NobodysKeyAtAll\"\nsecret_key_file = \"key\"",
                "stripe.secret_key: stripe.secret_key_file is",
            ),
            ("secret_key_file = \"nowhere/key\"", "stripe.secret_key_file: "),
            (
                "secret_key = \"sk_test_51NobodysKeyAtAll\"\nwebhook_secrets = [\"Nobodys\"]",
                "stripe.webhook_secrets: it is no",
            ),
            (
                "secret_key = \"sk_test_51NobodysKeyAtAll\"\nwebhook_secrets = [\"\", \"\", \"\", \"\"]",
                "at most 3",
            ),
        ] {
            let refused = refused(stripe);
            assert!(refused.contains(named), "{refused}");
        }
    }

    #[test]
    fn secrets_are_read_from_files() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let key = file("key", &format!("{KEY}\n"));
        let secrets = file("secrets", "whsec_NobodysSecretAtAll\n\nwhsec_NobodysNewSecretAtAll\n");
        let told = settings(&format!("secret_key_file = '{key}'\nwebhook_secrets_file = '{secrets}'"));
        assert_eq!(told.stripe().unwrap().webhook_secrets.len(), 2);
        let mangled = file("mangled", &"sk_test_Nobodys".repeat(400));
        assert!(refused(&format!("secret_key_file = '{mangled}'")).contains("it has 6000 bytes"));
        let wrong = file("wrong", "Nobodys");
        assert!(
            refused(&format!("secret_key_file = '{wrong}'"))
                .contains("stripe.secret_key_file: it is no secret key")
        );
    }

    #[test]
    fn a_key_goes_to_no_place_where_it_could_be_read() {
        for url in [
            "http://127.0.0.1:4000",
            "http://localhost:1",
            "https://api.stripe.com",
            "https://api.stripe.com/",
        ] {
            Settings::of_text(&format!("[stripe]\napi_url = \"{url}\"")).unwrap();
        }
        for url in [
            "http://api.stripe.com",
            "https://me:you@api.stripe.com",
            "https://api.stripe.com/v1",
            "api.stripe.com",
            "",
        ] {
            let refused =
                Settings::of_text(&format!("[stripe]\napi_url = \"{url}\"")).unwrap_err().to_string();
            assert!(refused.contains("stripe.api_url"), "{refused}");
        }
    }

    #[test]
    fn a_secret_of_a_wrong_type_is_not_shown() {
        for wrong in
            ["webhook_secrets = \"whsec_NobodysSecretAtAll\"", "secret_key = [\"sk_test_51NobodysKeyAtAll\"]"]
        {
            let refused = Settings::of_text(&format!("[stripe]\n{wrong}")).unwrap_err().to_string();
            assert!(refused.contains("stripe.") && !refused.contains("Nobodys"), "{refused}");
        }
    }

    #[test]
    fn a_demo_has_a_processor_of_its_own() {
        let refused = settings(&format!("secret_key = \"{KEY}\"")).check_for(ShopKind::Demo).unwrap_err();
        assert!(refused.to_string().contains("payment.processor = stripe"), "{refused}");
    }
}
