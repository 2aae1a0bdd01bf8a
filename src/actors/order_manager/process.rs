//! What an order does next. A message reports something, and its turn states that as a fact; then this looks at the order as
//! it now is and says the next step, until there is none. It reads from step 3 of an order's way to step 15;
//! `docs/order-process.md` has it as a table.

use crate::actors::Turn;
use crate::domain::{CancelReason, OrderId, OrderState, PaymentId};

use super::{AttemptState, Cover, Credit, Order, StockState, StopState, ending, promise, steps};

/// What an order does on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Somebody is being asked, or it is at its end.
    Wait,
    AskHold,
    AskVerification,
    AskCredit,
    OrderSupplies,
    Allocate,
    Confirm,
    /// Another hold, in the place of one that has lapsed or is about to.
    Renew,
    StopParcel,
    Capture(PaymentId),
    Close,
    Cancel(CancelReason),
}

/// The longest way in one turn is two steps: it is confirmed, and its hold, which is about to lapse, is asked for anew. Then
/// somebody is being asked. One more, so that a test finds a longer way, which would be cut short here.
pub const STEPS_MAX: usize = 3;

/// Leads an order on until it waits.
pub fn go_on(turn: &mut Turn<'_>, id: OrderId) {
    take_steps(turn, id);
}

/// Says how many it has taken.
pub fn take_steps(turn: &mut Turn<'_>, id: OrderId) -> usize {
    for taken in 0..STEPS_MAX {
        let Some(order) = turn.get::<Order>(&id) else { return taken };
        let promised = order.promised_date;
        let outlasts =
            promised.is_some_and(|date| promise::is_outlasted_by_a_hold(turn, &order.terms.quote, date));
        match next(&order, outlasts) {
            Step::Wait => return taken,
            Step::AskHold => steps::ask_hold(turn, id, &order),
            Step::AskVerification => steps::ask_verification(turn, id, &order),
            Step::AskCredit => steps::ask_credit(turn, id, &order),
            Step::OrderSupplies => steps::order_supplies(turn, id, &order),
            Step::Allocate => steps::allocate(turn, id, &order),
            Step::Confirm => steps::confirm(turn, id, &order),
            Step::Renew => steps::renew(turn, id, &order),
            Step::StopParcel => steps::stop_parcel(turn, id),
            Step::Capture(payment) => steps::capture(turn, id, &order, payment),
            Step::Close => steps::close(turn, id),
            Step::Cancel(reason) => ending::cancel(turn, id, &order, reason),
        }
    }
    STEPS_MAX
}

/// `hold_outlasts_promise`: a hold of today still stands when the goods, by the present promise, leave the house.
pub fn next(order: &Order, hold_outlasts_promise: bool) -> Step {
    use OrderState::*;
    match order.state {
        // the stock keeper is being asked
        Placed => Step::Wait,
        Reserved | AwaitingStock | AwaitingPayment => before_confirmation(order, hold_outlasts_promise),
        Fulfilling => in_the_house(order),
        Dispatched | Delivered => out_of_the_house(order),
        // what is confirmed is the warehouse's in the same turn, and no order is split or comes back yet
        Confirmed | PartlyDispatched | Returned => Step::Wait,
        Closed | Declined | Cancelled => Step::Wait,
    }
}

/// What stands behind an order while the bank is not being asked: a [`Cover`] that is known.
#[derive(Clone, Copy)]
enum Backing {
    Held,
    Lapsed,
    Nothing,
}

impl Backing {
    fn of(cover: Cover) -> Option<Backing> {
        match cover {
            Cover::Asked => None,
            Cover::Held(_) => Some(Backing::Held),
            Cover::Lapsed => Some(Backing::Lapsed),
            Cover::Nothing => Some(Backing::Nothing),
        }
    }
}

/// From the stock keeper's answer to the money (steps 5 to 9). While the bank, or the stock keeper, is being asked, its
/// answer decides how it goes on.
fn before_confirmation(order: &Order, hold_outlasts_promise: bool) -> Step {
    let Some(backing) = Backing::of(order.cover()).filter(|_| order.credit != Credit::Asked) else {
        return Step::Wait;
    };
    match (order.state, order.stock) {
        (OrderState::AwaitingStock, _) => promised(order, backing, hold_outlasts_promise),
        (OrderState::AwaitingPayment, StockState::Pegged) => promised_and_paid(order, backing),
        (_, StockState::Reserved) => reserved(order, backing),
        (_, StockState::Allocated) => allocated(order, backing),
        (_, StockState::Asked | StockState::Pegged | StockState::Allocating) => Step::Wait,
    }
}

/// Its supplies have yet to come. A hold that would lapse before they are here is of no use: then the card is only verified,
/// and what lapses meanwhile is asked for anew at once where they are near by then, else when they are here.
fn promised(order: &Order, backing: Backing, hold_outlasts_promise: bool) -> Step {
    match backing {
        Backing::Nothing if order.payments.is_empty() && hold_outlasts_promise => Step::AskHold,
        Backing::Nothing if order.payments.is_empty() => Step::AskVerification,
        Backing::Lapsed if hold_outlasts_promise => renew_or_give_up(order),
        Backing::Held | Backing::Lapsed | Backing::Nothing => Step::Wait,
    }
}

