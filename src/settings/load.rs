//! The layers, put over one another.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use config::builder::DefaultState;
use config::{Config, ConfigBuilder, Environment, File, FileFormat};

use crate::access::Listen;

use super::directory::{OWN_FILE, directory};
use super::utf8::must_be_utf8;
use super::{BadSettings, Opens, Settings};

/// The defaults, each with its unit and reason.
pub const DEFAULTS: &str = include_str!("../../config/default.toml");

const PREFIX: &str = "DOORSTEP";
/// What the environment lists with commas between.
const LISTS: [&str; 5] =
    ["http.trusted_proxies", "http.cors_origins", "shop.address", "shop.countries", "tax.vat"];

type Variables = HashMap<String, String>;

/// What flags set over everything else.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    pub data: Option<PathBuf>,
    pub listen: Option<Listen>,
    pub processor_listen: Option<Listen>,
    pub speed: Option<u32>,
}

impl Settings {
    /// Reads the layers. `environment`: the variables to look at, those of the process outside tests. `opens`: whose data
    /// directory is meant where none is named.
    pub fn load(
        file: Option<&Path>,
        environment: Option<Variables>,
        overrides: &Overrides,
        opens: Opens,
    ) -> Result<Settings, BadSettings> {
        let environment = environment.map_or_else(of_the_process, Ok)?;
        let (ours, _) = sorted_out(environment);
        let mut settings = layered(file, &ours)?;
        let named = overrides.data.as_ref().unwrap_or(&settings.data.dir);
        let dir = directory(named, opens)?;
        let own = dir.join(OWN_FILE);
        if file.is_none() && opens != Opens::Nothing && own.is_file() {
            must_name_no_directory(&own)?;
            settings = layered(Some(&own), &ours)?;
        }
        settings.data.dir = dir;
        settings.apply(overrides);
        settings.check()?;
        Ok(settings)
    }

    /// The defaults, and over them a file of this text: what it says is checked as at a start.
    pub fn of_text(text: &str) -> Result<Settings, BadSettings> {
        let layers = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        let settings = settled(layers.add_source(File::from_str(text, FileFormat::Toml)))?;
        settings.check()?;
        Ok(settings)
    }

    fn apply(&mut self, overrides: &Overrides) {
        self.http.listen = overrides.listen.unwrap_or(self.http.listen);
        self.processor.listen = overrides.processor_listen.unwrap_or(self.processor.listen);
        self.trade.speed = overrides.speed.unwrap_or(self.trade.speed);
    }
}

fn layered(file: Option<&Path>, ours: &Variables) -> Result<Settings, BadSettings> {
    let mut layers = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
    if let Some(file) = file {
        must_be_utf8(file)?;
        layers = layers.add_source(File::from(file).format(FileFormat::Toml));
    }
    let (lists, rest): (Variables, Variables) =
        ours.clone().into_iter().partition(|(name, _)| list_of(name).is_some());
    let variables = Environment::with_prefix(PREFIX).prefix_separator("_").separator("__");
    layers = layers.add_source(variables.source(Some(rest)));
    settled(with_lists(layers, &lists)?)
}

fn settled(layers: ConfigBuilder<DefaultState>) -> Result<Settings, BadSettings> {
    let layers = layers.build()?;
    let read = layers.clone().try_deserialize().map_err(|error| BadSettings::unfit(error, &layers));
    read.map(Settings::trimmed)
}

fn with_lists(
    mut layers: ConfigBuilder<DefaultState>,
    lists: &Variables,
) -> Result<ConfigBuilder<DefaultState>, BadSettings> {
    for (name, value) in lists {
        let Some(key) = list_of(name) else { continue };
        // an empty list is none, not one of an empty text
        let all: Vec<String> = match value.trim() {
            "" => vec![],
            some => some.split(',').map(|one| one.trim().to_owned()).collect(),
        };
        layers = layers.set_override(key, all)?;
    }
    Ok(layers)
}

/// The key of the list that a variable sets, if it sets one.
fn list_of(variable: &str) -> Option<&'static str> {
    let named = |key: &&&str| variable.eq_ignore_ascii_case(&format!("{PREFIX}_{}", key.replace('.', "__")));
    LISTS.iter().find(named).copied()
}

fn must_name_no_directory(own: &Path) -> Result<(), BadSettings> {
    let alone = Config::builder().add_source(File::from(own).format(FileFormat::Toml)).build()?;
    match alone.get::<config::Value>("data.dir") {
        Ok(_) => Err(BadSettings::DirectoryInItsOwnFile { file: own.to_path_buf() }),
        Err(_) => Ok(()),
    }
}

