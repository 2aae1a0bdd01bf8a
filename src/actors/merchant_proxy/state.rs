//! What each fact makes of a payment, and of the ledger.

use crate::domain::{CaptureId, RefundId};
use crate::runtime::Fold;

use super::ledger::Ledger;
use super::payment::{Capture, Payment, Refund};
use super::{AuthorisationState, CaptureState, Event, RefundState};

pub fn fold(event: &Event, fold: &mut Fold<'_>) {
    if let Some((part, posting)) = event.booked() {
        fold.change::<Ledger>(&part, |ledger| ledger.get_or_insert_default().post(posting));
    }
    if !event.changes_its_payment() {
        return;
    }
    fold.change::<Payment>(&event.payment(), |row| match (event, row) {
        (Event::Intended { order, via, kind, token, amount, replaces, .. }, row) => {
            let mut attempt = Payment::intended(*order, *kind, token.clone(), *amount);
            attempt.via = *via;
            attempt.authorisation.replaces = *replaces;
            *row = Some(attempt);
        }
        (Event::Forgotten { .. }, row) => *row = None,
        (event, Some(payment)) => payment.fold(event),
        (_, None) => {}
    });
}

impl Payment {
    fn fold(&mut self, event: &Event) {
        match event {
            Event::Sent { .. } => self.enter(AuthorisationState::Sent),
            Event::Unknown { .. } => {
                self.enter(AuthorisationState::Unknown);
                self.authorisation.asks = 1;
            }
            Event::AskedAgain { asks, .. } => self.authorisation.asks = *asks,
            Event::Authorised { amount, approval, capture_before, .. } => {
                self.enter(AuthorisationState::Authorised);
                self.authorisation.amount = *amount;
                self.authorisation.approval = Some(approval.clone());
                self.authorisation.capture_before = Some(*capture_before);
            }
            Event::Verified { .. } => self.enter(AuthorisationState::Authorised),
            Event::Declined { .. } => self.enter(AuthorisationState::Declined),
            Event::Reversing { reverse_as, .. } => {
                self.enter(AuthorisationState::Reversing);
                self.authorisation.reverse_as = *reverse_as;
            }
            Event::VoidWanted { .. } => self.authorisation.reverse_as = None,
            Event::Voiding { .. } => self.enter(AuthorisationState::Voiding),
            Event::Voided { .. } => self.enter(AuthorisationState::Voided),
            Event::Expired { .. } => self.enter(AuthorisationState::Expired),
            Event::CaptureSent { capture, amount, is_last } => {
                self.captures.push(Capture::sent(capture.no, *amount, *is_last));
            }
            Event::RefundRequested { refund, amount, key, reason, by, .. } => {
                self.refunds.push(Refund {
                    no: refund.no,
                    state: RefundState::Requested,
                    amount: *amount,
                    key: key.clone(),
                    reason: reason.clone(),
                    by: by.clone(),
                    asks: 0,
                    is_the_operators: false,
                    is_settled: false,
                });
            }
            of_a_part => {
                self.fold_capture(of_a_part);
                self.fold_refund(of_a_part);
            }
        }
    }

    fn enter(&mut self, state: AuthorisationState) {
        self.authorisation.state = state;
        self.authorisation.asks = 0;
    }

    fn fold_capture(&mut self, event: &Event) {
        match event {
            Event::CaptureUnknown { capture } => self.change_capture(capture, |capture| {
                capture.state = CaptureState::Unknown;
                capture.asks = 1;
            }),
            Event::CaptureUnclear { capture, .. } => {
                self.change_capture(capture, |capture| capture.is_the_operators = true);
            }
            Event::CaptureAskedAgain { capture, asks } => {
                self.change_capture(capture, |capture| capture.asks = *asks);
            }
            Event::Captured { capture, amount, .. } => self.change_capture(capture, |capture| {
                capture.state = CaptureState::Captured;
                capture.amount = *amount;
            }),
            Event::CaptureFailed { capture } => {
                self.change_capture(capture, |capture| capture.state = CaptureState::Failed);
            }
            Event::Settled { capture, .. } => {
                self.change_capture(capture, |capture| capture.state = CaptureState::Settled);
            }
            _ => {}
        }
    }

    fn change_capture(&mut self, id: &CaptureId, change: impl FnOnce(&mut Capture)) {
        if let Some(capture) = self.captures.iter_mut().find(|capture| capture.no == id.no) {
            change(capture);
        }
    }

    fn fold_refund(&mut self, event: &Event) {
        match event {
            Event::RefundSent { refund } => {
                self.change_refund(refund, |refund| refund.state = RefundState::Sent);
            }
            Event::RefundUnknown { refund } => self.change_refund(refund, |refund| {
                refund.state = RefundState::Unknown;
                refund.asks = 1;
            }),
            Event::RefundUnclear { refund, .. } => {
                self.change_refund(refund, |refund| refund.is_the_operators = true);
            }
            Event::RefundAskedAgain { refund, asks } => {
                self.change_refund(refund, |refund| refund.asks = *asks);
            }
            Event::Refunded { refund, .. } => {
                self.change_refund(refund, |refund| refund.state = RefundState::Refunded);
            }
            Event::RefundFailed { refund, .. } => {
                self.change_refund(refund, |refund| refund.state = RefundState::Failed);
            }
            Event::RefundSettled { refund, .. } => {
                self.change_refund(refund, |refund| refund.is_settled = true);
            }
            _ => {}
        }
    }

    fn change_refund(&mut self, id: &RefundId, change: impl FnOnce(&mut Refund)) {
        if let Some(refund) = self.refunds.iter_mut().find(|refund| refund.no == id.no) {
            change(refund);
        }
    }
}
