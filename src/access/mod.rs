//! By which names the shop is asked, from where, and how often: what both of its listeners hold to. Pure, but for `over_http`, which
//! reads a request's head and the clock, and logs.
//!
//! Guarantees:
//! - the origin that links, cookies, forms and the way back from the card page are made of is a setting, never a
//!   header; a request by another name is not for us;
//! - what a request says of where it came from counts only where a proxy says it that the settings name;
//! - what strangers do is logged once in a while, and never in words of theirs.

mod clients;
mod notices;
mod origins;
mod over_http;
mod rates;

pub use clients::{BadProxies, Client, ForwardingHeader, TrustedProxies};
pub use notices::Notice;
pub use origins::{BadOrigin, NotOurs, Origins, form_source};
pub use over_http::{Clients, announce};
pub use rates::{CLIENTS_MAX, Counted, Limited, Limiter, Quota, Quotas, Rate, Standing};