/// Settings among the environment's variables, and those that only look like some: a name without a table, as
/// an orchestrator sets for a service that is called doorstep, is no setting and must not stop the start.
fn sorted_out(environment: Variables) -> (Variables, Variables) {
    let ours = environment.into_iter().filter(|(name, _)| name.starts_with("DOORSTEP_"));
    ours.partition(|(name, _)| name.contains("__"))
}

/// Others' variables may be in any encoding.
fn of_the_process() -> Result<Variables, BadSettings> {
    let ours = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let ours = ours.filter(|(name, _)| name.starts_with(PREFIX));
    let read = ours.map(|(name, value)| match value.into_string() {
        Ok(value) => Ok((name, value)),
        Err(_) => Err(BadSettings::VariableNotUtf8 { name }),
    });
    read.collect()
}

/// Names of the environment that begin like a setting and are none, for a warning.
pub fn stray_variables() -> Vec<String> {
    let (_, stray) = sorted_out(of_the_process().unwrap_or_default());
    let mut names: Vec<String> = stray.into_keys().collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::TrustedProxies;
    use crate::actors::Rules;
    use crate::settings::ShopKind;

    fn load(file: &str, environment: &[(&str, &str)]) -> Result<Settings, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("shop.toml");
        std::fs::write(&path, file).unwrap();
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Settings::load(Some(&path), Some(environment), &Overrides::default(), Opens::Nothing)
            .map_err(|e| e.to_string())
    }

    #[test]
    fn the_defaults_stand_alone() {
        let settings = load("", &[]).unwrap();
        assert_eq!(settings.http.listen.address().port(), 8080);
        let rules = settings.rules(ShopKind::Demo);
        assert_eq!(rules, Rules::default(), "tests and simulated worlds live by what ships");
        assert_eq!([ShopKind::Demo, ShopKind::Shop].map(|kind| settings.speed(kind)), [3_600, 1]);
    }

    #[test]
    fn a_file_overrides_defaults_and_the_environment_overrides_the_file() {
        let file = "[trade]\nspeed = 60\n[shop]\nshipping = 100";
        let settings = load(file, &[("DOORSTEP_TRADE__SPEED", "7")]).unwrap();
        assert_eq!((settings.trade.speed, settings.shop.shipping.said()), (7, Some(100)));
    }

    proptest::proptest! {
        #[test]
        fn no_file_and_no_variable_make_it_panic(
            file in "(\\[(trade|http|shop|log|journal)\\]\n)?([a-z_]{1,12} = [-0-9a-z\"\\.]{0,20}\n){0,3}|.*",
            name in "[A-Z_]{0,12}(__[A-Z_]{0,12}){0,2}", value in ".*",
        ) {
            let _ = load(&file, &[(&format!("DOORSTEP_{name}"), &value)]);
            let _ = load(&format!("[trade]\nspeed = {value}"), &[]);
        }
    }

    #[test]
    fn proxies_are_listed_in_a_file_and_with_commas_in_the_environment() {
        let file = "[http]\ntrusted_proxies = [\"10.0.0.7\", \"fd00::/8\"]";
        let by_file = load(file, &[]).unwrap().http.trusted_proxies;
        let by_variable = load("", &[("DOORSTEP_HTTP__TRUSTED_PROXIES", "10.0.0.7,fd00::/8")]).unwrap();
        assert_eq!(by_file, by_variable.http.trusted_proxies);
        assert_eq!(load("", &[]).unwrap().http.trusted_proxies, TrustedProxies::default());
        for none in ["", " "] {
            let set = load(file, &[("DOORSTEP_HTTP__TRUSTED_PROXIES", none)]).unwrap();
            assert_eq!(set.http.trusted_proxies, TrustedProxies::default(), "an empty list is none");
        }
    }

    #[test]
    fn in_a_shop_nothing_is_pretended() {
        let mut settings =
            load("[shop]\nname = \"Bound\"\nshipping = 0\nemail = \"till@bound.example\"", &[]).unwrap();
        settings.check_for(ShopKind::Shop).unwrap();
        let rules = settings.rules(ShopKind::Shop);
        assert_eq!((rules.test_cards, rules.takes_payment, rules.has_crew), (false, false, false));
        assert_eq!((rules.wholesalers, rules.mailbox), (vec![], None), "nobody brings it a letter");
        let prices = [rules.credit_card_max, rules.credit_customer_max, rules.credit_all_max];
        assert_eq!(prices, [0; 3], "what ships is priced for the demo, in its currency");
        let held = [rules.credit_held_card_max, rules.credit_held_customer_max, rules.credit_held_all_max];
        assert_eq!(held, [0; 3]);
        assert_eq!(settings.rules(ShopKind::Demo).mailbox.unwrap().as_str(), "till@bound.example");
        settings.trade.speed = 60;
        assert!(settings.check_for(ShopKind::Shop).unwrap_err().to_string().contains("trade.speed"));
        settings.check_for(ShopKind::Demo).unwrap();
        for (file, named) in [
            ("", "shop.name"),
            ("[shop]\nname = \"B\"", "shop.shipping = \"\": what delivery costs"),
            ("[shop]\nname = \"B\"\n[payment]\nprocessor = \"embedded\"", "payment.processor"),
        ] {
            let refused = load(file, &[]).unwrap().check_for(ShopKind::Shop).unwrap_err().to_string();
            assert!(refused.contains(named), "{refused}");
        }
    }

    #[test]
    fn a_listener_is_named_as_people_do() {
        for text in ["8080", ":8080", "localhost:8080", "127.0.0.1:8080"] {
            for settings in [
                load(&format!("[http]\nlisten = \"{text}\""), &[]).unwrap(),
                load("", &[("DOORSTEP_HTTP__LISTEN", text)]).unwrap(),
            ] {
                assert_eq!(settings.http.listen.address().to_string(), "127.0.0.1:8080", "{text}");
            }
        }
    }

    #[test]
    fn a_directory_has_a_file_of_its_own_which_names_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join(OWN_FILE);
        let load = |file: Option<&Path>, name: &str| {
            let data = Some(dir.path().to_path_buf());
            let environment = [("DOORSTEP_SHOP__PHONE".to_owned(), name.to_owned())].into();
            Settings::load(
                file,
                Some(environment),
                &Overrides { data, ..Overrides::default() },
                Opens::Either,
            )
        };
        std::fs::write(&own, "[shop]\nname = \"Bound\"").unwrap();
        let settings = load(None, "+44 20 7946 0000").unwrap();
        assert_eq!(
            (settings.shop.name.as_str(), settings.shop.phone.as_str()),
            ("Bound", "+44 20 7946 0000")
        );
        assert_eq!(load(None, "+442079460000").unwrap().shop.phone, "+442079460000", "it is no number");
        let other = dir.path().join("other.toml");
        std::fs::write(&other, "").unwrap();
        assert_eq!(load(Some(&other), "").unwrap().shop.name, "", "--config takes its place");
        std::fs::write(&own, "[data]\ndir = \"elsewhere\"").unwrap();
        assert!(load(None, "").unwrap_err().to_string().contains("sets data.dir"));
    }

    #[test]
    fn a_file_in_another_encoding_is_refused_by_name_and_line() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("shop.toml");
        let windows_1252 = b"[shop]\nname = \"Caf\xe9 B\xfccher\"\n".to_vec();
        let utf_16 = "\u{feff}[shop]\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let load = || {
            Settings::load(Some(&file), Some([].into()), &Overrides::default(), Opens::Nothing)
                .map_err(|bad| bad.to_string())
        };
        for (bytes, line) in [(windows_1252, 2), (utf_16, 1)] {
            std::fs::write(&file, bytes).unwrap();
            let refused = load().unwrap_err();
            let named = format!("shop.toml, line {line}: it is not in UTF-8");
            assert!(refused.contains(&named) && refused.contains("save it as UTF-8"), "{refused}");
        }
        std::fs::write(&file, "\u{feff}[shop]\nname = \"Café Bücher\"").unwrap();
        assert_eq!(load().unwrap().shop.name, "Café Bücher");
    }

    #[test]
    fn flags_override_everything() {
        let overrides = Overrides { speed: Some(9), ..Overrides::default() };
        let environment = [("DOORSTEP_TRADE__SPEED".to_owned(), "7".to_owned())].into();
        let settings = Settings::load(None, Some(environment), &overrides, Opens::Nothing).unwrap();
        assert_eq!(settings.trade.speed, 9);
    }

    #[test]
    fn a_variable_without_a_table_is_no_setting() {
        let strays = [("DOORSTEP_SERVICE_HOST", "10.0.0.1"), ("DOORSTEP_PORT", "tcp://10.0.0.1:80")];
        assert!(load("", &strays).is_ok());
        let strays = strays.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(sorted_out(strays).1.len(), 2);
    }

    #[test]
    fn a_value_that_does_not_fit_is_told_with_its_setting_and_what_would_do() {
        for (name, value, said) in [
            ("LOG__FORMAT", "xml", "log.format = xml: readable or json is expected"),
            ("TRADE__SPEED", "fast", "trade.speed = fast: a whole number of at least 0 is expected"),
            ("TRADE__SPEED", "", "trade.speed = \"\": a whole number of at least 0 is expected"),
            (
                "TRADE__SPEED",
                "4294967296",
                "trade.speed = 4294967296: a whole number from 0 to 4294967295 is",
            ),
            (
                "RATES__CARDS",
                "5",
                "rates.cards = 5: it has parts: set rates.cards.all, rates.cards.each, rates.cards.window_s, as in DOORSTEP_RATES__CARDS__ALL",
            ),
            ("PAYMENT__PROCESSOR", "stripe", "payment.processor = stripe: none or embedded is"),
            ("HTTP__FORWARDING_HEADER", "X", "http.forwarding_header = X: X-Forwarded-For or"),
            ("HTTP__LISTEN", "nowhere", "http.listen = nowhere: `nowhere` is no address"),
            ("SHOP__COUNTRIES", "GB,UK", "shop.countries[1] = GB, UK: the two capital letters"),
            ("DEMO__STRANGERS_ORDER", "maybe", "demo.strangers_order = maybe: a boolean is"),
            ("HTTP__LISTN", "80", "http: unknown field `listn`, expected one of `listen`"),
        ] {
            let refused = load("", &[(&format!("DOORSTEP_{name}"), value)]).unwrap_err();
            assert!(refused.starts_with(&format!("settings: {said}")), "{refused}");
        }
        let refused = load("[log]\nformat = \"xml\"", &[]).unwrap_err();
        assert!(refused.contains("log.format = xml: readable or json is expected"), "{refused}");
        let refused = load("[shop]\ncountries = \"GB\"", &[]).unwrap_err();
        assert!(refused.contains("shop.countries = GB: a list is expected, as"), "{refused}");
        assert_eq!(load("[http]\nlisten = 8080", &[]).unwrap().http.listen.address().port(), 8080);
    }

    #[test]
    fn a_wrong_key_or_value_names_itself() {
        for (file, environment, named) in [
            ("[trade]\nsped = 60", vec![], "sped"),
            ("[tade]\nspeed = 60", vec![], "tade"),
            ("[trade]\nspeed = \"fast\"", vec![], "speed"),
            ("[shop]\ncurrency = \"pound\"", vec![], "pound"),
            ("[shop]\ntime_zone = \"Mars/Olympus\"", vec![], "shop.time_zone"),
            ("[shop]\nemail = \"a@b\"", vec![], "shop.email"),
            ("[shop]\ncountries = [\"UK\"]", vec![], "GB"),
            ("", vec![("DOORSTEP_SHOP__COUNTRIES", "GB,Ireland")], "GB"),
            ("[http]\ncors_origins = [\"*\"]", vec![], "cors_origins"),
            ("[payment]\nprocessor = \"stripe\"", vec![], "processor"),
            ("[partners]\nretry_max_ms = 0", vec![], "partners.retry_max_ms"),
            ("[partners]\nretry_max_ms = 499", vec![], "partners.retry_max_ms"),
            ("[stock]\nquote_fresh_hours = 5124095576031", vec![], "stock.quote_fresh_hours"),
            ("[warehouse]\npacking_minutes = 307445734561826", vec![], "warehouse.packing_minutes"),
            ("[warehouse]\ndelivery_days = 4000000000", vec![], "warehouse.delivery_days"),
            ("[payment]\nhold_days = 366", vec![], "payment.hold_days"),
            ("[credit]\nall_max = -1", vec![], "credit.all_max"),
            ("[shop]\nshipping = 2.99", vec![], "shop.shipping = 2.99: a whole number of minor units"),
            ("[shop]\nshipping = 1000000000000", vec![], "more than an order may cost"),
            ("[rates]\ncards = { each = 30, all = 6000, window_s = 0 }", vec![], "cards with window_s"),
            ("", vec![("DOORSTEP_HTTP__LISTEN", "nowhere")], "localhost:8080, or a port alone"),
            ("", vec![("DOORSTEP_HTTP__TRUSTED_PROXIES", "10.0.0.0/8,proxy")], "proxy"),
            ("[http]\nforwarding_header = \"X-Real-IP\"", vec![], "X-Real-IP"),
            ("", vec![("DOORSTEP_HTTP__LISTN", "127.0.0.1:1")], "listn"),
        ] {
            let error = load(file, &environment).expect_err(named);
            assert!(error.contains(named), "{error}");
        }
    }
}
