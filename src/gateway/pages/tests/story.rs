use jiff::tz::TimeZone;

use crate::actors::order_manager::{OrderView, PaymentView};
use crate::domain::{
    CancelReason, DeclineReason, Happening, Money, OrderState, Party, Sku, Step, Timeline, TimelineEntry,
    Timestamp,
};

use super::super::{story, timeline};
use super::test_pages::*;

const NOON: Timestamp = Timestamp(1_795_348_800_000);

/// What has happened, in its order.
fn happened(what: &[(Step, Happening, Party)]) -> Timeline {
    let entry = |(turn, (step, what, by)): (usize, &(Step, Happening, Party))| {
        let (turn, at) = (turn as u64, NOON.plus_ms(turn as u64 * 60_000));
        TimelineEntry { turn, at, step: *step, what: what.clone(), by: *by }
    };
    Timeline { entries: what.iter().enumerate().map(entry).collect() }
}

/// `Ordered done, Paid now`, with those that are to come left out.
fn story_of(state: OrderState, payment: PaymentView, what: &[(Step, Happening, Party)]) -> String {
    let view = OrderView { payment, ..order_view(state) };
    let steps = story::steps(&view, &happened(what), &TimeZone::UTC);
    let known = steps.iter().filter(|step| step.class != "later");
    known.map(|step| format!("{} {}", step.title, step.class)).collect::<Vec<_>>().join(", ")
}

/// The titles of the fifteen steps that are ticked.
fn ticked(state: OrderState, what: &[(Step, Happening, Party)]) -> Vec<&'static str> {
    let steps = timeline::steps(&order_view(state), &happened(what), &TimeZone::UTC);
    steps.iter().filter(|step| step.class == "done").map(|step| step.title).collect()
}

fn amount() -> Money {
    gbp(1897)
}

fn in_stock() -> (Step, Happening, Party) {
    (Step::STOCK_OR_DATE, Happening::InStock, Party::OrderManager)
}

fn held() -> (Step, Happening, Party) {
    (Step::BANK_ANSWERS, Happening::FundsHeld { amount: amount() }, Party::BankActor)
}

fn says(what: Happening) -> (Step, Happening, Party) {
    (Step::MONEY, what, Party::MerchantProxy)
}

fn of_warehouse(what: Happening) -> (Step, Happening, Party) {
    (Step::DISPATCH_ASKED, what, Party::WarehouseActor)
}

/// All that happens to an order in stock, as far as this many of it.
fn way(so_many: usize) -> Vec<(Step, Happening, Party)> {
    let mut way = vec![
        in_stock(),
        held(),
        says(Happening::Authorised { amount: amount() }),
        of_warehouse(Happening::Packed),
        of_warehouse(Happening::HandedOver { tracking: "T".to_owned() }),
        says(Happening::Captured { amount: amount() }),
        of_warehouse(Happening::Delivered),
    ];
    way.truncate(so_many);
    way
}

#[test]
fn an_order_in_stock_goes_through_six_steps() {
    use OrderState::*;
    let captured = PaymentView::Captured { amount: amount() };
    for (state, payment, so_many, told) in [
        (Placed, PaymentView::None, 0, "Ordered done, Put aside for you now"),
        (Reserved, PaymentView::Pending, 1, "Ordered done, Put aside for you done, Paid now"),
        (AwaitingPayment, PaymentView::Pending, 1, "Ordered done, Put aside for you done, Paid now"),
        // the bank holds the money, and nobody here knows
        (AwaitingPayment, PaymentView::Unknown, 2, "Ordered done, Put aside for you done, Paid now"),
        (
            Confirmed,
            PaymentView::Authorised,
            3,
            "Ordered done, Put aside for you done, Payment accepted done, Packed now",
        ),
        (
            Fulfilling,
            PaymentView::Authorised,
            4,
            "Ordered done, Put aside for you done, Payment accepted done, Packed done, On its way now",
        ),
        (
            Dispatched,
            captured,
            6,
            "Ordered done, Put aside for you done, Paid done, Packed done, On its way done, Delivered now",
        ),
        (
            Closed,
            PaymentView::Settled { amount: amount() },
            7,
            "Ordered done, Put aside for you done, Paid done, Packed done, On its way done, Delivered done",
        ),
        (
            Returned,
            captured,
            7,
            "Ordered done, Put aside for you done, Paid done, Packed done, On its way done, Delivered done, \
             Came back to us over",
        ),
    ] {
        assert_eq!(story_of(state, payment, &way(so_many)), told, "{state}");
    }
}

