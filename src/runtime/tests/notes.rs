//! What an application hears of every fact and message: an actor that tells nothing has nothing to say of it.

use serde::{Deserialize, Serialize};

use crate::runtime::{
    Actor, Aggregate, Alone, Application as _, Environment, Fact, Fold, NoCall, Tables, Turn, Versioned,
};
use crate::storage::TreeName;
use crate::time::Timestamp;

use street::{Address, Event, Message};

/// What is told of a house, as an application without orders has it.
pub struct Street;

mod street {
    use super::{Baker, Burnt, Neighbour, Street};

    crate::application! {
        #[derive(PartialEq)]
        Street { 1 => Baker: Baker, 2 => Neighbour: Neighbour }
        facts { 100 => Burnt: Burnt }
    }
}

impl Environment for Street {
    type Rules = ();
    type Call = NoCall;
    type Subject = &'static str;
    type Notes = Vec<String>;
    type Role = char;

    fn unanswered(call: &NoCall, _why: String) -> Message {
        match *call {}
    }

    fn shared_tables(tables: &mut Tables) {
        tables.add::<Gossip>();
    }

    fn note(told: Vec<String>, by: Address, fold: &mut Fold<'_>) {
        let Some(initial) = Street::role(by) else { return };
        for what in told {
            fold.note::<Gossip>(&1, move |gossip, place| {
                let entry = format!("{initial}{}: {what}", place.position);
                gossip.get_or_insert_default().0.push(entry);
            });
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gossip(Vec<String>);

impl Aggregate for Gossip {
    const TREE: TreeName = TreeName("gossip");
    type Key = u64;
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Bake {
    well: bool,
}

impl Versioned for Bake {}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Baked;

impl Versioned for Baked {}

/// Any actor may state it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Burnt;

impl Versioned for Burnt {}

impl Fact for Burnt {
    type App = Street;

    fn notes(&self) -> Vec<String> {
        vec!["it burnt".to_owned()]
    }
}

/// One that tells.
pub struct Baker;

impl Actor for Baker {
    type App = Street;
    const NAME: &'static str = "Baker";
    const ROLE: Option<char> = Some('b');
    type Key = ();
    type Message = Bake;
    type Event = Baked;

    fn tables(_: &mut Tables) {}

    fn decide((): &(), bake: &Bake, turn: &mut Turn<'_, Street>) {
        turn.record(Baked);
        if !bake.well {
            turn.record(Burnt);
        }
    }

    fn fold(_: &Baked, _: &mut Fold<'_>) {}

    fn subject(_: &Bake) -> Option<&'static str> {
        Some("bread")
    }

    fn notes(_: &Baked) -> Vec<String> {
        vec!["it is baked".to_owned()]
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Listen;

impl Versioned for Listen {}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard;

impl Versioned for Heard {}

/// One that has only what every actor must have.
pub struct Neighbour;

impl Actor for Neighbour {
    type App = Street;
    const NAME: &'static str = "Neighbour";
    type Key = ();
    type Message = Listen;
    type Event = Heard;

    fn tables(_: &mut Tables) {}

    fn decide((): &(), _: &Listen, turn: &mut Turn<'_, Street>) {
        turn.record(Heard);
        turn.record(Burnt);
    }

    fn fold(_: &Heard, _: &mut Fold<'_>) {}
}

#[test]
fn what_an_actor_tells_is_noted_and_one_that_tells_nothing_needs_no_word_for_it() {
    let mut alone = Alone::<Street>::new((), Timestamp(0));
    alone.when(Address::Neighbour, Listen);
    assert_eq!(alone.get::<Gossip>(&1), None);
    let decided = alone.when(Address::Baker, Bake { well: false });
    assert_eq!(decided.events(), [Event::Baker(Baked), Event::Burnt(Burnt)]);
    let told = ["b2: it is baked", "b2: it burnt"].map(str::to_owned);
    assert_eq!(alone.get::<Gossip>(&1), Some(&Gossip(told.into())));
}

#[test]
fn a_message_is_about_what_its_actor_says() {
    assert_eq!(Street::subject(&Bake { well: true }.into()), Some("bread"));
    assert_eq!(Street::subject(&Listen.into()), None);
}
