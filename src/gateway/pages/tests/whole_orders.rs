//! The fifteen steps of orders that the actors themselves have brought to their ends.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::actors::order_manager::{Cancel, CancelReply, Order};
use crate::actors::tests::world::{NONE, PLENTY, World, opened, order_of};
use crate::actors::timelines;
use crate::domain::{OrderId, OrderState};
use crate::runtime::kit::run;

use super::super::timeline::{Has, StepShown, steps};

/// A shop with all that there can be.
const ALL: Has = Has { wholesalers: true, crew: true, mail: true };

const SUPPLIES: &str = "What is missing is ordered in";
const BANK: &str = "Your bank answers";
const PACKED: &str = "The warehouse packs it";
const COLLECTED: &str = "The truck collects it";
const DELIVERED: &str = "At your doorstep";

/// Its steps as its page shows them.
fn shown(world: &World, id: OrderId) -> Vec<StepShown> {
    let tables = world.derived().tables;
    let orders = tables.of::<Order>();
    let view = orders.peek(&id).expect("it was placed").view(id);
    let timeline = timelines::peek(&tables, &id).expect("it has a timeline").as_known().as_told();
    steps(&view, &timeline, &TimeZone::UTC, ALL)
}

/// The steps that are not ticked; what is said of each fits what stands beneath it.
fn not_done(world: &World, id: OrderId) -> Vec<&'static str> {
    let steps = shown(world, id);
    for step in &steps {
        let has_entries = !step.entries.is_empty();
        let fits = match step.spoken {
            "done" | "begun, and not done" => has_entries,
            "not reached" | "not needed" => !has_entries,
            other => panic!("an order at its end says of a step: {other}"),
        };
        assert!(fits, "{}: {}", step.title, step.spoken);
    }
    steps.iter().filter(|step| step.class != "done").map(|step| step.title).collect()
}

async fn cancel(world: &World, order: OrderId) {
    let key = world.derived().tables.of::<Order>().peek(&order).unwrap().key.to_string();
    let reply = world.kit.ask(Cancel { order, claim: key.into() }).await.unwrap();
    assert!(matches!(reply, CancelReply::Cancelled(_)));
}

#[test]
fn the_ticks_of_an_order_at_its_end_are_what_has_happened_to_it() {
    run(async {
        let world = opened().await;
        let stays = [PACKED, COLLECTED, DELIVERED];
        for (sku, token, end, expected) in [
            (PLENTY, "tok_visa", OrderState::Closed, vec![SUPPLIES]),
            (NONE, "tok_visa", OrderState::Closed, vec![]),
            // answered late: she was told that the bank is being asked, and by letter of the rest
            (PLENTY, "tok_timeout", OrderState::Closed, vec![SUPPLIES]),
            (PLENTY, "tok_timeout_declined", OrderState::Declined, [&[SUPPLIES][..], &stays].concat()),
            (PLENTY, "tok_unreachable", OrderState::Declined, [&[SUPPLIES, BANK][..], &stays].concat()),
        ] {
            let order = order_of(&world.buy(&format!("{sku} {token}"), sku, 1, token).await);
            world.days(20).await;
            assert_eq!(world.state_of(order), end, "{token}");
            assert_eq!(not_done(&world, order), expected, "{sku} by {token}");
        }
        for (key, sku, wait_h, expected) in [
            ("c1", PLENTY, 0, [&[SUPPLIES][..], &stays].concat()),
            ("c2", PLENTY, 2, vec![SUPPLIES, COLLECTED, DELIVERED]),
            ("c3", NONE, 1, stays.to_vec()),
        ] {
            let order = order_of(&world.buy(key, sku, 1, "tok_visa").await);
            tokio::time::sleep(Duration::from_secs(wait_h * 3_600)).await;
            cancel(&world, order).await;
            world.days(1).await;
            assert_eq!(not_done(&world, order), expected, "{key}");
        }
    });
}
