//! I4: states move only along the table; the event log has no gap; state = fold(events).
//!
//! Orders and payments are led along their tables once more, event by event: each event must have a row, and where it
//! leads is what the shop has, until it is forgotten. Positions have no gap, no clock in the log goes back, no message and no timer is decided on
//! twice, and the trees with the replay of what they lack say what the journal says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use crate::actors::merchant_proxy::{self, AuthorisationState, CaptureState, Payment, RefundState};
use crate::actors::order_manager::{self, Order, transitions};
use crate::actors::{Event, Shop};
use crate::domain::{CaptureId, OrderId, OrderState, PaymentId, RefundId};
use crate::journal::Position;
use crate::runtime::{Cause, Record, Statement};
use crate::simulation::observation::Observation;

use super::Found;
use super::journal::turn;

pub fn check(observation: &Observation<'_>, found: &mut Found) {
    log_has_no_gap(observation, found);
    causes_count_once(observation, found);
    orders_move_along_the_table(observation, found);
    payments_move_along_the_table(observation, found);
    for difference in observation.differences {
        found.wrong(format!("what is stored is not what happened: {difference}"));
    }
}

fn log_has_no_gap(observation: &Observation<'_>, found: &mut Found) {
    for ((position, record), (next, later)) in
        observation.records.iter().zip(observation.records.iter().skip(1))
    {
        found.expect(*next == position.next(), || format!("turn {next} follows turn {position}"));
        found.expect(later.moment.real >= record.moment.real && later.moment.at >= record.moment.at, || {
            format!("the clock of turn {next} is behind that of turn {position}")
        });
    }
    let last = observation.records.last().map_or(Position::START, |(position, _)| *position);
    found.expect(last == observation.derived.last, || {
        format!("the journal ends at turn {last}, and {} turns were folded", observation.derived.last)
    });
}

/// Each cause was stated before it was decided on, and is decided on once.
fn causes_count_once(observation: &Observation<'_>, found: &mut Found) {
    let mut seen: BTreeSet<(u8, Statement)> = BTreeSet::new();
    for (position, record) in observation.records {
        let (kind, cause) = match record.cause {
            Cause::Outside => continue,
            Cause::Message(statement) => (0, statement),
            Cause::Timer { set, .. } => (1, set),
            Cause::Call(statement) => (2, statement),
            Cause::DeadLetter(turn) => (3, Statement { turn, index: 0 }),
        };
        found.expect(seen.insert((kind, cause)), || {
            format!("turn {position} decides on what was decided on before: {:?}", record.cause)
        });
        found.expect(is_stated(observation, *position, record), || {
            format!("turn {position} decides on what nobody stated: {:?}", record.cause)
        });
    }
}

fn is_stated(observation: &Observation<'_>, position: Position, record: &Record<Shop>) -> bool {
    let stated = |at: Statement| turn(observation, at.turn).filter(|_| at.turn < position);
    match record.cause {
        Cause::Outside => true,
        Cause::Message(at) => stated(at)
            .and_then(|teller| teller.stated.sends.get(at.index as usize))
            .is_some_and(|(to, _)| *to == record.by),
        Cause::Timer { set, .. } => stated(set).is_some_and(|setter| {
            setter.by == record.by && setter.stated.timers.get(set.index as usize).is_some()
        }),
        Cause::DeadLetter(at) => turn(observation, at).is_some_and(|buried| buried.dead.is_some()),
        Cause::Call(at) => stated(at).is_some_and(|caller| {
            caller.by == record.by && caller.stated.calls.get(at.index as usize).is_some()
        }),
    }
}

fn orders_move_along_the_table(observation: &Observation<'_>, found: &mut Found) {
    let mut states: BTreeMap<OrderId, OrderState> = BTreeMap::new();
    for (position, _, event) in observation.events() {
        if let Event::OrderManager(event) = event {
            move_order(&mut states, position, event, found);
        }
    }
    for (id, order) in observation.tables().of::<Order>().resident() {
        let led_to = states.remove(id);
        found.expect_of(*id, led_to == Some(order.state), || {
            format!("its events lead to {led_to:?}, and it is {}", order.state)
        });
    }
    for (id, state) in states {
        found.wrong_of(id, format!("its events lead to {state}, and it does not exist"));
    }
}

fn move_order(
    states: &mut BTreeMap<OrderId, OrderState>,
    position: Position,
    event: &order_manager::Event,
    found: &mut Found,
) {
    let Some(id) = event.order() else { return };
    if matches!(event, order_manager::Event::Placed(_)) {
        let before = states.insert(id, OrderState::Placed);
        return found.expect_of(id, before.is_none(), || format!("turn {position} places it once more"));
    }
    let Some(state) = states.get(&id).copied() else {
        return found.wrong_of(id, format!("turn {position} states {event:?} before it was placed"));
    };
    if let order_manager::Event::Forgotten { .. } = event {
        states.remove(&id);
    }
    let Some(trigger) = event.trigger() else { return };
    match transitions::next(state, trigger) {
        Ok(next) => {
            states.insert(id, next);
        }
        Err(refusal) => found.wrong_of(id, format!("turn {position} states {event:?}: {refusal}")),
    }
}

