//! Documents that show what the code does. `DOORSTEP_WRITE_DOCS=1 cargo test --lib drawn` writes them anew.

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Mutex;

/// Several tests hold places of one document.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Holds the places of a document in `docs/` that are marked with these names to what is drawn of the code.
pub fn hold(document: &str, drawings: &[(&str, String)]) {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let document = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs").join(document);
    let mut text = std::fs::read_to_string(&document).expect("the document is in the repository");
    let is_written_anew = std::env::var("DOORSTEP_WRITE_DOCS").is_ok_and(|value| value == "1");
    for (name, drawn) in drawings {
        let (begin, end) = (format!("<!-- drawn: {name} -->\n"), "<!-- end -->\n");
        let from = text.find(&begin).expect("the place is marked") + begin.len();
        let to = from + text[from..].find(end).expect("the place has an end");
        if is_written_anew {
            text.replace_range(from..to, drawn);
        } else {
            assert_eq!(&text[from..to], drawn, "DOORSTEP_WRITE_DOCS=1 writes it anew");
        }
    }
    if is_written_anew {
        std::fs::write(document, text).expect("the document is written");
    }
}

/// One way to stand, what is reported, and in the last column the step; or that is not taken, where it says `Wait`.
pub type Way = Vec<String>;

/// Every way but those that wait, as a table. Rows that differ in one column are one; where it is in all of its ways, they say
/// "any".
pub fn table(head: &[&str], ways: &[Way]) -> String {
    let steps = head.len() - 1;
    let taken = ways.iter().filter(|way| way[steps] != "Wait");
    let mut rows: Vec<Row> = taken.map(|way| way.iter().map(|value| vec![value.clone()]).collect()).collect();
    for column in 0..steps {
        rows = joined(rows, column);
    }
    let every = |column: usize| of_all(ways.iter().map(|way| way[column].clone()));
    let every: Vec<Vec<String>> = (0..head.len()).map(every).collect();
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()));
    for row in rows {
        let cell = |(column, values): (usize, &Vec<String>)| match values.len() == every[column].len() {
            true if column < steps => "any".to_owned(),
            _ => values.join(" · "),
        };
        let cells: Vec<String> = row.iter().enumerate().map(cell).collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text
}

/// The values of each column.
type Row = Vec<Vec<String>>;

fn joined(rows: Vec<Row>, column: usize) -> Vec<Row> {
    let mut fewer: Vec<Row> = vec![];
    let others = |row: &Row| [&row[..column], &row[column + 1..]].concat();
    for mut row in rows {
        match fewer.iter_mut().find(|known| others(known) == others(&row)) {
            Some(known) => {
                let values = known[column].drain(..).chain(row[column].drain(..));
                known[column] = of_all(values.collect::<Vec<_>>().into_iter());
            }
            None => fewer.push(row),
        }
    }
    fewer
}

/// Each value once, in the order in which they come.
fn of_all(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut once = vec![];
    for value in values {
        if !once.contains(&value) {
            once.push(value);
        }
    }
    once
}

/// The name of an enum's variant.
pub fn name(variant: &impl Debug) -> String {
    format!("{variant:?}").chars().take_while(|c| c.is_alphanumeric()).collect()
}

/// The name of an enum's variant in words: `BookingDue` is "booking due".
pub fn words(variant: &impl Debug) -> String {
    let mut words = String::new();
    for c in name(variant).chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

#[test]
fn rows_that_differ_in_one_column_are_one_and_what_waits_is_left_out() {
    let way = |way: [&str; 3]| way.map(str::to_owned).to_vec();
    let ways = [
        way(["a", "x", "Go"]),
        way(["b", "x", "Go"]),
        way(["a", "y", "Go"]),
        way(["b", "y", "Wait"]),
        way(["c", "x", "Stay"]),
    ];
    let drawn = "| S | R | N |\n|---|---|---|\n| a · b | x | Go |\n| c | x | Stay |\n| a | y | Go |\n";
    let sorted = |text: &str| text.lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(sorted(&table(&["S", "R", "N"], &ways)), sorted(drawn));
}

#[test]
fn a_variant_is_told_in_words() {
    assert_eq!(words(&crate::actors::warehouse::Stage::AwaitingTruck), "awaiting truck");
    assert_eq!(name(&Some(1)), "Some");
}
