use std::sync::Arc;

use crate::actors::Message;
use crate::actors::order_manager::transitions::TABLE;
use crate::actors::order_manager::{
    Cancel, CancelReply, Claim, Message as OrderMessage, NoSuchOrder, OrderView, PaymentView, Show,
    ShowTimeline, Trigger,
};
use crate::actors::stock_keeper;
use crate::domain::{
    Customer, DeclineReason, Happening, OrderId, OrderState, Party, Step, Timeline, TimelineEntry, Timestamp,
};

use super::test_pages::*;
use actix_web::test::TestRequest;

/// A shop with this order, which its key opens.
pub fn having(view: OrderView, entries: Vec<TimelineEntry>) -> TestPages {
    let (common, own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.by == Party::BankActor);
    let opens = |view: &OrderView, order: &OrderId, claim: &Claim| {
        let opens = match claim {
            Claim::Key(key) => view.key.opens(key),
            Claim::Link => true,
            Claim::Program(_) => false,
        };
        *order == view.id && opens
    };
    TestPages::new(move |_, message| match message {
        Message::StockKeeper(stock_keeper::Message::ShowTimeline(_)) => {
            reply::<stock_keeper::ShowTimeline>(Timeline { entries: common.clone() })
        }
        Message::OrderManager(OrderMessage::Show(Show { order, claim })) => {
            reply::<Show>(opens(&view, order, claim).then(|| Box::new(view.clone())).ok_or(NoSuchOrder))
        }
        Message::OrderManager(OrderMessage::ShowTimeline(ShowTimeline { order, claim })) => {
            let own = Timeline { entries: own.clone() };
            reply::<ShowTimeline>(opens(&view, order, claim).then_some(own).ok_or(NoSuchOrder))
        }
        Message::OrderManager(OrderMessage::Cancel(Cancel { order, claim })) => {
            let shown = Box::new(view.clone());
            reply::<Cancel>(match view.state {
                _ if !opens(&view, order, claim) => CancelReply::NoSuchOrder,
                OrderState::Dispatched => CancelReply::TooLate(shown),
                _ => CancelReply::Cancelled(shown),
            })
        }
        other => panic!("not scripted: {other:?}"),
    })
}

pub fn entry(step: Step, what: Happening, by: Party) -> TimelineEntry {
    TimelineEntry { turn: 1, at: Timestamp(1_795_348_800_000), step, what, by }
}

#[actix_web::test]
async fn the_order_page_says_where_it_stands() {
    let view = order_view(OrderState::Fulfilling);
    let path = order_path(&view);
    let entries = vec![
        entry(Step::TALKS, Happening::OrderReceived { from_browser: true }, Party::OrderManager),
        entry(Step::STOCK_OR_DATE, Happening::InStock, Party::OrderManager),
    ];
    let seen = having(view, entries).get(&path).await;
    assert_eq!((seen.status, seen.header("cache-control")), (200, "no-store"));
    seen.shows("Thank you: your books are being packed").shows("Monday 23 November 2026").shows("£18.97");
    seen.shows("12 St James&#39;s Square").shows("United Kingdom").shows("everything is in stock");
    seen.shows("Cancel this order").shows("data-every=\"5\"");
    assert_eq!(seen.html.matches("<h3>").count(), 6 + 15 + 1, "six plain steps, fifteen and the address");
}

#[actix_web::test]
async fn a_parcel_that_is_packed_is_not_said_to_be_being_packed() {
    let packed = vec![entry(Step::DISPATCH_ASKED, Happening::Packed, Party::WarehouseActor)];
    let booked =
        Happening::TruckBooked { tracking: "T".to_owned(), collection: Timestamp(1_795_348_800_000) };
    let entry = entry(Step::DISPATCH_ASKED, booked, Party::WarehouseActor);
    for (entries, truck) in [
        (packed.clone(), "The truck is being booked."),
        ([packed, vec![entry]].concat(), "The truck collects them: 22 Nov 2026"),
    ] {
        let view = order_view(OrderState::Fulfilling);
        let path = order_path(&view);
        let seen = having(view, entries).get(&path).await;
        seen.shows("Thank you: your books are packed").shows(truck).hides("being packed");
    }
}

