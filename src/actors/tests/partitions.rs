//! Where everything is kept. What all orders meet in, the shelves and the bank, is in common; what is one order's own is in its
//! slot, and so is the session that placed it.

use super::golden::{Kept, read};
use crate::actors::back_office::{Alike, CaseCount, CasePlace, CaseRecord, OpenCase, ShortageCase};
use crate::actors::bank::{Account, Card, Hold, SettlementBatch, SettlementLines};
use crate::actors::mailer::{Mail, MailId};
use crate::actors::merchant_proxy::{Ledger, LedgerPart, Payment};
use crate::actors::order_manager::{KeyBinding, KeyHash, Order, OrderNumbers};
use crate::actors::stock_keeper::{Adjustments, Credit, CreditSum, Demand, Listed, PurchaseOrder, StockItem};
use crate::actors::warehouse::Shipment;
use crate::actors::web_session::{Programs, Session};
use crate::actors::{CommonTimeline, OwnTimeline, Shop};
use crate::domain::{CaseId, Currency, OrderId, PaymentId, SessionId, Slot, Timestamp};
use crate::partners::mail::MailKind;
use crate::runtime::{Aggregate, Application, Partition, TableKey};
use crate::storage::TreeName;

type Told = (TreeName, fn(&[u8]) -> Partition);

const fn of<V: Aggregate>() -> Told {
    (V::TREE, |key| V::partition(&V::Key::from_bytes(key).expect("the key reads")))
}

const IN_COMMON: [Told; 15] = [
    of::<CommonTimeline>(),
    of::<Listed>(),
    of::<StockItem>(),
    of::<PurchaseOrder>(),
    of::<Demand>(),
    of::<Credit>(),
    of::<CreditSum>(),
    of::<Card>(),
    of::<Account>(),
    of::<Hold>(),
    of::<SettlementBatch>(),
    of::<SettlementLines>(),
    of::<Programs>(),
    of::<ShortageCase>(),
    of::<Adjustments>(),
];
/// Of these the cases that are about no order are in common.
const IN_SLOTS: usize = 12;

#[test]
fn the_trade_has_as_many_slots_as_the_runtime() {
    assert_eq!(crate::domain::SLOTS, crate::runtime::SLOTS);
}

#[test]
fn what_all_orders_meet_in_is_in_common() {
    for Kept { tree, key, .. } in read::<Vec<Kept>>("trees-v1.bin") {
        if let Some((_, told)) = IN_COMMON.iter().find(|(common, _)| common.0 == tree) {
            assert_eq!(told(&key), Partition::Common, "{tree}");
        }
    }
    assert_eq!(
        Shop::tables().names().len(),
        IN_COMMON.len() + IN_SLOTS,
        "add a new aggregate to IN_COMMON above, or to those in slots below"
    );
}

#[test]
fn what_is_one_orders_own_tells_its_slot_by_its_key() {
    for slot in Slot::all() {
        let order = OrderId::in_slot(slot, 7, 0xabcdef);
        let mail = MailId { about: order.into(), kind: MailKind::Delivered, written_at: Timestamp(7) };
        let key = KeyHash::from_bytes(&[&[slot.number()], &[7; 15][..]].concat()).unwrap();
        let told: [Partition; IN_SLOTS] = [
            Order::partition(&order),
            OwnTimeline::partition(&order),
            Shipment::partition(&order),
            Payment::partition(&PaymentId::first_of(order)),
            Ledger::partition(&LedgerPart { currency: Currency::GBP, slot }),
            KeyBinding::partition(&key),
            OrderNumbers::partition(&slot),
            Session::partition(&SessionId::from_bytes(order.to_bytes())),
            Mail::partition(&mail),
            CaseRecord::partition(&CaseId::nth_of(Some(slot), 7)),
            CaseCount::partition(&CasePlace(Some(slot))),
            OpenCase::partition(&Alike::dead_letter(Some(order), "Mailer Send")),
        ];
        assert_eq!(told, [Partition::Slot(slot.number()); IN_SLOTS]);
    }
}

#[test]
fn a_case_about_no_order_is_in_common() {
    let told = [
        CaseRecord::partition(&CaseId::nth_of(None, 7)),
        CaseCount::partition(&CasePlace(None)),
        OpenCase::partition(&Alike::dead_letter(None, "Mailer Send")),
    ];
    assert_eq!(told, [Partition::Common; 3]);
}
