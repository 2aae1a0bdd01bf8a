//! Whose key it is.

use serde::Deserialize;

use super::client::{Answer, Stripe};
use super::form::Form;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Account {
    pub id: String,
    #[serde(default)]
    pub charges_enabled: bool,
    #[serde(default)]
    pub payouts_enabled: bool,
    pub country: Option<String>,
    pub default_currency: Option<String>,
    business_profile: Option<BusinessProfile>,
    settings: Option<AccountSettings>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct BusinessProfile {
    name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct AccountSettings {
    dashboard: Option<Dashboard>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Dashboard {
    display_name: Option<String>,
}

impl Account {
    /// As its owner called it, else its id.
    pub fn name(&self) -> &str {
        let shown = self.settings.as_ref().and_then(|settings| settings.dashboard.as_ref());
        let shown = shown.and_then(|dashboard| dashboard.display_name.as_deref());
        let of_business = self.business_profile.as_ref().and_then(|profile| profile.name.as_deref());
        shown.or(of_business).unwrap_or(&self.id)
    }
}

impl Stripe {
    pub async fn account(&self) -> Answer<Account> {
        self.get("/v1/account", Form::new()).await
    }
}
