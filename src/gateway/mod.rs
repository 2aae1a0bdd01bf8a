//! The shop over HTTP. No other module knows it.
//!
//! Guarantees:
//! - a handler parses, asks one actor, renders; bad input is refused before anything is asked, so it changes nothing;
//! - every answer that is not a success is `application/problem+json` (RFC 9457) with a code and what to do;
//! - a request ends: its body, the actor's answer and the whole of it have deadlines, and a panic is a 500;
//! - an outcome that is not known is said to be so (504), never taken for a failure;
//! - a private answer carries `no-store`, and an order shows itself only to its key: without it there is no such order;
//! - a card number is refused wherever a request holds it (`card_number_filter`), and never echoed, kept or logged;
//! - no page of another site reads what the API answers, but the apps whose origins the settings name;
//! - a request for another host than the shop's own is answered 421, and no link is made from a header.
//!
//! What [`crate::http`] itself refuses (a head that is not HTTP, one of more than 96 headers or 16 KiB, one that comes too
//! slowly, one connection too many from an address) is a bare 400, 431, 408 or 429: no handler has seen it.

mod address_text;
mod api;
mod app;
mod assets;
mod auth;
mod availability;
mod body;
mod card_number_filter;
mod code;
mod cors;
mod countries;
mod details;
mod frame;
mod fresh_prices;
mod health;
mod host;
mod idempotency;
mod in_process;
mod json;
mod limits;
mod live_catalogue;
mod notices;
mod order_links;
mod order_timeline;
mod page_settings;
pub mod pages;
mod plain_text;
mod prices;
mod principal;
mod problem;
mod rates;
mod request_guard;
mod security;
mod shop_client;
mod site;
mod sku_in_path;
#[cfg(test)]
mod tests;
mod told;

pub use app::{App, NewSession, OsSessions};
pub use auth::order_key;
pub use body::Body;
pub use code::Code;
pub use frame::{Frame, TEXT_PATHS};
pub use fresh_prices::FreshCart;
pub use in_process::{InProcess, Request, Response};
pub use limits::HttpLimits;
pub use live_catalogue::{LiveCatalogue, product};
pub use order_links::OrderLinks;
pub use order_timeline::order_timeline;
pub use page_settings::PageSettings;
pub use prices::Way;
pub use principal::{Principal, Programs};
pub use problem::Problem;
pub use request_guard::RequestGuard;
pub use shop_client::{AskError, PendingReply, ShopClient};
pub use site::{configure, serve};
pub use sku_in_path::sku_in_path;
