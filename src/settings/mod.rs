//! Typed settings: `config/default.toml` ← the shop's own file ← the file given ← `DOORSTEP_…` environment ← flags.
//! A key that does not exist, or a value that does not fit, names itself and stops the start.

mod amount;
mod checks;
mod directory;
mod error;
mod kind;
mod load;
mod price_lines;
mod prices;
mod rules;
mod shop;
mod tables;
mod trimmed;
mod unfit;
mod utf8;

pub use amount::Amount;
pub use directory::OWN_FILE;
pub use error::BadSettings;
pub use kind::{Opens, ShopKind};
pub use load::{DEFAULTS, Overrides, stray_variables};
pub use tables::{Log, LogFormat, Processor, ProcessorChoice, Settings, ShopSettings};
