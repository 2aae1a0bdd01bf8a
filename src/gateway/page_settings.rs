use std::sync::Arc;

use crate::domain::ShopIdentity;

use super::Frame;

/// What the pages must know of the world around.
#[derive(Clone)]
pub struct PageSettings {
    /// Where the merchant system takes the card: an absolute URL, another origin; empty where nobody takes cards.
    pub payment_page_url: String,
    /// What stands around each.
    pub frame: Arc<Frame>,
}

impl PageSettings {
    pub fn new(payment_page_url: impl Into<String>, identity: &ShopIdentity) -> PageSettings {
        PageSettings { payment_page_url: payment_page_url.into(), frame: Arc::new(Frame::of(identity)) }
    }
}
