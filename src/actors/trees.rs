use crate::runtime;
use crate::storage::{SledOptions, TreeName};

use super::{Address, Shop};

/// One tree: who owns it, and what is in it.
pub struct TreeInfo {
    pub name: &'static str,
    pub owner: Owner,
    pub key: &'static str,
    pub value: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Actor(Address),
    /// WebSessions, each its own row.
    Sessions,
    /// Folded from every actor's events.
    All,
    Runtime,
}

const fn tree(name: &'static str, owner: Owner, key: &'static str, value: &'static str) -> TreeInfo {
    TreeInfo { name, owner, key, value }
}

/// Every tree. `storage` keeps one more for itself: `storage.meta`, the watermark. The trees of the stock keeper and of the
/// bank are at home in common, with the timelines' part that these two state; each value of the others is at home in
/// one slot, which its key tells. `homes.rs` says which.
pub const TREES: &[TreeInfo] = &[
    tree("timelines", Owner::All, "order id", "what happened to the order, step by step"),
    tree("common_timelines", Owner::All, "order id", "what the stock keeper and the bank say of it"),
    tree("sessions", Owner::Sessions, "session id", "cart, checkout details, last order"),
    tree("programs", Owner::Sessions, "one row", "who orders by the API, and hashes of their keys"),
    tree("orders", Owner::Actor(Address::OrderManager), "order id", "the order"),
    tree(
        "idempotency_keys",
        Owner::Actor(Address::OrderManager),
        "hash of principal, route, key",
        "order, digest",
    ),
    tree("catalogue", Owner::Actor(Address::StockKeeper), "SKU", "the product"),
    tree("stock", Owner::Actor(Address::StockKeeper), "SKU", "buckets, pegs, quotes"),
    tree("purchase_orders", Owner::Actor(Address::StockKeeper), "purchase order id", "an order for supplies"),
    tree("demands", Owner::Actor(Address::StockKeeper), "order id", "what an order still waits for"),
    tree(
        "credit",
        Owner::Actor(Address::StockKeeper),
        "order id",
        "supplies ordered in on a verified card alone",
    ),
    tree(
        "credit_sums",
        Owner::Actor(Address::StockKeeper),
        "hash of card or customer",
        "what stands so in all",
    ),
    tree("payments", Owner::Actor(Address::MerchantProxy), "payment id", "one attempt to pay"),
    tree("ledger", Owner::Actor(Address::MerchantProxy), "currency and slot", "totals of every account"),
    tree("cards", Owner::Actor(Address::BankActor), "token", "a card without its number"),
    tree(
        "bank_accounts",
        Owner::Actor(Address::BankActor),
        "account id",
        "limit, held, drawn; payable, paid, fees",
    ),
    tree("holds", Owner::Actor(Address::BankActor), "payment id", "what is held, and what was answered"),
    tree(
        "settlement_batches",
        Owner::Actor(Address::BankActor),
        "day and part",
        "captures paid out together",
    ),
    tree("shipments", Owner::Actor(Address::WarehouseActor), "order id", "the parcel"),
    tree("mail", Owner::Actor(Address::Mailer), "order id, kind, time", "a letter not yet sent, or parked"),
    tree("messages", Owner::Runtime, "turn and index", "sent and not yet consumed"),
    tree("calls", Owner::Runtime, "turn and index", "outside calls without a result"),
    tree("timers", Owner::Runtime, "actor and timer id", "due, message"),
    tree(
        "dead_letters",
        Owner::Runtime,
        "position",
        "messages that were given up, until they are sent again or discarded",
    ),
];

/// What is read and written together: an order with both parts of its story, its parcel, its first attempt to pay and the
/// bank's hold for that. Where there are more attempts each has a row of its own among those of the orders.
const TOGETHER: &[&[TreeName]] = &[&[
    TreeName("orders"),
    TreeName("timelines"),
    TreeName("common_timelines"),
    TreeName("shipments"),
    TreeName("payments"),
    TreeName("holds"),
]];

/// Whose keys are hashes: a new order asks whether there is one under its own, and hardly ever there is.
const UNORDERED: &[TreeName] = &[TreeName("idempotency_keys")];

/// How sled keeps them.
pub fn options(cache_bytes: u64) -> SledOptions {
    SledOptions { cache_bytes, together: TOGETHER, unordered: UNORDERED }
}

/// As storage opens them.
pub fn names() -> Vec<TreeName> {
    runtime::tree_names::<Shop>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{OrderId, PaymentId};
    use std::collections::BTreeSet;

    #[test]
    fn what_is_kept_together_has_the_same_keys() {
        let order = OrderId::new(7, 0xabcdef);
        let key = |name: &TreeName| match TREES.iter().find(|tree| tree.name == name.0).map(|tree| tree.key) {
            Some("order id") => order.to_bytes(),
            Some("payment id") => PaymentId::first_of(order).to_bytes(),
            other => panic!("{name}: {other:?}"),
        };
        for group in TOGETHER {
            assert!(group.iter().all(|name| key(name) == key(&group[0])), "{group:?}");
        }
    }

    #[test]
    fn the_table_of_trees_lists_every_tree_once() {
        let listed: Vec<&str> = TREES.iter().map(|tree| tree.name).collect();
        let opened: BTreeSet<&str> = names().into_iter().map(|tree| tree.0).collect();
        assert_eq!(listed.len(), opened.len());
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), opened);
    }
}
