//! Of I2: what was refused leaves nothing behind, and nothing else is forgotten.
//!
//! An order is forgotten no sooner than a day after its checkout was refused, and only without a case. At the end none is
//! left that should have been. Of one that is forgotten no row is left anywhere, and the bank never has money of it.

use crate::actors::merchant_proxy::Payment;
use crate::actors::order_manager::{self, AnswerState, KeyBinding, Order, REFUSAL_KEPT_MS};
use crate::actors::warehouse::Shipment;
use crate::actors::{Event, timelines};
use crate::domain::{OrderId, Timestamp};
use crate::simulation::observation::{Forgotten, Observation};

use super::Found;
use super::journal::CardBook;

/// The timer may ring while the process is down, and a message takes its time.
const SLACK_MS: u64 = Timestamp::HOUR_MS;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    if observation.forgotten.is_empty() && !observation.is_end() {
        return;
    }
    let book = CardBook::of(observation);
    for (id, forgotten) in observation.forgotten {
        was_refused(*id, forgotten, found);
        has_no_money(*id, &book, found);
        // what should have forgotten the rest may have been given up, and the operator has it
        if observation.is_end() && !observation.has_case(*id) {
            nothing_is_left(observation, *id, found);
        }
    }
    if observation.is_end() {
        none_should_be(observation, found);
    }
}

fn is_refused(order: &Order) -> bool {
    matches!(order.answer, AnswerState::Given(kind) if kind.is_refusal())
}

fn was_refused(id: OrderId, forgotten: &Forgotten, found: &mut Found) {
    let Forgotten { order, at, ended_at, .. } = forgotten;
    found.expect_of(id, is_refused(order) && order.state.is_end(), || {
        format!("it was {} and answered {:?}, and is forgotten", order.state, order.answer)
    });
    let kept_ms = at.ms_since(*ended_at);
    found.expect_of(id, kept_ms >= REFUSAL_KEPT_MS, || {
        format!("it was forgotten {kept_ms} ms after it was refused")
    });
}

fn has_no_money(id: OrderId, book: &CardBook, found: &mut Found) {
    for (payment, row) in book.of_order(id) {
        found.expect_of(id, row.held.is_none() && row.captured == 0, || {
            format!("it is forgotten, and the bank has {row:?} of {payment}")
        });
    }
}

fn nothing_is_left(observation: &Observation<'_>, id: OrderId, found: &mut Found) {
    let tables = observation.tables();
    let payments = tables.of::<Payment>().resident().filter(|(_, row)| row.order == id).count();
    let keys = tables.of::<KeyBinding>().resident().filter(|(_, row)| row.order == id).count();
    let rows = [
        ("its timeline", usize::from(timelines::peek(tables, &id).is_some())),
        ("a payment", payments),
        ("its parcel", usize::from(tables.of::<Shipment>().peek(&id).is_some())),
        ("its key", keys),
    ];
    for (what, rows) in rows {
        found.expect_of(id, rows == 0, || format!("it is forgotten, and {what} is left"));
    }
}

/// By the end everything has had its time.
fn none_should_be(observation: &Observation<'_>, found: &mut Found) {
    let orders = observation.tables().of::<Order>();
    for (_, record, event) in observation.events() {
        let Event::OrderManager(order_manager::Event::Answered { order: id, .. }) = event else { continue };
        let is_there = orders.peek(id).is_some_and(is_refused);
        let kept_ms = observation.derived.last_real.ms_since(record.moment.real);
        let is_over = kept_ms > REFUSAL_KEPT_MS + SLACK_MS;
        found.expect_of(*id, !(is_there && is_over) || observation.has_case(*id), || {
            format!("it was refused {} hours ago, and is still there", kept_ms / Timestamp::HOUR_MS)
        });
    }
}
