//! An order's way in six plain steps: what has happened, what is under way, what is to come. A step is done only where its own
//! happening stands on the timeline; that the payment is accepted, also only while it is: a hold that lapses takes the tick away again.
//! What nobody does in this shop is no step of it. Of an order that came to nothing only that it was ordered is shown, and how it ended: what had
//! been done for it was undone.

use jiff::tz::TimeZone;

use crate::actors::order_manager::{OrderView, PaymentView};
use crate::domain::{Happening, OrderState, Party, Timeline, Timestamp};

use super::format;
use super::order_status::declined;

pub struct PlainStep {
    pub title: &'static str,
    /// For the stylesheet.
    pub class: &'static str,
    /// The same for those who hear the page.
    pub spoken: &'static str,
    pub when: Option<When>,
}

pub struct When {
    /// RFC 3339.
    pub at: String,
    pub shown: String,
}

/// A step before it is known which one is under way.
struct Stage {
    title: &'static str,
    /// When that happened which does it.
    at: Option<Timestamp>,
}

impl Stage {
    fn at(title: &'static str, at: Option<Timestamp>) -> Stage {
        Stage { title, at }
    }

    fn is_done(&self) -> bool {
        self.at.is_some()
    }
}

/// `has_crew`: somebody packs and brings it.
pub fn steps(view: &OrderView, timeline: &Timeline, zone: &TimeZone, has_crew: bool) -> Vec<PlainStep> {
    let ordered = Stage::at("Ordered", Some(view.placed_at));
    let end = end(view, timeline, zone);
    let stages = match view.state {
        OrderState::Declined | OrderState::Cancelled => vec![ordered],
        _ => {
            let road = road(timeline).into_iter().filter(|stage| has_crew || stage.is_done());
            [ordered, put_aside(view, timeline), payment(view, timeline)].into_iter().chain(road).collect()
        }
    };
    let under_way = stages.iter().position(|stage| !stage.is_done()).filter(|_| !view.state.is_end());
    let shown =
        stages.into_iter().enumerate().map(|(place, stage)| shown(stage, under_way == Some(place), zone));
    shown.chain(end).collect()
}

/// What is told of a parcel that stands ready: the order's state says only that the warehouse has it.
pub fn packed(view: &OrderView, timeline: &Timeline, zone: &TimeZone) -> Option<(&'static str, String)> {
    last(timeline, |what| matches!(what, Happening::Packed))
        .filter(|_| view.state == OrderState::Fulfilling)?;
    let booked = timeline.entries.iter().rev().find_map(|entry| match &entry.what {
        Happening::TruckBooked { collection, .. } => Some(*collection),
        _ => None,
    });
    let truck = booked.map_or("The truck is being booked.".to_owned(), |collection| {
        format!("The truck collects them: {}.", format::moment(collection, zone))
    });
    Some(("Thank you: your books are packed", truck))
}

fn road(timeline: &Timeline) -> [Stage; 3] {
    [
        Stage::at("Packed", last(timeline, |what| matches!(what, Happening::Packed))),
        Stage::at("On its way", last(timeline, |what| matches!(what, Happening::HandedOver { .. }))),
        Stage::at("Delivered", last(timeline, |what| matches!(what, Happening::Delivered))),
    ]
}

fn shown(stage: Stage, is_under_way: bool, zone: &TimeZone) -> PlainStep {
    let (class, spoken) = match (stage.is_done(), is_under_way) {
        (true, _) => ("done", "done"),
        (false, true) => ("now", "next"),
        (false, false) => ("later", "not yet"),
    };
    PlainStep { title: stage.title, class, spoken, when: stage.at.map(|at| when(at, zone)) }
}

fn when(at: Timestamp, zone: &TimeZone) -> When {
    When { at: at.to_string(), shown: format::moment(at, zone) }
}

/// How it ended, where that is not at her doorstep.
fn end(view: &OrderView, timeline: &Timeline, zone: &TimeZone) -> Option<PlainStep> {
    let (title, at) = match view.state {
        OrderState::Declined => {
            (declined(view), last(timeline, |what| matches!(what, Happening::Declined { .. })))
        }
        OrderState::Cancelled => {
            ("Cancelled", last(timeline, |what| matches!(what, Happening::Cancelled { .. })))
        }
        OrderState::Returned => ("Came back to us", None),
        _ => return None,
    };
    Some(PlainStep { title, class: "over", spoken: "the end", when: at.map(|at| when(at, zone)) })
}

/// When it happened last.
fn last(timeline: &Timeline, is_it: impl Fn(&Happening) -> bool) -> Option<Timestamp> {
    timeline.entries.iter().rev().find(|entry| is_it(&entry.what)).map(|entry| entry.at)
}

fn put_aside(view: &OrderView, timeline: &Timeline) -> Stage {
    let in_stock = last(timeline, |what| matches!(what, Happening::InStock));
    let arrived = last(timeline, |what| matches!(what, Happening::SuppliesArrived { .. }));
    let is_waiting = in_stock.is_none() && last(timeline, is_promise).is_some();
    match (is_waiting, is_all_here(view.state)) {
        (true, false) => Stage::at("Ordered in for you", None),
        (true, true) => Stage::at("Put aside for you", arrived),
        (false, _) => Stage::at("Put aside for you", in_stock),
    }
}

fn is_promise(what: &Happening) -> bool {
    matches!(what, Happening::Promised { .. } | Happening::UnitsPegged { .. })
}

/// The states that an order on promise comes to once its supplies have.
fn is_all_here(state: OrderState) -> bool {
    match state {
        OrderState::Reserved
        | OrderState::Confirmed
        | OrderState::Fulfilling
        | OrderState::PartlyDispatched
        | OrderState::Dispatched
        | OrderState::Delivered
        | OrderState::Closed
        | OrderState::Returned => true,
        OrderState::Placed
        | OrderState::AwaitingStock
        | OrderState::AwaitingPayment
        | OrderState::Declined
        | OrderState::Cancelled => false,
    }
}

/// What the bank has decided counts once the merchant system has said so: before, nobody who asks the shop can know.
fn payment(view: &OrderView, timeline: &Timeline) -> Stage {
    let says = |is_it: fn(&Happening) -> bool| {
        let said = timeline
            .entries
            .iter()
            .rev()
            .find(|entry| entry.by == Party::MerchantProxy && is_it(&entry.what));
        said.map(|entry| entry.at)
    };
    let authorised = says(|what| matches!(what, Happening::Authorised { .. }));
    let captured = says(|what| matches!(what, Happening::Captured { .. }));
    match view.payment {
        PaymentView::Captured { .. } | PaymentView::Settled { .. } | PaymentView::Refunded { .. } => {
            Stage::at("Paid", captured)
        }
        PaymentView::Authorised if authorised.is_some() => Stage::at("Payment accepted", authorised),
        PaymentView::Authorised
        | PaymentView::None
        | PaymentView::Pending
        | PaymentView::Unknown
        | PaymentView::Verified
        | PaymentView::Declined
        | PaymentView::AnotherCard { .. }
        | PaymentView::Voided
        | PaymentView::Expired => Stage::at("Paid", None),
    }
}
