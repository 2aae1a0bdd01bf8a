//! I14: every intended mail, supplier order and call is in the commit of its cause, and is in the end delivered or parked
//! with a reason; no purchase order twice.
//!
//! Turn by turn: a fact that owes a letter, a parcel, a call has it in the same turn, and no turn has one that it does not
//! owe. A call that is made again says the same under the same key. What is ordered of a SKU is never more than what is
//! waited for. Wholesalers and the post know of nothing that the journal did not intend. At the end nothing is left.

use std::collections::{BTreeMap, BTreeSet};

use crate::actors::back_office;
use crate::actors::mailer::{self, MailId, SendLetter};
use crate::actors::order_manager;
use crate::actors::stock_keeper::{self, PlacePurchaseOrder, PurchaseOrder, PurchaseOrderId, Supply};
use crate::actors::warehouse::{self, BookTruck};
use crate::actors::{Call, Event, Message, Shop};
use crate::domain::{CancelReason, OrderId, Sku, Timestamp};
use crate::partners::carrier::BookingRequest;
use crate::partners::mail::{MailKind, Subject};
use crate::partners::wholesaler::SupplyOrder;
use crate::runtime::{Record, TableKey};

use super::super::observation::Observation;
use super::{Found, given_up, names_mail, names_purchase_order};

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    let has_mailbox = observation.plan.has_mailbox;
    let mut outbox = Outbox { has_mailbox, ..Outbox::default() };
    for (_, record) in observation.records {
        outbox.letters_stand_with_their_cause(record, found);
        parcels_stand_with_their_cause(record, found);
        outbox.note(record, found);
        outbox.calls_stand_with_their_cause(record, found);
    }
    outbox.partners_know_of_nothing_else(observation, found);
    if observation.is_end() {
        outbox.letters_are_posted_or_parked(observation, found);
        supplies_are_settled(observation, found);
        calls_are_answered(observation, found);
    }
}

/// What the turns so far intended.
#[derive(Default)]
struct Outbox<'a> {
    /// Orders whose checkout has been answered.
    answered: BTreeSet<OrderId>,
    /// Orders that the shop's own mailbox has heard of.
    taken: BTreeSet<OrderId>,
    has_mailbox: bool,
    /// Letters on record, by the bytes of their id; `true`: posted or parked.
    letters: BTreeMap<Vec<u8>, (&'a MailId, bool)>,
    posted: BTreeSet<Vec<u8>>,
    supplies: BTreeMap<PurchaseOrderId, SupplyOrder>,
    packed: BTreeSet<OrderId>,
    bookings: BTreeMap<OrderId, &'a BookingRequest>,
    wanted: BTreeMap<&'a Sku, Wanted>,
}

/// What is on order of a SKU, and for whom.
#[derive(Default)]
struct Wanted {
    incoming: i64,
    /// Who waits: units, and whether supplies are ordered for them.
    pegs: BTreeMap<OrderId, (i64, bool)>,
}

type Owed = (Subject, MailKind);

impl<'a> Outbox<'a> {
    fn letters_stand_with_their_cause(&mut self, record: &Record<Shop>, found: &mut Found) {
        let to_her = record.stated.events.iter().filter_map(|event| self.owed(event));
        let to_her: Vec<Owed> = to_her.map(|(order, kind)| (order.into(), kind)).collect();
        let to_the_shop = self.owed_to_the_shop(record);
        let mut owed = [to_her, to_the_shop].concat();
        for (_, message) in &record.stated.sends {
            let Message::Mailer(mailer::Message::Send(letter)) = message else { continue };
            match owed.iter().position(|one| *one == (letter.about, letter.kind)) {
                Some(at) => drop(owed.swap_remove(at)),
                None => found.wrong_of(
                    letter.about.order(),
                    format!("a letter `{}` is written for no reason", letter.kind),
                ),
            }
        }
        for (about, kind) in owed {
            found.wrong_of(
                about.order(),
                format!("no letter `{kind}` is written in the turn that is its cause"),
            );
        }
        for event in &record.stated.events {
            if let Event::OrderManager(order_manager::Event::Answered { order, .. }) = event {
                self.answered.insert(*order);
            }
        }
    }

