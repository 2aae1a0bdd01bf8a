//! A counter that survives `kill -9`: `cargo run --example counter` counts one further each time, whatever ended the last run.
use doorstep::runtime::{Actor, Aggregate, Builder, Fold, Question, Tables, Turn, Versioned};
use doorstep::storage::TreeName;
use serde::{Deserialize, Serialize};

const WITHIN: std::time::Duration = std::time::Duration::from_secs(5);
/// The state, one under the key of each counter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Count {
    total: u64,
}
impl Aggregate for Count {
    const TREE: TreeName = TreeName("counts");
    type Key = u64;
}
/// The message: adds, and asks what that makes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Add {
    n: u64,
}
impl Versioned for Add {}
impl Question for Add {
    type Actor = Counter;
    type Reply = u64;
}
/// The fact.
#[derive(Debug, Serialize, Deserialize)]
pub struct Added {
    counter: u64,
    n: u64,
}
impl Versioned for Added {}
pub struct Counter;
impl Actor for Counter {
    type App = Counters;
    const NAME: &'static str = "Counter";
    type Key = u64;
    type Message = Add;
    type Event = Added;
    fn tables(tables: &mut Tables) {
        tables.add::<Count>();
    }
    fn decide(counter: &u64, add: &Add, turn: &mut Turn<'_, Counters>) {
        turn.record(Added { counter: *counter, n: add.n });
        let count = turn.get::<Count>(counter).expect("it has just been counted on");
        turn.answer(add, count.total);
    }
    fn fold(added: &Added, fold: &mut Fold<'_>) {
        fold.change::<Count>(&added.counter, |count| count.get_or_insert_default().total += added.n);
    }
}
doorstep::application! { struct Counters { 1 => Counter(u64): Counter } }
fn main() -> Result<(), Box<dyn std::error::Error>> {
    actix::System::new().block_on(async {
        let running = Builder::<Counters>::new(()).open("counter-data".as_ref()).await?;
        println!("{}", running.handle().ask_of(1, Add { n: 1 }, WITHIN).await?);
        running.stop().await;
        Ok(())
    })
}
