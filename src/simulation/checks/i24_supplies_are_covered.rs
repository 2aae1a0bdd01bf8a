//! I24: nothing is ordered in on a customer's word that no money and no stated limit covers.
//!
//! When supplies are ordered for an order, its money is or was held, or its card was found good for the amount and all that
//! stands so (of its e-mail address, of the place that it goes to, of its card, of all orders together) is within the limits
//! that the shop states. What ended unpaid counts for a month more: its supplies come all the same. That is so too of an order whose
//! money was held and given back: beyond what may be on the way so, nothing is ordered in, on held money neither, and all that is
//! ordered in and has not left the house is within the larger limits of held money. A test card that declines is never told that its order is taken.

use std::collections::{BTreeMap, BTreeSet};

use crate::actors::bank::{self, Behaviour, HoldState, test_cards};
use crate::actors::order_manager::{self, Placed};
use crate::actors::stock_keeper::{CANCELLED_KEPT_DAYS, PurchaseOrder};
use crate::actors::{Event, Rules, stock_keeper};
use crate::domain::catalogue::Product;
use crate::domain::{OrderId, Sku, Timestamp};
use crate::simulation::history::CheckoutOutcome;
use crate::simulation::observation::Observation;

use super::Found;
use super::journal::CardBook;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    let mut book = CardBook::default();
    let mut trust = Trust { rules: observation.plan.rules(), ..Trust::default() };
    for (at, (_, record)) in observation.records.iter().enumerate() {
        trust.turn = at;
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
                    trust.ordered_in(*order, &record.stated.events);
                    trust.supplies(observation, *order, record.moment.at, &book, found);
                }
                Event::StockKeeper(stock_keeper::Event::Listed { product }) => trust.listed(product),
                _ => {}
            }
        }
    }
    no_declined_card_is_taken(observation, found);
}

/// Orders as they were placed, and those whose supplies were ordered with nothing held.
#[derive(Default)]
struct Trust {
    placed: BTreeMap<OrderId, (usize, Placed)>,
    /// With the moment at which each ended unpaid: for a while it counts all the same.
    standing: Vec<(OrderId, Option<Timestamp>)>,
    ended: BTreeSet<OrderId>,
    /// Those whose supplies were ordered on held money, until they leave the house, or a month after they have ended.
    held: BTreeMap<OrderId, OnHeldMoney>,
    /// What was ordered in for each, at the lowest price that its books were ever listed at, and at most what it cost.
    worth: BTreeMap<OrderId, i64>,
    prices: BTreeMap<Sku, i64>,
    rules: Rules,
    /// The turn that is looked at, among all.
    turn: usize,
}

/// Turns that an order's supplies were ordered in, and that it ended in.
struct OnHeldMoney {
    ordered: usize,
    ended: Option<(usize, Timestamp)>,
}

impl Trust {
    fn listed(&mut self, product: &Product) {
        let price = self.prices.entry(product.sku.clone()).or_insert(i64::MAX);
        *price = product.price.amount.min(*price);
    }

    /// What was here already, or was on the way for nobody, is not ordered in.
    fn ordered_in(&mut self, order: OrderId, turn: &[Event]) {
        let of_this = turn.iter().filter_map(|event| match event {
            Event::StockKeeper(stock_keeper::Event::Ordered { purchase_order, .. }) => {
                Some(purchase_order.as_ref())
            }
            _ => None,
        });
        let cost = |one: &PurchaseOrder| {
            self.prices.get(&one.sku).map_or(0, |price| price.saturating_mul(i64::from(one.ordered)))
        };
        let worth: i64 = of_this.filter(|one| one.order == order).map(cost).sum();
        let costs = self.placed.get(&order).map_or(0, |(_, placed)| placed.place.totals.total.amount);
        self.worth.insert(order, worth.min(costs));
    }

    fn note(&mut self, event: &order_manager::Event, at: Timestamp) {
        use order_manager::Event as E;
        match event {
            E::Placed(placed) => {
                self.placed.insert(placed.place.order, (self.turn, placed.as_ref().clone()));
            }
            E::CardTyped { order, token } => {
                if let Some((_, placed)) = self.placed.get_mut(order) {
                    placed.place.token.clone_from(token);
                }
            }
            E::HandedOver { order, .. } => {
                self.held.remove(order);
            }
            E::Declined { order, .. }
            | E::Cancelled { order, .. }
            | E::Stopped { order }
            | E::StoppedUnpaid { order } => {
                self.ended.insert(*order);
                let ended = self.standing.iter_mut().filter(|(one, _)| one == order);
                ended.for_each(|(_, ended)| *ended = Some(at));
                if let Some(held) = self.held.get_mut(order) {
                    held.ended = Some((self.turn, at));
                }
            }
            _ => {}
        }
    }

    /// Its money was held, be it for a while.
    fn stands_no_more(&mut self, order: OrderId) {
        self.standing.retain(|(one, _)| *one != order);
    }

