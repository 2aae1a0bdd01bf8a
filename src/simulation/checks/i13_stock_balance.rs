//! I13: what came (from wholesalers, found on the shelf) is what is here, was shipped, or was written off.
//!
//! After a count the books say what was counted, however much was promised to orders. The stock keeper's totals are held against the journal's events, and those against the wholesalers' own books: what it
//! received of a purchase order is what was sent, not sooner than it was at the dock. At the end all that was sent
//! has been received.

use std::collections::BTreeMap;

use crate::actors::Event;
use crate::actors::stock_keeper::{self, Bucket, PurchaseOrder, PurchaseOrderId, StockItem, Supply};
use crate::domain::{Sku, Timestamp};

use super::super::history;
use super::super::observation::{Deal, Observation};
use super::{Found, names_purchase_order};

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    what_came_is_here_or_left(observation, found);
    what_was_counted_is_in_the_books(observation, found);
    let deals = observation.books.deals.iter().map(|deal| (deal.key.as_str(), deal)).collect();
    what_was_received_was_sent(observation, &deals, found);
    if observation.is_end() {
        what_was_sent_was_received(observation, found);
    }
}

/// Units by what the events say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Totals {
    received: i64,
    found: i64,
    shipped: i64,
    written_off: i64,
}

fn what_came_is_here_or_left(observation: &Observation<'_>, wrong: &mut Found) {
    let mut totals: BTreeMap<&Sku, Totals> = BTreeMap::new();
    for (_, _, event) in observation.events() {
        if let Event::StockKeeper(event) = event {
            add_up(&mut totals, event);
        }
    }
    for (sku, item) in observation.tables().of::<StockItem>().resident() {
        let said = totals.get(sku).copied().unwrap_or_default();
        let counted = totals_of(item);
        wrong.expect(said == counted, || format!("{sku}: the events say {said:?}, the item {counted:?}"));
        let came = said.received + said.found;
        let stayed_or_left = signed(item.on_hand()) + said.shipped + said.written_off;
        wrong.expect(came == stayed_or_left, || {
            format!("{sku}: {came} units came, {stayed_or_left} are on hand, shipped or written off")
        });
    }
}

fn add_up<'a>(totals: &mut BTreeMap<&'a Sku, Totals>, event: &'a stock_keeper::Event) {
    use stock_keeper::Event::*;
    match event {
        Found { sku, quantity } => totals.entry(sku).or_default().found += i64::from(*quantity),
        Received { sku, quantity, .. } => totals.entry(sku).or_default().received += i64::from(*quantity),
        Adjusted { sku, by, .. } => {
            let totals = totals.entry(sku).or_default();
            totals.found += by.max(&0);
            totals.written_off -= by.min(&0);
        }
        Moved { sku, to: Bucket::Shipped, quantity, .. } => {
            totals.entry(sku).or_default().shipped += i64::from(*quantity);
        }
        _ => {}
    }
}

fn totals_of(item: &StockItem) -> Totals {
    Totals {
        received: signed(item.received),
        found: signed(item.found),
        shipped: signed(item.shipped),
        written_off: signed(item.written_off),
    }
}

/// Of a count that the shopkeeper's reason repeats.
fn what_was_counted_is_in_the_books(observation: &Observation<'_>, wrong: &mut Found) {
    let mut shelves: BTreeMap<&Sku, i64> = BTreeMap::new();
    for (_, _, event) in observation.events() {
        let Event::StockKeeper(event) = event else { continue };
        let Some((sku, units)) = change(event) else { continue };
        let on_hand = shelves.entry(sku).or_default();
        *on_hand += units;
        let stock_keeper::Event::Adjusted { reason, .. } = event else { continue };
        let Some(counted) = history::read_counted(reason) else { continue };
        wrong.expect(*on_hand == counted, || {
            format!("{sku}: {counted} were counted, and the books say {on_hand} after it")
        });
    }
}

/// So many more in the house, or fewer.
fn change(event: &stock_keeper::Event) -> Option<(&Sku, i64)> {
    use stock_keeper::Event::*;
    match event {
        Found { sku, quantity } | Received { sku, quantity, .. } => Some((sku, i64::from(*quantity))),
        Adjusted { sku, by, .. } => Some((sku, *by)),
        Moved { sku, to: Bucket::Shipped, quantity, .. } => Some((sku, -i64::from(*quantity))),
        _ => None,
    }
}

fn signed(units: u64) -> i64 {
    i64::try_from(units).unwrap_or(i64::MAX)
}

fn what_was_received_was_sent(
    observation: &Observation<'_>,
    deals: &BTreeMap<&str, &Deal>,
    found: &mut Found,
) {
    for (_, record, event) in observation.events() {
        let Event::StockKeeper(stock_keeper::Event::Received { id, quantity, .. }) = event else { continue };
        let Some(deal) = deals.get(id.to_string().as_str()) else {
            found.wrong(format!("{quantity} units of {id} were received, and no wholesaler knows of it"));
            continue;
        };
        found.expect(*quantity == deal.sends, || {
            format!("{quantity} units of {id} were received, and the wholesaler has sent {}", deal.sends)
        });
        found.expect(record.moment.at >= deal.arrives_at, || {
            format!("{id} was received at {}, and is at the dock at {}", record.moment.at, deal.arrives_at)
        });
    }
}

fn what_was_sent_was_received(observation: &Observation<'_>, found: &mut Found) {
    let now = observation.derived.last_at;
    for deal in observation.books.deals.iter().filter(|deal| deal.accepted > 0) {
        let Some(id) = PurchaseOrderId::parse(&deal.key) else { continue };
        let state = observation.tables().of::<PurchaseOrder>().peek(&id).map(|row| row.state);
        let received = matches!(state, Some(Supply::Received { .. }));
        let had_time = deal.arrives_at.plus_ms(Timestamp::DAY_MS) < now;
        found.expect(received || !had_time || names_purchase_order(observation, id), || {
            format!(
                "{} units of {id} have been at the dock since {}, and it is {state:?}",
                deal.sends, deal.arrives_at
            )
        });
    }
}
