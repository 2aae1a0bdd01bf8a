use super::{Probed, order};
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::stock_keeper::Message as ToStock;
use crate::actors::testing::quoted;
use crate::actors::tests::world::{PLENTY, details, line};
use crate::actors::warehouse::{Fulfilment, Message as ToWarehouse};
use crate::actors::{Address, Message, mailer};
use crate::domain::{Backorder, OrderKey, OrderNumber};
use crate::partners::mail::MailKind;
use crate::runtime::kit::run;

fn fulfil() -> ToWarehouse {
    let details = details("tok_visa", Backorder::Accept);
    ToWarehouse::Fulfil(Box::new(Fulfilment {
        order: order(1),
        number: OrderNumber::nth_of(order(1).slot(), 0),
        key: OrderKey::new(7),
        totals: quoted(&[line(PLENTY, 2)]).totals,
        lines: vec![line(PLENTY, 2)].into(),
        customer: details.customer,
        shipping_address: details.shipping_address,
    }))
}

#[test]
fn the_truck_collects_what_was_packed_and_each_is_told_in_turn() {
    run(async {
        let mut probed = Probed::new(Address::WarehouseActor);
        probed.kit.speed = 3_600;
        probed.kit.start().await;
        probed.told(fulfil());
        let packed = probed.next(Address::StockKeeper).await;
        assert!(matches!(packed.as_ref(), Message::StockKeeper(ToStock::Packed { .. })), "{packed:?}");
        assert!(probed.is_quiet(Address::OrderManager).await, "nothing has left yet");
        // between packing and the truck
        probed.kit.restart().await;
        let told = probed.next(Address::OrderManager).await;
        let Message::OrderManager(ToOrders::HandedOver { tracking, .. }) = told.as_ref() else {
            panic!("{told:?}")
        };
        assert!(tracking.starts_with("DS"));
        let mail = probed.next(Address::Mailer).await;
        let Message::Mailer(mailer::Message::Send(letter)) = mail.as_ref() else { panic!("{mail:?}") };
        assert_eq!((letter.kind, letter.tracking.as_ref()), (MailKind::Dispatched, Some(tracking)));
        let told = probed.next(Address::OrderManager).await;
        assert!(matches!(told.as_ref(), Message::OrderManager(ToOrders::Delivered { .. })), "{told:?}");
    });
}

#[test]
fn what_is_stopped_before_it_is_packed_never_leaves() {
    run(async {
        let mut probed = Probed::new(Address::WarehouseActor);
        probed.kit.speed = 3_600;
        probed.kit.start().await;
        probed.told(fulfil());
        probed.told(ToWarehouse::Stop { order: order(1) });
        let told = probed.next(Address::OrderManager).await;
        assert!(matches!(told.as_ref(), Message::OrderManager(ToOrders::Stopped { .. })), "{told:?}");
        tokio::time::sleep(std::time::Duration::from_secs(200)).await;
        let put_away = probed.next(Address::StockKeeper).await;
        assert!(matches!(put_away.as_ref(), Message::StockKeeper(ToStock::PutAway { packed: false, .. })));
        assert!(probed.is_quiet(Address::StockKeeper).await && probed.is_quiet(Address::Mailer).await);
    });
}
