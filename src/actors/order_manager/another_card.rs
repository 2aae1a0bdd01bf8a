//! Another card for an order whose card was declined. It stays open for a while, its goods kept for it, and she may type another card on
//! its page. Of a program's order nobody would: that one is declined at once.
//!
//! - One attempt is live at a time: another is begun only where the bank has declined the newest, or it was reversed. What comes of
//!   that one later is the merchant system's to void.
//! - While a card is being asked no time runs out: its answer decides.
//! - A card that a bank will never approve (a hard decline) is not asked again.

use crate::actors::Turn;
use crate::domain::{Buyer, DeclineReason, OrderId, OrderState, PaymentId};

use super::{
    AttemptState, Cover, Event, Order, StockState, TryCard, TryCardReply, answers, card_time, ending,
    letters, promise, steps,
};

/// Whether an order that a bank has just declined waits for another card: somebody sees its page, and nothing is held for it.
pub fn is_waited_for(turn: &Turn<'_>, order: &Order) -> bool {
    let has_page = matches!(order.terms.buyer, Buyer::Visitor(cart) if cart.is_of_browser());
    has_page && is_to_be_confirmed(order) && order.may_ask_again() && turn.rules().another_card_ms > 0
}

/// The bank has said no. She is told on its page, and by a letter with the way there.
pub fn wait(turn: &mut Turn<'_>, id: OrderId, payment: PaymentId, reason: DeclineReason) {
    let until = turn.real_now().plus_ms(turn.rules().another_card_ms);
    turn.record(Event::CardDeclined { order: id, payment, reason, until });
    card_time::begin(turn, id, payment, until);
    let Some(order) = turn.get::<Order>(&id) else { return };
    answers::pending(turn, id, &order, order.view(id));
    letters::another_card(turn, id, &order, reason);
}

/// She has typed one.
pub fn try_card(turn: &mut Turn<'_>, question: &TryCard) {
    let TryCard { order: id, claim, attempt, card } = question;
    let Some(order) = turn.get::<Order>(id).filter(|order| order.is_owned_by(claim)) else {
        return turn.answer(question, TryCardReply::NoSuchOrder);
    };
    let made = order.payments.len();
    let is_next = usize::from(*attempt) == made + 1 && card.amount == order.terms.quote.totals.total;
    let was_asked = usize::from(*attempt) <= made && has_asked(&order, &card.token);
    let reply = match order.waits_for_card() {
        _ if was_asked => TryCardReply::AskedBefore,
        Some(_) if is_next && order.is_refused_for_good(&card.token) => TryCardReply::RefusedForGood,
        Some(_) if is_next => {
            ask(turn, *id, &card.token);
            TryCardReply::Asked
        }
        _ => TryCardReply::NotUsed,
    };
    turn.answer(question, reply);
}

fn has_asked(order: &Order, token: &str) -> bool {
    order.terms.token == token || order.declines.iter().any(|decline| decline.token == token)
}

fn ask(turn: &mut Turn<'_>, id: OrderId, token: &str) {
    turn.record(Event::CardTyped { order: id, token: token.to_owned() });
    card_time::stop(turn, id);
    let Some(order) = turn.get::<Order>(&id) else { return };
    let outlasts = order
        .promised_date
        .is_some_and(|date| promise::is_outlasted_by_a_hold(turn, &order.terms.quote, date));
    if order.stock == StockState::Pegged && !outlasts {
        steps::ask_verification(turn, id, &order);
    } else {
        steps::ask_hold(turn, id, &order);
    }
}

/// She has tried none, or none since `payment` was declined.
pub fn time_over(turn: &mut Turn<'_>, id: OrderId, order: &Order, payment: PaymentId) {
    let is_of_newest = order.payment().is_some_and(|newest| newest.id == payment);
    if let Some(decline) = order.waits_for_card().filter(|_| is_of_newest) {
        ending::decline(turn, id, order, decline.reason);
    }
}

/// A renewal was declined: the hold that stands goes on, until its end.
pub fn stands_on(
    turn: &mut Turn<'_>,
    id: OrderId,
    order: &Order,
    payment: PaymentId,
    reason: DeclineReason,
) -> bool {
    let stands = order.older_hold().is_some() && is_to_be_confirmed(order);
    if stands {
        turn.record(Event::RenewalDeclined { order: id, payment, reason });
    }
    stands
}

/// The hold that a declined renewal has left is over as well, before the goods were its own and it was confirmed: nothing pays for
/// it, and nobody is being asked.
pub fn is_left_without(order: &Order) -> Option<(PaymentId, DeclineReason)> {
    let newest = order.payment().filter(|newest| newest.state == AttemptState::Declined)?;
    let stood = order.declines.last().filter(|decline| decline.card_until.is_none())?;
    let is_over = is_to_be_confirmed(order) && order.cover() == Cover::Nothing;
    is_over.then_some((newest.id, stood.reason))
}

fn is_to_be_confirmed(order: &Order) -> bool {
    matches!(order.state, OrderState::Reserved | OrderState::AwaitingPayment)
}