    /// Where it has a mailbox: one letter for each order that is taken, and one for each case.
    fn owed_to_the_shop(&mut self, record: &Record<Shop>) -> Vec<Owed> {
        use order_manager::Event::{Confirmed, SuppliesOrdered};
        let mut owed = vec![];
        for event in &record.stated.events {
            match event {
                Event::OrderManager(Confirmed { order, .. } | SuppliesOrdered { order })
                    if self.taken.insert(*order) =>
                {
                    owed.push((Subject::Order(*order), MailKind::NewOrder));
                }
                Event::BackOffice(back_office::Event::Opened { case, .. }) => {
                    owed.push((Subject::Case(*case), MailKind::NewCase));
                }
                _ => {}
            }
        }
        owed.retain(|_| self.has_mailbox);
        owed
    }

    /// What is answered at once needs no letter.
    fn owed(&self, event: &Event) -> Option<(OrderId, MailKind)> {
        use order_manager::Event::*;
        let later = |order: &OrderId| self.answered.contains(order);
        match event {
            Event::OrderManager(Confirmed { order, .. }) => Some((*order, MailKind::OrderConfirmation)),
            Event::OrderManager(SuppliesOrdered { order }) => Some((*order, MailKind::BackorderPromise)),
            Event::OrderManager(PromiseChanged { order, .. }) if later(order) => {
                Some((*order, MailKind::PromiseChanged))
            }
            Event::OrderManager(Declined { order, .. }) if later(order) => {
                Some((*order, MailKind::PaymentDeclined))
            }
            // it leads to the page where she can type another card
            Event::OrderManager(CardDeclined { order, .. }) => Some((*order, MailKind::PaymentDeclined)),
            Event::OrderManager(Cancelled { order, reason: CancelReason::BackorderLimit })
                if later(order) =>
            {
                Some((*order, MailKind::Cancelled))
            }
            Event::OrderManager(Cancelled {
                order,
                reason: CancelReason::ByCustomer | CancelReason::NoSupplies | CancelReason::PaymentLapsed,
            })
            | Event::OrderManager(Stopped { order } | StoppedUnpaid { order }) => {
                Some((*order, MailKind::Cancelled))
            }
            Event::OrderManager(Delivered { order }) => Some((*order, MailKind::Delivered)),
            Event::OrderManager(PaymentRefunded { order, .. }) => Some((*order, MailKind::RefundDone)),
            Event::WarehouseActor(warehouse::Event::HandedOver { order, .. }) => {
                Some((*order, MailKind::Dispatched))
            }
            _ => None,
        }
    }

    fn note(&mut self, record: &'a Record<Shop>, found: &mut Found) {
        for event in &record.stated.events {
            match event {
                Event::Mailer(event) => self.note_mail(event),
                Event::StockKeeper(event) => self.note_supply(event, found),
                Event::WarehouseActor(warehouse::Event::Packed { order, .. }) => {
                    self.packed.insert(*order);
                }
                _ => {}
            }
        }
    }

    fn note_mail(&mut self, event: &'a mailer::Event) {
        match event {
            mailer::Event::Queued { mail, .. } => drop(self.letters.insert(mail.to_bytes(), (mail, false))),
            mailer::Event::Posted { mail } => {
                self.posted.insert(mail.to_bytes());
                self.letters.insert(mail.to_bytes(), (mail, true));
            }
            mailer::Event::Parked { mail, .. } => drop(self.letters.insert(mail.to_bytes(), (mail, true))),
            mailer::Event::TriedAgain { .. } => {}
        }
    }

