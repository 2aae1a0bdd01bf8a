use std::collections::BTreeMap;

use proptest::prelude::*;

use super::desk::*;
use super::table::every_message;
use crate::actors::order_manager::transitions::next;
use crate::actors::{Decided, Event as Any, order_manager::*};
use crate::domain::{OrderState, PaymentId};
use crate::runtime::RequestId;

/// Either any message at all, or one that the table takes in the order's state.
#[derive(Clone, Copy, Debug)]
struct Pick {
    which: usize,
    fitting: bool,
    older_payment: bool,
}

fn picks() -> impl Strategy<Value = Vec<Pick>> {
    let pick = (0usize..1000, proptest::bool::weighted(0.8), proptest::bool::weighted(0.1));
    let pick = pick.prop_map(|(which, fitting, older_payment)| Pick { which, fitting, older_payment });
    prop::collection::vec(pick, 0..40)
}

/// What a whole run has shown to the outside.
#[derive(Default)]
struct Seen {
    answers: Vec<Answer>,
    replies: BTreeMap<RequestId, usize>,
    authorised: bool,
    allocated: bool,
}

impl Seen {
    fn note(&mut self, message: &Message, turn: &Decided) {
        self.answers.extend(answer(turn));
        for (request, _) in &turn.replies {
            *self.replies.entry(*request).or_default() += 1;
        }
        self.allocated |= matches!(message, Message::Allocated { .. });
        for event in turn.events() {
            let Any::OrderManager(event) = event else { panic!("not ours: {event:?}") };
            match event {
                Event::PaymentBecame { state: AttemptState::Authorised, .. } => self.authorised = true,
                Event::PaymentAsked { .. } | Event::PaymentBecame { state: AttemptState::Expired, .. } => {
                    self.authorised = false
                }
                Event::Confirmed { .. } => {
                    assert!(self.authorised && self.allocated, "confirmed without both");
                }
                _ => {}
            }
        }
    }
}

fn message(desk: &Desk, pick: Pick) -> Message {
    let order = desk.order();
    let newest = order.payment().map_or(PaymentId::new(1, 1), |payment| payment.id);
    let payment = if pick.older_payment { order.payments.first().map_or(newest, |p| p.id) } else { newest };
    let mut messages = every_message(desk.id, payment, &desk.key());
    if pick.fitting && !desk.state().is_end() {
        messages.retain(|message| next(desk.state(), Trigger::of(message).unwrap()).is_ok());
        // cancelling ends the run early: less often
        if messages.len() > 1 && !pick.which.is_multiple_of(7) {
            messages.retain(|message| !matches!(message, Message::Cancel(_)));
        }
    }
    messages.swap_remove(pick.which % messages.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_comes_an_order_keeps_its_promises(picks in picks()) {
        let mut desk = Desk::placed();
        let mut seen = Seen::default();
        let mut cancels = vec![];
        for (step, pick) in picks.into_iter().enumerate() {
            let message = message(&desk, pick);
            let before = desk.state();
            let turn = if matches!(message, Message::Cancel(_)) {
                let request = 100 + step as u64;
                cancels.push(RequestId(request));
                desk.ask(request, message.clone())
            } else {
                desk.tell(message.clone())
            };
            seen.note(&message, &turn);
            prop_assert!(!before.is_end() || desk.state() == before, "{before} was left by {message:?}");
            let was_answered = desk.order().is_answered();
            prop_assert_eq!(was_answered, seen.answers.len() == 1);
            prop_assert!(seen.answers.len() <= 1, "answered twice");
        }
        let waiting = match desk.order().stop {
            StopState::ByCustomer(owed) => owed.map(|owed| owed.request()),
            StopState::No | StopState::Unpaid | StopState::TooLate => None,
        };
        for request in cancels {
            let replies = seen.replies.get(&request).copied().unwrap_or_default();
            prop_assert_eq!(replies, usize::from(waiting != Some(request)));
        }
        check_the_end(&mut desk, &seen)?;
    }
}

fn check_the_end(desk: &mut Desk, seen: &Seen) -> Result<(), TestCaseError> {
    let late = [OrderState::Declined, OrderState::Cancelled];
    prop_assert!(!late.contains(&desk.state()) || desk.order().is_answered(), "ended without a word");
    let Some(first) = seen.answers.first() else { return Ok(()) };
    if first.outcome == Outcome::UnknownToken {
        return Ok(());
    }
    let again = desk.place_again(|_| {});
    prop_assert!(again.replayed);
    if !matches!(first.outcome, Outcome::Pending(_)) {
        prop_assert_eq!(&again.outcome, &first.outcome);
    }
    Ok(())
}