    fn supplies(
        &mut self,
        observation: &Observation<'_>,
        order: OrderId,
        at: Timestamp,
        book: &CardBook,
        found: &mut Found,
    ) {
        // it may have ended, and its money may have been let go of, before the stock keeper comes to what it was asked
        if self.ended.contains(&order) {
            return;
        }
        let is_over = |ended: Timestamp| at.ms_since(ended) > CANCELLED_KEPT_DAYS * Timestamp::DAY_MS;
        self.held.retain(|_, held| !held.ended.is_some_and(|(_, ended)| is_over(ended)));
        self.standing.retain(|(_, ended)| !ended.is_some_and(is_over));
        // what came short is ordered once more on the same word
        self.stands_no_more(order);
        if book.of_order(order).any(|(_, row)| row.capture_before.is_some()) {
            self.on_held_money(observation, order, found);
            self.held.insert(order, OnHeldMoney { ordered: self.turn, ended: None });
        } else {
            self.standing.push((order, None));
            self.on_a_word(order, found);
        }
    }

    fn on_a_word(&self, order: OrderId, found: &mut Found) {
        let Some((_, this)) = self.placed.get(&order) else { return };
        for Limited { what, same, is_proved, on_a_word, .. } in LIMITS {
            let standing = self.standing.iter().filter(|(_, ended)| is_proved || ended.is_none());
            let stands = self.sum(standing.map(|(one, _)| *one), this, same);
            let limit = on_a_word(&self.rules);
            found.expect_of(order, stands <= limit, || {
                format!("{stands} minor units are ordered in on the word of {what}, and {limit} may be")
            });
        }
    }

    /// Of others' orders that alone counts which was so before this one was placed: what crosses it is not known yet to the
    /// shelves. What a case is open on may not have been told to them at all.
    fn on_held_money(&self, observation: &Observation<'_>, order: OrderId, found: &mut Found) {
        let Some((placed, this)) = self.placed.get(&order) else { return };
        let told = |one: &OrderId| !observation.has_case(*one);
        let known = |(_, held): &(&OrderId, &OnHeldMoney)| match held.ended {
            Some((turn, _)) => turn < *placed,
            None => held.ordered < *placed,
        };
        for Limited { what, same, is_proved, on_a_word, on_held_money } in LIMITS {
            let counts = |(_, held): &(&OrderId, &OnHeldMoney)| is_proved || held.ended.is_none();
            let held = || {
                let known = self.held.iter().filter(known).filter(counts);
                known.map(|(one, held)| (*one, held.ended.is_some()))
            };
            let given_back = held().filter(|(one, is_over)| *is_over && told(one)).map(|(one, _)| one);
            let given_back = self.sum(given_back, this, same);
            let limit = on_a_word(&self.rules).max(on_held_money(&self.rules) / 10);
            found.expect_of(order, given_back <= limit, || {
                format!("{given_back} minor units were held and given back of {what}, and more is ordered in: {limit} may be")
            });
            let all = self.sum(held().map(|(one, _)| one).chain([order]), this, same);
            let limit = on_held_money(&self.rules);
            found.expect_of(order, all <= limit, || {
                format!("{all} minor units are ordered in on the held money of {what}, and {limit} may be")
            });
        }
    }

    fn sum(&self, orders: impl Iterator<Item = OrderId>, this: &Placed, same: Same) -> i64 {
        let placed = orders.filter_map(|one| self.placed.get(&one));
        let same = placed.filter(|(_, one)| same(one, this)).map(|(_, one)| one.place.order);
        same.map(|order| self.worth.get(&order).copied().unwrap_or_default()).sum()
    }
}

type Same = fn(&Placed, &Placed) -> bool;
type Limit = fn(&Rules) -> i64;

/// Whose word it is, and how much may be ordered in on it, and on held money.
#[derive(Clone, Copy)]
struct Limited {
    what: &'static str,
    same: Same,
    /// Nobody can order in another's name: what has ended unpaid goes on counting.
    is_proved: bool,
    on_a_word: Limit,
    on_held_money: Limit,
}

const LIMITS: [Limited; 4] = [
    Limited {
        what: "one card",
        same: |one, this| one.place.token == this.place.token,
        is_proved: true,
        on_a_word: |rules| rules.credit_card_max,
        on_held_money: |rules| rules.credit_held_card_max,
    },
    Limited {
        what: "one customer",
        same: |one, this| one.place.customer.email == this.place.customer.email,
        is_proved: false,
        on_a_word: |rules| rules.credit_customer_max,
        on_held_money: |rules| rules.credit_held_customer_max,
    },
    Limited {
        what: "one address",
        same: |one, this| one.place.shipping_address == this.place.shipping_address,
        is_proved: false,
        on_a_word: |rules| rules.credit_customer_max,
        on_held_money: |rules| rules.credit_held_customer_max,
    },
    Limited {
        what: "all customers",
        same: |_, _| true,
        is_proved: true,
        on_a_word: |rules| rules.credit_all_max,
        on_held_money: |rules| rules.credit_held_all_max,
    },
];

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
