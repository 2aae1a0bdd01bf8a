use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::actors::order_manager::{OrderView, PaymentView};
use crate::domain::{
    CancelReason, DeclineReason, Happening, Money, OrderState, Party, Sku, Step, Timeline, TimelineEntry,
    Timestamp,
};

use super::super::timeline::Has;
use super::super::{story, timeline};
use super::test_pages::*;

/// A shop with all that there can be.
const ALL: Has = Has { wholesalers: true, crew: true, mail: true };
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
    let decline_reason = (state == OrderState::Declined).then_some(DeclineReason::DoNotHonour);
    let view = OrderView { payment, decline_reason, ..order_view(state) };
    let steps = story::steps(&view, &happened(what), &TimeZone::UTC, true);
    let known = steps.iter().filter(|step| step.class != "later");
    known.map(|step| format!("{} {}", step.title, step.class)).collect::<Vec<_>>().join(", ")
}

/// The titles of the fifteen steps that are ticked.
fn ticked(state: OrderState, what: &[(Step, Happening, Party)]) -> Vec<&'static str> {
    let steps = timeline::steps(&order_view(state), &happened(what).as_known(), &TimeZone::UTC, ALL);
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
fn a_payment_is_ticked_where_its_own_happening_stands_and_only_while_it_holds() {
    let accepted = "Ordered done, Put aside for you done, Payment accepted done, Packed now";
    let asked = "Ordered done, Put aside for you done, Paid now";
    let lapsed = [&way(3)[..], &[says(Happening::HoldLapsed { amount: amount() })]].concat();
    for (payment, what, told) in [
        (PaymentView::Authorised, way(3), accepted),
        (PaymentView::Authorised, way(1), asked),
        (PaymentView::Expired, lapsed, asked),
        (PaymentView::Captured { amount: amount() }, way(3), asked),
    ] {
        assert_eq!(story_of(OrderState::Fulfilling, payment, &what), told, "{payment:?}");
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
fn of_the_fifteen_those_are_ticked_that_were_done_whatever_came_after() {
    let unknown = [in_stock(), held(), says(Happening::PaymentUnknown)];
    let answered = "The stock keeper answers: in stock, or a day";
    assert_eq!(ticked(OrderState::AwaitingPayment, &unknown), [answered], "nobody has heard the bank");
    let reason = DeclineReason::DoNotHonour;
    let told = |state| (Step::CUSTOMER_SEES, Happening::CustomerTold { state }, Party::WebSession);
    let declined = [
        says(Happening::PaymentDeclined { reason }),
        (Step::TELLS_SERVER, Happening::Declined { reason }, Party::OrderManager),
        told(OrderState::Declined),
    ];
    let [money, decides, is_told] = [
        "The payment is approved or not; the money moves later",
        "The order manager decides",
        "You are told",
    ];
    assert_eq!(ticked(OrderState::Declined, &declined), [money, decides, is_told]);
    let confirmed = [
        held(),
        says(Happening::Authorised { amount: amount() }),
        (Step::TELLS_SERVER, Happening::Confirmed, Party::OrderManager),
        told(OrderState::Confirmed),
    ];
    let of_confirmed = ["Your bank answers", money, decides, is_told];
    assert_eq!(ticked(OrderState::Confirmed, &confirmed), of_confirmed);
    let reason = CancelReason::ByCustomer;
    let cancelled = (Step::TELLS_SERVER, Happening::Cancelled { reason }, Party::OrderManager);
    let cancelled = [&confirmed[..], &[cancelled, says(Happening::PaymentVoided)]].concat();
    assert_eq!(ticked(OrderState::Cancelled, &cancelled), of_confirmed);
    // she was told that the bank is being asked, and by letter what came of it
    let late = [told(OrderState::AwaitingPayment), says(Happening::Authorised { amount: amount() })];
    assert_eq!(ticked(OrderState::Confirmed, &late), [money, is_told]);
}

/// What stands at a step and does not do it: something on the way, or what came after.
fn on_the_way_or_after() -> Vec<(Step, Happening, Party)> {
    use Happening::*;
    use Party::*;
    let (sku, quantity, amount) = (Sku::parse("PD-1").unwrap(), 2, amount());
    let (why, message, tracking) = ("panicked".to_owned(), "Retry".to_owned(), "T".to_owned());
    let what = "delivered".to_owned();
    vec![
        says(CardVerified),
        says(PaymentUnknown),
        says(PaymentVoided),
        says(HoldLapsing { capture_before: NOON }),
        says(HoldLapsed { amount }),
        says(HoldReplaced),
        (Step::STOCK_OR_DATE, UnitsReserved { sku: sku.clone(), quantity }, StockKeeper),
        (Step::STOCK_OR_DATE, UnitsPegged { sku, quantity, promised: NOON.date() }, StockKeeper),
        (Step::TELLS_SERVER, StockAllocated, OrderManager),
        of_warehouse(DispatchAsked),
        of_warehouse(StopAsked),
        (Step::TRUCK_COLLECTS, TruckBooked { tracking, collection: NOON }, WarehouseActor),
        (Step::MAIL, MailParked { what, why: why.clone() }, Mailer),
        (Step::TALKS, CancelAsked, OrderManager),
        (Step::TELLS_SERVER, TooLateToCancel, OrderManager),
        (Step::MAIL, CaseOpened { why: why.clone() }, Mailer),
        (Step::MAIL, SentAgain { message: message.clone() }, Mailer),
        (Step::MAIL, Discarded { message }, Mailer),
        (Step::MAIL, CaseClosed { why }, BackOffice),
        (Step::CUSTOMER_SEES, BasketGivenBack, WebSession),
    ]
}

#[test]
fn what_is_on_the_way_to_a_step_or_came_after_it_ticks_nothing() {
    for entry in on_the_way_or_after() {
        for state in [OrderState::Fulfilling, OrderState::Closed] {
            let none: [&str; 0] = [];
            assert_eq!(ticked(state, std::slice::from_ref(&entry)), none, "{:?}", entry.1);
        }
    }
}

#[test]
fn where_the_bank_could_not_be_reached_nothing_says_that_it_answered() {
    let reason = DeclineReason::IssuerUnavailable;
    let what = [
        in_stock(),
        held(),
        says(Happening::PaymentUnknown),
        says(Happening::PaymentReversed),
        says(Happening::PaymentDeclined { reason }),
        (Step::TELLS_SERVER, Happening::Declined { reason }, Party::OrderManager),
    ];
    let view = OrderView { decline_reason: Some(reason), ..order_view(OrderState::Declined) };
    let steps = timeline::steps(&view, &happened(&what).as_known(), &TimeZone::UTC, ALL);
    let bank = steps.iter().find(|step| step.title == "Your bank answers").unwrap();
    assert_eq!((bank.spoken, bank.entries.len()), ("not reached", 0));
    let story = story::steps(&view, &happened(&what).as_known(), &TimeZone::UTC, true);
    assert_eq!(story.last().unwrap().title, "Your bank could not be reached");
}

#[test]
fn a_step_that_nobody_takes_in_this_shop_is_shown_only_where_something_stands_at_it() {
    let titles = |has: Has, what: &[(Step, Happening, Party)]| {
        let steps =
            timeline::steps(&order_view(OrderState::Fulfilling), &happened(what), &TimeZone::UTC, has);
        steps.iter().map(|step| step.title).collect::<Vec<_>>()
    };
    let alone = Has { wholesalers: false, crew: false, mail: false };
    let known = titles(alone, &[in_stock()]);
    for absent in [
        "What is missing is ordered in",
        "The warehouse packs it",
        "The truck collects it",
        "E-mail to you",
        "At your doorstep",
    ] {
        assert!(!known.contains(&absent), "{absent}");
    }
    assert_eq!((known.len(), titles(ALL, &[]).len()), (10, 15));
    let asked = (Step::DISPATCH_ASKED, Happening::DispatchAsked, Party::WarehouseActor);
    assert!(titles(alone, &[asked]).contains(&"The warehouse packs it"));
    let view = OrderView { payment: PaymentView::Authorised, ..order_view(OrderState::Fulfilling) };
    let steps = story::steps(&view, &happened(&way(3)), &TimeZone::UTC, false);
    assert_eq!(steps.last().unwrap().title, "Payment accepted");
}

/// What may stand on a timeline, each at its step.
fn any_entry() -> impl Strategy<Value = (Step, Happening, Party)> {
    proptest::sample::select([does_its_step(), on_the_way_or_after()].concat())
}

/// What a step is there for.
fn does_its_step() -> Vec<(Step, Happening, Party)> {
    let (amount, reason) = (amount(), DeclineReason::IssuerUnavailable);
    let state = OrderState::AwaitingPayment;
    vec![
        (Step::TALKS, Happening::OrderReceived { from_browser: true }, Party::OrderManager),
        (Step::ASKS_STOCK, Happening::StockAsked, Party::OrderManager),
        in_stock(),
        (Step::STOCK_OR_DATE, Happening::OutOfStock { earliest: None }, Party::OrderManager),
        (Step::TAKES_PAYMENT, Happening::PaymentAsked { amount }, Party::OrderManager),
        (Step::ASKS_BANK, Happening::BankAsked { amount }, Party::MerchantProxy),
        held(),
        (Step::BANK_ANSWERS, Happening::CardVerified, Party::BankActor),
        says(Happening::Authorised { amount }),
        says(Happening::PaymentReversed),
        says(Happening::PaymentDeclined { reason }),
        (Step::TELLS_SERVER, Happening::Confirmed, Party::OrderManager),
        (Step::TELLS_SERVER, Happening::Declined { reason }, Party::OrderManager),
        (Step::CUSTOMER_SEES, Happening::CustomerTold { state }, Party::WebSession),
        of_warehouse(Happening::Packed),
        (Step::TRUCK_COLLECTS, Happening::HandedOver { tracking: "T".to_owned() }, Party::WarehouseActor),
        (Step::MAIL, Happening::Mailed { what: "cancelled".to_owned() }, Party::Mailer),
        (Step::DELIVERED, Happening::Delivered, Party::WarehouseActor),
    ]
}

proptest! {
    #[test]
    fn in_every_state_a_step_says_what_stands_beneath_it(
        state in proptest::sample::select(OrderState::ALL.to_vec()),
        what in proptest::collection::vec(any_entry(), 0..14),
        wholesalers: bool, crew: bool, mail: bool,
    ) {
        let has = Has { wholesalers, crew, mail };
        let known = happened(&what).as_known();
        let does_it = |entry: &&TimelineEntry| {
            does_its_step().iter().any(|(step, what, _)| (*step, what) == (entry.step, &entry.what))
        };
        let done: BTreeSet<u8> = known.entries.iter().filter(does_it).map(|entry| entry.step.0).collect();
        let steps = timeline::steps(&order_view(state), &known, &TimeZone::UTC, has);
        let shown: usize = steps.iter().map(|step| step.entries.len()).sum();
        prop_assert_eq!(shown, known.entries.len(), "each is shown once");
        for step in &steps {
            let is_empty = step.entries.is_empty();
            match step.spoken {
                "done" | "begun" | "begun, and not done" => prop_assert!(!is_empty, "{}", step.title),
                "not reached" | "not yet" | "not needed" => prop_assert!(is_empty, "{}", step.title),
                "next" | "under way" => prop_assert!(!state.is_end()),
                other => prop_assert!(false, "{} says {}", step.title, other),
            }
        }
        prop_assert!(steps.iter().filter(|step| step.class == "now").count() <= 1);
        prop_assert_eq!(steps.iter().filter(|step| step.class == "done").count(), done.len());
    }
}
