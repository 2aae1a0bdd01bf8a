//! A desk with one order manager, at which the test plays everybody else.
use std::sync::Arc;

use crate::actors::order_manager::transitions::next;
use crate::actors::testing::{alone, quoted};
use crate::actors::{
    Address, Decided, Event as Fact, Message as Any, Shop, mailer, order_manager::*, web_session,
};
use crate::domain::*;
use crate::partners::mail::MailKind;
use crate::runtime::{Alone, RequestId};

pub struct Desk {
    pub alone: Alone<Shop>,
    pub id: OrderId,
}

pub const ASKER: RequestId = RequestId(1);

pub fn line(sku: &str, units: i128) -> OrderLine {
    OrderLine {
        sku: Sku::parse(sku).unwrap(),
        title: format!("Title of {sku}"),
        quantity: Quantity::parse(units).unwrap(),
        unit_price: Money::new(999, Currency::GBP),
        weight_grams: Some(300),
    }
}

/// An order of `place_order`: at home with its key.
pub fn order(at_ms: u64, random: u128) -> OrderId {
    OrderId::in_slot(idempotency().slot(), at_ms, random)
}

fn idempotency() -> Idempotency {
    let (principal, route) = (Buyer::Program(ProgramId::OPEN), Route::Orders);
    Idempotency { principal, route, key: "k-1".into(), digest: 11 }
}

/// What the order of `place_order` costs.
pub fn total() -> Money {
    place_order().quote.totals.total
}

pub fn place_order() -> PlaceOrder {
    let lines = vec![line("PG-1342", 2), line("PG-84", 1)];
    PlaceOrder {
        order: order(1_795_348_800_000, 7),
        request: Some(ASKER),
        idempotency: idempotency(),
        quote: quoted(&lines),
        lines: lines.into(),
        customer: Arc::new(Customer { email: "ada@example.org".into(), name: "Ada Byron".into() }),
        shipping_address: Arc::new(ShippingAddress::of("1 St James's Sq", "London", "SW1Y 4LE", "GB")),
        token: "tok_visa".into(),
        backorder: Backorder::Accept,
    }
}

impl Desk {
    pub fn new() -> Desk {
        Desk { alone: alone(), id: place_order().order }
    }

    /// With one order, just placed.
    pub fn placed() -> Desk {
        let mut desk = Desk::new();
        desk.tell(Message::Place(Box::new(place_order())));
        desk
    }

    pub fn tell(&mut self, message: Message) -> Decided {
        let before = self.alone.get::<Order>(&self.id).map(|order| order.state);
        let turn = self.alone.when(Address::OrderManager, message);
        self.moved_by_the_table(before, turn)
    }

    pub fn ask(&mut self, request: u64, question: impl Into<Message>) -> Decided {
        let before = self.alone.get::<Order>(&self.id).map(|order| order.state);
        let turn = self.alone.asked(Address::OrderManager, RequestId(request), question.into());
        self.moved_by_the_table(before, turn)
    }

    /// Each fact about the desk's order has a row in the table of transitions, and the rows lead to where the order is.
    fn moved_by_the_table(&self, before: Option<OrderState>, turn: Decided) -> Decided {
        let mut at = before;
        for event in turn.events() {
            let Fact::OrderManager(event) = event else { panic!("not ours: {event:?}") };
            match event {
                Event::Placed(placed) if placed.place.order == self.id => at = Some(OrderState::Placed),
                Event::Forgotten { order, .. } if *order == self.id => at = None,
                _ => {}
            }
            if let (Some(state), Some(trigger)) = (at, event.trigger()) {
                at = Some(next(state, trigger).unwrap_or_else(|refusal| panic!("{refusal}: {event:?}")));
            }
        }
        assert_eq!(self.alone.get::<Order>(&self.id).map(|order| order.state), at);
        turn
    }

    pub fn order(&self) -> &Order {
        self.alone.get::<Order>(&self.id).expect("the order was placed")
    }

    pub fn state(&self) -> OrderState {
        self.order().state
    }

    pub fn payment(&self) -> PaymentId {
        self.order().payment().expect("a payment was asked for").id
    }

    /// As a checkout that was refused is told of it.
    pub fn refused(&self) -> Box<RefusedOrder> {
        RefusedOrder::boxed(self.id, self.order().key)
    }

    pub fn key(&self) -> String {
        self.order().key.to_string()
    }

    /// A day so many days from the desk's.
    pub fn day(&self, days: u32) -> Date {
        self.alone.now.date().plus_days(days)
    }

    pub fn reserved(&mut self) -> Decided {
        self.tell(Message::Reserved { order: self.id })
    }

