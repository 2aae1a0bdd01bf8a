//! I24: nothing is ordered in on a customer's word that no money and no stated limit covers.
//!
//! When supplies are ordered for an order, its money is or was held, or its card was found good for the amount and all that
//! stands so (of its e-mail address, of the place that it goes to, of its card, of all orders together) is within the limits
//! that the shop states. What ended unpaid counts for a month more: its supplies come all the same. A test card that declines is never told that its order is taken.

use std::collections::{BTreeMap, BTreeSet};

use crate::actors::bank::{self, Behaviour, HoldState, test_cards};
use crate::actors::order_manager::{self, Placed};
use crate::actors::stock_keeper::CANCELLED_KEPT_DAYS;
use crate::actors::{Event, Rules, stock_keeper};
use crate::domain::{OrderId, Timestamp};
use crate::simulation::history::CheckoutOutcome;
use crate::simulation::observation::Observation;

use super::Found;
use super::journal::CardBook;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    let mut book = CardBook::default();
    let mut trust = Trust { rules: observation.plan.rules(), ..Trust::default() };
    for (_, record) in observation.records {
        for event in &record.stated.events {
            match event {
                Event::BankActor(event) => {
                    book.note(event);
                    if let bank::Event::Asked { order, hold, .. } = event
                        && matches!(hold.state, HoldState::Held { .. })
                    {
                        trust.stands_no_more(*order);
                    }
                }
                Event::OrderManager(event) => trust.note(event, record.moment.at),
                Event::StockKeeper(stock_keeper::Event::SuppliesOrdered { order }) => {
                    trust.supplies(*order, record.moment.at, &book, found);
                }
                _ => {}
            }
        }
    }
    no_declined_card_is_taken(observation, found);
}

/// Orders as they were placed, and those whose supplies were ordered with nothing held.
#[derive(Default)]
struct Trust {
    placed: BTreeMap<OrderId, Placed>,
    /// With the moment at which each ended unpaid: for a while it counts all the same.
    standing: Vec<(OrderId, Option<Timestamp>)>,
    ended: BTreeSet<OrderId>,
    rules: Rules,
}

impl Trust {
    fn note(&mut self, event: &order_manager::Event, at: Timestamp) {
        use order_manager::Event as E;
        match event {
            E::Placed(placed) => {
                self.placed.insert(placed.place.order, placed.as_ref().clone());
            }
            E::Declined { order, .. }
            | E::Cancelled { order, .. }
            | E::Stopped { order }
            | E::StoppedUnpaid { order } => {
                self.ended.insert(*order);
                let ended = self.standing.iter_mut().filter(|(one, _)| one == order);
                ended.for_each(|(_, ended)| *ended = Some(at));
            }
            _ => {}
        }
    }

    /// Its money was held, be it for a while.
    fn stands_no_more(&mut self, order: OrderId) {
        self.standing.retain(|(one, _)| *one != order);
    }

    fn supplies(&mut self, order: OrderId, at: Timestamp, book: &CardBook, found: &mut Found) {
        // it may have ended, and its money may have been let go of, before the stock keeper comes to what it was asked
        if self.ended.contains(&order) || book.of_order(order).any(|(_, row)| row.capture_before.is_some()) {
            return;
        }
        // what came short is ordered once more on the same word
        self.stands_no_more(order);
        let is_over = |ended: Timestamp| at.ms_since(ended) > CANCELLED_KEPT_DAYS * Timestamp::DAY_MS;
        self.standing.retain(|(_, ended)| !ended.is_some_and(is_over));
        self.standing.push((order, None));
        let Some(this) = self.placed.get(&order) else { return };
        let rules = &self.rules;
        let within = |what: &str, limit: i64, same: fn(&Placed, &Placed) -> bool, found: &mut Found| {
            let placed = self.standing.iter().filter_map(|(one, _)| self.placed.get(one));
            let stands: i64 =
                placed.filter(|one| same(one, this)).map(|one| one.place.totals.total.amount).sum();
            found.expect_of(order, stands <= limit, || {
                format!("{stands} minor units are ordered in on the word of {what}, and {limit} may be")
            });
        };
        within("one card", rules.credit_card_max, |one, this| one.place.token == this.place.token, found);
        let same_customer =
            |one: &Placed, this: &Placed| one.place.customer.email == this.place.customer.email;
        within("one customer", rules.credit_customer_max, same_customer, found);
        let same_place =
            |one: &Placed, this: &Placed| one.place.shipping_address == this.place.shipping_address;
        within("one address", rules.credit_customer_max, same_place, found);
        within("all customers", rules.credit_all_max, |_, _| true, found);
    }
}

fn no_declined_card_is_taken(observation: &Observation<'_>, found: &mut Found) {
    for asked in &observation.history.checkouts {
        let Some(CheckoutOutcome::Taken(shown)) = asked.told.as_ref().map(|told| &told.outcome) else {
            continue;
        };
        let declines = test_cards::find(&asked.wish.token)
            .is_some_and(|card| matches!(card.behaviour, Behaviour::Declines(_) | Behaviour::DeclineLost(_)));
        found.expect_of(shown.id, !declines, || {
            format!("its card ({}) declines, and she was told that it is taken", asked.wish.token)
        });
    }
}