    fn note_supply(&mut self, event: &'a stock_keeper::Event, found: &mut Found) {
        use stock_keeper::Event::*;
        match event {
            Ordered { id, purchase_order } => {
                self.supplies.insert(*id, purchase_order.request(*id));
                let wanted = self.wanted.entry(&purchase_order.sku).or_default();
                wanted.incoming += i64::from(purchase_order.ordered);
                let (incoming, ordered) = (wanted.incoming, wanted.ordered());
                found.expect_of(purchase_order.order, incoming <= ordered, || {
                    let sku = &purchase_order.sku;
                    format!("with {id}, {incoming} units of {sku} are on order, and {ordered} are waited for")
                });
            }
            Acknowledged { sku, short: less, .. }
            | Refused { sku, quantity: less, .. }
            | Received { sku, expected: less, .. } => {
                self.wanted.entry(sku).or_default().incoming -= i64::from(*less);
            }
            Pegged { order, sku, quantity } => {
                let pegs = &mut self.wanted.entry(sku).or_default().pegs;
                pegs.insert(*order, (i64::from(*quantity), false));
            }
            Unpegged { order, sku } => drop(self.wanted.entry(sku).or_default().pegs.remove(order)),
            PegOrdered { order, sku, ordered } => {
                if let Some(peg) = self.wanted.entry(sku).or_default().pegs.get_mut(order) {
                    peg.1 = *ordered;
                }
            }
            PegServed { order, sku, quantity } => {
                if let Some(peg) = self.wanted.entry(sku).or_default().pegs.get_mut(order) {
                    peg.0 -= i64::from(*quantity);
                }
            }
            _ => {}
        }
    }

    /// A call that a fact owes is in its turn, and each that is made says what was intended.
    fn calls_stand_with_their_cause(&mut self, record: &'a Record<Shop>, found: &mut Found) {
        for event in &record.stated.events {
            let made = record.stated.calls.iter().any(|call| is_owed(event, call));
            found
                .expect(made || !owes_a_call(event), || format!("a turn states {event:?} and makes no call"));
        }
        for call in &record.stated.calls {
            match call {
                Call::PlacePurchaseOrder(PlacePurchaseOrder { purchase_order, order, .. }) => {
                    let same = self.supplies.get(purchase_order) == Some(order);
                    found.expect(same, || {
                        format!("{purchase_order} is sent as {order:?}, which is not what was ordered")
                    });
                }
                Call::SendLetter(SendLetter { mail, .. }) => {
                    let known = self.letters.contains_key(&mail.to_bytes());
                    found.expect_of(mail.about.order(), known, || {
                        format!("a letter `{}` is posted that nobody queued", mail.kind)
                    });
                }
                Call::BookTruck(BookTruck { order, request }) => {
                    let first = *self.bookings.entry(*order).or_insert(request);
                    let same = first == request && self.packed.contains(order);
                    found.expect_of(*order, same, || "it is booked otherwise than it was packed".to_owned());
                }
                _ => {}
            }
        }
    }

    fn partners_know_of_nothing_else(&self, observation: &Observation<'_>, found: &mut Found) {
        let mut keys = BTreeSet::new();
        for deal in &observation.books.deals {
            found.expect(keys.insert(&deal.key), || format!("wholesalers have {} twice", deal.key));
            let intended = PurchaseOrderId::parse(&deal.key).and_then(|id| self.supplies.get(&id));
            let same = intended
                .is_some_and(|order| order.sku.as_str() == deal.sku && order.quantity == deal.ordered);
            found.expect(same, || {
                format!(
                    "a wholesaler has an order {} of {} {}, which the shop has not",
                    deal.key, deal.ordered, deal.sku
                )
            });
        }
        let mut arrived = BTreeSet::new();
        for letter in observation.letters {
            let id = MailId::of(letter).to_bytes();
            found.expect_of(letter.about.order(), self.letters.contains_key(&id), || {
                format!("the post has a letter `{}` that nobody queued", letter.kind)
            });
            arrived.insert(id);
        }
        for id in self.posted.difference(&arrived) {
            let Some((mail, _)) = self.letters.get(id) else { continue };
            found.wrong_of(
                mail.about.order(),
                format!("the letter `{}` counts as posted, and the post has none", mail.kind),
            );
        }
    }

