//! I9: an unknown outcome is never retried under a new key, never taken for success or failure.
//!
//! An attempt to pay is open from its record until the bank has said what became of it. While one is open, its order asks
//! for no other, is not confirmed, not declined, and orders no supplies. It is closed by the bank's own word alone: the
//! turn that closes it was decided on an answer of the bank about this payment that says so, and a hold that the bank
//! keeps is never taken for a decline. At the end nothing is open without a case. Nor is a bank asked again, of the same order, about
//! a card that one will never approve.

use std::collections::{BTreeMap, BTreeSet};

use crate::actors::{Address, Event, Message, Shop};
use crate::actors::{merchant_proxy, order_manager};
use crate::domain::{OrderId, PaymentId};
use crate::partners::processor::port::{Answer, NotHeld};
use crate::runtime::Record;
use crate::simulation::observation::Observation;

use super::Found;
use super::journal::{CardBook, told};

/// What closes an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Close {
    Held,
    Good,
    Refused,
    LetGo,
}

/// Attempts of which nobody knows yet what became of them, and whether each renews a hold that stands meanwhile.
type Open = BTreeMap<PaymentId, (OrderId, bool)>;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    let mut open = Open::new();
    let mut cards = Cards::default();
    let mut book = CardBook::default();
    for (_, record, event) in observation.events() {
        match event {
            Event::OrderManager(event) => goes_on(&mut open, event, found),
            Event::BankActor(event) => book.note(event),
            Event::MerchantProxy(event) => {
                cards.note(event, found);
                let Some((payment, close)) = closes(event) else { continue };
                if let Some((order, _)) = open.remove(&payment) {
                    is_the_banks_word(observation, record, (order, payment, close), found);
                    is_true(&book, (order, payment, close), found);
                }
            }
            _ => {}
        }
    }
    if observation.is_end() {
        nothing_is_open(observation, &open, found);
    }
}

/// The cards that each order was to be paid by, and those that were refused for good.
#[derive(Default)]
struct Cards<'a> {
    asked: BTreeMap<PaymentId, (OrderId, &'a str)>,
    refused: BTreeSet<(OrderId, &'a str)>,
}

impl<'a> Cards<'a> {
    fn note(&mut self, event: &'a merchant_proxy::Event, found: &mut Found) {
        use merchant_proxy::Event as E;
        match event {
            E::Intended { payment, order, token, .. } => {
                let is_refused = self.refused.contains(&(*order, token.as_str()));
                found.expect_of(*order, !is_refused, || {
                    format!("{payment} asks again about {token}, which was refused for good")
                });
                self.asked.insert(*payment, (*order, token));
            }
            E::Declined { payment, reason, .. } if reason.is_hard() => {
                self.refused.extend(self.asked.get(payment));
            }
            _ => {}
        }
    }
}

/// What the order does while an attempt is open. One that is paid for goes on while its hold is renewed, but never asks
/// for another.
fn goes_on(open: &mut Open, event: &order_manager::Event, found: &mut Found) {
    use order_manager::Event as E;
    let Some(id) = event.order() else { return };
    let asks = matches!(event, E::PaymentAsked { .. } | E::RenewalAsked { .. });
    let ends_or_ships = matches!(
        event,
        E::Confirmed { .. } | E::SuppliesOrdered { .. } | E::Declined { .. } | E::HandedOver { .. }
    );
    let waits = open.iter().find(|(_, (order, renews))| *order == id && (asks || ends_or_ships && !renews));
    if let Some((payment, _)) = waits {
        found.wrong_of(id, format!("nobody knows what became of {payment}, and it goes on: {event:?}"));
    }
    match event {
        E::PaymentAsked { payment, .. } => open.insert(*payment, (id, false)),
        E::RenewalAsked { payment, .. } => open.insert(*payment, (id, true)),
        _ => None,
    };
}

fn closes(event: &merchant_proxy::Event) -> Option<(PaymentId, Close)> {
    use merchant_proxy::Event as E;
    match event {
        E::Authorised { payment, .. } => Some((*payment, Close::Held)),
        E::Verified { payment, .. } => Some((*payment, Close::Good)),
        E::Declined { payment, .. } => Some((*payment, Close::Refused)),
        E::Voided { payment, .. } => Some((*payment, Close::LetGo)),
        _ => None,
    }
}

type Closed = (OrderId, PaymentId, Close);

fn is_the_banks_word(
    observation: &Observation<'_>,
    record: &Record<Shop>,
    closed: Closed,
    found: &mut Found,
) {
    let (order, payment, close) = closed;
    let told = told(observation, record);
    let said = told.filter(|(by, _)| *by == Address::BankActor).and_then(|(_, message)| says(message));
    found.expect_of(order, said == Some((payment, close)), || match told {
        Some((by, message)) => format!("{payment} was taken for {close:?} on the word of {by}: {message:?}"),
        None => format!("{payment} was taken for {close:?} on nobody's word"),
    });
}

fn says(message: &Message) -> Option<(PaymentId, Close)> {
    use merchant_proxy::Message as M;
    let Message::MerchantProxy(message) = message else { return None };
    match message {
        M::AuthoriseAnswered { payment, answer: Answer::Known(_), .. } => Some((*payment, Close::Held)),
        M::VerifyAnswered { payment, answer: Answer::Known(_), .. } => Some((*payment, Close::Good)),
        M::AuthoriseAnswered { payment, answer: Answer::Refused(why), .. }
        | M::VerifyAnswered { payment, answer: Answer::Refused(why), .. } => {
            (*why != NotHeld::NeverAsked).then_some((*payment, Close::Refused))
        }
        M::VoidAnswered { payment, answer: Answer::Known(()), .. } => Some((*payment, Close::LetGo)),
        _ => None,
    }
}

/// Nobody is told "declined" while the bank keeps her money.
fn is_true(book: &CardBook, (order, payment, close): Closed, found: &mut Found) {
    let row = book.get(payment);
    let keeps = row.held.is_some() || row.captured != 0;
    let lies = keeps && matches!(close, Close::Refused | Close::LetGo);
    found.expect_of(order, !lies, || format!("{payment} was taken for {close:?}, and the bank has {row:?}"));
}

fn nothing_is_open(observation: &Observation<'_>, open: &Open, found: &mut Found) {
    for (payment, (order, _)) in open {
        found.expect_of(*order, observation.has_case(*order), || {
            format!("at the end nobody knows what became of {payment}, and no case is open")
        });
    }
}