    pub fn promised(&mut self, days: u32) -> Decided {
        self.tell(Message::Promised { order: self.id, ships_on: self.day(days) })
    }

    /// The money is held, and where supplies are to be ordered then, they may be.
    pub fn authorised(&mut self) -> Decided {
        let turn = self.only_authorised();
        if asks(&turn) == ["StockKeeper CheckHeld"] {
            return self.tell(Message::CreditGranted { order: self.id });
        }
        turn
    }

    pub fn only_authorised(&mut self) -> Decided {
        self.tell(Message::PaymentHeld { order: self.id, payment: self.payment(), card: "tok_visa".into() })
    }

    /// The card is good, and where supplies are to be ordered on that, they may be.
    pub fn verified(&mut self) -> Decided {
        let turn = self.only_verified();
        if asks(&turn) == ["StockKeeper CheckCredit"] {
            return self.tell(Message::CreditGranted { order: self.id });
        }
        turn
    }

    pub fn only_verified(&mut self) -> Decided {
        self.tell(Message::CardVerified { order: self.id, payment: self.payment(), card: "tok_visa".into() })
    }

    pub fn declined(&mut self, reason: DeclineReason) -> Decided {
        self.tell(Message::PaymentDeclined { order: self.id, payment: self.payment(), reason })
    }

    pub fn unknown(&mut self) -> Decided {
        self.tell(Message::PaymentUnknown { order: self.id, payment: self.payment() })
    }

    pub fn expired(&mut self, payment: PaymentId) -> Decided {
        self.tell(Message::PaymentExpired { order: self.id, payment })
    }

    pub fn supplies_arrived(&mut self) -> Decided {
        self.tell(Message::SuppliesArrived { order: self.id })
    }

    pub fn allocated(&mut self) -> Decided {
        self.tell(Message::Allocated { order: self.id })
    }

    pub fn handed_over(&mut self) -> Decided {
        self.tell(Message::HandedOver { order: self.id, tracking: "DSD6B5JMFRYP6P".into() })
    }

    /// An order that the warehouse has.
    pub fn fulfilling() -> Desk {
        let mut desk = Desk::placed();
        desk.reserved();
        desk.authorised();
        desk.allocated();
        assert_eq!(desk.state(), OrderState::Fulfilling);
        desk
    }

    pub fn cancel(&mut self, request: u64) -> Decided {
        let key = self.key();
        self.ask(request, Cancel { order: self.id, claim: key.into() })
    }

    pub fn place_again(&mut self, edit: impl FnOnce(&mut PlaceOrder)) -> Answer {
        let mut again = place_order();
        again.order = order(1_795_348_900_000, 8 << 4);
        again.request = Some(RequestId(2));
        edit(&mut again);
        answer(&self.tell(Message::Place(Box::new(again)))).expect("a known key is answered at once")
    }
}

/// What a turn answers the session with.
pub fn answer(turn: &Decided) -> Option<Answer> {
    let mut answers = turn.sends().iter().filter_map(|(to, message)| match message {
        Any::WebSession(web_session::Message::OrderAnswered { answer, .. }) => {
            assert!(matches!(to, Address::WebSession(_)));
            Some(answer.clone())
        }
        _ => None,
    });
    let first = answers.next();
    assert!(answers.next().is_none(), "answered twice in one turn");
    first
}

pub fn letters(turn: &Decided) -> Vec<MailKind> {
    let kind = |(_, message): &(Address, Any)| match message {
        Any::Mailer(mailer::Message::Send(letter)) => Some(letter.kind),
        _ => None,
    };
    turn.sends().iter().filter_map(kind).collect()
}

/// Messages to other actors but the answer and the letters, as `Actor name`.
pub fn asks(turn: &Decided) -> Vec<String> {
    let others =
        turn.sends().iter().filter(|(to, _)| !matches!(to, Address::WebSession(_)) && *to != Address::Mailer);
    let shown = |(to, message): &(Address, Any)| {
        let debug = match message {
            Any::StockKeeper(inner) => format!("{inner:?}"),
            Any::MerchantProxy(inner) => format!("{inner:?}"),
            Any::WarehouseActor(inner) => format!("{inner:?}"),
            other => format!("{other:?}"),
        };
        let name: String = debug.chars().take_while(|c| c.is_alphanumeric()).collect();
        format!("{to} {name}")
    };
    others.map(shown).collect()
}

pub fn is_nothing(turn: &Decided) -> bool {
    turn.stated.is_empty() && turn.replies.is_empty()
}

/// What who asked to cancel is told in this turn.
pub fn cancel_reply(turn: &Decided) -> &CancelReply {
    turn.reply().expect("who asked to cancel is answered, and nobody else")
}
