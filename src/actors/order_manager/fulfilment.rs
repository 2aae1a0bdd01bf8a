//! Steps 10 to 15: from the confirmed order to the doorstep.

use crate::actors::warehouse::{self, Fulfilment};
use crate::actors::{Address, Context, Turn};
use crate::domain::{Date, OrderId};
use crate::partners::mail::MailKind;
use crate::planted::{self, Bug};

use super::{AnswerKind, Event, Order, answers, letters, renewal};

/// One turn: the order is confirmed, she is told, the warehouse is asked.
pub fn confirm(turn: &mut Turn, id: OrderId, order: &Order, promised: Date, context: &Context<'_>) {
    turn.event(Event::Confirmed { order: id, promised });
    turn.event(Event::DispatchAsked { order: id });
    let waits = answers::answer(turn, id, order, AnswerKind::Confirmed { promised });
    turn.send(Address::WarehouseActor, warehouse::Message::Fulfil(Box::new(fulfilment(id, order))));
    if planted::is(Bug::LetterWithTheAnswer) && !waits {
        return;
    }
    letters::post(turn, id, order, MailKind::OrderConfirmation, context, |letter| {
        letter.promised_on = Some(letters::leaves_on(promised, context));
    });
}

fn fulfilment(id: OrderId, order: &Order) -> Fulfilment {
    Fulfilment {
        order: id,
        key: order.key,
        lines: order.lines.clone(),
        total: order.totals.total,
        customer: order.customer.clone(),
        shipping_address: order.shipping_address.clone(),
    }
}

/// The truck has it: now, and not before, the money is taken.
pub fn handed_over(id: OrderId, order: &Order, tracking: &str, context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    turn.event(Event::HandedOver { order: id, tracking: tracking.to_owned() });
    renewal::collect(&mut turn, id, order, order.cover(), context);
    turn
}

pub fn delivered(id: OrderId, order: &Order, context: &mut Context<'_>) -> Turn {
    let mut turn = Turn::nothing();
    turn.event(Event::Delivered { order: id });
    if order.is_settled() {
        turn.event(Event::Closed { order: id });
    }
    letters::post(&mut turn, id, order, MailKind::Delivered, context, |_| {});
    turn
}
