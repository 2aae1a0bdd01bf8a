//! Where everything is at home. What all orders meet in, the shelves and the bank, is in common; what is one order's
//! own (its key, its payments and their books, its parcel, its letters) is in its slot, and so is the session that
//! placed it. A decision reads and changes nothing but what is at home where its message is.

use crate::domain::{OrderId, PaymentId, SessionId, Slot};
use crate::runtime::{Home, TableKey};
use crate::storage::TreeName;

use super::mailer::MailId;
use super::merchant_proxy::LedgerPart;
use super::order_manager::{self, KeyHash};
use super::{Address, Message, web_session};

/// Where `to` decides on `message`.
pub fn home(to: Address, message: &Message) -> Home {
    let slot = match message {
        Message::Session(message) => session_slot(to, message),
        // before there is an order, there is its key
        Message::Orders(order_manager::Message::Place(place)) => Some(place.idempotency.slot()),
        Message::Merchant(message) => message.payment().map(PaymentId::slot),
        Message::Orders(_) | Message::Warehouse(_) | Message::Mail(_) => message.order().map(OrderId::slot),
        Message::Stock(_) | Message::Bank(_) => None,
    };
    home_in(slot)
}

fn session_slot(to: Address, message: &web_session::Message) -> Option<Slot> {
    let Address::WebSession(session) = to else { return None };
    let slot = match message {
        // programs share a session: what it is told of an order is at home with that, and the list of them in common
        web_session::Message::Submit(order) => order.idempotency().slot(),
        web_session::Message::OrderAnswered { order, .. } if session == SessionId::PROGRAMS => order.slot(),
        _ if session == SessionId::PROGRAMS => return None,
        _ => session.slot(),
    };
    Some(slot)
}

/// Where the tree's value of this key is kept.
pub fn home_of(tree: TreeName, key: &[u8]) -> Home {
    home_in(match tree.0 {
        "orders" | "timelines" | "shipments" => slot_of(key, OrderId::slot),
        "idempotency_keys" => slot_of(key, KeyHash::slot),
        "payments" => slot_of(key, PaymentId::slot),
        "ledger" => slot_of(key, |part: LedgerPart| part.slot),
        "sessions" => slot_of(key, SessionId::slot),
        "mail" => slot_of(key, |mail: MailId| mail.order.slot()),
        _ => None,
    })
}

fn slot_of<K: TableKey>(key: &[u8], slot: impl Fn(K) -> Slot) -> Option<Slot> {
    K::from_bytes(key).map(slot)
}

fn home_in(slot: Option<Slot>) -> Home {
    slot.map_or(Home::Common, |slot| Home::Slot(slot.number()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actors::trees;
    use crate::domain::Currency;

    #[test]
    fn the_trade_has_as_many_slots_as_the_runtime() {
        assert_eq!(crate::domain::SLOTS, crate::runtime::SLOTS);
    }

    #[test]
    fn every_tree_is_at_home_in_common_or_tells_the_slot_by_its_keys() {
        let common = [
            "common_timelines",
            "catalogue",
            "stock",
            "purchase_orders",
            "demands",
            "credit",
            "credit_sums",
            "cards",
            "bank_accounts",
            "holds",
            "settlement_batches",
            "programs",
        ];
        let runtime = crate::runtime::TREES.map(|tree| tree.0);
        for slot in Slot::all() {
            let order = OrderId::in_slot(slot, 7, 0xabcdef);
            let ledger = LedgerPart { currency: Currency::GBP, slot };
            let mail = [order.to_bytes().as_slice(), &[0; 9]].concat();
            for tree in trees::names() {
                let (key, home) = match tree.0 {
                    name if common.contains(&name) || runtime.contains(&name) => {
                        (order.to_bytes().to_vec(), Home::Common)
                    }
                    "idempotency_keys" => ([&[slot.number()], &[7; 15][..]].concat(), home_in(Some(slot))),
                    "ledger" => (ledger.to_bytes(), home_in(Some(slot))),
                    "mail" => (mail.clone(), home_in(Some(slot))),
                    _ => (order.to_bytes().to_vec(), home_in(Some(slot))),
                };
                assert_eq!(home_of(tree, &key), home, "{tree}");
            }
        }
    }
}
