//! What a payment's processor is asked: the one place that knows which processors there are, and how each is reached.
//!
//! The embedded one is an actor: the request goes to it within the journal, and its answer comes as a message. One outside would be
//! called from here, by a [`PartnerCall`](crate::actors::PartnerCall) whose answer becomes the same messages.

use crate::actors::{Turn, bank};
use crate::domain::{OrderId, PaymentId};
use crate::partners::processor::port::{ProcessorKind, Request};

use super::payment::Payment;

/// The same request under the same key, however often.
pub fn ask(turn: &mut Turn<'_>, id: PaymentId, payment: &Payment, request: Request) {
    match payment.via {
        ProcessorKind::Embedded => turn.send(to_bank(payment.order, id, request)),
    }
}

fn to_bank(order: OrderId, payment: PaymentId, request: Request) -> bank::Message {
    match request {
        Request::Verify { token, amount } => bank::Message::VerifyCard { order, payment, token, amount },
        Request::Authorise { token, amount, replaces: None } => {
            bank::Message::ApproveHold { order, payment, token, amount }
        }
        Request::Authorise { token, amount, replaces: Some(replaces) } => {
            bank::Message::RenewHold { order, payment, replaces, token, amount }
        }
        Request::Find { verification } => bank::Message::QueryHold { order, payment, verification },
        // the bank keeps what is left until it is voided, also after the last one
        Request::Capture { capture, amount, is_last: _ } => {
            bank::Message::CaptureHold { order, capture, amount }
        }
        Request::Void => bank::Message::ReleaseHold { order, payment },
        Request::Refund { refund, amount } => bank::Message::RefundCaptured { order, refund, amount },
        Request::Forget => bank::Message::Forget { order, payment },
    }
}
