//! What a checkout is answered, now and again.

use serde::{Deserialize, Serialize};

use crate::actors::{Address, Turn, web_session};
use crate::domain::{Buyer, CancelReason, Date, DeclineReason, OrderId, OrderState};
use crate::runtime::RequestId;

use super::{Answer, AnswerState, Event, KeyHash, Order, Outcome, PaymentView};

/// What was answered, as little as it takes to say it again: what an order's owner was told does not
/// change when the order does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerKind {
    Confirmed {
        promised: Date,
    },
    /// An accepted backorder; `held`: its money is held, not only its card verified.
    OnPromise {
        promised: Option<Date>,
        held: bool,
    },
    /// The only one that is not the same when it is asked for again: then it is the present state.
    Pending,
    Declined(DeclineReason),
    OutOfStock {
        earliest: Option<Date>,
    },
    UnknownToken,
    BackorderLimit,
}

impl AnswerKind {
    /// The checkout came to nothing.
    pub fn is_refusal(self) -> bool {
        match self {
            AnswerKind::Confirmed { .. } | AnswerKind::OnPromise { .. } | AnswerKind::Pending => false,
            AnswerKind::Declined(_)
            | AnswerKind::OutOfStock { .. }
            | AnswerKind::UnknownToken
            | AnswerKind::BackorderLimit => true,
        }
    }
}

/// Answers the checkout, where it has not been answered; `false` where it has: then a letter tells her.
pub fn answer(turn: &mut Turn, id: OrderId, order: &Order, kind: AnswerKind) -> bool {
    let AnswerState::Waiting(request) = order.answer else { return false };
    turn.event(Event::Answered { order: id, kind });
    let answer = Answer { outcome: first(id, order, kind), replayed: false };
    tell(turn, order.buyer, order.bound_by, request, id, answer);
    true
}

/// The answer that was given before; `InProgress` where there is none yet.
pub fn again(id: OrderId, order: &Order) -> Answer {
    let outcome = match order.answer {
        AnswerState::Waiting(_) => return Answer { outcome: Outcome::InProgress, replayed: false },
        AnswerState::Given(AnswerKind::Pending) => present(id, order),
        AnswerState::Given(kind) => first(id, order, kind),
    };
    Answer { outcome, replayed: true }
}

/// To the session, which tells whoever asked.
pub fn tell(
    turn: &mut Turn,
    to: Buyer,
    key: KeyHash,
    request: Option<RequestId>,
    order: OrderId,
    answer: Answer,
) {
    turn.send(
        Address::WebSession(to.session()),
        web_session::Message::OrderAnswered { request, order, key, answer },
    );
}

/// As it is, or was, the first time. The order may be older than the answer (its turn is not applied yet)
/// or newer (it is said again): what was said comes from `kind`.
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
        AnswerKind::Declined(reason) => Outcome::Declined { order: id, reason: reason.as_told() },
        AnswerKind::OutOfStock { earliest } => Outcome::OutOfStock { order: id, earliest },
        AnswerKind::UnknownToken => Outcome::UnknownToken,
        AnswerKind::BackorderLimit => Outcome::BackorderLimit { order: id },
    }
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
        (OrderState::Declined, Some(reason), _) => Outcome::Declined { order: id, reason },
        (OrderState::Cancelled, _, Some(CancelReason::BackorderLimit)) => {
            Outcome::BackorderLimit { order: id }
        }
        (OrderState::Placed | OrderState::Reserved | OrderState::AwaitingPayment, ..) => {
            Outcome::Pending(Box::new(view))
        }
        // it is known by now, also where it was cancelled since
        _ => Outcome::Taken(Box::new(view)),
    }
}