/// Its supplies are ordered once its money is held or its card is good, and so much may be ordered in: what is held can be had
/// back, and the supplies come all the same.
fn promised_and_paid(order: &Order, backing: Backing) -> Step {
    let only_verified = order.newest_state() == Some(AttemptState::Verified);
    match (only_verified, order.credit, backing) {
        (true, Credit::Possible(_), _) => Step::AskCredit,
        (true, Credit::Granted, _) => Step::OrderSupplies,
        (true, Credit::Refused, _) => Step::Cancel(CancelReason::BackorderLimit),
        // whoever asks for credit waits already
        (true, Credit::None | Credit::Asked, _) => Step::Wait,
        (false, Credit::Asked, _) => Step::Wait,
        (false, Credit::Refused, Backing::Held | Backing::Lapsed) => {
            Step::Cancel(CancelReason::BackorderLimit)
        }
        (false, Credit::Possible(_), Backing::Held) => Step::AskCredit,
        // an earlier build named no card
        (false, Credit::None | Credit::Granted, Backing::Held) => Step::OrderSupplies,
        // while it was asked for: nothing is ordered in yet, and nothing is held
        (false, _, Backing::Lapsed) => Step::Cancel(CancelReason::PaymentLapsed),
        (false, _, Backing::Nothing) => Step::Wait,
    }
}

/// The goods are here. They are made its own once its money is held, for so long that the truck can come where the bank agrees.
fn reserved(order: &Order, backing: Backing) -> Step {
    let holds_nothing_yet = matches!(order.newest_state(), None | Some(AttemptState::Verified));
    match backing {
        Backing::Nothing if holds_nothing_yet => Step::AskHold,
        Backing::Nothing => Step::Wait,
        // where it may be asked for no more, what is held stands until its end, as in the house
        Backing::Held if order.is_lapsing() && order.may_ask_again() => Step::Renew,
        Backing::Held => Step::Allocate,
        Backing::Lapsed => renew_or_give_up(order),
    }
}

/// The goods are its own, and it is confirmed with its money: a hold that lapsed meanwhile is asked for anew first.
fn allocated(order: &Order, backing: Backing) -> Step {
    match backing {
        Backing::Held => Step::Confirm,
        Backing::Lapsed => renew_or_give_up(order),
        Backing::Nothing => Step::Wait,
    }
}

fn renew_or_give_up(order: &Order) -> Step {
    if order.may_ask_again() { Step::Renew } else { Step::Cancel(CancelReason::PaymentLapsed) }
}

/// From the confirmation to the truck (steps 10 to 13). A parcel in the house is paid for anew ahead of the truck, whether it
/// is being stopped or not (it may turn out to be too late for that), and what nothing is held for does not leave.
fn in_the_house(order: &Order) -> Step {
    let may_ask_again = order.may_ask_again();
    match order.newest_state() {
        Some(AttemptState::Authorised) if order.is_lapsing() && may_ask_again => Step::Renew,
        // nobody could ask in time: the shop was down
        Some(AttemptState::Expired) if may_ask_again => Step::Renew,
        Some(AttemptState::Expired) => stop_parcel(order),
        // the renewal came to nothing, and what was held before has lapsed; where that still stands the parcel may leave
        Some(AttemptState::Unknown | AttemptState::Declined) if order.older_hold().is_none() => {
            stop_parcel(order)
        }
        None
        | Some(
            AttemptState::Asked
            | AttemptState::Unknown
            | AttemptState::Verified
            | AttemptState::Authorised
            | AttemptState::Captured
            | AttemptState::Settled
            | AttemptState::Declined
            | AttemptState::Voided,
        ) => Step::Wait,
    }
}

/// Once: not where the warehouse is being asked, or has said that it cannot: a driver has it, or will.
fn stop_parcel(order: &Order) -> Step {
    if order.stop == StopState::No { Step::StopParcel } else { Step::Wait }
}

/// From the truck to the end (steps 13 to 15). The goods have left, so the money is taken (step 9). Where there is none, the
/// merchant system opens a case.
fn out_of_the_house(order: &Order) -> Step {
    if order.state == OrderState::Delivered && order.is_settled() {
        return Step::Close;
    }
    match order.cover() {
        // what was held before may be no more
        Cover::Asked => Step::Wait,
        Cover::Held(payment) => capture(order, payment),
        Cover::Lapsed if order.may_ask_again() => Step::Renew,
        Cover::Nothing if order.is_captured() => Step::Wait,
        Cover::Lapsed | Cover::Nothing => {
            order.payment().map_or(Step::Wait, |newest| capture(order, newest.id))
        }
    }
}

fn capture(order: &Order, payment: PaymentId) -> Step {
    if order.is_capture_asked(payment) { Step::Wait } else { Step::Capture(payment) }
}