#[test]
fn what_is_ordered_in_is_put_aside_once_it_is_here() {
    let (sku, quantity) = (Sku::parse("PD-1").unwrap(), 2);
    let promised = (Step::STOCK_OR_DATE, Happening::Promised { date: NOON.date() }, Party::OrderManager);
    let ordered =
        Happening::SuppliesOrdered { sku: sku.clone(), quantity, arrives: NOON.date().plus_days(2) };
    let arrived = Happening::SuppliesArrived { sku, quantity };
    let [ordered, arrived] = [ordered, arrived].map(|what| (Step::ORDERS_SUPPLIES, what, Party::StockKeeper));
    let waits = [promised, ordered, says(Happening::CardVerified)];
    assert_eq!(
        story_of(OrderState::AwaitingStock, PaymentView::Verified, &waits),
        "Ordered done, Ordered in for you now"
    );
    let view = order_view(OrderState::AwaitingStock);
    let note = story::steps(&view, &happened(&waits), &TimeZone::UTC).remove(1).note;
    assert_eq!(note.as_deref(), Some("Expected here on Tuesday 24 November 2026."));
    let came = [&waits[..], &[arrived, says(Happening::Authorised { amount: amount() })]].concat();
    assert_eq!(
        story_of(OrderState::Confirmed, PaymentView::Authorised, &came),
        "Ordered done, Put aside for you done, Payment accepted done, Packed now"
    );
}

#[test]
fn an_order_that_came_to_nothing_shows_no_tick_but_that_it_was_ordered() {
    let reason = DeclineReason::DoNotHonour;
    let declined = [
        in_stock(),
        (Step::BANK_ANSWERS, Happening::BankDeclined { reason }, Party::BankActor),
        says(Happening::PaymentDeclined { reason }),
        (Step::TELLS_SERVER, Happening::Declined { reason }, Party::OrderManager),
    ];
    assert_eq!(
        story_of(OrderState::Declined, PaymentView::Declined, &declined),
        "Ordered done, The card was declined over"
    );
    let cancelled = |payment| {
        let reason = CancelReason::ByCustomer;
        let over = (Step::TELLS_SERVER, Happening::Cancelled { reason }, Party::OrderManager);
        let before_the_bank = [&way(2)[..], std::slice::from_ref(&over)].concat();
        let after_the_bank = [&way(4)[..], &[over, says(Happening::PaymentVoided)]].concat();
        [before_the_bank, after_the_bank].map(|what| story_of(OrderState::Cancelled, payment, &what))
    };
    for payment in [PaymentView::Unknown, PaymentView::Authorised, PaymentView::Voided] {
        assert_eq!(cancelled(payment), ["Ordered done, Cancelled over"; 2]);
    }
}

#[test]
fn of_the_fifteen_none_is_ticked_that_was_not_done_or_was_undone() {
    let unknown = [in_stock(), held(), says(Happening::PaymentUnknown)];
    assert_eq!(ticked(OrderState::AwaitingPayment, &unknown), ["In stock, or a day is promised"]);
    let reason = DeclineReason::DoNotHonour;
    let told = |state| (Step::CUSTOMER_SEES, Happening::CustomerTold { state }, Party::WebSession);
    let declined = [
        says(Happening::PaymentDeclined { reason }),
        (Step::TELLS_SERVER, Happening::Declined { reason }, Party::OrderManager),
        told(OrderState::Declined),
    ];
    assert!(ticked(OrderState::Declined, &declined).is_empty());
    let confirmed = [
        held(),
        says(Happening::Authorised { amount: amount() }),
        (Step::TELLS_SERVER, Happening::Confirmed, Party::OrderManager),
        told(OrderState::Confirmed),
    ];
    assert_eq!(
        ticked(OrderState::Confirmed, &confirmed),
        [
            "Your bank answers",
            "The payment is authorised; the money moves later",
            "The order manager confirms",
            "You see the confirmation"
        ]
    );
    let reason = CancelReason::ByCustomer;
    let cancelled = (Step::TELLS_SERVER, Happening::Cancelled { reason }, Party::OrderManager);
    let cancelled = [&confirmed[..], &[cancelled, says(Happening::PaymentVoided)]].concat();
    assert_eq!(
        ticked(OrderState::Cancelled, &cancelled),
        ["Your bank answers", "You see the confirmation"],
        "it was confirmed and is no more"
    );
}