/// Each part of a payment has its own.
#[derive(Default)]
struct Payments {
    authorisations: BTreeMap<PaymentId, AuthorisationState>,
    captures: BTreeMap<CaptureId, CaptureState>,
    refunds: BTreeMap<RefundId, RefundState>,
}

fn payments_move_along_the_table(observation: &Observation<'_>, found: &mut Found) {
    let mut led = Payments::default();
    for (position, _, event) in observation.events() {
        if let Event::MerchantProxy(event) = event {
            led.follow(position, event, found);
        }
    }
    for (id, payment) in observation.tables().of::<Payment>().resident() {
        let led_to = led.authorisations.remove(id);
        found.expect_of(payment.order, led_to == Some(payment.state()), || {
            format!("the events of {id} lead to {led_to:?}, and it is {:?}", payment.state())
        });
        led.parts_are_so(*id, payment, found);
    }
    for (id, state) in led.authorisations {
        found.wrong(format!("the events of {id} lead to {state:?}, and it does not exist"));
    }
}

impl Payments {
    fn follow(&mut self, position: Position, event: &merchant_proxy::Event, found: &mut Found) {
        use merchant_proxy::Event as E;
        if let E::Forgotten { payment } = event {
            let before = self.authorisations.remove(payment);
            found.expect(before.is_some(), || {
                format!("turn {position} forgets {payment}, which is not there")
            });
        }
        let wrong = if let Some((id, next)) = authorisation(event) {
            moves(
                &mut self.authorisations,
                id,
                next,
                AuthorisationState::Intended,
                AuthorisationState::may_become,
            )
        } else if let Some((id, next)) = capture(event) {
            moves(&mut self.captures, id, next, CaptureState::Sent, CaptureState::may_become)
        } else if let Some((id, next)) = refund(event) {
            moves(&mut self.refunds, id, next, RefundState::Requested, RefundState::may_become)
        } else {
            None
        };
        if let Some(wrong) = wrong {
            found.wrong(format!("turn {position} leads {wrong}"));
        }
    }

    fn parts_are_so(&self, payment: PaymentId, row: &Payment, found: &mut Found) {
        let captures = row.captures.iter().map(|one| (CaptureId { payment, no: one.no }, one.state));
        for (id, state) in captures {
            let led_to = self.captures.get(&id).copied();
            found.expect_of(row.order, led_to == Some(state), || {
                format!("the events of {id} lead to {led_to:?}, and it is {state:?}")
            });
        }
        let refunds = row.refunds.iter().map(|one| (RefundId { payment, no: one.no }, one.state));
        for (id, state) in refunds {
            let led_to = self.refunds.get(&id).copied();
            found.expect_of(row.order, led_to == Some(state), || {
                format!("the events of {id} lead to {led_to:?}, and it is {state:?}")
            });
        }
    }
}

/// Says so where the table has no such row. `first`: where each begins.
fn moves<Id: Copy + Ord + Debug, State: Copy + Eq + Debug>(
    states: &mut BTreeMap<Id, State>,
    id: Id,
    next: State,
    first: State,
    may_become: fn(State, State) -> bool,
) -> Option<String> {
    let before = states.insert(id, next);
    let fits = before.map_or(next == first, |before| may_become(before, next));
    (!fits).then(|| format!("{id:?} from {before:?} to {next:?}"))
}

/// Which state an event leads to, by its name alone.
fn authorisation(event: &merchant_proxy::Event) -> Option<(PaymentId, AuthorisationState)> {
    use AuthorisationState as S;
    use merchant_proxy::Event as E;
    Some(match event {
        E::Intended { payment, .. } => (*payment, S::Intended),
        E::Sent { payment, .. } => (*payment, S::Sent),
        E::Unknown { payment, .. } => (*payment, S::Unknown),
        E::Authorised { payment, .. } | E::Verified { payment, .. } => (*payment, S::Authorised),
        E::Declined { payment, .. } => (*payment, S::Declined),
        E::Reversing { payment, .. } => (*payment, S::Reversing),
        E::Voiding { payment } => (*payment, S::Voiding),
        E::Voided { payment, .. } => (*payment, S::Voided),
        E::Expired { payment, .. } => (*payment, S::Expired),
        _ => return None,
    })
}

fn capture(event: &merchant_proxy::Event) -> Option<(CaptureId, CaptureState)> {
    use merchant_proxy::Event as E;
    Some(match event {
        E::CaptureSent { capture, .. } => (*capture, CaptureState::Sent),
        E::CaptureUnknown { capture } => (*capture, CaptureState::Unknown),
        E::Captured { capture, .. } => (*capture, CaptureState::Captured),
        E::CaptureFailed { capture } => (*capture, CaptureState::Failed),
        E::Settled { capture, .. } => (*capture, CaptureState::Settled),
        _ => return None,
    })
}

fn refund(event: &merchant_proxy::Event) -> Option<(RefundId, RefundState)> {
    use merchant_proxy::Event as E;
    Some(match event {
        E::RefundRequested { refund, .. } => (*refund, RefundState::Requested),
        E::RefundSent { refund } => (*refund, RefundState::Sent),
        E::RefundUnknown { refund } => (*refund, RefundState::Unknown),
        E::Refunded { refund, .. } => (*refund, RefundState::Refunded),
        E::RefundFailed { refund, .. } => (*refund, RefundState::Failed),
        _ => return None,
    })
}
