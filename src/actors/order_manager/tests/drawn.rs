//! What `docs/order-process.md` shows of the code.
//!
//! `DOORSTEP_WRITE_DOCS=1 cargo test --lib order_manager::tests::drawn` writes it anew.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::desk::*;
use super::next_step::*;
use super::table::{EVERY_STOCK, EVERY_STOP};
use crate::actors::order_manager::process::Step;
use crate::actors::order_manager::transitions::TABLE;
use crate::actors::order_manager::*;
use crate::actors::tests::drawn::hold;
use crate::domain::OrderState;

/// The states in the order of an order's way.
const WAY: [OrderState; 6] = [
    OrderState::AwaitingStock,
    OrderState::AwaitingPayment,
    OrderState::Reserved,
    OrderState::Fulfilling,
    OrderState::Dispatched,
    OrderState::Delivered,
];

/// A cell of the table: which of the lists below it stands for.
type Set = BTreeSet<usize>;

/// Where a step is taken: of which goods and money, on what conditions besides.
type Place = (usize, usize, usize);

#[test]
fn the_document_shows_what_the_code_does() {
    let states = format!("```mermaid\n{}```\n", mermaid());
    hold("order-process.md", &[("steps", steps()), ("states", states)]);
}

/// Every step but `Wait`, with all that leads to it, as a table. Rows that say the same of several are one.
fn steps() -> String {
    let mut text = String::from("| Order | Goods | Money | And | Next |\n|---|---|---|---|---|\n");
    for (states, goods, money, conditions, step) in rows() {
        let states = list(&states, &WAY.map(|state| format!("`{state}`")));
        let goods = list(&goods, &EVERY_STOCK.map(|stock| format!("{stock:?}").to_lowercase()));
        let money =
            list(&money, &every_money().iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
        writeln!(text, "| {states} | {goods} | {money} | {conditions} | `{step}` |").expect("it is a string");
    }
    text
}

fn list(set: &Set, names: &[String]) -> String {
    if set.len() == names.len() {
        return "any".to_owned();
    }
    set.iter().map(|at| names[*at].as_str()).collect::<Vec<_>>().join(" · ")
}

type Row = (Set, Set, Set, String, String);

fn rows() -> Vec<Row> {
    let mut places: BTreeMap<(String, String), BTreeSet<Place>> = BTreeMap::new();
    let placed = Desk::placed().order().clone();
    for (state, stock) in
        (0..WAY.len()).flat_map(|state| (0..EVERY_STOCK.len()).map(move |stock| (state, stock)))
    {
        for (money, (_, payments)) in every_money().into_iter().enumerate() {
            for (conditions, step) in cell(&placed, WAY[state], EVERY_STOCK[stock], &payments) {
                places.entry((conditions, step)).or_default().insert((state, stock, money));
            }
        }
    }
    let mut rows: Vec<Row> = vec![];
    for ((conditions, step), places) in places {
        for (states, goods, money) in rectangles(&places) {
            rows.push((states, goods, money, conditions.clone(), step.clone()));
        }
    }
    rows.sort();
    rows
}

/// The places as few products of sets: all money that the same goods and states share, then all states.
fn rectangles(places: &BTreeSet<Place>) -> Vec<(Set, Set, Set)> {
    let mut goods_of: BTreeMap<(usize, usize), Set> = BTreeMap::new();
    for (state, stock, money) in places {
        goods_of.entry((*state, *money)).or_default().insert(*stock);
    }
    let mut money_of: BTreeMap<(usize, Set), Set> = BTreeMap::new();
    for ((state, money), goods) in goods_of {
        money_of.entry((state, goods)).or_default().insert(money);
    }
    let mut states_of: BTreeMap<(Set, Set), Set> = BTreeMap::new();
    for ((state, goods), money) in money_of {
        states_of.entry((goods, money)).or_default().insert(state);
    }
    states_of.into_iter().map(|((goods, money), states)| (states, goods, money)).collect()
}

/// What else it depends on.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Else {
    credit: usize,
    stop: usize,
    attempts_left: usize,
    outlasts: usize,
}

