//! How an address is written in each country, and what of it can be: the data of `countries.tsv`, never a list of our own.
//!
//! Guarantees:
//! - what cannot be an address is refused, with what is expected: a missing part that the country needs, a postcode that does not look
//!   like one of the country's;
//! - what only looks unusual (a postcode of an area that the data does not know, an unknown region) is taken, and doubted: a page asks
//!   once;
//! - each country's own examples pass.

mod check;
mod lines;
mod phone;
mod postcode;
mod region;
mod table;

pub use check::{Field, Typed, Wrong, check, doubts};
pub use lines::lines;
pub use phone::phone;
pub use postcode::Postcode;
pub use region::{Region, Regions};
pub use table::{AddressForm, Asked};
