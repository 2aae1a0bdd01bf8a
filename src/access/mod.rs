//! Which host names a listener answers to, which client a request comes from, and how often a client may ask: for both listeners.
//! Pure, but for `over_http`, which reads a request's head and the clock, and logs.
//!
//! Guarantees:
//! - the origin that links, cookies, forms and the way back from the card page are made of is a setting, never a
//!   header; a request for another host is refused;
//! - a forwarding header counts only where a proxy that the settings name has written it;
//! - what clients are refused is logged once in a while, and no log line repeats what a request said.

mod clients;
mod cors_origins;
mod notices;
mod origins;
mod over_http;
mod rates;

pub use clients::{BadProxies, Client, ForwardingHeader, TrustedProxies};
pub use cors_origins::{BadCorsOrigin, CorsOrigins};
pub use notices::Notice;
pub use origins::{BadOrigin, Origins, WrongHost, form_source};
pub use over_http::{Clients, write_rate_headers};
pub use rates::{CLIENTS_MAX, Counted, Limited, Limiter, Quota, Quotas, Rate, Standing};
