//! The trade's words and rules. Pure: no actix, tokio, sled or clock.

pub mod addresses;
mod api_key;
mod buyer;
mod card_numbers;
mod case;
pub mod catalogue;
pub mod countries;
mod country_code;
mod email;
mod ending_words;
mod ids;
pub mod language;
mod money;
pub mod money_words;
mod order;
mod order_number;
mod order_pass;
mod order_search;
mod party;
mod payment_parts;
mod quantity;
pub mod quote;
mod shop_identity;
mod sku;
mod slot;
mod time;
mod timeline;
mod visitor_key;

pub use api_key::{ApiKey, ApiKeyHash, KeyRole, ProgramId};
pub use buyer::Buyer;
pub use card_numbers::{
    digits_at_most, find_card_number, has_too_few_digits, holds_card_number, passes_luhn,
};
pub use case::{BadCaseId, CaseId, CaseKind};
pub use country_code::{BadCountry, CountryCode};
pub use email::{BadEmail, EmailAddress};
pub use ids::{BadId, CART_KEPT_DAYS, OrderId, OrderKey, PaymentId, SessionId};
pub use money::{BadAmount, BadCurrency, Currency, Money};
pub use order::{
    Backorder, CancelReason, Customer, DeclineReason, OrderLine, OrderState, ShippingAddress, Units, limits,
};
pub use order_number::{BadOrderNumber, OrderNumber};
pub use order_pass::{BadPass, PASS_DAYS, PASS_KEYS_MAX, PassKey, PassKeys};
pub use order_search::{KnownBy, OrderSearch};
pub use party::Party;
pub use payment_parts::{CaptureId, RefundId};
pub use quantity::{BadQuantity, Quantity, STOCK_MAX};
pub use quote::Totals;
pub use shop_identity::{Logo, LogoKind, ShopIdentity, Texts};
pub use sku::{BadSku, Sku};
pub use slot::{SLOTS, Slot};
pub use time::{Date, Timestamp};
pub use timeline::{Happening, Step, Timeline, TimelineEntry};
pub use visitor_key::VisitorKey;
