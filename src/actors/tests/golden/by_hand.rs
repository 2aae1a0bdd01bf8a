//! What the flows do not come to, written by hand as one turn.

use crate::actors::merchant_proxy::Posting;
use crate::actors::stock_keeper::{Move, Overdue};
use crate::actors::testing::NOON;
use crate::actors::tests::world::{PLENTY, line};
use crate::actors::{
    Address, Event, Message, Shop, back_office, bank, merchant_proxy, order_manager, stock_keeper, warehouse,
    web_session,
};
use crate::domain::{
    CaptureId, CaseId, Currency, DeclineReason, Money, OrderId, PaymentId, RefundId, SessionId, Sku, Units,
};
use crate::runtime::{Cause, Moment, Record, Stated};

pub fn by_hand() -> Vec<u8> {
    let stated = Stated { events: events(), sends: sends(), calls: vec![], timers: vec![] };
    let moment = Moment { at: NOON, real: NOON };
    let record =
        Record::<Shop> { by: Address::OrderManager, cause: Cause::Outside, stated, dead: None, moment };
    let mut bytes = vec![];
    record.encode(&mut bytes);
    bytes
}

fn order() -> OrderId {
    OrderId::new(NOON.0, 1)
}

fn session() -> SessionId {
    SessionId::of_program(NOON.0, 1)
}

fn sku() -> Sku {
    Sku::parse(PLENTY).unwrap()
}

fn events() -> Vec<Event> {
    let (order, payment) = (order(), PaymentId::first_of(order()));
    let (amount, fee) = (Money::new(1_499, Currency::GBP), Money::new(41, Currency::GBP));
    let posting = Posting::suspense(amount, fee).unwrap();
    let (capture, refund) = (CaptureId { payment, no: 1 }, RefundId { payment, no: 1 });
    let lines = vec![Units { sku: sku(), quantity: 2 }];
    let overdue =
        Overdue { order, what: Move::PutAway { packed: true }, lines, is_buried: true, is_made: false };
    let case = CaseId::nth_of(Some(order.slot()), 1);
    vec![
        back_office::Event::CameAgain { case }.into(),
        back_office::Event::OneDealtWith { case }.into(),
        bank::Event::CardForgotten { token: "tok_01".into() }.into(),
        merchant_proxy::Event::CaptureUnclear { capture, order, why: "no answer".into() }.into(),
        merchant_proxy::Event::CaptureAskedAgain { capture, asks: 2 }.into(),
        merchant_proxy::Event::CaptureFailed { capture }.into(),
        merchant_proxy::Event::RefundUnclear { refund, order, why: "no answer".into() }.into(),
        merchant_proxy::Event::RefundAskedAgain { refund, asks: 2 }.into(),
        merchant_proxy::Event::InSuspense { payment, order: Some(order), why: "twice".into(), posting }
            .into(),
        merchant_proxy::Event::VoidWanted { payment }.into(),
        order_manager::Event::CreditRefused { order }.into(),
        order_manager::Event::RenewalDeclined { order, payment, reason: DeclineReason::DoNotHonour }.into(),
        stock_keeper::Event::Overdue { order, sku: sku(), overdue: vec![overdue] }.into(),
        warehouse::Event::StopNoted { order }.into(),
        warehouse::Event::Refused { order, case: Some("no such postcode".into()) }.into(),
        warehouse::Event::Answered { order }.into(),
        web_session::Event::Repriced { session: session(), lines: vec![(sku(), amount)], at: NOON }.into(),
        web_session::Event::GivenBack { session: session(), order, lines: vec![line(PLENTY, 2)] }.into(),
    ]
}

fn sends() -> Vec<(Address, Message)> {
    let order = order();
    let payment = PaymentId::first_of(order);
    let of_session = |message: web_session::Message| (Address::WebSession(session()), message.into());
    vec![
        of_session(web_session::Message::Reprice(web_session::Reprice {
            prices: vec![(sku(), Money::new(899, Currency::GBP))],
        })),
        of_session(web_session::Message::GiveBack { order, lines: vec![line(PLENTY, 2)].into() }),
        (Address::OrderManager, order_manager::Message::CreditRefused { order }.into()),
        (Address::OrderManager, order_manager::Message::PaymentAuthorised { order, payment }.into()),
        (Address::StockKeeper, stock_keeper::Message::MoveAgain { order, sku: sku() }.into()),
    ]
}
