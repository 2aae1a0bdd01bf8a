use super::{Probed, ms, order};
use crate::actors::order_manager::Message as ToOrders;
use crate::actors::stock_keeper::{Message as ToStock, StockItem};
use crate::actors::tests::world::{NONE, shelves};
use crate::actors::{Address, Call, Message, PartnerCall, Rules};
use crate::domain::{Backorder, Currency, Date, Money, Sku, Units};
use crate::partners::Answered;
use crate::partners::wholesaler::{Quote, QuoteAnswer, WholesalerId};
use crate::runtime::kit::{Answer, Scripted, run};

const SHIPS_ON: Date = Date(20_785);

fn reserve() -> ToStock {
    let lines = vec![Units { sku: Sku::parse(NONE).unwrap(), quantity: 2 }];
    ToStock::Reserve { order: order(1), lines, backorder: Backorder::Accept }
}

/// Only this wholesaler answers; the others never do.
async fn with_one_who_answers(answers: WholesalerId) -> Probed {
    let mut probed = Probed::new(Address::StockKeeper);
    probed.kit.outside = Scripted::new(move |call: &Call| match call {
        Call::RequestQuote(call) if call.wholesaler == answers => {
            let unit_cost = Money::new(50, Currency::GBP);
            let (sku, quantity) = (call.request.sku.clone(), call.request.quantity);
            let offer = Quote { wholesaler: answers, sku, quantity, unit_cost, ships_on: SHIPS_ON };
            let answered = call.answered(Answered::Known(QuoteAnswer::Offer(offer)));
            Answer::After(ms(10), answered.into())
        }
        _ => Answer::Never,
    });
    probed.kit.start().await;
    probed.kit.ask(shelves()).await.unwrap();
    probed
}

#[test]
fn wholesalers_that_stay_silent_are_left_out_at_the_deadline() {
    run(async {
        let mut probed = with_one_who_answers(WholesalerId(2)).await;
        probed.told(reserve());
        let told = probed.next(Address::OrderManager).await;
        assert!(
            matches!(told.as_ref(), Message::OrderManager(ToOrders::Promised { ships_on: SHIPS_ON, .. })),
            "{told:?}"
        );
        let deadline = ms(Rules::default().quote_deadline_ms);
        assert!((deadline..deadline + ms(100)).contains(&probed.elapsed()), "{:?}", probed.elapsed());
    });
}

#[test]
fn when_no_wholesaler_answers_the_order_is_told_that_nobody_has_it() {
    run(async {
        let mut probed = with_one_who_answers(WholesalerId(99)).await;
        probed.told(reserve());
        let told = probed.next(Address::OrderManager).await;
        assert!(
            matches!(told.as_ref(), Message::OrderManager(ToOrders::OutOfStock { earliest: None, .. })),
            "{told:?}"
        );
        let kept = probed.kit.look(|tables| {
            let item = tables.of::<StockItem>().peek(&Sku::parse(NONE).unwrap()).unwrap();
            (item.reserved, item.pegs.len())
        });
        assert_eq!(kept, (0, 0));
    });
}
