//! What somebody who waits for units hears, and when: one function of how the demand stands and of what is reported of it.
//! `docs/processes.md` has it as a table. A release is in none of it: it ends a demand however that stands (`release`).

use crate::actors::Turn;
use crate::domain::{Backorder, Date, OrderId};
use crate::runtime::Owed;

use super::ordering::Plan;
use super::{Availability, Demand, DemandId, Waiting, Who, ordering, steps};

#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(test, derive(strum::IntoStaticStr, strum::VariantNames))]
pub enum Report {
    /// A round of quotes is over, or none is needed.
    Dated,
    /// The order's payment stands. From whom the offers have what is missing, or `None` where they no longer cover it.
    Paid(Option<Plan>),
    /// It got units.
    Served,
    /// No wholesaler is left to ask for what is missing.
    NobodyLeft,
    /// A part of it will be here on that day.
    Comes(Date),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// For quotes, for the payment, for supplies, or for its release.
    Wait,
    Answer(Owed<Vec<Availability>>),
    /// It does not want to wait: the day on which it could have been.
    Refuse(Option<Date>),
    /// What it missed has come back to the shelf meanwhile.
    Reserved,
    Promise(Date),
    /// Nobody offers what is missing, or not by the day that it waits for (then by this one): it is out of stock, and what it
    /// has goes back.
    OutOfStock(Option<Date>),
    OrderSupplies(Plan),
    SuppliesArrived,
    NoSupplies,
    /// It is told of another day.
    Slip(Date),
}

/// Leads a demand on.
pub fn go_on(turn: &mut Turn<'_>, id: DemandId, report: Report) {
    // it may have been released meanwhile
    let Some(demand) = turn.get::<Demand>(&id) else { return };
    let step = next(&demand, report);
    match demand.who {
        Who::Gateway(_) => take_step_of_question(turn, id, &demand, step),
        Who::Order { order, .. } => take_step(turn, order, &demand, step),
    }
}

fn take_step_of_question(turn: &mut Turn<'_>, id: DemandId, demand: &Demand, step: Step) {
    if let Step::Answer(owed) = step {
        steps::answer(turn, id, demand, owed);
    }
}

fn take_step(turn: &mut Turn<'_>, order: OrderId, demand: &Demand, step: Step) {
    match step {
        // what is answered is a question
        Step::Wait | Step::Answer(_) => {}
        Step::Refuse(earliest) => steps::refuse(turn, order, earliest),
        Step::Reserved => steps::reserved(turn, order),
        Step::Promise(ships_on) => steps::promise(turn, order, demand, ships_on),
        Step::OutOfStock(earliest) => steps::out_of_stock(turn, order, demand, earliest),
        Step::OrderSupplies(plan) => ordering::order_supplies(turn, order, plan),
        Step::SuppliesArrived => steps::supplies_arrived(turn, order),
        Step::NoSupplies => steps::no_supplies(turn, order),
        Step::Slip(ships_on) => steps::slip(turn, order, ships_on),
    }
}

pub fn next(demand: &Demand, report: Report) -> Step {
    match demand.state {
        Waiting::Asking => asking(demand, report),
        Waiting::Promised { .. } => promised(demand, report),
        Waiting::Ordered { ships_on } => ordered(demand, ships_on, report),
        // told once: what is reported later is nothing to it
        Waiting::GivenUp => Step::Wait,
    }
}

fn asking(demand: &Demand, report: Report) -> Step {
    let has_all_dates = demand.lines.iter().all(|line| !line.asking);
    if report == Report::Dated && has_all_dates { dated(demand) } else { Step::Wait }
}

fn dated(demand: &Demand) -> Step {
    let latest = Demand::latest(&demand.lines);
    match demand.who {
        Who::Gateway(owed) => Step::Answer(owed),
        Who::Order { backorder: Backorder::Refuse, .. } => Step::Refuse(latest),
        Who::Order { .. } if demand.short() == 0 => Step::Reserved,
        Who::Order { backorder, .. } => match latest {
            Some(day) if is_accepted(backorder, day) => Step::Promise(day),
            _ => Step::OutOfStock(latest),
        },
    }
}

fn is_accepted(backorder: Backorder, ships_on: Date) -> bool {
    match backorder {
        Backorder::Refuse => false,
        Backorder::Accept => true,
        Backorder::AcceptUntil(day) => ships_on <= day,
    }
}

/// What came back to the shelf meanwhile it hears of when it is paid for, not before.
fn promised(demand: &Demand, report: Report) -> Step {
    match report {
        Report::Paid(_) if demand.short() == 0 => Step::SuppliesArrived,
        Report::Paid(plan) => plan.map_or(Step::NoSupplies, Step::OrderSupplies),
        _ => Step::Wait,
    }
}

fn ordered(demand: &Demand, ships_on: Date, report: Report) -> Step {
    match report {
        Report::Served if demand.short() == 0 => Step::SuppliesArrived,
        Report::NobodyLeft => Step::NoSupplies,
        Report::Comes(day) if day > ships_on => Step::Slip(day),
        _ => Step::Wait,
    }
}
