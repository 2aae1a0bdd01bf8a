//! What an order costs: one pure function, [`PriceTables::quote`], from lines, destination, method of delivery, day and the shop's tables to a
//! [`Quote`], which is kept with the order. Pages, API, letters and books show and charge the quote; nothing else adds up a total.
//!
//! - Amounts are whole minor units, rates whole millionths: nothing here is a float.
//! - Tax is rounded half up on each line. What is split (delivery by what it carries, a line by its units) is split by largest
//!   remainder, so that the parts are the whole.
//! - Where no rate is configured no tax is taken: none is made up.

mod delivery;
mod destination;
mod price_tables;
mod quoted;
mod rate;
mod share;
mod split;
mod tax;
mod tax_class;
mod totals;
mod vat;

pub use delivery::{BadDelivery, DeliveryTable, METHOD_CHARS_MAX, Method, Place, Step, Zone, is_method};
pub use destination::Destination;
pub use price_tables::{NoQuote, PriceTables, QUOTE_DAYS};
pub use quoted::{Delivery, Quote, QuotedLine, TaxSum, Taxed};
pub use rate::{BadRate, Rate};
pub use share::Share;
pub use split::split;
pub use tax::{TaxRate, TaxTable};
pub use tax_class::{BadTaxClass, TaxClass};
pub use totals::Totals;
pub use vat::{VAT_SOURCE, VatRates, vat_countries, vat_in_the_eu, vat_rates};

#[cfg(test)]
mod tests;
