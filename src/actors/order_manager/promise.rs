//! The day of a promise: at the doorstep, as she is told, and leaving the house, as the stock keeper reckons.

use crate::actors::Turn;
use crate::domain::Date;
use crate::domain::quote::Quote;

/// A parcel needs this long to leave the house, or to be sent once its supplies are in.
const DISPATCH_DAYS: u32 = 1;

/// Of goods that leave the house on `ships_on`, on the way that she has chosen.
pub fn at_the_doorstep(quote: &Quote, ships_on: Date) -> Date {
    later(ships_on, quote.delivery.days.1)
}

/// The day by which the goods leave the house, for goods promised at the doorstep on `promised`.
pub fn leaves_on(quote: &Quote, promised: Date) -> Date {
    Date(promised.0.saturating_sub(quote.delivery.days.1))
}

pub fn of_goods_in_the_house(turn: &Turn<'_>, quote: &Quote) -> Date {
    at_the_doorstep(quote, later(today(turn), DISPATCH_DAYS))
}

/// Whether a hold of today still stands when goods that are promised on that day are sent.
pub fn is_outlasted_by_a_hold(turn: &Turn<'_>, quote: &Quote, promised: Date) -> bool {
    let held_until = today(turn).plus_days(turn.rules().hold_days);
    later(leaves_on(quote, promised), DISPATCH_DAYS) <= held_until
}

/// In the shop, whose days are promised.
fn today(turn: &Turn<'_>) -> Date {
    turn.rules().day_of(turn.now())
}

/// A supplier's date can be any number.
fn later(date: Date, days: u32) -> Date {
    Date(date.0.saturating_add(days))
}