    fn letters_are_posted_or_parked(&self, observation: &Observation<'_>, found: &mut Found) {
        let given_up = given_up(observation);
        let is_given_up = |mail: &MailId| match mail.about.order() {
            Some(order) => given_up.contains(&order),
            None => names_mail(observation, mail),
        };
        let left = self.letters.values().filter(|(mail, done)| !done && !is_given_up(mail));
        for (mail, _) in left {
            found.wrong_of(
                mail.about.order(),
                format!("the letter `{}` is neither posted nor parked", mail.kind),
            );
        }
    }
}

impl Wanted {
    fn ordered(&self) -> i64 {
        self.pegs.values().filter(|(_, ordered)| *ordered).map(|(units, _)| units).sum()
    }
}

fn owes_a_call(event: &Event) -> bool {
    matches!(
        event,
        Event::StockKeeper(stock_keeper::Event::Ordered { .. })
            | Event::Mailer(mailer::Event::Queued { .. } | mailer::Event::TriedAgain { .. })
            | Event::WarehouseActor(warehouse::Event::Packed { .. } | warehouse::Event::CancelSent { .. })
    )
}

fn is_owed(event: &Event, call: &Call) -> bool {
    use mailer::Event::{Queued, TriedAgain};
    use warehouse::Event::{CancelSent, Packed};
    match (event, call) {
        (Event::StockKeeper(stock_keeper::Event::Ordered { id, .. }), Call::PlacePurchaseOrder(call)) => {
            *id == call.purchase_order
        }
        (Event::Mailer(Queued { mail, .. } | TriedAgain { mail, .. }), Call::SendLetter(call)) => {
            *mail == call.mail
        }
        (Event::WarehouseActor(Packed { order, .. }), Call::BookTruck(call)) => *order == call.order,
        (Event::WarehouseActor(CancelSent { order }), Call::CancelBooking(call)) => *order == call.order,
        _ => false,
    }
}

/// What is confirmed is given to the warehouse in the same turn.
fn parcels_stand_with_their_cause(record: &Record<Shop>, found: &mut Found) {
    for event in &record.stated.events {
        let Event::OrderManager(order_manager::Event::Confirmed { order, .. }) = event else { continue };
        let asks = |message: &Message| match message {
            Message::WarehouseActor(warehouse::Message::Fulfil(fulfilment)) => fulfilment.order == *order,
            _ => false,
        };
        let asked = record.stated.sends.iter().any(|(_, message)| asks(message));
        found.expect_of(*order, asked, || "it is confirmed, and the warehouse is not asked".to_owned());
    }
}

fn supplies_are_settled(observation: &Observation<'_>, found: &mut Found) {
    for (id, row) in observation.tables().of::<PurchaseOrder>().resident() {
        let open = matches!(row.state, Supply::Asked | Supply::Acknowledged { .. });
        let known = observation.has_case(row.order) || names_purchase_order(observation, *id);
        found.expect_of(row.order, !open || known, || format!("{id} is still {:?}", row.state));
    }
}

/// A call has its answer, or its want of one, by its deadline.
fn calls_are_answered(observation: &Observation<'_>, found: &mut Found) {
    let long_ago = observation.derived.last_real.0.saturating_sub(Timestamp::HOUR_MS);
    for (id, (_, call)) in observation.derived.pending.calls.iter() {
        let made = observation.records.iter().find(|(position, _)| *position == id.turn);
        let old = made.is_some_and(|(_, record)| record.moment.real.0 < long_ago);
        found.expect(!old, || format!("a call ({}) of {} has no result", call.name(), id.turn));
    }
}
