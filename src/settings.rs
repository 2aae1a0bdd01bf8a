//! Typed settings: `config/default.toml` ← the file given ← `DOORSTEP_…` environment ← flags.
//! A key that does not exist, or a value that does not fit, names itself and stops the start.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat};
use serde::Deserialize;

use crate::access::{self, CorsOrigins, ForwardingHeader, Quotas, Rate, TrustedProxies};
use crate::actors::{CART_KEPT_MS, Rules};
use crate::domain::{Currency, Money};
use crate::http;
use crate::partners::wholesaler;
use crate::runtime::CELLS_MAX;

/// The defaults, each with its unit and reason.
pub const DEFAULTS: &str = include_str!("../config/default.toml");

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub data: Data,
    pub http: Http,
    pub rates: Quotas,
    pub processor: Processor,
    pub shop: ShopSettings,
    pub trade: Trade,
    pub sessions: Sessions,
    pub stock: Stock,
    pub payment: Payment,
    pub credit: CreditSettings,
    pub warehouse: Warehouse,
    pub partners: PartnerSettings,
    pub mail: Mail,
    pub journal: JournalSettings,
    pub storage: Storage,
    pub runtime: Runtime,
    pub log: Log,
}

/// Declares the tables of the settings; what each key means stands in `config/default.toml`.
macro_rules! tables {
    ($($name:ident { $($key:ident: $kind:ty),* $(,)? })*) => {$(
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(pub $key: $kind),*
        }
    )*};
}

tables! {
    Data { dir: PathBuf }
    Http {
        listen: SocketAddr, public_url: String, trusted_proxies: TrustedProxies, cors_origins: CorsOrigins,
        forwarding_header: ForwardingHeader, workers: usize, connections_max: usize, address_connections_max: usize,
        local_connections_max: usize, idle_ms_max: u64, head_ms_max: u64, body_ms_max: u64, write_ms_max: u64,
        write_bytes_per_s_min: u64,
    }
    Processor { listen: SocketAddr, public_url: String }
    ShopSettings { currency: Currency, shipping: i64 }
    Trade { speed: u32 }
    Sessions { passivate_after_ms: u64 }
    Stock { quote_deadline_ms: u64, quote_fresh_hours: u64, supply_attempts_max: u32 }
    Payment { answer_deadline_ms: u64, asks_max: u32, hold_days: u32, settlement_days: u32, fee_basis_points: u32 }
    CreditSettings { card_max: i64, customer_max: i64, all_max: i64 }
    Warehouse { packing_minutes: u64, delivery_days: u32 }
    PartnerSettings { call_deadline_ms: u64, retry_first_ms: u64, retry_max_ms: u64 }
    Mail { from: String, attempts_max: u32 }
    JournalSettings { segment_bytes: u64 }
    Storage { cache_bytes: u64, checkpoint_every_ms: u64 }
    Runtime { cells: usize, await_max_ms: u64, spin_max_ms: u64, drain_answers_ms: u64 }
    Log { format: LogFormat, level: String }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Readable,
    Json,
}

/// What flags set over everything else.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    pub data: Option<PathBuf>,
    pub listen: Option<SocketAddr>,
    pub processor_listen: Option<SocketAddr>,
    pub speed: Option<u32>,
}

