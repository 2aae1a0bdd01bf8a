//! I10: no capture without a live authorisation; no shipment without it; a cancelled order keeps no hold.
//!
//! Event by event: the bank takes only what it holds at that moment, the shop counts as captured only what it had
//! authorised, an order is confirmed and handed to the truck only while the shop has its authorisation and the bank its
//! hold. A parcel that a driver took all the same left only after the shop had asked for a renewal in time, was refused
//! or not answered, and had asked to stop it; or when the hold had ended a moment before. Nothing is ever taken for an order that is cancelled or declined, and at the end nothing is held for it; to wait
//! until a hold lapses is not to let go of it: whatever the bank holds is asked back in the turn that cancels, or was.

use std::collections::{BTreeMap, BTreeSet};

use crate::actors::merchant_proxy::{self, AuthorisationState};
use crate::actors::order_manager::{self, Order};
use crate::actors::{Event, Message, bank, warehouse};
use crate::domain::{CaptureId, OrderId, OrderState, PaymentId, Timestamp};
use crate::simulation::observation::Observation;

use super::journal::{CardBook, Standing};
use super::{Found, given_up};

/// An actor that hangs is restarted, and then comes to what is due: of real time.
const TIMER_LATE_MS_MAX: u64 = 30_000;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    let mut book = CardBook::default();
    let mut shop = Shop { given_up: given_up(observation), ..Shop::default() };
    let mut let_go = BTreeSet::new();
    let mut care = Care::default();
    for (_, record) in observation.records {
        let_go.extend(record.stated.sends.iter().filter_map(|(_, message)| lets_go(message)));
        for event in &record.stated.events {
            match event {
                Event::BankActor(event) => {
                    takes_what_it_holds(&book, event, record.moment.at, found);
                    book.note(event);
                }
                Event::MerchantProxy(event) => {
                    counts_what_was_authorised(&shop, event, found);
                    shop.note(event);
                }
                Event::OrderManager(event) => {
                    let ended = event.order().is_some_and(|order| {
                        ended_just_now(observation, &book, &care, order, record.moment.at)
                    });
                    order_moves(&book, &shop, &let_go, event, record.moment.at, ended, found);
                    care.note(event, &record.stated.events);
                }
                Event::WarehouseActor(warehouse::Event::HandedOver { order, .. })
                    if !care.was_taken(*order)
                        && !ended_just_now(observation, &book, &care, *order, record.moment.at) =>
                {
                    is_paid_for(&book, &shop, *order, "handed to the truck", found);
                }
                _ => {}
            }
        }
    }
    ended_orders_keep_nothing(observation, &book, found);
}

/// The payment that the shop, or its side of the payment, no longer wants held.
fn lets_go(message: &Message) -> Option<PaymentId> {
    match message {
        Message::MerchantProxy(merchant_proxy::Message::Void { payment, .. })
        | Message::BankActor(bank::Message::ReleaseHold { payment, .. }) => Some(*payment),
        _ => None,
    }
}

