use super::{Probed, order, payment, pence};
use crate::actors::bank::Message as ToBank;
use crate::actors::merchant_proxy::Message as ToMerchant;
use crate::actors::{Address, Message, Rules};
use crate::domain::CaptureId;
use crate::partners::processor::port::Answer;
use crate::runtime::kit::run;

async fn to_merchant(probed: &mut Probed) -> ToMerchant {
    match probed.next(Address::MerchantProxy).await.as_ref() {
        Message::MerchantProxy(message) => message.clone(),
        other => panic!("the merchant is told {other:?}"),
    }
}

#[test]
fn captures_are_paid_out_two_days_later_in_the_trades_time_also_over_a_crash() {
    run(async {
        let mut probed = Probed::new(Address::BankActor);
        // an hour a second, from midnight
        probed.kit.speed = 3_600;
        probed.kit.start().await;
        let (order, payment, amount) = (order(1), payment(1), pence(10_000));
        probed.told(ToBank::ApproveHold { order, payment, token: "tok_visa".into(), amount });
        let answer = to_merchant(&mut probed).await;
        let held = matches!(answer, ToMerchant::AuthoriseAnswered { answer: Answer::Known(_), .. });
        assert!(held, "{answer:?}");
        let capture = CaptureId { payment, no: 1 };
        probed.told(ToBank::CaptureHold { order, capture, amount });
        let answer = Answer::Known(amount);
        assert_eq!(to_merchant(&mut probed).await, ToMerchant::CaptureAnswered { order, capture, answer });
        assert!(probed.is_quiet(Address::MerchantProxy).await);
        probed.kit.restart().await;
        let file = loop {
            // what the probe never consumed is handed over again
            if let ToMerchant::Settlement(file) = to_merchant(&mut probed).await {
                break file;
            }
        };
        let hours = probed.elapsed().as_secs();
        assert!((54..=55).contains(&hours), "two days and six hours: {hours}");
        let fee = 10_000 * i64::from(Rules::default().fee_basis_points) / 10_000;
        assert_eq!((file.lines.len(), file.payout), (1, pence(10_000 - fee)));
    });
}