#[derive(Debug, thiserror::Error)]
pub enum BadSettings {
    #[error("settings: {0}; config/default.toml lists every key with its unit")]
    Unreadable(#[from] config::ConfigError),
    #[error("settings: {key} = {value}: {why}")]
    Value { key: &'static str, value: String, why: &'static str },
}

const PREFIX: &str = "DOORSTEP";
/// Settings that are lists, and the variables that they are set by, with commas.
const LISTS: [(&str, &str); 2] = [
    ("http.trusted_proxies", "DOORSTEP_HTTP__TRUSTED_PROXIES"),
    ("http.cors_origins", "DOORSTEP_HTTP__CORS_ORIGINS"),
];
/// Of a year: longer than anything here lasts.
const HOURS_MAX: u64 = 365 * 24;

type Variables = std::collections::HashMap<String, String>;

/// Settings among the environment's variables, and those that only look like some: a name without a table, as
/// an orchestrator sets for a service that is called doorstep, is no setting and must not stop the start.
fn sorted_out(environment: Variables) -> (Variables, Variables) {
    let ours = environment.into_iter().filter(|(name, _)| name.starts_with("DOORSTEP_"));
    ours.partition(|(name, _)| name.contains("__"))
}

/// Names of the environment that begin like a setting and are none, for a warning.
pub fn stray_variables() -> Vec<String> {
    let (_, stray) = sorted_out(std::env::vars().collect());
    let mut names: Vec<String> = stray.into_keys().collect();
    names.sort();
    names
}

impl Runtime {
    /// How many threads the actors get. What they do costs about as much again on the threads of HTTP, the journal, the trees and
    /// the mail, so by default half of the cores are theirs.
    pub fn threads(&self) -> usize {
        let half = || std::thread::available_parallelism().map_or(1, |cores| cores.get() / 2);
        if self.cells == 0 { half().clamp(1, CELLS_MAX) } else { self.cells }
    }
}

impl Settings {
    /// Reads the layers. `environment`: the variables to look at, those of the process outside tests.
    pub fn load(
        file: Option<&Path>,
        environment: Option<Variables>,
        overrides: &Overrides,
    ) -> Result<Settings, BadSettings> {
        let mut layers = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(file) = file {
            layers = layers.add_source(File::from(file).format(FileFormat::Toml));
        }
        let variables = Environment::with_prefix(PREFIX).prefix_separator("_").separator("__");
        let mut variables = variables.list_separator(",");
        for (key, _) in LISTS {
            variables = variables.with_list_parse_key(key);
        }
        let environment = environment.unwrap_or_else(|| std::env::vars().collect());
        let (ours, _) = sorted_out(environment);
        for (key, variable) in LISTS {
            // an empty list is none, not one of an empty text
            let names_none = |(name, value): (&String, &String)| {
                name.eq_ignore_ascii_case(variable) && value.trim().is_empty()
            };
            if ours.iter().any(names_none) {
                layers = layers.set_override(key, Vec::<String>::new())?;
            }
        }
        layers = layers.add_source(variables.source(Some(ours)).try_parsing(true));
        let mut settings: Settings = layers.build()?.try_deserialize()?;
        settings.apply(overrides);
        settings.check()?;
        Ok(settings)
    }

    fn apply(&mut self, overrides: &Overrides) {
        if let Some(dir) = &overrides.data {
            self.data.dir = dir.clone();
        }
        self.http.listen = overrides.listen.unwrap_or(self.http.listen);
        self.processor.listen = overrides.processor_listen.unwrap_or(self.processor.listen);
        self.trade.speed = overrides.speed.unwrap_or(self.trade.speed);
    }

    /// What the types cannot say.
    fn check(&self) -> Result<(), BadSettings> {
        let zero = |key, value: u64| match value {
            0 => Err(BadSettings::Value { key, value: "0".to_owned(), why: "at least 1 is expected" }),
            _ => Ok(()),
        };
        zero("trade.speed", u64::from(self.trade.speed))?;
        zero("http.workers", self.http.workers as u64)?;
        zero("http.connections_max", self.http.connections_max as u64)?;
        zero("http.idle_ms_max", self.http.idle_ms_max)?;
        zero("http.head_ms_max", self.http.head_ms_max)?;
        zero("http.body_ms_max", self.http.body_ms_max)?;
        zero("http.write_ms_max", self.http.write_ms_max)?;
        zero("http.write_bytes_per_s_min", self.http.write_bytes_per_s_min)?;
        zero("payment.hold_days", u64::from(self.payment.hold_days))?;
        zero("payment.answer_deadline_ms", self.payment.answer_deadline_ms)?;
        zero("stock.quote_deadline_ms", self.stock.quote_deadline_ms)?;
        zero("partners.call_deadline_ms", self.partners.call_deadline_ms)?;
        zero("partners.retry_first_ms", self.partners.retry_first_ms)?;
        zero("storage.checkpoint_every_ms", self.storage.checkpoint_every_ms)?;
        zero("runtime.await_max_ms", self.runtime.await_max_ms)?;
        zero("runtime.spin_max_ms", self.runtime.spin_max_ms)?;
        self.check_ranges()?;
        if self.runtime.cells > CELLS_MAX {
            let value = self.runtime.cells.to_string();
            let why = "at most 16 threads of actors, or 0: half as many as there are cores";
            return Err(BadSettings::Value { key: "runtime.cells", value, why });
        }
        if self.shop.shipping < 0 {
            let value = self.shop.shipping.to_string();
            return Err(BadSettings::Value { key: "shop.shipping", value, why: "minor units, at least 0" });
        }
        if self.partners.retry_max_ms < self.partners.retry_first_ms {
            let value = self.partners.retry_max_ms.to_string();
            let why = "at least partners.retry_first_ms, or repetitions would come ever faster";
            return Err(BadSettings::Value { key: "partners.retry_max_ms", value, why });
        }
        if self.payment.fee_basis_points > 10_000 {
            let value = self.payment.fee_basis_points.to_string();
            let why = "hundredths of a per cent, at most 10000";
            return Err(BadSettings::Value { key: "payment.fee_basis_points", value, why });
        }
        Ok(())
    }

