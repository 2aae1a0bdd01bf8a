//! What several checkers read of the journal, each for itself: who told what, where orders have been, what the bank
//! had in its books at each moment. All of it is folded from the events alone, so an error in a `fold` shows.

use std::collections::BTreeMap;

use crate::actors::bank::{self, HoldState};
use crate::actors::order_manager::{self, Placed, transitions};
use crate::actors::{Address, Event, Message, Shop};
use crate::domain::{Buyer, CaptureId, Money, OrderId, OrderState, PaymentId, Timestamp};
use crate::journal::Position;
use crate::partners::processor::port::Settled;
use crate::runtime::{Cause, Record, Statement, TimerChange};
use crate::simulation::history::{CheckoutKey, Route};
use crate::simulation::observation::{Observation, turn_at};
use crate::simulation::programs;

/// The turn at a position.
pub fn turn<'a>(observation: &Observation<'a>, at: Position) -> Option<&'a Record<Shop>> {
    turn_at(observation.records, at)
}

/// Who told it, and what: the message that a turn was decided on, as the turn that sent it, or that set its timer,
/// states it. `None` for what came from outside and for results of calls.
pub fn told<'a>(observation: &Observation<'a>, record: &Record<Shop>) -> Option<(Address, &'a Message)> {
    match record.cause {
        Cause::Message(Statement { turn: at, index }) => {
            let teller = turn(observation, at)?;
            teller.stated.sends.get(index as usize).map(|(_, message)| (teller.by, message))
        }
        Cause::Timer { set: Statement { turn: at, index }, .. } => {
            let setter = turn(observation, at)?;
            match setter.stated.timers.get(index as usize)? {
                TimerChange::Set { message, .. } => Some((setter.by, message)),
                TimerChange::Cancel { .. } => None,
            }
        }
        Cause::Outside | Cause::Call(_) | Cause::DeadLetter(_) => None,
    }
}

/// Every order that was ever placed, in the order of the journal.
pub fn placed<'a>(observation: &'a Observation<'_>) -> impl Iterator<Item = &'a Placed> {
    observation.events().filter_map(|(_, _, event)| match event {
        Event::OrderManager(order_manager::Event::Placed(placed)) => Some(placed.as_ref()),
        _ => None,
    })
}

/// The states that each order has been in, one after the other. What the table refuses moves nothing here.
pub fn passed(observation: &Observation<'_>) -> BTreeMap<OrderId, Vec<OrderState>> {
    let mut passed: BTreeMap<OrderId, Vec<OrderState>> = BTreeMap::new();
    for (_, _, event) in observation.events() {
        let Event::OrderManager(event) = event else { continue };
        let Some(order) = event.order() else { continue };
        let states = passed.entry(order).or_insert_with(|| vec![OrderState::Placed]);
        let now = states[states.len() - 1];
        if let Some(next) = event.trigger().and_then(|trigger| transitions::next(now, trigger).ok())
            && next != now
        {
            states.push(next);
        }
    }
    passed
}

/// As customers' keys name it.
pub fn principal_of(buyer: &Buyer) -> String {
    match buyer {
        Buyer::Program(program) => {
            let name = programs::NAMES.get((program.number() as usize).wrapping_sub(1));
            name.map_or_else(|| format!("program {program}"), |name| (*name).to_owned())
        }
        Buyer::Visitor(session) => session.to_string(),
    }
}

/// Whether a customer's key is the one that an order was placed under.
pub fn is_key_of(key: &CheckoutKey, placed: &Placed) -> bool {
    let bound = &placed.place.idempotency;
    let route = match bound.route {
        order_manager::Route::Orders => Route::Orders,
        order_manager::Route::CartCheckout => Route::CartCheckout,
        order_manager::Route::Payment => Route::Payment,
    };
    let same_principal = key.principal.ends_with(&principal_of(&bound.principal));
    key.route == route && key.key == bound.key && same_principal
}

/// A dead letter that is tied to no order, such as one about a whole settlement file: an operator has it in the list,
/// and no order's case tells of it.
pub fn has_dead_letter_without_an_order(observation: &Observation<'_>) -> bool {
    let dead = observation.records.iter().filter(|(_, record)| record.dead.is_some());
    dead.into_iter().any(|(_, record)| {
        let about = told(observation, record).and_then(|(_, message)| message.order());
        about.is_none()
    })
}

/// What the bank has on one payment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    /// `None`: it was let go of before it was asked for.
    pub order: Option<OrderId>,
    /// Held now.
    pub held: Option<Money>,
    pub capture_before: Option<Timestamp>,
    /// In minor units, over all captures.
    pub captured: i64,
    /// The numbers of the captures that were taken, a bit each.
    captures: u32,
    /// In minor units, over all refunds.
    pub refunded: i64,
}

impl Standing {
    pub fn has_taken(&self, capture: CaptureId) -> bool {
        self.captures & bit(capture) != 0
    }
}

fn bit(capture: CaptureId) -> u32 {
    1_u32.checked_shl(u32::from(capture.no)).unwrap_or_default()
}

/// The bank's book of cards, event by event.
#[derive(Default)]
pub struct CardBook(BTreeMap<PaymentId, Standing>);

impl CardBook {
    /// As it is after all events.
    pub fn of(observation: &Observation<'_>) -> CardBook {
        let mut book = CardBook::default();
        for (_, _, event) in observation.events() {
            if let Event::BankActor(event) = event {
                book.note(event);
            }
        }
        book
    }

    pub fn note(&mut self, event: &bank::Event) {
        match event {
            bank::Event::Asked { order, payment, hold, .. } => {
                let row = self.0.entry(*payment).or_default();
                row.order = Some(*order);
                if let HoldState::Held { capture_before, .. } = hold.state {
                    row.held = Some(hold.amount);
                    row.capture_before = Some(capture_before);
                }
            }
            bank::Event::Captured { line, .. } => {
                let row = self.0.entry(line.payment()).or_default();
                let left = row.held.map(|held| Money::new(held.amount - line.amount.amount, held.currency));
                row.held = left.filter(|left| left.amount > 0);
                row.captured = row.captured.saturating_add(line.amount.amount);
                if let Settled::Capture(capture) = line.of {
                    row.captures |= bit(capture);
                }
            }
            bank::Event::Refunded { line, .. } => {
                let row = self.0.entry(line.payment()).or_default();
                row.refunded = row.refunded.saturating_sub(line.amount.amount);
            }
            bank::Event::Released { payment, .. } | bank::Event::Lapsed { payment, .. } => {
                self.0.entry(*payment).or_default().held = None;
            }
            // what is forgotten had nothing held, or this shows it
            bank::Event::CardRegistered { .. }
            | bank::Event::CardForgotten { .. }
            | bank::Event::Forgotten { .. }
            | bank::Event::PaidOut { .. } => {}
        }
    }

    pub fn get(&self, payment: PaymentId) -> Standing {
        self.0.get(&payment).copied().unwrap_or_default()
    }

    /// Every payment that was asked for an order.
    pub fn of_order(&self, order: OrderId) -> impl Iterator<Item = (PaymentId, Standing)> {
        let rows = self.0.iter().filter(move |(_, row)| row.order == Some(order));
        rows.map(|(payment, row)| (*payment, *row))
    }

    pub fn rows(&self) -> impl Iterator<Item = (PaymentId, Standing)> {
        self.0.iter().map(|(payment, row)| (*payment, *row))
    }
}
