//! By which names the shop is asked, and from where: what both of its listeners hold to. Pure: no socket, no clock.
//!
//! Guarantees:
//! - the origin that links, cookies, forms and the way back from the card page are made of is a setting, never a
//!   header; a request by another name is not for us;
//! - what a request says of where it came from counts only where a proxy says it that the settings name.

mod clients;
mod origins;

pub use clients::{BadProxies, Client, ForwardingHeader, TrustedProxies};
pub use origins::{BadOrigin, NotOurs, Origins, form_source};
