use std::fmt;

use serde::{Deserialize, Serialize};

/// The letters that a customer gets, one for each event of her order; and those that the shop itself gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailKind {
    OrderConfirmation,
    BackorderPromise,
    PromiseChanged,
    PaymentActionNeeded,
    PaymentDeclined,
    Dispatched,
    Delivered,
    Cancelled,
    RefundDone,
    ReturnReceived,
    NewOrder,
    NewCase,
}

impl MailKind {
    pub const ALL: [MailKind; 12] = [
        MailKind::OrderConfirmation,
        MailKind::BackorderPromise,
        MailKind::PromiseChanged,
        MailKind::PaymentActionNeeded,
        MailKind::PaymentDeclined,
        MailKind::Dispatched,
        MailKind::Delivered,
        MailKind::Cancelled,
        MailKind::RefundDone,
        MailKind::ReturnReceived,
        MailKind::NewOrder,
        MailKind::NewCase,
    ];

    /// Its name in file names, message ids and records: `order-confirmation`. It never changes.
    pub fn slug(self) -> &'static str {
        match self {
            MailKind::OrderConfirmation => "order-confirmation",
            MailKind::BackorderPromise => "backorder-promise",
            MailKind::PromiseChanged => "promise-changed",
            MailKind::PaymentActionNeeded => "payment-action-needed",
            MailKind::PaymentDeclined => "payment-declined",
            MailKind::Dispatched => "dispatched",
            MailKind::Delivered => "delivered",
            MailKind::Cancelled => "cancelled",
            MailKind::RefundDone => "refund-done",
            MailKind::ReturnReceived => "return-received",
            MailKind::NewOrder => "new-order",
            MailKind::NewCase => "new-case",
        }
    }

    pub fn of_slug(slug: &str) -> Option<MailKind> {
        MailKind::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// It goes to the shop's own mailbox.
    pub fn is_to_the_shop(self) -> bool {
        matches!(self, MailKind::NewOrder | MailKind::NewCase)
    }
}

/// The slug.
impl fmt::Display for MailKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_kind_has_a_slug_of_its_own_and_is_recorded_by_it() {
        let slugs: BTreeSet<&str> = MailKind::ALL.into_iter().map(MailKind::slug).collect();
        assert_eq!(slugs.len(), MailKind::ALL.len());
        for kind in MailKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.slug());
        }
    }
}