    /// Beyond them a product or a date would be none.
    fn check_ranges(&self) -> Result<(), BadSettings> {
        let most = |key, value: u64, most: u64, why| match value <= most {
            true => Ok(()),
            false => Err(BadSettings::Value { key, value: value.to_string(), why }),
        };
        most("stock.quote_fresh_hours", self.stock.quote_fresh_hours, HOURS_MAX, "hours, at most a year")?;
        most(
            "warehouse.packing_minutes",
            self.warehouse.packing_minutes,
            60 * HOURS_MAX,
            "minutes, at most a year",
        )?;
        for (key, days) in [
            ("warehouse.delivery_days", self.warehouse.delivery_days),
            ("payment.hold_days", self.payment.hold_days),
            ("payment.settlement_days", self.payment.settlement_days),
        ] {
            most(key, u64::from(days), HOURS_MAX / 24, "days, at most a year")?;
        }
        for (key, ms) in [
            ("sessions.passivate_after_ms", self.sessions.passivate_after_ms),
            ("stock.quote_deadline_ms", self.stock.quote_deadline_ms),
            ("payment.answer_deadline_ms", self.payment.answer_deadline_ms),
            ("partners.call_deadline_ms", self.partners.call_deadline_ms),
            ("partners.retry_max_ms", self.partners.retry_max_ms),
        ] {
            most(key, ms, HOURS_MAX * 3_600_000, "milliseconds, at most a year")?;
        }
        let limits = [
            ("credit.card_max", self.credit.card_max),
            ("credit.customer_max", self.credit.customer_max),
            ("credit.all_max", self.credit.all_max),
        ];
        if let Some((key, limit)) = limits.into_iter().find(|(_, limit)| *limit < 0) {
            let why = "minor units, at least 0: nothing is ordered in so";
            return Err(BadSettings::Value { key, value: limit.to_string(), why });
        }
        let is_unbounded = |rate: &&Rate| self.rates.of(**rate).window_s == 0;
        match Rate::ALL.iter().find(is_unbounded) {
            None => Ok(()),
            Some(rate) => {
                let (value, why) =
                    (format!("{} with window_s = 0", rate.name()), "at least 1 second is expected");
                Err(BadSettings::Value { key: "rates", value, why })
            }
        }
    }

    /// What the connections of a listener may use, up to `connections_max` of them for each of its workers.
    pub fn connections(&self, connections_max: usize) -> http::Limits {
        http::Limits {
            connections_max,
            address_connections_max: self.http.address_connections_max,
            local_connections_max: self.http.local_connections_max,
            proxies: self.http.trusted_proxies.ranges().to_vec(),
            idle_ms_max: self.http.idle_ms_max,
            head_ms_max: self.http.head_ms_max,
            body_ms_max: self.http.body_ms_max,
            write_ms_max: self.http.write_ms_max,
            write_bytes_per_s_min: self.http.write_bytes_per_s_min,
            wipes_bodies: false,
        }
    }

    /// Who asks a listener, and how often each may.
    pub fn clients(&self) -> access::Clients {
        access::Clients::new(self.rates, self.http.trusted_proxies.clone(), self.http.forwarding_header)
    }

