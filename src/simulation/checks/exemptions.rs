//! What several checkers let pass: an order of which a message was given up, and an answer that only says that the shop cannot
//! answer now.

use std::collections::BTreeSet;

use crate::actors::mailer::MailId;
use crate::actors::stock_keeper::{self, PurchaseOrderId};
use crate::actors::{Address, Event, Message, Shop};
use crate::domain::OrderId;

use super::super::fault::Fault;
use super::super::observation::Observation;

/// Orders of which a message was given up after it had panicked too often: they stand where they stood, and the
/// operator has a case.
pub fn given_up(observation: &Observation<'_>) -> BTreeSet<OrderId> {
    let dead = observation.records.iter().filter(|(_, record)| record.dead.is_some());
    let cases = dead.flat_map(|(_, record)| &record.stated.events);
    let order = |event: &Event| match event {
        Event::Case(case) => Some(case.order),
        _ => None,
    };
    cases.filter_map(order).collect()
}

/// A message about it was given up, and lies in the dead letters.
pub fn names_purchase_order(observation: &Observation<'_>, id: PurchaseOrderId) -> bool {
    use stock_keeper::Message as M;
    let mut dead = observation.records.iter().filter_map(|(_, record)| record.dead.as_ref());
    dead.any(|dead| match dead.message::<Shop>() {
        Ok(Message::StockKeeper(
            M::SupplyAnswered { purchase_order, .. }
            | M::SupplyRetry { purchase_order }
            | M::GoodsDue { purchase_order }
            | M::ShipNoticeAnswered { purchase_order, .. },
        )) => purchase_order == id,
        _ => false,
    })
}

/// A message about this letter was given up, and lies in the dead letters.
pub fn names_mail(observation: &Observation<'_>, mail: &MailId) -> bool {
    let mut dead = observation.records.iter().filter_map(|(_, record)| record.dead.as_ref());
    dead.any(|dead| match dead.message::<Shop>() {
        Ok(Message::Mailer(message)) => message.mail() == *mail,
        _ => false,
    })
}

/// Orders of which the back office itself has given up a message: the case is told, and not kept.
pub fn given_up_by_the_back_office(observation: &Observation<'_>) -> BTreeSet<OrderId> {
    let dead = observation.records.iter().filter(|(_, record)| record.dead.is_some());
    let of_it = dead.filter(|(_, record)| record.by == Address::BackOffice);
    let order = |event: &Event| match event {
        Event::Case(case) => Some(case.order),
        _ => None,
    };
    of_it.flat_map(|(_, record)| &record.stated.events).filter_map(order).collect()
}

/// Not an answer to what was asked: the shop has too much work, is closing, or its actors panic or hang on purpose.
pub fn is_expected_server_error(observation: &Observation<'_>, status: u16) -> bool {
    let panics = [Fault::PanicBefore, Fault::PanicAfter, Fault::Poison, Fault::Hang];
    match status {
        503 | 504 => true,
        500 => panics.iter().any(|fault| observation.plan.faults.contains(*fault)),
        _ => false,
    }
}
