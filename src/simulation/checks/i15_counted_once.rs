//! I15: a provider's event counts once, in whatever order it comes.
//!
//! Each fact that a wholesaler's, the carrier's, the post's or the bank's word leads to is stated once, whatever was
//! said twice or crossed: one of those that exclude one another, and only after what it needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::actors::{Event, bank, mailer, merchant_proxy, order_manager, stock_keeper, warehouse};
use crate::domain::Sku;

use super::super::observation::Observation;
use super::Found;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    let mut seen = BTreeSet::new();
    let mut rounds = BTreeMap::new();
    for (position, _, event) in observation.events() {
        note_round(&mut rounds, event);
        for fact in facts(event, &rounds) {
            if let Some(first) = fact.needs.filter(|first| !seen.contains(first)) {
                found.wrong(format!("{} at {position}, and not before it: {first}", fact.what));
            }
            if !seen.insert(fact.what.clone()) {
                found.wrong(format!("{} at {position}, a second time", fact.what));
            }
        }
    }
}

/// A sentence that may become true once, and the one that must be true before it.
struct Fact {
    what: String,
    needs: Option<String>,
}

impl Fact {
    fn new(what: String) -> Fact {
        Fact { what, needs: None }
    }

    fn after(what: String, needs: String) -> Fact {
        Fact { what, needs: Some(needs) }
    }
}

type Rounds<'a> = BTreeMap<&'a Sku, u32>;

fn note_round<'a>(rounds: &mut Rounds<'a>, event: &'a Event) {
    if let Event::StockKeeper(stock_keeper::Event::RoundOpened { sku, round, .. }) = event {
        rounds.insert(sku, *round);
    }
}

fn facts(event: &Event, rounds: &Rounds<'_>) -> Vec<Fact> {
    match event {
        Event::StockKeeper(event) => of_wholesalers(event, rounds).into_iter().collect(),
        Event::WarehouseActor(event) => of_the_carrier(event).into_iter().collect(),
        Event::Mailer(mailer::Event::Posted { mail } | mailer::Event::Parked { mail, .. }) => {
            vec![Fact::new(format!("the letter {mail:?} is posted or parked"))]
        }
        Event::MerchantProxy(event) => of_the_merchant(event),
        Event::BankActor(event) => of_the_bank(event).into_iter().collect(),
        Event::OrderManager(event) => of_the_order(event).into_iter().collect(),
        _ => vec![],
    }
}

fn of_wholesalers(event: &stock_keeper::Event, rounds: &Rounds<'_>) -> Option<Fact> {
    use stock_keeper::Event::*;
    let ordered = |id: &stock_keeper::PurchaseOrderId| format!("{id} is ordered");
    let answered = |id: &stock_keeper::PurchaseOrderId| format!("{id} is acknowledged or refused");
    Some(match event {
        Ordered { id, .. } => Fact::new(ordered(id)),
        Acknowledged { id, .. } | Refused { id, .. } => Fact::after(answered(id), ordered(id)),
        Received { id, .. } => Fact::after(format!("{id} is received"), answered(id)),
        QuoteCame { sku, from, .. } => {
            let round = rounds.get(sku).copied().unwrap_or(0);
            Fact::new(format!("wholesaler {} has quoted for {sku} in round {round}", from.0))
        }
        _ => return None,
    })
}

fn of_the_carrier(event: &warehouse::Event) -> Option<Fact> {
    use warehouse::Event::*;
    let is = |what: &str| format!("the parcel of {} is {what}", event.order());
    Some(match event {
        Packed { .. } => Fact::new(is("packed")),
        Booked { .. } => Fact::after(is("booked"), is("packed")),
        HandedOver { .. } => Fact::after(is("handed over"), is("booked")),
        Delivered { .. } => Fact::after(is("delivered or stopped"), is("handed over")),
        Stopped { .. } => Fact::new(is("delivered or stopped")),
        _ => return None,
    })
}

fn of_the_merchant(event: &merchant_proxy::Event) -> Vec<Fact> {
    use merchant_proxy::Event::*;
    let answered = |payment: &_| format!("{payment} is held, verified or declined");
    let resolved = |payment: &_| format!("{payment} is voided or declined");
    let taken = |capture: &_| format!("{capture} is captured");
    let given_back = |refund: &_| format!("{refund} is refunded");
    match event {
        Authorised { payment, .. } | Verified { payment, .. } => vec![Fact::new(answered(payment))],
        Declined { payment, .. } => vec![Fact::new(answered(payment)), Fact::new(resolved(payment))],
        Captured { capture, .. } => vec![Fact::after(taken(capture), answered(&capture.payment))],
        Voided { payment, .. } => vec![Fact::new(resolved(payment))],
        Settled { capture, .. } => vec![Fact::after(format!("{capture} is settled"), taken(capture))],
        Refunded { refund, .. } => vec![Fact::new(given_back(refund))],
        RefundSettled { refund, .. } => {
            vec![Fact::after(format!("{refund} is settled"), given_back(refund))]
        }
        _ => vec![],
    }
}

fn of_the_bank(event: &bank::Event) -> Option<Fact> {
    match event {
        bank::Event::Captured { line, .. } => {
            Some(Fact::new(format!("the bank has taken the money of {}", line.of)))
        }
        bank::Event::Refunded { line, .. } => {
            Some(Fact::new(format!("the bank has given back the money of {}", line.of)))
        }
        bank::Event::PaidOut { batch, .. } => Some(Fact::new(format!("the bank has paid out {batch:?}"))),
        _ => None,
    }
}

fn of_the_order(event: &order_manager::Event) -> Option<Fact> {
    use order_manager::Event::*;
    let order = event.order()?;
    let is = |what: &str| format!("{order} is {what}");
    Some(match event {
        Confirmed { .. } => Fact::new(is("confirmed")),
        HandedOver { .. } => Fact::after(is("handed over"), is("confirmed")),
        Delivered { .. } => Fact::after(is("delivered"), is("handed over")),
        Closed { .. } => Fact::after(is("closed, declined or cancelled"), is("delivered")),
        Declined { .. } | Cancelled { .. } | Stopped { .. } => Fact::new(is("closed, declined or cancelled")),
        _ => return None,
    })
}
