//! Golden files: turns, messages and stored values as this build's forms write them. Every later build must read them as what
//! they are: what each reads as stands beside them, in `forms-v1.txt`.
//!
//! `DOORSTEP_WRITE_GOLDEN=1 cargo test --lib golden` makes them anew: only for a form that no shop has stored yet.

mod by_hand;
mod flows;
mod forms;
mod kept;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::de::DeserializeOwned;

use self::by_hand::by_hand;
use self::flows::{Seen, flows};
use self::forms::{Form, every_kind, forms, of_message, written};
pub use self::kept::{Kept, written_again};
use crate::actors::{Message, Shop};
use crate::domain::Timestamp;
use crate::journal::Position;
use crate::runtime::kit::run;
use crate::runtime::{DeadLetter, Journaled as _, Record, TREES, tree_names};

const WHAT_TO_DO: &str = "raise the version of the form and teach upcast the old one";

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

pub fn read<T: DeserializeOwned>(name: &str) -> T {
    let bytes = std::fs::read(file(name)).expect("the golden file is in the repository");
    postcard::from_bytes(&bytes).expect("the golden file is whole")
}

fn writes_anew() -> bool {
    std::env::var("DOORSTEP_WRITE_GOLDEN").is_ok_and(|value| value == "1")
}

/// All that the golden files hold.
struct Golden {
    turns: Vec<Vec<u8>>,
    messages: Vec<Vec<u8>>,
    kept: Vec<Kept>,
}

impl Golden {
    fn read() -> Golden {
        Golden { turns: read("turns-v1.bin"), messages: read("messages-v1.bin"), kept: read("trees-v1.bin") }
    }

    /// What was written when an order had totals and no quote, and a product no tax class.
    fn before_quotes() -> Golden {
        Golden {
            turns: read("turns-before-quotes.bin"),
            messages: read("messages-before-quotes.bin"),
            kept: read("trees-before-quotes.bin"),
        }
    }

    /// As this build reads it, part by part.
    fn forms(&self) -> Vec<Part> {
        let turns = self.turns.iter().map(|turn| {
            let record = decoded(turn);
            let mut again = vec![];
            record.encode(&mut again);
            Part { forms: forms(&record), same: again == *turn }
        });
        let messages = self.messages.iter().map(|bytes| {
            let message = message(bytes);
            Part { forms: vec![of_message(&message)], same: written(&message) == *bytes }
        });
        let of_actors = self.kept.iter().filter(|one| TREES.iter().all(|tree| tree.0 != one.tree));
        let kept = of_actors.map(|one| {
            let (again, shown) =
                kept::aggregate(one).unwrap_or_else(|why| panic!("{WHAT_TO_DO}: tree {}: {why}", one.tree));
            let form = Form { kind: format!("tree {}", one.tree), version: again.version, shown };
            Part { forms: vec![form], same: again == *one }
        });
        turns.chain(messages).chain(kept).collect()
    }

    fn write(&self) {
        let write = |name, bytes: Result<Vec<u8>, _>| std::fs::write(file(name), bytes.unwrap()).unwrap();
        write("turns-v1.bin", postcard::to_stdvec(&self.turns));
        write("messages-v1.bin", postcard::to_stdvec(&self.messages));
        write("trees-v1.bin", postcard::to_stdvec(&self.kept));
        let lines = self.forms().into_iter().flat_map(|part| part.forms).map(|form| format!("{form}\n"));
        std::fs::write(file("forms-v1.txt"), lines.collect::<String>()).unwrap();
    }
}

/// A turn, a message or a value.
struct Part {
    forms: Vec<Form>,
    /// Whether this build writes it as it was.
    same: bool,
}

fn decoded(turn: &[u8]) -> Record<Shop> {
    Record::decode(Position(1), turn).unwrap_or_else(|error| panic!("{WHAT_TO_DO}: {error}"))
}

fn message(mut bytes: &[u8]) -> Message {
    Message::read(&mut bytes).unwrap_or_else(|unread| panic!("{WHAT_TO_DO}: {unread}"))
}

