//! One shop from its opening to its last day.

use std::rc::Rc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::super::world::{World, closed, partners, product};
use super::checks;
use super::customers::{Customers, SHELVES};
use super::faults::{Plan, Trouble};
use super::partners::Moody;
use crate::actors::{Address, Call, Message, Shop, stock_keeper};
use crate::runtime::{Application, Outside};

const DAY_SECS: u64 = 86_400;
/// Before the calm, so that a life takes no more than a second or two.
const CHECKPOINTS_MAX: u32 = 3_000;
const PANICS_PER_LIFE: u32 = 6;
/// Whoever retries on real time, however fast the trade goes, has come to an end by then.
const CALM: Duration = Duration::from_secs(900);

/// For a partner that is looked at from here too.
struct Same(Rc<Moody>);

impl Outside<Shop> for Same {
    fn make(&self, call: Call) -> std::pin::Pin<Box<dyn Future<Output = <Shop as Application>::Outcome>>> {
        self.0.make(call)
    }
}

/// Lives a whole life and holds it against everything that was promised; its trace.
pub async fn live(seed: u64) -> Vec<String> {
    let began = std::time::Instant::now();
    let mut rng = StdRng::seed_from_u64(seed);
    let plan = Plan::draw(&mut rng);
    if is_verbose() {
        eprintln!("seed {seed}: {plan:?}");
    }
    let mut world = closed();
    let trouble = Trouble::new(&plan, seed);
    let moody = Rc::new(Moody::new(partners(&world.post), &plan.partners, trouble.on.clone(), seed));
    world.kit.seed = seed;
    world.kit.speed = plan.speed;
    world.kit.hooks = trouble.clone();
    world.kit.outside = Rc::new(Same(moody.clone()));
    world.kit.journal.set_latency(plan.journal_latency);
    world.kit.checkpoint_every = plan.checkpoint_every;
    world.kit.start().await;
    let products = SHELVES.iter().map(|(sku, units)| (product(sku), *units)).collect();
    let list: Message = stock_keeper::Message::List { products }.into();
    world.kit.ask(Address::StockKeeper, list).await.unwrap();

    let mut customers = Customers::new(plan.orders, &mut rng);
    trouble.on.set(true);
    trouble.left.set(PANICS_PER_LIFE);
    let crash_chance = f64::from(plan.crashes) / f64::from(plan.orders * 3);
    while !customers.are_done() {
        customers.act(&world, &mut rng);
        send_again(&world, &moody);
        tokio::time::sleep(Duration::from_millis(rng.random_range(0..=plan.pause_ms))).await;
        if rng.random_bool(crash_chance.min(1.0)) {
            crash(&mut world, &plan, &customers, &mut rng);
            trouble.left.set(PANICS_PER_LIFE);
            world.kit.start().await;
            if rng.random_bool(0.2) {
                tokio::time::sleep(Duration::from_millis(rng.random_range(0..30))).await;
                crash(&mut world, &plan, &customers, &mut rng);
                world.kit.start().await;
            }
            if rng.random_bool(0.5) {
                customers.ask_all_again(&world);
            }
        }
    }
    let dusk = rng.random_range(0..=6 * DAY_SECS);
    let dusk = Duration::from_secs(dusk) / plan.speed;
    tokio::time::sleep(dusk.min(plan.checkpoint_every * CHECKPOINTS_MAX)).await;

    trouble.on.set(false);
    if rng.random_bool(0.5) {
        world.kit.drain().await;
    }
    crash(&mut world, &plan, &customers, &mut rng);
    world.kit.checkpoint_every = 4 * CALM;
    world.kit.start().await;
    customers.ask_all_again(&world);
    send_again(&world, &moody);
    tokio::time::sleep(Duration::from_secs(40 * DAY_SECS) / plan.speed + CALM).await;
    world.kit.settle().await;
    checks::at_the_end(&world, &customers);
    if is_verbose() {
        checks::sum_up(&world, &customers);
        eprintln!("  {:?}", began.elapsed());
    }
    world.trace().into_iter().map(|(by, what)| format!("{by} {what}")).collect()
}

/// Loses what was not durable, or a little less than that.
fn crash(world: &mut World, plan: &Plan, customers: &Customers, rng: &mut StdRng) {
    if plan.crash_keeps_writes {
        world.kit.trees.crash_keeping(rng.random_range(0..20));
        if rng.random_bool(0.5) {
            world.kit.journal.crash_after_write();
        }
    }
    world.kit.crash();
    checks::after_a_life(world, customers);
}

/// Answers of partners that come a second time.
fn send_again(world: &World, moody: &Moody) {
    for message in moody.again.take() {
        let to = match &message {
            Message::Stock(_) => Address::StockKeeper,
            Message::Warehouse(_) => Address::WarehouseActor,
            Message::Mail(_) => Address::Mailer,
            other => panic!("no partner answers with {other:?}"),
        };
        drop(world.kit.tell_within(to, message, Duration::from_secs(1)));
    }
}

/// For runs by hand.
fn is_verbose() -> bool {
    std::env::var("SOAK_VERBOSE").is_ok()
}