fn order_moves(
    book: &CardBook,
    shop: &Shop,
    let_go: &BTreeSet<PaymentId>,
    event: &order_manager::Event,
    at: Timestamp,
    ended_just_now: bool,
    found: &mut Found,
) {
    use order_manager::Event as E;
    match event {
        E::Confirmed { order, .. } if !ended_just_now => is_paid_for(book, shop, *order, "confirmed", found),
        E::Cancelled { order, .. } | E::Stopped { order } | E::StoppedUnpaid { order } => {
            // what is over at this moment lapses, however late the bank's timer is
            let stands =
                |row: &Standing| row.held.is_some() && row.capture_before.is_some_and(|end| at < end);
            let kept = book.of_order(*order).find(|(id, row)| stands(row) && !let_go.contains(id));
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
    payments: BTreeMap<PaymentId, (OrderId, AuthorisationState)>,
    /// Those that were asked for.
    captures: BTreeSet<CaptureId>,
    /// Orders of which a message was given up.
    given_up: BTreeSet<OrderId>,
}

impl Shop {
    fn note(&mut self, event: &merchant_proxy::Event) {
        use merchant_proxy::Event as E;
        match event {
            E::Authorised { payment, order, .. } => {
                self.payments.insert(*payment, (*order, AuthorisationState::Authorised));
            }
            E::CaptureSent { capture, .. } => {
                self.captures.insert(*capture);
            }
            E::Voiding { payment } => self.enter(payment, AuthorisationState::Voiding),
            E::Voided { payment, .. } => self.enter(payment, AuthorisationState::Voided),
            E::Expired { payment, .. } => self.enter(payment, AuthorisationState::Expired),
            _ => {}
        }
    }

    fn enter(&mut self, payment: &PaymentId, state: AuthorisationState) {
        if let Some(row) = self.payments.get_mut(payment) {
            row.1 = state;
        }
    }

    fn state(&self, payment: PaymentId) -> Option<AuthorisationState> {
        self.payments.get(&payment).map(|(_, state)| *state)
    }

    /// The payment that holds the order's money, as far as the shop knows.
    fn authorised(&self, order: OrderId) -> Option<PaymentId> {
        let live = |(_, (of, state)): &(&PaymentId, &(OrderId, AuthorisationState))| {
            *of == order && *state == AuthorisationState::Authorised
        };
        self.payments.iter().find(live).map(|(payment, _)| *payment)
    }
}

/// What the shop did so that no parcel leaves unpaid for.
#[derive(Default)]
struct Care(BTreeMap<OrderId, Cared>);

#[derive(Default)]
struct Cared {
    attempts: usize,
    /// The newest attempt has no answer yet, and is not unknown: there is nothing to act on.
    waits: bool,
    /// Since the last hold: it was asked for anew in the turn that noted its end, at the latest.
    renewal_asked: bool,
    neglected: bool,
    stop_asked: bool,
    /// The order manager has heard that its money is held, and not that the hold is over.
    counts_on_hold: bool,
}

impl Care {
    fn note(&mut self, event: &order_manager::Event, turn: &[Event]) {
        use crate::actors::order_manager::{AttemptState as State, Event as E, PAYMENT_ATTEMPTS_MAX};
        let Some(order) = event.order() else { return };
        let cared = self.0.entry(order).or_default();
        let asks = |event: &Event| matches!(event, Event::OrderManager(E::RenewalAsked { order: of, .. }) if *of == order);
        match event {
            E::PaymentAsked { .. } | E::RenewalAsked { .. } => {
                cared.attempts += 1;
                cared.waits = true;
                cared.renewal_asked = true;
            }
            E::PaymentBecame { state: State::Authorised, .. } => {
                (cared.waits, cared.renewal_asked, cared.neglected) = (false, false, false);
                cared.counts_on_hold = true;
            }
            E::PaymentBecame { state: State::Expired, .. } => {
                let may_ask = cared.attempts < PAYMENT_ATTEMPTS_MAX;
                cared.neglected |= may_ask && !cared.renewal_asked && !turn.iter().any(asks);
                cared.counts_on_hold = false;
            }
            E::PaymentBecame { .. }
            | E::CardVerified { .. }
            | E::RenewalDeclined { .. }
            | E::CardDeclined { .. } => cared.waits = false,
            E::StopAsked { .. } | E::CancelAsked { .. } => cared.stop_asked = true,
            _ => {}
        }
    }

    /// A driver took it all the same: whoever can still be asked for the money is, or it is a case (I16).
    fn was_taken(&self, order: OrderId) -> bool {
        let cared = self.0.get(&order);
        cared.is_some_and(|cared| !cared.neglected && (cared.stop_asked || cared.waits))
    }

    fn counts_on_hold(&self, order: OrderId) -> bool {
        self.0.get(&order).is_some_and(|cared| cared.counts_on_hold)
    }
}

/// The window ended a moment ago, in real time, and the order manager has not heard of it yet: the actor whose timer says
/// so, or its message, is on the way.
fn ended_just_now(
    observation: &Observation<'_>,
    book: &CardBook,
    care: &Care,
    order: OrderId,
    at: Timestamp,
) -> bool {
    let ends = book.of_order(order).filter_map(|(_, row)| row.capture_before);
    // a hold whose window is not over ended in another way, and that is no excuse
    let Some(end) = ends.max().filter(|end| at >= *end) else { return false };
    let late_ms = at.ms_since(end) / u64::from(observation.plan.speed);
    care.counts_on_hold(order) && late_ms <= TIMER_LATE_MS_MAX
}

fn takes_what_it_holds(book: &CardBook, event: &bank::Event, at: Timestamp, found: &mut Found) {
    let bank::Event::Captured { line, .. } = event else { return };
    let row = book.get(line.payment());
    let lapsed = row.capture_before.is_some_and(|before| at >= before);
    found.expect(row.held.is_some() && !lapsed, || {
        let of = row.order.map_or("no order".to_owned(), |order| order.to_string());
        format!("at {at} the bank takes {} by {} of {of}, and has {row:?}", line.amount, line.of)
    });
}

fn counts_what_was_authorised(shop: &Shop, event: &merchant_proxy::Event, found: &mut Found) {
    use merchant_proxy::Event as E;
    match event {
        E::CaptureSent { capture, .. } => {
            let state = shop.state(capture.payment);
            found.expect(state == Some(AuthorisationState::Authorised), || {
                format!("the authorisation of {capture} was {state:?} when it was asked for")
            });
        }
        E::Captured { capture, .. } => found.expect(shop.captures.contains(capture), || {
            format!("{capture} was counted as captured, and nobody asked for it")
        }),
        _ => {}
    }
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

fn ended_orders_keep_nothing(observation: &Observation<'_>, book: &CardBook, found: &mut Found) {
    for (id, order) in observation.tables().of::<Order>().resident() {
        if !matches!(order.state, OrderState::Cancelled | OrderState::Declined) {
            continue;
        }
        for (payment, row) in book.of_order(*id) {
            found.expect_of(*id, row.captured == 0, || {
                format!("it is {}, and {} minor units were taken by {payment}", order.state, row.captured)
            });
            let held = row.held.filter(|_| observation.is_end() && !observation.has_case(*id));
            if let Some(held) = held {
                found.wrong_of(*id, format!("it is {}, and {held} are held by {payment}", order.state));
            }
        }
    }
}
