//! What comes in pages.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::client::{Answer, Stripe};
use super::form::Form;

/// The most that Stripe puts on one.
pub(super) const PAGE_LENGTH: u32 = 100;

/// The newest first. Where there are more, the next page is asked for after the last of this one.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Page<T> {
    pub data: Vec<T>,
    #[serde(default)]
    pub has_more: bool,
    /// Of a search, where the next page begins.
    pub next_page: Option<String>,
}

impl Stripe {
    /// `after`: the id of the last one on the page before.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        path: &str,
        form: Form,
        after: Option<&str>,
    ) -> Answer<Page<T>> {
        self.get(path, form.with("limit", PAGE_LENGTH).with_some("starting_after", after)).await
    }
}
