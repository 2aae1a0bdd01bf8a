use super::{Probed, ms, order, payment, pence};
use crate::actors::bank::Message as ToBank;
use crate::actors::merchant_proxy::Message as ToMerchant;
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::{Address, Message, Rules};
use crate::domain::{DeclineReason, Timestamp};
use crate::partners::processor::port::{Answer, Hold};
use crate::runtime::kit::run;

fn authorise() -> ToMerchant {
    ToMerchant::Authorise {
        order: order(1),
        payment: payment(1),
        token: "tok_visa".into(),
        amount: pence(799),
    }
}

async fn to_bank(probed: &mut Probed) -> ToBank {
    match probed.next(Address::BankActor).await.as_ref() {
        Message::BankActor(message) => message.clone(),
        other => panic!("the bank is told {other:?}"),
    }
}

async fn to_orders(probed: &mut Probed) -> ToOrders {
    match probed.next(Address::OrderManager).await.as_ref() {
        Message::OrderManager(message) => message.clone(),
        other => panic!("the order manager is told {other:?}"),
    }
}

#[test]
fn a_silent_bank_is_unknown_after_the_deadline_and_asked_by_the_same_key() {
    run(async {
        let mut probed = Probed::started(Address::MerchantProxy).await;
        probed.told(authorise());
        assert!(
            matches!(to_bank(&mut probed).await, ToBank::ApproveHold { payment: key, .. } if key == payment(1))
        );
        assert!(probed.is_quiet(Address::OrderManager).await);
        let unknown = ToOrders::PaymentUnknown { order: order(1), payment: payment(1) };
        assert_eq!(to_orders(&mut probed).await, unknown);
        assert!(probed.elapsed() >= ms(Rules::default().payment_deadline_ms));
        let ask = ToBank::QueryHold { order: order(1), payment: payment(1), verification: false };
        assert_eq!(to_bank(&mut probed).await, ask);
        // the answer, after all
        let capture_before = Timestamp(1_796_000_000_000);
        let (approval, amount, card) = ("1".to_owned(), pence(799), "tok_visa".to_owned());
        let answer = Answer::Known(Box::new(Hold { approval, amount, capture_before, card: card.clone() }));
        probed.told(ToMerchant::AuthoriseAnswered { order: order(1), payment: payment(1), answer });
        let authorised = ToOrders::PaymentHeld { order: order(1), payment: payment(1), card };
        assert_eq!(to_orders(&mut probed).await, authorised);
    });
}

#[test]
fn a_bank_that_stays_silent_is_told_to_let_go_also_over_a_crash() {
    run(async {
        let mut probed = Probed::started(Address::MerchantProxy).await;
        probed.told(authorise());
        to_bank(&mut probed).await;
        to_orders(&mut probed).await;
        probed.kit.restart().await;
        let mut asks = 0;
        let release = loop {
            match to_bank(&mut probed).await {
                ToBank::QueryHold { .. } => asks += 1,
                // what stood in a turn when it crashed is handed over again
                ToBank::ApproveHold { .. } => {}
                other => break other,
            }
        };
        assert_eq!(release, ToBank::ReleaseHold { order: order(1), payment: payment(1) });
        assert!(asks >= Rules::default().payment_asks_max);
        let answer = Answer::Known(());
        probed.told(ToMerchant::VoidAnswered { order: order(1), payment: payment(1), answer });
        let declined = loop {
            let told = to_orders(&mut probed).await;
            if !matches!(told, ToOrders::PaymentUnknown { .. }) {
                break told;
            }
        };
        let reason = DeclineReason::IssuerUnavailable;
        assert_eq!(declined, ToOrders::PaymentDeclined { order: order(1), payment: payment(1), reason });
    });
}
