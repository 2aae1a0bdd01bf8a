//! An order that came to nothing, as she reads of it: on its page, in its timeline, on the page that she comes back to from paying, in her
//! letter, and as a program is told.

use crate::actors::order_manager::{OrderView, Outcome, PaymentView};
use crate::domain::{CancelReason, DeclineReason, Happening, OrderState, Party, ShopIdentity, Step};
use crate::gateway::Problem;
use crate::gateway::api::checkout_problem;
use crate::partners::mail::{Letter, MailKind, test_letter};

use super::orders::{entry, having};
use super::paying::{RETURN, pays};
use super::test_pages::*;

/// Without the breaks of its lines.
fn words_of(letter: &Letter) -> String {
    let text = letter.render(&ShopIdentity::demo(), "https://shop.example").unwrap();
    text.body.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As its page is, and its timeline there.
async fn page(view: OrderView, what: Happening) -> SeenPage {
    let path = order_path(&view);
    having(view, vec![entry(Step::TELLS_SERVER, what, Party::OrderManager)]).get(&path).await
}

/// What a program is told, and the page after the payment where the checkout itself is refused so.
async fn refused(outcome: impl Fn() -> Outcome + Send + Sync + 'static) -> (Problem, SeenPage) {
    let problem = checkout_problem(outcome());
    (problem, pays(move || answered(outcome())).get(RETURN).await)
}

#[actix_web::test]
async fn of_a_payment_that_failed_pages_letter_and_api_give_one_reason_and_one_way_on() {
    for reason in DeclineReason::ALL {
        let (said, way_on) = (reason.said(), reason.way_on());
        let payment = PaymentView::Declined;
        let view = OrderView { decline_reason: Some(reason), payment, ..order_view(OrderState::Declined) };
        let seen = page(view, Happening::Declined { reason }).await;
        let invitation = format!("You are welcome to order again {way_on}.");
        seen.shows(&format!("{} Nothing was charged. {invitation}", reason.sentence()));
        seen.shows(&format!("the order could not be paid: {said}"));
        seen.shows(&format!("<h1>{}</h1>", reason.headline()));
        seen.shows(&format!(">{}. Nothing was charged.</p>", reason.headline()));
        let mut letter = test_letter(MailKind::PaymentDeclined);
        letter.tell_decline(reason);
        let letter = words_of(&letter);
        assert!(letter.contains(&format!("The reason: {said}. {invitation}")), "{letter}");
        assert_eq!(
            letter.matches(" card").count(),
            (said.to_owned() + way_on).matches(" card").count(),
            "{letter}"
        );
        let (problem, after) = refused(move || Outcome::Declined { order: refused_order(), reason }).await;
        assert_eq!(problem.detail(), format!("{said}; order again {way_on}"));
        after.shows(reason.headline()).shows(&reason.sentence());
        let other_card_only = "Try another card";
        assert_eq!(after.html.contains(other_card_only), way_on == "with another card", "{reason:?}");
        if reason == DeclineReason::IssuerUnavailable {
            for text in [&seen.html, &letter, &after.html, &problem.detail().to_owned()] {
                assert!(!text.contains("declined") && !text.contains("said no"), "{text}");
            }
        }
    }
}

#[actix_web::test]
async fn of_a_cancelled_order_pages_letter_and_api_give_one_reason() {
    for reason in CancelReason::ALL {
        let said = reason.said();
        let payment = PaymentView::Voided;
        let view = OrderView { cancel_reason: Some(reason), payment, ..order_view(OrderState::Cancelled) };
        let seen = page(view, Happening::Cancelled { reason }).await;
        seen.shows(&format!("{} You are not charged for it.", reason.sentence()));
        seen.shows(&format!("the order is cancelled: {said}"));
        assert!(reason.sentence().to_lowercase().contains(&said.to_lowercase()));
        let mut letter = test_letter(MailKind::Cancelled);
        letter.tell_cancel(reason);
        let letter = words_of(&letter);
        assert!(letter.contains(&format!("The reason: {said}.")), "{letter}");
        let outcome = match reason {
            CancelReason::OutOfStock { earliest } => Outcome::OutOfStock { order: refused_order(), earliest },
            CancelReason::BackorderLimit => Outcome::BackorderLimit { order: refused_order() },
            // no checkout ends so
            CancelReason::ByCustomer | CancelReason::NoSupplies | CancelReason::PaymentLapsed => continue,
        };
        let (problem, after) = refused(move || outcome.clone()).await;
        assert_eq!(problem.detail(), said);
        after.shows(&reason.sentence()).shows("Nothing was").shows("your basket is as it was");
        if let CancelReason::OutOfStock { earliest } = reason {
            let seen = page(order_view(OrderState::Placed), Happening::OutOfStock { earliest }).await;
            seen.shows(&format!("</time> {said} <span"));
        }
    }
}
