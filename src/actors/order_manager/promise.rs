//! The day of a promise: at the doorstep, as she is told, and leaving the house, as the stock keeper reckons.

use crate::actors::Turn;
use crate::domain::Date;

/// A parcel needs this long to leave the house, or to be sent once its supplies are in.
const DISPATCH_DAYS: u32 = 1;

/// Of goods that leave the house on `ships_on`.
pub fn at_the_doorstep(turn: &Turn<'_>, ships_on: Date) -> Date {
    later(ships_on, turn.rules().delivery_days)
}

/// The day by which the goods leave the house, for goods promised at the doorstep on `promised`.
pub fn leaves_on(turn: &Turn<'_>, promised: Date) -> Date {
    Date(promised.0.saturating_sub(turn.rules().delivery_days))
}

pub fn of_goods_in_the_house(turn: &Turn<'_>) -> Date {
    at_the_doorstep(turn, later(today(turn), DISPATCH_DAYS))
}

/// Whether a hold of today still stands when goods that are promised on that day are sent.
pub fn is_outlasted_by_a_hold(turn: &Turn<'_>, promised: Date) -> bool {
    let held_until = today(turn).plus_days(turn.rules().hold_days);
    later(leaves_on(turn, promised), DISPATCH_DAYS) <= held_until
}

/// In the shop, whose days are promised.
fn today(turn: &Turn<'_>) -> Date {
    turn.rules().day_of(turn.now())
}

/// A supplier's date can be any number.
fn later(date: Date, days: u32) -> Date {
    Date(date.0.saturating_add(days))
}