#[test]
fn a_stored_form_that_is_read_or_written_otherwise_has_a_new_version() {
    if writes_anew() {
        write_anew();
    }
    let then = std::fs::read_to_string(file("forms-v1.txt")).expect("the golden file is in the repository");
    let mut then = then.lines();
    for Part { forms, same } in Golden::read().forms() {
        let mut raised = false;
        for now in &forms {
            let then = then.next().expect("a line for each form");
            if now.is_of_the_version_in(then) {
                assert_eq!(
                    now.to_string(),
                    then,
                    "{WHAT_TO_DO}; where only a name changed, write the text anew"
                );
            } else {
                raised = true;
            }
        }
        let kinds: Vec<&str> = forms.iter().map(|form| form.kind.as_str()).collect();
        assert!(same || raised, "{WHAT_TO_DO}: one of {kinds:?} is written otherwise");
    }
    assert_eq!(then.next(), None, "a form for each line");
}

/// The money of an order stays what it was, whatever is known of it since.
#[test]
fn what_was_written_before_there_were_quotes_is_read() {
    let forms = Golden::before_quotes().forms();
    let orders: Vec<&Form> =
        forms.iter().flat_map(|part| &part.forms).filter(|form| form.kind == "tree orders").collect();
    assert!(!orders.is_empty(), "there are orders among them");
    for order in orders {
        assert!(order.shown.contains("\"quote\":{\"totals\":{\"goods\":"), "{}", order.shown);
    }
}

impl Form {
    fn is_of_the_version_in(&self, line: &str) -> bool {
        let of = line.strip_prefix(&self.kind).unwrap_or_else(|| {
            panic!("{WHAT_TO_DO}: what was `{line}` is read as {} now", self.kind);
        });
        of.trim_start().split(' ').next() == Some(&self.version.to_string())
    }
}

#[test]
fn a_message_can_be_sent_again_from_its_dead_letter() {
    if writes_anew() {
        return; // they are being written
    }
    for bytes in Golden::read().messages {
        let (message, letter) = (message(&bytes), buried(bytes));
        assert_eq!(letter.message::<Shop>().unwrap_or_else(|unread| panic!("{unread}")), message);
        assert_eq!(letter.shown::<Shop>(), serde_json::to_string(&message).unwrap());
    }
}

fn buried(message: Vec<u8>) -> DeadLetter {
    let (to, name, panic) = Default::default();
    DeadLetter { to, name, message, panic, attempts: 1, at: Timestamp(0) }
}

#[test]
fn stored_values_are_read_and_written_as_they_were() {
    if writes_anew() {
        return; // they are being written
    }
    let kept = Golden::read().kept;
    let trees: BTreeSet<&str> = kept.iter().map(|one| one.tree.as_str()).collect();
    let all = tree_names::<Shop>().into_iter().map(|tree| tree.0).collect();
    assert_eq!(trees, all, "one value of each tree");
    for one in &kept {
        let again = written_again(one).unwrap_or_else(|why| panic!("{WHAT_TO_DO}: tree {}: {why}", one.tree));
        assert!(again == *one || again.version > one.version, "{WHAT_TO_DO}: tree {}", one.tree);
    }
}

#[test]
fn every_event_message_and_call_stands_in_the_golden_files() {
    if writes_anew() {
        return; // they are being written
    }
    let golden: BTreeSet<String> =
        Golden::read().forms().into_iter().flat_map(|part| part.forms).map(|form| form.kind).collect();
    let missing: Vec<String> = every_kind().difference(&golden).cloned().collect();
    assert!(
        missing.is_empty(),
        "add golden files that hold these: let `flows` come to them, or write them in `by_hand`: {missing:#?}"
    );
}

/// Of the turns only those that hold a kind for the first time.
fn write_anew() {
    let Seen { turns, messages, kept } = run(flows());
    let mut seen = BTreeSet::new();
    let holds_new = |turn: &Vec<u8>| {
        let record = decoded(turn);
        let dead = record.dead.iter().map(|_| "dead letter".to_owned());
        let kinds = forms(&record).into_iter().map(|form| form.kind).chain(dead);
        kinds.filter(|kind| seen.insert(kind.clone())).count() > 0
    };
    let turns = turns.into_iter().chain([by_hand()]).filter(holds_new).collect();
    Golden { turns, messages, kept }.write();
}
