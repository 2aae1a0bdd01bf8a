//! A basket that comes back when its payment is declined late.

use std::cell::Cell;
use std::rc::Rc;

use tokio::sync::Notify;

use super::world::{Faults, PLENTY, World, closed, details, line};
use crate::actors::testing::quoted;
use crate::actors::web_session::{self, BeginCheckout, CheckoutBegun, Create, PayWith, Seen, SetLine, View};
use crate::actors::{Address, Message};
use crate::domain::{Backorder, OrderLine, SessionId};
use crate::partners::processor::TypedCard;
use crate::runtime::Point;
use crate::runtime::kit::run;

fn visitor() -> SessionId {
    SessionId::new(1_795_305_600_000, 3)
}

/// Two books, paid for by a card whose bank never answers.
async fn buys(world: &World) {
    world.kit.ask_of(visitor(), Create).await.unwrap().unwrap();
    let cart = world.kit.ask_of(visitor(), SetLine { line: line(PLENTY, 2) }).await.unwrap().unwrap();
    let seen = Seen::of(&cart.lines, quoted(&cart.lines));
    let details = details("tok_unreachable", Backorder::Refuse);
    let (customer, shipping_address) = (details.customer, details.shipping_address);
    let begin = BeginCheckout { customer, shipping_address, backorder: details.backorder, seen };
    let CheckoutBegun { checkout, cart } = world.kit.ask_of(visitor(), begin).await.unwrap().unwrap();
    let amount = quoted(&cart.lines).totals.total;
    let card = Some(TypedCard { token: "tok_unreachable".into(), amount });
    world.kit.ask_of(visitor(), PayWith { checkout, card }).await.unwrap().unwrap();
}

async fn cart(world: &World) -> Vec<OrderLine> {
    world.kit.ask_of(visitor(), View).await.unwrap().unwrap().lines
}

fn is_give_back(to: Address, message: &Message) -> bool {
    to == Address::WebSession(visitor())
        && matches!(message, Message::WebSession(web_session::Message::GiveBack { .. }))
}

#[test]
fn a_late_decline_gives_the_basket_back_through_a_crash_before_and_after_it_is_decided() {
    for point in [Point::BeforeDecision, Point::AfterAppend] {
        run(async {
            let reached = Rc::new(Notify::new());
            let (wakes, is_first) = (reached.clone(), Cell::new(true));
            let mut world = closed();
            world.kit.hooks = Faults::at(move |at, to, message| {
                if at == point && is_give_back(to, message) && is_first.replace(false) {
                    wakes.notify_one();
                }
            });
            world.open().await;
            buys(&world).await;
            assert_eq!(cart(&world).await, []);
            reached.notified().await;
            world.kit.crash();
            world.kit.start().await;
            world.days(1).await;
            assert_eq!(cart(&world).await, [line(PLENTY, 2)], "{point:?}");
        });
    }
}
