use std::time::Duration;

use super::toy::{Faults, Message, kit, ms, notes, started};
use crate::runtime::kit::run;
use crate::runtime::state::limits::TIMERS_IN_FLIGHT_MAX;

fn timer(id: u8, ms: u64, no: u32) -> Message {
    Message::Timer { id, ms, real: true, no }
}

#[test]
fn a_timer_fires_once_when_it_is_due() {
    run(async {
        let kit = started().await;
        kit.ask_of(0, timer(1, 1_000, 7)).await.unwrap();
        tokio::time::sleep(ms(998)).await;
        assert_eq!(notes(&kit, 0).await, Vec::<u32>::new());
        tokio::time::sleep(ms(5)).await;
        assert_eq!(notes(&kit, 0).await, [7]);
        tokio::time::sleep(ms(10_000)).await;
        assert_eq!((notes(&kit, 0).await, kit.inspect().await.timers), (vec![7], 0));
    });
}

#[test]
fn a_timer_that_is_moved_fires_at_its_new_moment_only() {
    run(async {
        let kit = started().await;
        kit.ask_of(0, timer(1, 1_000, 7)).await.unwrap();
        kit.ask_of(0, timer(1, 3_000, 8)).await.unwrap();
        tokio::time::sleep(ms(2_000)).await;
        assert_eq!(notes(&kit, 0).await, Vec::<u32>::new());
        tokio::time::sleep(ms(2_000)).await;
        assert_eq!(notes(&kit, 0).await, [8]);
    });
}

#[test]
fn a_timer_that_is_cancelled_never_fires_even_if_it_is_on_its_way() {
    run(async {
        let mut kit = kit();
        // busy while the timer fires: it waits behind the cancellation
        kit.hooks = Faults::hangs(|_, message| matches!(message, Message::Note(1)).then_some(5_000));
        kit.start().await;
        kit.ask_of(0, timer(1, 1_000, 7)).await.unwrap();
        kit.ask_of(0, timer(2, 1_000, 8)).await.unwrap();
        kit.tell_of(0, Message::Note(1));
        kit.tell_of(0, Message::Cancel(1));
        kit.tell_of(0, timer(2, 60_000, 9));
        tokio::time::sleep(ms(10_000)).await;
        assert_eq!(notes(&kit, 0).await, [1]);
        tokio::time::sleep(ms(60_000)).await;
        assert_eq!((notes(&kit, 0).await, kit.inspect().await.timers), (vec![1, 9], 0));
    });
}

#[test]
fn a_timer_fires_once_over_crashes_before_and_after_it_is_due() {
    for checkpoint_every in [ms(100), Duration::from_secs(3_600)] {
        run(async move {
            let mut kit = kit();
            kit.checkpoint_every = checkpoint_every;
            kit.hooks = Faults::hangs(|_, message| matches!(message, Message::Note(_)).then_some(400));
            kit.start().await;
            kit.ask_of(0, timer(1, 1_000, 7)).await.unwrap();
            kit.ask_of(0, timer(2, 1_000, 8)).await.unwrap();
            for _ in 0..4 {
                tokio::time::sleep(ms(550)).await;
                kit.restart().await;
            }
            tokio::time::sleep(ms(2_000)).await;
            assert_eq!((notes(&kit, 0).await, kit.inspect().await.timers), (vec![7, 8], 0));
        });
    }
}

#[test]
fn the_trade_s_timers_run_at_its_speed_and_real_ones_do_not() {
    run(async {
        let mut kit = kit();
        kit.speed = 3_600;
        kit.start().await;
        kit.ask_of(0, Message::Timer { id: 1, ms: 7_200_000, real: false, no: 2 }).await.unwrap();
        kit.ask_of(0, Message::Timer { id: 2, ms: 3_000, real: true, no: 3 }).await.unwrap();
        tokio::time::sleep(ms(2_010)).await;
        assert_eq!(notes(&kit, 0).await, [2]);
        tokio::time::sleep(ms(1_000)).await;
        assert_eq!(notes(&kit, 0).await, [2, 3]);
    });
}

#[test]
fn a_timer_in_the_far_future_holds_nothing_up() {
    run(async {
        let kit = started().await;
        for (id, real) in [(1, true), (2, false)] {
            kit.ask_of(0, Message::Timer { id, ms: u64::MAX, real, no: 1 }).await.unwrap();
        }
        kit.ask_of(0, timer(3, 1_000, 7)).await.unwrap();
        tokio::time::sleep(Duration::from_secs(86_400 * 400)).await;
        assert_eq!((notes(&kit, 0).await, kit.inspect().await.timers), (vec![7], 2));
    });
}

#[test]
fn a_flood_of_timers_is_bounded_and_all_of_them_fire() {
    run(async {
        let mut kit = kit();
        kit.hooks = Faults::hangs(|_, message| matches!(message, Message::Note(0)).then_some(5_000));
        kit.start().await;
        for actor in 0..3 {
            for id in 0..=255 {
                kit.ask_of(actor, timer(id, 10_000, u32::from(id))).await.unwrap();
            }
        }
        tokio::time::sleep(ms(10_100)).await;
        let queued: usize = kit.inspect().await.actors.iter().map(|actor| actor.queue).sum();
        assert!(queued <= TIMERS_IN_FLIGHT_MAX, "{queued}");
        tokio::time::sleep(ms(30_000)).await;
        for actor in 0..3 {
            assert_eq!(notes(&kit, actor).await, (0..=255).collect::<Vec<_>>());
        }
    });
}

#[test]
fn a_panic_in_a_timer_s_turn_frees_its_place_once() {
    use crate::runtime::Point;
    run(async {
        let mut kit = kit();
        kit.hooks = Faults::panics(Point::AfterAppend, |_, message| matches!(message, Message::Note(_)), 5);
        kit.start().await;
        for id in 0..5 {
            kit.ask_of(0, timer(id, 1_000, u32::from(id))).await.unwrap();
        }
        tokio::time::sleep(ms(60_000)).await;
        assert_eq!(notes(&kit, 0).await, [0, 1, 2, 3, 4]);
        assert_eq!(kit.running().timers_in_flight(), 0);
    });
}
