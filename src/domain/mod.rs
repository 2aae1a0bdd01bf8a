//! The trade's words and rules. Pure: no actix, tokio, sled or clock.

pub mod catalogue;
mod ids;
mod money;
mod quantity;
mod sku;
mod time;

pub use ids::{BadId, OrderId, OrderKey, PaymentId, SessionId};
pub use money::{BadCurrency, Currency, Money};
pub use quantity::{BadQuantity, Quantity};
pub use sku::{BadSku, Sku};
pub use time::{Date, Timestamp};
