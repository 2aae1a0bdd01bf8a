//! The tables of the settings, as `config/default.toml` has them with their reasons.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer};

use crate::access::{CorsOrigins, ForwardingHeader, Listen, Quotas, TrustedProxies};
use crate::domain::{CountryCode, Currency};
use crate::encoding;
use crate::runtime::CELLS_MAX;

use super::Amount;
use super::price_lines::{DeliverySettings, TaxSettings};

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
    pub tax: TaxSettings,
    pub delivery: DeliverySettings,
    pub payment: Payment,
    pub credit: CreditSettings,
    pub warehouse: Warehouse,
    pub partners: PartnerSettings,
    pub mail: Mail,
    pub demo: Demo,
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
        listen: Listen, public_url: String, trusted_proxies: TrustedProxies,
        forwarding_header: ForwardingHeader, cors_origins: CorsOrigins, workers: usize, connections_max: usize, address_connections_max: usize,
        local_connections_max: usize, idle_ms_max: u64, head_ms_max: u64, body_ms_max: u64, write_ms_max: u64,
        write_bytes_per_s_min: u64,
    }
    Processor { listen: Listen, public_url: String }
    ShopSettings {
        name: String, legal_name: String, address: Vec<String>, tax_number: String, currency: Currency, shipping: Amount,
        time_zone: String, countries: Vec<CountryCode>, email: String, phone: String, logo: PathBuf, contact: PathBuf,
        terms: PathBuf, returns: PathBuf, privacy: PathBuf,
    }
    Trade { speed: u32 }
    Sessions { passivate_after_ms: u64 }
    Stock { quote_deadline_ms: u64, quote_fresh_hours: u64, supply_attempts_max: u32 }
    Payment {
        processor: ProcessorChoice, answer_deadline_ms: u64, asks_max: u32, another_card_minutes: u32, hold_days: u32, settlement_days: u32,
        fee_basis_points: u32,
    }
    CreditSettings {
        card_max: Amount, customer_max: Amount, all_max: Amount, held_card_max: Amount, held_customer_max: Amount, held_all_max: Amount,
    }
    Warehouse { packing_minutes: u64, delivery_days: u32, carrier_attempts_max: u32 }
    PartnerSettings { call_deadline_ms: u64, retry_first_ms: u64, retry_max_ms: u64 }
    Mail { from: String, attempts_max: u32 }
    Demo { strangers_order: bool }
    JournalSettings { segment_bytes: u64 }
    Storage { cache_bytes: u64, checkpoint_every_ms: u64 }
    Runtime { cells: usize, await_max_ms: u64, spin_max_ms: u64, drain_answers_ms: u64 }
    Log { format: LogFormat, level: String, orders_a_second_max: u32 }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Readable,
    Json,
}

/// Who takes the cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessorChoice {
    /// Not said: a demo has the embedded one, a shop none.
    ByKind,
    None,
    /// Of a demo alone: it believes every card.
    Embedded,
}

impl<'de> Deserialize<'de> for LogFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LogFormat, D::Error> {
        encoding::parsed(deserializer, |text| match text {
            "readable" => Ok(LogFormat::Readable),
            "json" => Ok(LogFormat::Json),
            _ => Err("readable or json is expected"),
        })
    }
}

impl<'de> Deserialize<'de> for ProcessorChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ProcessorChoice, D::Error> {
        encoding::parsed(deserializer, |text| match text {
            "" => Ok(ProcessorChoice::ByKind),
            "none" => Ok(ProcessorChoice::None),
            "embedded" => Ok(ProcessorChoice::Embedded),
            _ => Err("none or embedded is expected, or nothing"),
        })
    }
}

impl Runtime {
    /// How many threads the actors get. What they do costs about as much again on the threads of HTTP, the journal, the trees and
    /// the mail, so by default half of the cores are theirs.
    pub fn threads(&self) -> usize {
        let half = || std::thread::available_parallelism().map_or(1, |cores| cores.get() / 2);
        if self.cells == 0 { half().clamp(1, CELLS_MAX) } else { self.cells }
    }
}