impl Else {
    fn every() -> Vec<Else> {
        let mut all = vec![];
        for credit in 0..EVERY_CREDIT.len() {
            for stop in 0..EVERY_STOP.len() {
                for (attempts_left, outlasts) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                    all.push(Else { credit, stop, attempts_left, outlasts });
                }
            }
        }
        all
    }

    fn parts(self) -> [usize; 4] {
        [self.credit, self.stop, self.attempts_left, self.outlasts]
    }

    /// What it says of one of the parts; values of one part that lead to the same step are joined.
    fn say(part: usize, values: &Set) -> String {
        let credit = ["no credit", "credit possible", "credit asked", "credit granted", "credit refused"];
        let stop = ["not asked to stop", "she cancels", "stopped unpaid", "too late to stop"];
        let left = ["no attempt left", "an attempt left"];
        let outlasts = ["a hold of today lapses before the promise", "a hold of today outlasts the promise"];
        let names: [&[&str]; 4] = [&credit, &stop, &left, &outlasts];
        if part == 0 && !values.contains(&2) && values.len() + 1 == credit.len() {
            return "credit not being asked".to_owned();
        }
        values.iter().map(|value| names[part][*value]).collect::<Vec<_>>().join(" or ")
    }
}

/// The steps of one place, each with what it depends on besides. `Wait` is left out.
fn cell(
    placed: &Order,
    state: OrderState,
    stock: StockState,
    money: &[PaymentAttempt],
) -> Vec<(String, String)> {
    let standing = |other: Else| {
        let (credit, stop) = (EVERY_CREDIT[other.credit], EVERY_STOP[other.stop]);
        let (attempts_left, outlasts) = (other.attempts_left == 1, other.outlasts == 1);
        Standing { state, stock, money: money.to_vec(), credit, stop, attempts_left, outlasts }
    };
    let that_can_be = Else::every().into_iter().filter(|other| standing(*other).can_be());
    let all: Vec<(Else, Step)> = that_can_be.map(|other| (other, standing(other).next(placed))).collect();
    let mut taken: Vec<Step> = vec![];
    for (_, step) in all.iter().filter(|(_, step)| *step != Step::Wait) {
        if !taken.contains(step) {
            taken.push(*step);
        }
    }
    taken.into_iter().map(|step| (conditions(&all, step), name(step))).collect()
}

/// The values of each part with which the step is taken; a part of which all are is not told. The step is taken wherever all
/// parts have such values, or this says so.
fn conditions(all: &[(Else, Step)], step: Step) -> String {
    let values_of = |taken: &[[usize; 4]]| -> Vec<Set> {
        (0..4).map(|part| taken.iter().map(|parts| parts[part]).collect()).collect()
    };
    let of_step: Vec<_> =
        all.iter().filter(|(_, taken)| *taken == step).map(|(other, _)| other.parts()).collect();
    let of_all: Vec<_> = all.iter().map(|(other, _)| other.parts()).collect();
    let (values, every) = (values_of(&of_step), values_of(&of_all));
    let product: usize = values.iter().map(Set::len).product();
    assert_eq!(product, of_step.len(), "{step:?} cannot be said as a row");
    let told = (0..4).filter(|part| values[*part] != every[*part]);
    told.map(|part| Else::say(part, &values[part])).collect::<Vec<_>>().join(", ")
}

fn name(step: Step) -> String {
    match step {
        Step::Capture(payment) if payment == newest() => "Capture".to_owned(),
        Step::Capture(_) => "Capture (the older)".to_owned(),
        other => format!("{other:?}"),
    }
}

/// The table of transitions as a Mermaid state diagram. Rows that stay where they are are left out.
fn mermaid() -> String {
    let mut text = String::from("stateDiagram-v2\n    [*] --> placed\n");
    for (from, by, to) in TABLE.iter().filter(|(from, _, to)| from != to) {
        writeln!(text, "    {from} --> {to}: {by:?}").expect("it is a string");
    }
    for end in OrderState::ALL.iter().filter(|state| state.is_end() && **state != OrderState::Returned) {
        writeln!(text, "    {end} --> [*]").expect("it is a string");
    }
    text
}

#[test]
fn the_drawing_shows_every_move() {
    let drawing = mermaid();
    assert!(drawing.starts_with("stateDiagram-v2\n    [*] --> placed\n"));
    assert!(drawing.contains("    awaiting_payment --> confirmed: Confirmed\n"));
    let moves = TABLE.iter().filter(|(from, _, to)| from != to).count();
    assert_eq!(drawing.lines().count(), 2 + moves + 3);
}
