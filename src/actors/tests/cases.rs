//! Cases, from the actor that opens one to the operator who closes it.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use super::world::{Faults, PLENTY, World, closed, name_of, order_of};
use crate::actors::back_office::CaseRecord;
use crate::actors::{Address, timelines};
use crate::domain::{CaseId, CaseKind, Happening, OrderId};
use crate::journal::Position;
use crate::runtime::kit::{ATTEMPTS_MAX, run};
use crate::runtime::{Point, Resolution};

fn cases(world: &World) -> Vec<(CaseId, CaseRecord)> {
    let derived = world.derived();
    derived.tables.of::<CaseRecord>().resident().map(|(id, case)| (*id, case.clone())).collect()
}

fn has_happened(world: &World, order: OrderId, is: impl Fn(&Happening) -> bool) -> bool {
    let timeline = timelines::peek(&world.derived().tables, &order).expect("the order has a timeline");
    timeline.entries.iter().any(|entry| is(&entry.what))
}

/// The first letter is never survived; the back office is so slow that it has not taken the case when the power fails.
#[test]
fn a_case_that_was_told_before_a_crash_is_kept_after_it() {
    run(async {
        let mut world = closed();
        let left = Cell::new(ATTEMPTS_MAX);
        let is_up = Rc::new(Cell::new(false));
        let up = is_up.clone();
        world.kit.hooks = Faults::at(move |point, to, message| {
            let before = point == Point::BeforeDecision;
            assert!(!before || to != Address::BackOffice || up.get(), "on purpose, until the power fails");
            if before && to == Address::Mailer && left.get() > 0 && name_of(message) == "Send" {
                left.set(left.get() - 1);
                panic!("on purpose");
            }
        });
        world.open().await;
        let order = order_of(&world.buy("k1", PLENTY, 1, "tok_visa").await);
        while !has_happened(&world, order, |what| matches!(what, Happening::CaseOpened { .. })) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(cases(&world), [], "told, and not kept yet");
        world.kit.crash();
        is_up.set(true);
        world.kit.start().await;
        world.days(8).await;
        let [(id, case)] = &cases(&world)[..] else { panic!("one case") };
        assert_eq!(
            (id.slot(), case.order, case.kind),
            (Some(order.slot()), Some(order), CaseKind::DeadLetter)
        );
        assert_eq!(
            case.text,
            "Mailer gave up on Send after it panicked: on purpose: `doorstep dead-letters` lists it; retry it there once what made \
             it fail is mended, or discard it"
        );
    });
}

#[test]
fn a_dead_letter_that_the_operator_has_sent_again_leaves_no_case_open() {
    run(async {
        let mut world = closed();
        let left = Cell::new(ATTEMPTS_MAX);
        world.kit.hooks = Faults::at(move |point, to, message| {
            let is_poison = to == Address::Mailer && name_of(message) == "Send";
            if point == Point::BeforeDecision && is_poison && left.get() > 0 {
                left.set(left.get() - 1);
                panic!("on purpose");
            }
        });
        world.open().await;
        let order = order_of(&world.buy("k1", PLENTY, 1, "tok_visa").await);
        world.days(1).await;
        let shop = world.kit.running().handle();
        let [letter] = &shop.dead_letters().await.unwrap()[..] else { panic!("one dead letter") };
        shop.resolve(Position(letter.id), Resolution::Retry).await.unwrap();
        world.days(8).await;
        let [(_, case)] = &cases(&world)[..] else { panic!("one case") };
        let closed = case.closed.as_ref().expect("it is closed");
        assert_eq!(
            (closed.by.as_str(), closed.why.as_str()),
            ("operator", "the message that was given up was sent again")
        );
        assert!(has_happened(&world, order, |what| matches!(what, Happening::CaseClosed { .. })));
    });
}