#[actix_web::test]
async fn the_page_is_renewed_until_nothing_more_will_happen() {
    for state in OrderState::ALL {
        let view = OrderView { decline_reason: Some(DeclineReason::ExpiredCard), ..order_view(state) };
        let path = order_path(&view);
        let seen = having(view, vec![]).get(&path).await;
        for part in ["data-every=\"", "<script type=\"module\" src=\"/assets/live-", "See what is new"] {
            assert_eq!(seen.html.contains(part), !state.is_end(), "{state} {part}");
        }
        seen.hides("http-equiv=\"refresh\"");
    }
}

#[actix_web::test]
async fn while_the_bank_is_asked_the_page_says_so() {
    let view = OrderView { payment: PaymentView::Unknown, ..order_view(OrderState::AwaitingPayment) };
    let path = order_path(&view);
    having(view, vec![]).get(&path).await.shows("Your bank is being asked").shows("data-every=\"2\"");
}

#[actix_web::test]
async fn the_page_is_sent_again_only_where_it_has_changed() {
    let view = order_view(OrderState::Fulfilling);
    let path = order_path(&view);
    let pages = having(view, vec![]);
    let first = pages.get(&path).await;
    let policy = first.header("content-security-policy");
    assert!(
        policy.contains("script-src 'self'; connect-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    let asks = |tag: &str| {
        pages.send(TestRequest::get().uri(&path).insert_header(("If-None-Match", tag.to_owned())))
    };
    let again = asks(first.header("etag")).await;
    assert_eq!((again.status, again.html.as_str()), (304, ""));
    assert_eq!((again.header("cache-control"), again.header("etag")), ("no-store", first.header("etag")));
    assert_eq!(asks("\"another\"").await.html, first.html);
    // no other page runs anything
    let policy =
        TestPages::new(stocked(9, vec![])).get("/").await.header("content-security-policy").to_owned();
    assert!(!policy.contains("script-src"), "{policy}");
}

#[actix_web::test]
async fn while_the_bank_has_not_answered_nothing_of_its_answer_is_shown() {
    let view = OrderView { payment: PaymentView::Unknown, ..order_view(OrderState::AwaitingPayment) };
    let path = order_path(&view);
    let amount = view.quote.totals.total;
    let held = entry(Step::BANK_ANSWERS, Happening::FundsHeld { amount }, Party::BankActor);
    let unknown = entry(Step::MONEY, Happening::PaymentUnknown, Party::MerchantProxy);
    let seen = having(view.clone(), vec![held.clone(), unknown.clone()]).get(&path).await;
    seen.shows("has not answered yet").hides("the bank reserved");
    let said = TimelineEntry {
        turn: 2,
        ..entry(Step::MONEY, Happening::Authorised { amount }, Party::MerchantProxy)
    };
    having(view, vec![held, unknown, said]).get(&path).await.shows("the bank reserved £18.97");
}

#[actix_web::test]
async fn where_the_bank_could_not_be_reached_no_page_says_that_it_answered() {
    let reason = DeclineReason::IssuerUnavailable;
    let payment = PaymentView::Declined;
    let view = OrderView { decline_reason: Some(reason), payment, ..order_view(OrderState::Declined) };
    let path = order_path(&view);
    let amount = view.quote.totals.total;
    let held = entry(Step::BANK_ANSWERS, Happening::FundsHeld { amount }, Party::BankActor);
    let told = |what| entry(Step::MONEY, what, Party::MerchantProxy);
    let [reversed, declined] = [Happening::PaymentReversed, Happening::PaymentDeclined { reason }].map(told);
    let seen = having(view, vec![held, reversed, declined]).get(&path).await;
    seen.shows("Your bank could not be reached in time, so we have let go of the payment.");
    seen.hides("declined").hides("said no").hides("the bank reserved");
}

#[actix_web::test]
async fn no_order_that_has_ended_is_said_to_be_charged_or_paid_later() {
    for state in [OrderState::Cancelled, OrderState::Declined] {
        for payment in
            [PaymentView::Verified, PaymentView::Voided, PaymentView::Authorised, PaymentView::Expired]
        {
            let view = OrderView { payment, ..order_view(state) };
            let path = order_path(&view);
            let seen = having(view, vec![]).get(&path).await;
            seen.hides("when your books leave us").hides("before your books leave us");
            seen.shows("othing");
        }
    }
}

#[actix_web::test]
async fn a_backorder_has_one_day_and_says_which_it_was_before() {
    let day = |n: u32| crate::domain::Date(20_780 + n);
    let view = OrderView {
        payment: PaymentView::Verified,
        promised_date: Some(day(5)),
        ..order_view(OrderState::AwaitingStock)
    };
    let path = order_path(&view);
    let (sku, quantity) = (crate::domain::Sku::parse("PD-1").unwrap(), 2);
    let pegged = Happening::UnitsPegged { sku: sku.clone(), quantity, promised: day(2) };
    let ordered = Happening::SuppliesOrdered { sku, quantity, arrives: day(1) };
    let zero = crate::domain::Money::zero(view.quote.totals.total.currency);
    let promised = |n| entry(Step::STOCK_OR_DATE, Happening::Promised { date: day(n) }, Party::OrderManager);
    let others = [
        entry(Step::STOCK_OR_DATE, pegged, Party::StockKeeper),
        entry(Step::ORDERS_SUPPLIES, ordered, Party::StockKeeper),
        entry(Step::TAKES_PAYMENT, Happening::PaymentAsked { amount: zero }, Party::OrderManager),
        entry(Step::ASKS_BANK, Happening::BankAsked { amount: zero }, Party::MerchantProxy),
        entry(Step::BANK_ANSWERS, Happening::CardVerified, Party::BankActor),
        entry(Step::MONEY, Happening::CardVerified, Party::MerchantProxy),
    ];
    let kept = having(view.clone(), [&[promised(5)], &others[..]].concat()).get(&path).await;
    kept.shows("At your doorstep by <b>Saturday 28 November 2026</b>.").hides("it was");
    kept.hides("24 November").hides("25 November").hides("of £0.00").hides("for £0.00");
    kept.shows("Your card was checked, and nothing is reserved on it yet");
    let slipped = having(view, [&[promised(3), promised(5)], &others[..]].concat()).get(&path).await;
    slipped.shows("Saturday 28 November 2026</b>; it was Thursday 26 November 2026.");
}

#[actix_web::test]
async fn a_basket_that_a_late_decline_gave_back_is_named() {
    let reason = DeclineReason::IssuerUnavailable;
    let view = OrderView { decline_reason: Some(reason), ..order_view(OrderState::Declined) };
    let path = order_path(&view);
    let back = entry(Step::CUSTOMER_SEES, Happening::BasketGivenBack, Party::WebSession);
    having(view.clone(), vec![back]).get(&path).await.shows("in your basket again").shows("href=\"/cart\"");
    having(view, vec![]).get(&path).await.hides("basket again");
}

#[actix_web::test]
async fn a_wrong_key_and_no_such_order_look_the_same() {
    let view = order_view(OrderState::Confirmed);
    let other = format!("/orders/{}?key={}", OrderId::new(9, 9), view.key);
    let bare = format!("/orders/{}", view.id);
    let pages = having(view, vec![]);
    let wrong = pages.get(&format!("{bare}?key=wrong")).await;
    assert_eq!(wrong.status, 404);
    wrong.shows("There is no such order").hides("Ada");
    for uri in [other.as_str(), &bare, "/orders/x?key=y", &format!("{bare}?key={}", "k".repeat(200))] {
        let seen = pages.get(uri).await;
        assert_eq!((seen.status, seen.html), (404, wrong.html.clone()), "{uri}");
    }
}

#[actix_web::test]
async fn a_customers_own_words_are_escaped() {
    let mut view = order_view(OrderState::Confirmed);
    view.customer =
        Arc::new(Customer { email: "a@b.c".to_owned(), name: "<script>alert(1)</script>".to_owned() });
    Arc::make_mut(&mut view.lines)[0].title = "<b>bold</b>".to_owned();
    let path = order_path(&view);
    having(view, vec![]).get(&path).await.hides("<script>alert").hides("<b>bold");
}

#[actix_web::test]
async fn what_is_for_the_operator_is_not_on_the_page() {
    let view = order_view(OrderState::Confirmed);
    let path = order_path(&view);
    let case =
        entry(Step(0), Happening::CaseOpened { why: "it panicked at 0xdead".to_owned() }, Party::BankActor);
    let parked = Happening::MailParked { what: "delivered".to_owned(), why: "panicked".to_owned() };
    let parked = entry(Step::MAIL, parked, Party::Mailer);
    let told = Happening::CustomerTold { state: OrderState::AwaitingStock };
    let told = entry(Step::CUSTOMER_SEES, told, Party::WebSession);
    let seen = having(view, vec![case, parked, told]).get(&path).await;
    seen.shows("one of us is looking into").hides("panicked").hides("awaiting_stock");
}

#[actix_web::test]
async fn an_order_can_be_cancelled_by_its_key_until_it_is_on_its_way() {
    let view = order_view(OrderState::Fulfilling);
    let path = order_path(&view);
    let form = path.split_once('?').unwrap().1.to_owned();
    let cancel = format!("/orders/{}/cancel", view.id);
    let pages = having(view, vec![]);
    let shown = pages.get(&path).await;
    shown.shows(&format!("href=\"{cancel}?{form}\"")).hides("<form method=\"post\"");
    let asked = pages.get(&format!("{cancel}?{form}")).await;
    asked.shows("Cancel this order?").shows("Yes, cancel it").shows(&format!("href=\"{path}\""));
    assert_eq!(pages.get(&cancel).await.status, 404);
    pages.post(&cancel, &form).await.goes_to(&path);
    assert_eq!(pages.post(&cancel, "key=wrong").await.status, 404);

    let pages = having(order_view(OrderState::Dispatched), vec![]);
    pages.get(&path).await.hides("Cancel this order");
    pages.get(&format!("{cancel}?{form}")).await.goes_to(&format!("{path}&notice=too_late"));
    pages.post(&cancel, &form).await.goes_to(&format!("{path}&notice=too_late"));
    pages.get(&format!("{path}&notice=too_late")).await.shows("too late to cancel");
}

#[actix_web::test]
async fn what_can_be_cancelled_is_what_the_order_manager_takes() {
    for state in OrderState::ALL {
        let view = order_view(state);
        let path = order_path(&view);
        let has_row = TABLE.iter().any(|(from, by, _)| (*from, *by) == (state, Trigger::Cancel));
        let seen = having(view, vec![]).get(&path).await;
        assert_eq!(seen.html.contains("Cancel this order"), has_row, "{state}");
    }
}

#[actix_web::test]
async fn what_came_of_asking_to_cancel_is_said_only_while_the_order_itself_does_not_say_it() {
    use OrderState::*;
    let (asking, too_late) = ("We are seeing whether", "It is too late to cancel");
    for (state, notice, words, is_said) in [
        (Fulfilling, "asking", asking, true),
        (Dispatched, "asking", asking, false),
        (Cancelled, "asking", asking, false),
        (Dispatched, "too_late", too_late, true),
        (Cancelled, "too_late", too_late, false),
        (Closed, "too_late", too_late, false),
    ] {
        let view = order_view(state);
        let path = order_path(&view);
        let seen = having(view, vec![]).get(&format!("{path}&notice={notice}")).await;
        assert_eq!(seen.html.contains(words), is_said, "{state} {notice}");
        // it goes with the state, without another load
        seen.shows("<div id=\"notice\" data-live>");
    }
}
