//! I10: no capture without a live authorisation; no shipment without it; a cancelled order keeps no hold.
//!
//! Event by event: the bank takes only what it holds at that moment, the shop counts as captured only what it had
//! authorised, an order is confirmed and handed to the truck only while the shop has its authorisation and the bank its
//! hold. Nothing is ever taken for an order that is cancelled or declined, and at the end nothing is held for it; to wait
//! until a hold lapses is not to let go of it: whatever the bank holds is asked back in the turn that cancels, or was.

use std::collections::{BTreeMap, BTreeSet};

use crate::actors::merchant_proxy::{self, PaymentState};
use crate::actors::order_manager;
use crate::actors::{Event, Message, bank, warehouse};
use crate::domain::{OrderId, OrderState, PaymentId, Timestamp};
use crate::simulation::evidence::Evidence;

use super::journal::CardBook;
use super::{Found, given_up};

pub fn check(evidence: &Evidence<'_>, found: &mut Found) {
    let mut book = CardBook::default();
    let mut shop = Shop { given_up: given_up(evidence), ..Shop::default() };
    let mut let_go = BTreeSet::new();
    for (_, record) in evidence.records {
        let_go.extend(record.sends.iter().filter_map(|(_, message)| lets_go(message)));
        for event in &record.events {
            match event {
                Event::Bank(event) => {
                    takes_what_it_holds(&book, event, record.at, found);
                    book.note(event);
                }
                Event::Merchant(event) => {
                    counts_what_was_authorised(&shop, event, found);
                    shop.note(event);
                }
                Event::Orders(event) => order_moves(&book, &shop, &let_go, event, found),
                Event::Warehouse(warehouse::Event::HandedOver { order, .. }) => {
                    is_paid_for(&book, &shop, *order, "handed to the truck", found);
                }
                _ => {}
            }
        }
    }
    ended_orders_keep_nothing(evidence, &book, found);
}

/// The payment that the shop, or its side of the payment, no longer wants held.
fn lets_go(message: &Message) -> Option<PaymentId> {
    match message {
        Message::Merchant(merchant_proxy::Message::Void { payment, .. })
        | Message::Bank(bank::Message::ReleaseHold { payment, .. }) => Some(*payment),
        _ => None,
    }
}

fn order_moves(
    book: &CardBook,
    shop: &Shop,
    let_go: &BTreeSet<PaymentId>,
    event: &order_manager::Event,
    found: &mut Found,
) {
    use order_manager::Event as E;
    match event {
        E::Confirmed { order, .. } => is_paid_for(book, shop, *order, "confirmed", found),
        E::Cancelled { order, .. } | E::Stopped { order } | E::StoppedUnpaid { order } => {
            let kept = book.of_order(*order).find(|(id, row)| row.held.is_some() && !let_go.contains(id));
            if let Some((payment, _)) = kept {
                found.wrong_of(*order, format!("it is cancelled, and {payment} is left to the bank"));
            }
        }
        _ => {}
    }
}

/// The shop's payments as their events lead them.
#[derive(Default)]
struct Shop {
    payments: BTreeMap<PaymentId, (OrderId, PaymentState)>,
    /// Orders of which a message was given up.
    given_up: BTreeSet<OrderId>,
}

impl Shop {
    fn note(&mut self, event: &merchant_proxy::Event) {
        use merchant_proxy::Event as E;
        match event {
            E::Authorised { payment, order, .. } => {
                self.payments.insert(*payment, (*order, PaymentState::Authorised));
            }
            E::Capturing { payment } => self.enter(payment, PaymentState::Capturing),
            E::Captured { payment, .. } => self.enter(payment, PaymentState::Captured),
            E::Voiding { payment } => self.enter(payment, PaymentState::Voiding),
            E::Voided { payment, .. } => self.enter(payment, PaymentState::Voided),
            E::Expired { payment, .. } => self.enter(payment, PaymentState::Expired),
            _ => {}
        }
    }

    fn enter(&mut self, payment: &PaymentId, state: PaymentState) {
        if let Some(row) = self.payments.get_mut(payment) {
            row.1 = state;
        }
    }

    fn state(&self, payment: PaymentId) -> Option<PaymentState> {
        self.payments.get(&payment).map(|(_, state)| *state)
    }

    /// The payment that holds the order's money, as far as the shop knows.
    fn authorised(&self, order: OrderId) -> Option<PaymentId> {
        let live = |(_, (of, state)): &(&PaymentId, &(OrderId, PaymentState))| {
            *of == order && *state == PaymentState::Authorised
        };
        self.payments.iter().find(live).map(|(payment, _)| *payment)
    }
}

fn takes_what_it_holds(book: &CardBook, event: &bank::Event, at: Timestamp, found: &mut Found) {
    let bank::Event::Captured { line, .. } = event else { return };
    let row = book.get(line.payment);
    let lapsed = row.capture_before.is_some_and(|before| at >= before);
    found.expect(row.held.is_some() && !lapsed, || {
        let of = row.order.map_or("no order".to_owned(), |order| order.to_string());
        format!("at {at} the bank takes {} by {} of {of}, and has {row:?}", line.amount, line.payment)
    });
}

fn counts_what_was_authorised(shop: &Shop, event: &merchant_proxy::Event, found: &mut Found) {
    use merchant_proxy::Event as E;
    let (payment, from) = match event {
        E::Capturing { payment } => (*payment, PaymentState::Authorised),
        // also what the bank first did not know, and then had taken
        E::Captured { payment, .. } => (*payment, PaymentState::Capturing),
        _ => return,
    };
    let state = shop.state(payment);
    found.expect(state == Some(from), || format!("{payment} was {state:?} before {event:?}"));
}

fn is_paid_for(book: &CardBook, shop: &Shop, order: OrderId, what: &str, found: &mut Found) {
    if shop.given_up.contains(&order) {
        return; // its renewal may be a dead letter, and the operator has a case
    }
    // where a hold is being replaced, the bank has the new one before the shop knows of it
    let held = book.of_order(order).any(|(_, row)| row.held.is_some());
    found.expect_of(order, held && shop.authorised(order).is_some(), || {
        format!("it was {what}, and its money is not held: {:?}", book.of_order(order).collect::<Vec<_>>())
    });
}

fn ended_orders_keep_nothing(evidence: &Evidence<'_>, book: &CardBook, found: &mut Found) {
    for (id, order) in evidence.state().orders.orders.resident() {
        if !matches!(order.state, OrderState::Cancelled | OrderState::Declined) {
            continue;
        }
        for (payment, row) in book.of_order(*id) {
            found.expect_of(*id, row.captured == 0, || {
                format!("it is {}, and {} minor units were taken by {payment}", order.state, row.captured)
            });
            let held = row.held.filter(|_| evidence.is_end() && !evidence.has_case(*id));
            if let Some(held) = held {
                found.wrong_of(*id, format!("it is {}, and {held} are held by {payment}", order.state));
            }
        }
    }
}
