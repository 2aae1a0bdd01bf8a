use super::Probed;
use crate::actors::order_manager::{
    Cancel, Idempotency, Message as ToOrders, Order, Outcome, PlaceOrder, Route,
};
use crate::actors::testing::quoted;
use crate::actors::tests::world::{PLENTY, PROGRAMS, details, line};
use crate::actors::web_session::Message as ToSession;
use crate::actors::{Address, Message, mailer, merchant_proxy, stock_keeper, warehouse};
use crate::domain::{Backorder, Buyer, OrderId, PaymentId, ProgramId};
use crate::partners::mail::MailKind;
use crate::runtime::kit::run;

fn idempotency() -> Idempotency {
    let (principal, route) = (Buyer::Program(ProgramId::OPEN), Route::Orders);
    Idempotency { principal, route, key: "k1".into(), digest: 1 }
}

/// In one partition with its key.
fn order() -> OrderId {
    OrderId::in_slot(idempotency().slot(), 1_795_348_800_000, 1)
}

fn place() -> ToOrders {
    let details = details("tok_visa", Backorder::Accept);
    let lines = vec![line(PLENTY, 1)];
    ToOrders::Place(Box::new(PlaceOrder {
        order: order(),
        request: None,
        idempotency: idempotency(),
        quote: quoted(&lines),
        lines: lines.into(),
        customer: details.customer,
        shipping_address: details.shipping_address,
        token: details.token,
        backorder: details.backorder,
    }))
}

/// Placed, in stock, and the merchant asked.
async fn awaiting_payment(probed: &mut Probed) -> (OrderId, PaymentId) {
    probed.told(place());
    let asked = probed.next(Address::StockKeeper).await;
    assert!(
        matches!(asked.as_ref(), Message::StockKeeper(stock_keeper::Message::Reserve { .. })),
        "{asked:?}"
    );
    probed.told(ToOrders::Reserved { order: order() });
    let asked = probed.next(Address::MerchantProxy).await;
    match asked.as_ref() {
        Message::MerchantProxy(merchant_proxy::Message::Authorise { order, payment, .. }) => {
            (*order, *payment)
        }
        other => panic!("the merchant is told {other:?}"),
    }
}

#[test]
fn nobody_is_told_that_an_order_is_confirmed_before_it_has_both_the_money_and_the_goods() {
    run(async {
        let mut probed = Probed::started(Address::OrderManager).await;
        let (order, payment) = awaiting_payment(&mut probed).await;
        // out of turn: nobody asked for it yet
        probed.told(ToOrders::Allocated { order });
        assert!(probed.is_quiet(PROGRAMS).await && probed.is_quiet(Address::WarehouseActor).await);
        probed.told(ToOrders::PaymentAuthorised { order, payment });
        let asked = probed.next(Address::StockKeeper).await;
        assert!(
            matches!(asked.as_ref(), Message::StockKeeper(stock_keeper::Message::Allocate { .. })),
            "{asked:?}"
        );
        assert!(probed.is_quiet(PROGRAMS).await && probed.is_quiet(Address::WarehouseActor).await);
        probed.told(ToOrders::Allocated { order });
        let told = probed.next(PROGRAMS).await;
        let Message::WebSession(ToSession::OrderAnswered { answer, .. }) = told.as_ref() else {
            panic!("{told:?}")
        };
        assert!(matches!(answer.outcome, Outcome::Taken(_)));
        let asked = probed.next(Address::WarehouseActor).await;
        assert!(
            matches!(asked.as_ref(), Message::WarehouseActor(warehouse::Message::Fulfil(_))),
            "{asked:?}"
        );
        let mail = probed.next(Address::Mailer).await;
        let Message::Mailer(mailer::Message::Send(letter)) = mail.as_ref() else { panic!("{mail:?}") };
        assert_eq!(letter.kind, MailKind::OrderConfirmation);
    });
}

#[test]
fn what_is_held_after_she_cancelled_is_let_go_of() {
    run(async {
        let mut probed = Probed::started(Address::OrderManager).await;
        let (order, payment) = awaiting_payment(&mut probed).await;
        let key = probed.kit.look(|tables| tables.of::<Order>().peek(&order).unwrap().key.to_string());
        probed.told(ToOrders::from(Cancel { order, claim: key.into() }));
        let told = probed.next(Address::MerchantProxy).await;
        let void = merchant_proxy::Message::Void { order, payment };
        assert!(matches!(told.as_ref(), Message::MerchantProxy(message) if *message == void), "{told:?}");
        probed.told(ToOrders::PaymentAuthorised { order, payment });
        let given_back = probed.next(Address::StockKeeper).await;
        assert!(matches!(given_back.as_ref(), Message::StockKeeper(stock_keeper::Message::Release { .. })));
        assert!(probed.is_quiet(Address::StockKeeper).await, "and nothing is allocated");
    });
}
