//! What stands between the shop and its customers, as far as the settings can be wrong about it.

use std::net::SocketAddr;

use crate::access::Origins;
use crate::settings::Settings;

use super::Failure;

/// Refuses settings that would lead customers astray, and warns of those that limit all of them as one. `listen`: where the shop does.
/// `has_cards`: whether there is a card page.
pub fn check(
    settings: &Settings,
    shop: &Origins,
    listen: SocketAddr,
    has_cards: bool,
) -> Result<(), Failure> {
    let at = shop.canonical();
    if has_cards && shop.is_beyond_this_machine() && settings.processor.public_url.is_empty() {
        return Err(Failure(format!(
            "http.public_url is {at}, and processor.public_url is empty: customers would be sent to pay on their own machine. Set \
             processor.public_url (DOORSTEP_PROCESSOR__PUBLIC_URL) to where their browsers reach the card page, as \
             https://pay.example"
        )));
    }
    if !shop.is_at(listen) && settings.http.trusted_proxies.ranges().is_empty() {
        tracing::warn!(
            public_url = at,
            %listen,
            "customers come by another address than the shop listens at, and no proxy is trusted: if a proxy stands in front, all of \
             them are limited as one client. Set http.trusted_proxies (DOORSTEP_HTTP__TRUSTED_PROXIES) to its address, as 127.0.0.1"
        );
    }
    Ok(())
}
