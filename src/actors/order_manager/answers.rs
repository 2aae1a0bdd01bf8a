//! What a checkout is answered, now and again.

use crate::actors::{Turn, web_session};
use crate::domain::{Buyer, CancelReason, Date, OrderId, OrderState};
use crate::runtime::RequestId;

use super::{
    Answer, AnswerKind, AnswerState, Event, KeyHash, Order, OrderView, Outcome, PaymentView, RefusedOrder,
};

/// Answers the checkout, where it has not been answered; `false` where it has: then a letter tells her.
pub fn answer(turn: &mut Turn<'_>, id: OrderId, order: &Order, kind: AnswerKind) -> bool {
    let AnswerState::Waiting(request) = order.answer else { return false };
    turn.record(Event::Answered { order: id, kind });
    let answer = Answer { outcome: first(id, order, kind), replayed: false };
    tell(turn, order.terms.buyer, order.terms.bound_by, request, id, answer);
    true
}

/// Whoever waits for the answer to a checkout that ends otherwise is told that the order's page will tell; the page is this.
pub fn pending(turn: &mut Turn<'_>, id: OrderId, order: &Order, page: OrderView) {
    let AnswerState::Waiting(request) = order.answer else { return };
    turn.record(Event::Answered { order: id, kind: AnswerKind::Pending });
    let answer = Answer { outcome: Outcome::Pending(Box::new(page)), replayed: false };
    tell(turn, order.terms.buyer, order.terms.bound_by, request, id, answer);
}

/// The answer that was given before; `InProgress` where there is none yet.
pub fn again(id: OrderId, order: &Order) -> Answer {
    let outcome = match order.answer {
        AnswerState::Waiting(_) => return Answer { outcome: Outcome::InProgress, replayed: false },
        AnswerState::Given(AnswerKind::Pending) | AnswerState::TakenSince => present(id, order),
        AnswerState::Given(kind) => first(id, order, kind),
    };
    Answer { outcome, replayed: true }
}

/// To the session, which tells whoever asked.
pub fn tell(
    turn: &mut Turn<'_>,
    to: Buyer,
    key: KeyHash,
    request: Option<RequestId>,
    order: OrderId,
    answer: Answer,
) {
    turn.send_to(to.session(), web_session::Message::OrderAnswered { request, order, key, answer });
}

/// As it is, or was, the first time. The order may have gone on since, be it in the turn that answers (it is in the
/// warehouse's hands when she is told that it is confirmed): what was said comes from `kind`.
fn first(id: OrderId, order: &Order, kind: AnswerKind) -> Outcome {
    match kind {
        AnswerKind::Confirmed { promised } => {
            taken(id, order, OrderState::Confirmed, Some(promised), PaymentView::Authorised)
        }
        AnswerKind::OnPromise { promised, held } => {
            let payment = if held { PaymentView::Authorised } else { PaymentView::Verified };
            taken(id, order, OrderState::AwaitingStock, promised, payment)
        }
        AnswerKind::Pending => {
            let mut view = order.view(id);
            view.payment = PaymentView::Unknown;
            Outcome::Pending(Box::new(view))
        }
        AnswerKind::Declined(reason) => {
            Outcome::Declined { order: refused(id, order), reason: reason.as_told() }
        }
        AnswerKind::OutOfStock { earliest } => Outcome::OutOfStock { order: refused(id, order), earliest },
        AnswerKind::UnknownToken => Outcome::UnknownToken,
        AnswerKind::BackorderLimit => Outcome::BackorderLimit { order: refused(id, order) },
    }
}

/// Whoever is told of it can read it.
fn refused(id: OrderId, order: &Order) -> Box<RefusedOrder> {
    RefusedOrder::boxed(id, order.key)
}

fn taken(
    id: OrderId,
    order: &Order,
    state: OrderState,
    promised: Option<Date>,
    payment: PaymentView,
) -> Outcome {
    let mut view = order.view(id);
    view.state = state;
    view.promised_date = promised;
    view.payment = payment;
    // none of these could be known when an order was taken
    view.tracking = None;
    view.decline_reason = None;
    view.cancel_reason = None;
    Outcome::Taken(Box::new(view))
}

fn present(id: OrderId, order: &Order) -> Outcome {
    let view = order.view(id);
    match (order.state, view.decline_reason, view.cancel_reason) {
        (OrderState::Declined, Some(reason), _) => Outcome::Declined { order: refused(id, order), reason },
        (OrderState::Cancelled, _, Some(CancelReason::BackorderLimit)) => {
            Outcome::BackorderLimit { order: refused(id, order) }
        }
        (OrderState::Placed | OrderState::AwaitingPayment, ..) if order.answer != AnswerState::TakenSince => {
            Outcome::Pending(Box::new(view))
        }
        // it is known by now, also where it was cancelled since. Between two turns only an order whose supplies have come in is
        // reserved: it was taken before
        _ => Outcome::Taken(Box::new(view)),
    }
}
