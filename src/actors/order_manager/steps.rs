//! The steps that an order takes on its own, one function each: the fact, and who is asked or told.

use crate::actors::stock_keeper::CreditKey;
use crate::actors::warehouse::{self, Fulfilment};
use crate::actors::{Turn, merchant_proxy, stock_keeper};
use crate::domain::{CaptureId, Money, OrderId, PaymentId};
use crate::planted::{self, Bug};

use super::{AnswerKind, AttemptState, Cover, Credit, Event, Order, answers, letters, promise};

/// Step 6: the money is to be held.
pub fn ask_hold(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    let (payment, amount) = first_ask(turn, id, order);
    let token = order.terms.token.clone();
    turn.record(Event::PaymentAsked { order: id, payment, amount, verification: false });
    turn.send(merchant_proxy::Message::Authorise { order: id, payment, token, amount });
}

/// Step 6: is the card good? Nothing is held.
pub fn ask_verification(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    let (payment, amount) = first_ask(turn, id, order);
    let token = order.terms.token.clone();
    turn.record(Event::PaymentAsked { order: id, payment, amount, verification: true });
    turn.send(merchant_proxy::Message::Verify { order: id, payment, token, amount });
}

/// An attempt that replaces none.
fn first_ask(turn: &mut Turn<'_>, id: OrderId, order: &Order) -> (PaymentId, Money) {
    let is_first = order.payments.is_empty();
    let forgets_shipping = planted::is(Bug::ShippingForgotten) && !is_first;
    let amount =
        if forgets_shipping { order.terms.quote.totals.goods } else { order.terms.quote.totals.total };
    let payment = if is_first { PaymentId::first_of(id) } else { new_payment(turn, id) };
    (payment, amount)
}

/// An id of an attempt, which is also its key.
fn new_payment(turn: &mut Turn<'_>, id: OrderId) -> PaymentId {
    PaymentId::in_slot(id.slot(), turn.real_now().0, turn.random())
}

/// A hold lasts for a window of time, and an order can last longer: then it is held anew, under a new key. A hold that
/// still stands is replaced in one step, so that what is confirmed is paid for all the while; never are two held.
pub fn renew(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    let Some(replaces) = order.last_hold() else { return };
    let payment = new_payment(turn, id);
    let (amount, token) = (order.terms.quote.totals.total, order.terms.token.clone());
    turn.record(Event::RenewalAsked { order: id, payment, amount });
    turn.send(merchant_proxy::Message::Renew { order: id, payment, replaces, token, amount });
}

/// A card that was only verified holds nothing, and a hold is given back where she cancels: supplies are ordered within limits,
/// which the stock keeper holds for all orders. What is beyond them is refused before anything is ordered.
pub fn ask_credit(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    let Credit::Possible(card) = order.credit else { return };
    turn.record(Event::CreditAsked { order: id });
    let to = &order.terms.shipping_address;
    let who = vec![
        card,
        CreditKey::email(order.terms.customer.email.as_str()),
        CreditKey::delivery(&to.line1, &to.postcode, to.country.as_ref()),
        CreditKey::ALL,
    ];
    let amount = order.terms.quote.totals.total;
    turn.send(match order.cover() {
        Cover::Held(_) => stock_keeper::Message::CheckHeld { order: id, who, amount },
        Cover::Asked | Cover::Lapsed | Cover::Nothing => {
            stock_keeper::Message::CheckCredit { order: id, who, amount }
        }
    });
}

/// Step 4: the promised order is taken, and its supplies are ordered.
pub fn order_supplies(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    let held = order.newest_state() == Some(AttemptState::Authorised);
    turn.record(Event::SuppliesOrdered { order: id });
    answers::answer(turn, id, order, AnswerKind::OnPromise { promised: order.promised_date, held });
    turn.send(stock_keeper::Message::OrderSupplies { order: id });
    letters::backorder_promise(turn, id, order);
    if !order.answer.is_taken() {
        letters::new_order(turn, id, order, order.promised_date);
    }
}

/// After step 9: the money is held, so the goods are to be the order's own.
pub fn allocate(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    turn.record(Event::AllocationAsked { order: id });
    turn.send(stock_keeper::Message::Allocate { order: id, lines: order.units() });
}

/// Steps 10 to 12, in one turn: the order is confirmed, she is told, the warehouse is asked.
pub fn confirm(turn: &mut Turn<'_>, id: OrderId, order: &Order) {
    let promised =
        order.promised_date.unwrap_or_else(|| promise::of_goods_in_the_house(turn, &order.terms.quote));
    turn.record(Event::Confirmed { order: id, promised });
    turn.record(Event::DispatchAsked { order: id });
    let waits = answers::answer(turn, id, order, AnswerKind::Confirmed { promised });
    turn.send(warehouse::Message::Fulfil(Box::new(fulfilment(id, order))));
    if !order.answer.is_taken() {
        letters::new_order(turn, id, order, Some(promised));
    }
    if planted::is(Bug::LetterWithTheAnswer) && !waits {
        return;
    }
    letters::confirmation(turn, id, order, promised);
}

fn fulfilment(id: OrderId, order: &Order) -> Fulfilment {
    Fulfilment {
        order: id,
        number: order.terms.number,
        key: order.key,
        lines: order.terms.lines.clone(),
        totals: order.terms.quote.totals,
        customer: order.terms.customer.clone(),
        shipping_address: order.terms.shipping_address.clone(),
    }
}

/// No money is held for what the warehouse has.
pub fn stop_parcel(turn: &mut Turn<'_>, id: OrderId) {
    turn.record(Event::StopAsked { order: id });
    turn.send(warehouse::Message::Stop { order: id });
}

/// Step 9, its second half: the truck has it; now, and not before, the money is taken. An order is one shipment as yet, so of all of it.
pub fn capture(turn: &mut Turn<'_>, id: OrderId, order: &Order, payment: PaymentId) {
    turn.record(Event::CaptureAsked { order: id, payment });
    let (capture, amount) = (CaptureId { payment, no: order.shipment_no() }, order.terms.quote.totals.total);
    turn.send(merchant_proxy::Message::Capture { order: id, capture, amount, is_last: true });
}

/// After step 15: it is delivered and paid out.
pub fn close(turn: &mut Turn<'_>, id: OrderId) {
    turn.record(Event::Closed { order: id });
}