    /// What decisions read.
    pub fn rules(&self) -> Rules {
        const MINUTE_MS: u64 = 60_000;
        Rules {
            currency: self.shop.currency,
            shipping: Money::new(self.shop.shipping, self.shop.currency),
            session_idle_ms: self.sessions.passivate_after_ms,
            cart_kept_ms: CART_KEPT_MS,
            wholesalers: wholesaler::embedded().iter().map(|partner| partner.id()).collect(),
            quote_deadline_ms: self.stock.quote_deadline_ms,
            quote_fresh_ms: self.stock.quote_fresh_hours * 60 * MINUTE_MS,
            supply_attempts_max: self.stock.supply_attempts_max,
            payment_deadline_ms: self.payment.answer_deadline_ms,
            payment_asks_max: self.payment.asks_max,
            hold_days: self.payment.hold_days,
            credit_card_max: self.credit.card_max,
            credit_customer_max: self.credit.customer_max,
            credit_all_max: self.credit.all_max,
            settlement_days: self.payment.settlement_days,
            fee_basis_points: self.payment.fee_basis_points,
            packing_ms: self.warehouse.packing_minutes * MINUTE_MS,
            delivery_days: self.warehouse.delivery_days,
            retry_first_ms: self.partners.retry_first_ms,
            retry_max_ms: self.partners.retry_max_ms,
            mail_attempts_max: self.mail.attempts_max,
            call_deadline_ms: self.partners.call_deadline_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)]) -> Result<Settings, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("shop.toml");
        std::fs::write(&path, file).unwrap();
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Settings::load(Some(&path), Some(environment), &Overrides::default()).map_err(|e| e.to_string())
    }

    #[test]
    fn the_defaults_stand_alone() {
        let settings = load("", &[]).unwrap();
        assert_eq!(settings.http.listen.port(), 8080);
        assert_eq!(settings.rules(), Rules::default(), "tests and simulated worlds live by what ships");
    }

    #[test]
    fn a_file_overrides_defaults_and_the_environment_overrides_the_file() {
        let file = "[trade]\nspeed = 60\n[shop]\nshipping = 100";
        let settings = load(file, &[("DOORSTEP_TRADE__SPEED", "7")]).unwrap();
        assert_eq!((settings.trade.speed, settings.shop.shipping), (7, 100));
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
            let set = load(file, &[(LISTS[0].1, none)]).unwrap();
            assert_eq!(set.http.trusted_proxies, TrustedProxies::default(), "an empty list is none");
        }
    }

    #[test]
    fn browser_apps_are_named_by_their_origins() {
        let listed = |file: &str| load(file, &[]).map(|settings| settings.http.cors_origins);
        assert!(!listed("").unwrap().hold("https://app.example"));
        assert!(
            listed("[http]\ncors_origins = [\"https://app.example\"]").unwrap().hold("https://app.example")
        );
        let by_variable = load("", &[("DOORSTEP_HTTP__CORS_ORIGINS", "https://a.example,https://b.example")]);
        assert!(by_variable.unwrap().http.cors_origins.hold("https://b.example"));
        let why = listed("[http]\ncors_origins = [\"*\"]").unwrap_err().to_string();
        assert!(why.contains("`*` is no origin"), "{why}");
    }

    #[test]
    fn flags_override_everything() {
        let overrides = Overrides { speed: Some(9), ..Overrides::default() };
        let environment = [("DOORSTEP_TRADE__SPEED".to_owned(), "7".to_owned())].into();
        let settings = Settings::load(None, Some(environment), &overrides).unwrap();
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
    fn a_wrong_key_or_value_names_itself() {
        for (file, environment, named) in [
            ("[trade]\nsped = 60", vec![], "sped"),
            ("[tade]\nspeed = 60", vec![], "tade"),
            ("[trade]\nspeed = \"fast\"", vec![], "speed"),
            ("[trade]\nspeed = 0", vec![], "trade.speed"),
            ("[shop]\ncurrency = \"pound\"", vec![], "pound"),
            ("[partners]\nretry_max_ms = 0", vec![], "partners.retry_max_ms"),
            ("[partners]\nretry_max_ms = 499", vec![], "partners.retry_max_ms"),
            ("[stock]\nquote_fresh_hours = 5124095576031", vec![], "stock.quote_fresh_hours"),
            ("[warehouse]\npacking_minutes = 307445734561826", vec![], "warehouse.packing_minutes"),
            ("[warehouse]\ndelivery_days = 4000000000", vec![], "warehouse.delivery_days"),
            ("[payment]\nhold_days = 366", vec![], "payment.hold_days"),
            ("[credit]\nall_max = -1", vec![], "credit.all_max"),
            ("[rates]\ncards = { each = 30, all = 6000, window_s = 0 }", vec![], "cards with window_s"),
            ("", vec![("DOORSTEP_HTTP__LISTEN", "nowhere")], "listen"),
            ("", vec![("DOORSTEP_HTTP__TRUSTED_PROXIES", "10.0.0.0/8,proxy")], "proxy"),
            ("[http]\nforwarding_header = \"X-Real-IP\"", vec![], "X-Real-IP"),
            ("", vec![("DOORSTEP_HTTP__LISTN", "127.0.0.1:1")], "listn"),
        ] {
            let error = load(file, &environment).expect_err(named);
            assert!(error.contains(named), "{error}");
        }
    }
}
