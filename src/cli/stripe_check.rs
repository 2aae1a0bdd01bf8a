//! The line of `doorstep check` about Stripe: whether its keys are good, whose account it is, and whether money moves.

use crate::partners::Answered;
use crate::partners::processor::stripe::{Account, Answer, KeyMode, RefusalKind, Stripe, StripeSettings};
use crate::settings::Settings;

use super::finding::Finding;

const WHAT: &str = "processor";
const KEYS_PAGE: &str = "https://dashboard.stripe.com/apikeys";
/// Said of every account, however good its keys are.
const NOT_YET: &str =
    "this version checks its keys and takes no payment through it yet, so no order is taken";

/// Asks Stripe, within `stripe.deadline_ms`.
pub fn line(settings: &Settings) -> Finding {
    let keys = match settings.stripe() {
        Ok(keys) => keys,
        Err(bad) => return Finding::wrong(WHAT, bad.into()),
    };
    let events = match keys.webhook_secrets.len() {
        0 => "no secret for its events",
        _ => "with a secret for its events",
    };
    let (mode, api_url) = (keys.client.key.mode(), keys.client.api_url.clone());
    finding(mode, &api_url, asked(keys.client), events)
}

fn asked(client: StripeSettings) -> Answer<Account> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match (runtime, Stripe::new(client)) {
        (Ok(runtime), Ok(stripe)) => runtime.block_on(stripe.account()),
        (Err(error), _) => Answered::Unknown(error.to_string()),
        (_, Err(why)) => Answered::Unknown(why),
    }
}

/// Nothing of it keeps the shop from opening: it is open for looking.
fn finding(mode: KeyMode, api_url: &str, answer: Answer<Account>, events: &str) -> Finding {
    let (why, remedy) = match answer {
        Answered::Known(account) => {
            let money = match mode {
                KeyMode::Test => "test mode: test cards alone, no money moves",
                KeyMode::Live => "live mode",
            };
            let limits = match (account.charges_enabled, account.payouts_enabled) {
                (true, true) => "",
                (false, _) => "; Stripe lets it take no payments yet",
                (true, false) => "; Stripe pays nothing out to it yet",
            };
            let named =
                format!("Stripe, the account {} ({}), {money}{limits}, {events}", account.name(), account.id);
            (named, NOT_YET.to_owned())
        }
        Answered::Refused(refusal) if refusal.kind == RefusalKind::KeyRefused => {
            (format!("Stripe does not take its key: {refusal}"), format!("take a good one from {KEYS_PAGE}"))
        }
        Answered::Refused(refusal) => (format!("Stripe says no: {refusal}"), format!("see {KEYS_PAGE}")),
        Answered::Unknown(why) => (
            format!(
                "whether its key is good ({mode}) is unknown, Stripe does not answer at {api_url}: {why}"
            ),
            "try again; this machine needs a way to it, and the package ca-certificates".to_owned(),
        ),
    };
    Finding::not_set_up(WHAT, why, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_named_and_nothing_is_pretended() {
        let account = |more: &str| {
            let text = format!(
                r#"{{"id": "acct_1", "business_profile": {{"name": "Bound"}}, "charges_enabled": true{more}, "new": 1}}"#
            );
            Answered::Known(serde_json::from_str::<Account>(&text).unwrap())
        };
        let line = |mode, answer| {
            finding(mode, "https://api.stripe.com", answer, "no secret for its events").to_string()
        };
        let test = line(KeyMode::Test, account(r#", "payouts_enabled": true"#));
        assert!(
            test.contains("the account Bound (acct_1), test mode: test cards alone, no money moves, no"),
            "{test}"
        );
        assert!(test.starts_with("--") && test.ends_with(NOT_YET), "{test}");
        let live = line(KeyMode::Live, account(""));
        assert!(live.contains("live mode; Stripe pays nothing out to it yet"), "{live}");
        let silent = line(KeyMode::Live, Answered::Unknown("no connection: refused".to_owned()));
        assert!(silent.contains("is unknown") && silent.contains("try again"), "{silent}");
    }
}
