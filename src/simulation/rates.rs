//! The rates that every world has: those that ship.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::access::{Clients, ForwardingHeader, Quotas, TrustedProxies};
use crate::settings::{Opens, Overrides, Settings};

pub fn shipped() -> Quotas {
    static SHIPPED: OnceLock<Quotas> = OnceLock::new();
    *SHIPPED.get_or_init(|| {
        let settings = Settings::load(None, Some(HashMap::new()), &Overrides::default(), Opens::Nothing);
        settings.expect("what ships can be read").rates
    })
}

/// Of one process: the next remembers no client.
pub fn clients() -> Clients {
    Clients::new(shipped(), TrustedProxies::default(), ForwardingHeader::XForwardedFor)
}
