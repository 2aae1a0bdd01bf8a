//! A run as one page for people: what was simulated, whether anything was wrong, and what happened, as charts and tables.
//!
//! The page is one HTML file with its style and its drawings in it: it loads nothing and runs nothing. Everything in it is
//! derived from the journal and from what was seen from outside, so it cannot tell another story than the checkers.

mod chart;
mod labels;
mod series;

use askama::Template;

use crate::actors::Shop;
use crate::domain::{Happening, OrderId, Timestamp};
use crate::journal::Position;
use crate::runtime::Record;

use super::checks::Violation;
use super::coverage::{Coverage, STEPS};
use super::fault::Fault;
use super::finished_run::{Figures, FinishedRun};
use super::history::History;
use super::plan::{Options, Plan};
use chart::{Chart, Frame, HEIGHT, Series, WIDTH};
use series::{Folded, Span};

const SKUS_SHOWN: usize = 4;
const FAULT_BARS: usize = 60;
/// Timelines of more orders than these make a page that nobody reads.
const TIMELINES_MAX: usize = 12;
const DAYS: &str = "days of trade";

/// Everything that the page is made of.
pub struct Data<'a> {
    pub options: &'a Options,
    pub plan: &'a Plan,
    pub figures: &'a Figures,
    pub records: &'a [(Position, Record<Shop>)],
    pub history: &'a History,
    pub coverage: &'a Coverage,
    pub violations: &'a [Violation],
}

impl<'a> Data<'a> {
    pub fn of(run: &'a FinishedRun) -> Data<'a> {
        Data {
            options: &run.options,
            plan: &run.plan,
            figures: &run.figures,
            records: &run.records,
            history: &run.history,
            coverage: &run.coverage,
            violations: &run.violations,
        }
    }
}

/// The page.
///
/// # Errors
/// The template cannot be rendered, which only lack of memory can cause.
pub fn page(data: &Data<'_>) -> Result<String, askama::Error> {
    Page::of(data).render()
}

#[derive(Template)]
#[template(path = "simulation/report.html")]
struct Page<'a> {
    seed: u64,
    /// Name and value, as sentences.
    plan: Vec<(&'static str, String)>,
    figures: Vec<(&'static str, u64)>,
    violations: &'a [Violation],
    charts: Vec<Chart>,
    faults: Vec<FaultRow>,
    steps: Vec<&'static str>,
    cases: Vec<Entry>,
    timelines: Vec<(OrderId, Vec<Entry>)>,
    width: f64,
    height: f64,
}

/// A fault, how often it came, and after which step of an order.
struct FaultRow {
    fault: Fault,
    times: u64,
    steps: Vec<u64>,
}

/// Something that happened to an order.
struct Entry {
    at: Timestamp,
    order: OrderId,
    by: String,
    what: String,
}

impl<'a> Page<'a> {
    fn of(data: &Data<'a>) -> Page<'a> {
        Page {
            seed: data.options.seed,
            plan: labels::plan(data.options, data.plan),
            figures: labels::figures(data.figures),
            violations: data.violations,
            charts: charts(data),
            faults: fault_rows(data.coverage),
            steps: STEPS.iter().map(|step| step.0).collect(),
            cases: entries(data, |_, what| matches!(what, Happening::CaseOpened { .. })),
            timelines: timelines(data),
            width: WIDTH,
            height: HEIGHT,
        }
    }
}

fn charts(data: &Data<'_>) -> Vec<Chart> {
    let span = Span::of(data.records, data.options.days);
    let folded = Folded::of(data.records, span);
    let calm = Some((f64::from(data.options.days), "faults stop"));
    let days = span.days();
    let mut charts = vec![
        Chart::stacked(orders_frame(), days, folded.orders(), calm),
        Chart::bars_over_days(faults_frame(), days, faults_over_time(data.coverage, span), calm),
        Chart::lines(ledger_frame(), days, folded.accounts(), calm),
        answer_times(data.history),
    ];
    for sku in folded.busiest(SKUS_SHOWN) {
        charts.push(Chart::stacked(stock_frame(&sku), days, folded.stock(&sku), calm));
    }
    charts
}

fn frame(title: &str, says: &str, y_label: &'static str) -> Frame {
    Frame { title: title.to_owned(), says: says.to_owned(), x_label: DAYS, y_label }
}

fn orders_frame() -> Frame {
    let says =
        "Each order from its checkout to its end; an order that waits at the right edge has not ended.";
    frame("Orders by state", says, "orders")
}

fn faults_frame() -> Frame {
    let says = "How often things went wrong; a slow disk and small queues, which last all the time, are in the table below.";
    frame("Faults", says, "times")
}

fn ledger_frame() -> Frame {
    let says = "Money on its way: held when she orders, captured at hand-over, in the bank after settlement.";
    frame("Ledger", says, "pounds")
}

fn stock_frame(sku: &str) -> Frame {
    frame(&format!("Stock of {sku}"), "Units in the house, by what they are kept for.", "units")
}

fn faults_over_time(coverage: &Coverage, span: Span) -> Vec<Series> {
    let series = |(label, faults): &(&str, &[Fault])| {
        let mut values = vec![0.0; FAULT_BARS];
        for (at, _) in coverage.moments.iter().filter(|(_, fault)| faults.contains(fault)) {
            let bar = (span.day_of(*at) / span.days() * FAULT_BARS as f64) as usize;
            if let Some(value) = values.get_mut(bar) {
                *value += 1.0;
            }
        }
        Series { label: (*label).to_owned(), values }
    };
    labels::FAULT_GROUPS.iter().map(series).collect()
}

/// Upper ends of the bars, in milliseconds of real time.
const ANSWERED_WITHIN: [(&str, u64); 8] = [
    ("at once", 0),
    ("10 ms", 10),
    ("100 ms", 100),
    ("0.3 s", 300),
    ("1 s", 1_000),
    ("3 s", 3_000),
    ("10 s", 10_000),
    ("longer", u64::MAX),
];

fn answer_times(history: &History) -> Chart {
    let mut answered = vec![0.0; ANSWERED_WITHIN.len() + 1];
    let mut refused = answered.clone();
    let mut unanswered = answered.clone();
    for sent in &history.requests {
        let Some(answer) = &sent.answer else {
            unanswered[ANSWERED_WITHIN.len()] += 1.0;
            continue;
        };
        let took_ms = answer.at.saturating_sub(sent.at);
        let bar = ANSWERED_WITHIN.iter().position(|(_, within)| took_ms <= *within).unwrap_or(0);
        let values = if answer.status >= 500 { &mut refused } else { &mut answered };
        values[bar] += 1.0;
    }
    let series =
        [("answered", answered), ("503, 504 and other trouble", refused), ("connection lost", unanswered)];
    let series =
        series.into_iter().map(|(label, values)| Series { label: label.to_owned(), values }).collect();
    let kinds: Vec<&str> = ANSWERED_WITHIN.iter().map(|(label, _)| *label).chain(["never"]).collect();
    let title = "Answer times";
    let says =
        "How long customers waited, in the simulated process's own real time, up to the time below each bar.";
    let frame = Frame { x_label: "answered within", ..frame(title, says, "requests") };
    Chart::bars(frame, &kinds, series)
}

/// Faults that are in the world, the most frequent first.
fn fault_rows(coverage: &Coverage) -> Vec<FaultRow> {
    let row = |(fault, times): (&Fault, &u64)| {
        let met = coverage.meetings().filter(|(met, ..)| met == fault);
        let mut steps = vec![0; STEPS.len()];
        for (_, _, _, step, times) in met {
            if let Some(place) = STEPS.iter().position(|known| *known == step) {
                steps[place] += times;
            }
        }
        FaultRow { fault: *fault, times: *times, steps }
    };
    let mut rows: Vec<FaultRow> = coverage.counts.iter().map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.times));
    rows
}

fn entries(data: &Data<'_>, wanted: impl Fn(OrderId, &Happening) -> bool) -> Vec<Entry> {
    let mut entries = vec![];
    for (_, record) in data.records {
        let happenings = record.stated.events.iter().flat_map(|event| event.happenings());
        for (order, _, what) in happenings.filter(|(order, _, what)| wanted(*order, what)) {
            entries.push(Entry {
                at: record.moment.at,
                order,
                by: record.by.to_string(),
                what: labels::said(&what),
            });
        }
    }
    entries
}

/// Of each order that a violation concerns.
fn timelines(data: &Data<'_>) -> Vec<(OrderId, Vec<Entry>)> {
    let mut orders: Vec<OrderId> = data.violations.iter().filter_map(|violation| violation.order).collect();
    orders.sort();
    orders.dedup();
    orders.truncate(TIMELINES_MAX);
    orders.into_iter().map(|order| (order, entries(data, |one, _| one == order))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::checks::Violation;
    use crate::simulation::plan::FaultChoice;
    use crate::simulation::run;

    #[test]
    fn a_run_becomes_one_page_that_loads_nothing_and_escapes_what_it_shows() {
        let options = Options {
            seed: 2,
            days: 1,
            orders: 8,
            faults: FaultChoice::Drawn,
            only: None,
            assortment: Default::default(),
        };
        let mut run = run(&options, &[]);
        let order = run
            .records
            .iter()
            .flat_map(|(_, record)| &record.stated.events)
            .find_map(|event| event.happenings().first().map(|(order, ..)| *order));
        let what = "<script>alert(1)</script>".to_owned();
        run.violations.push(Violation { invariant: "I1", order, what });
        let page = page(&Data::of(&run)).unwrap();
        for wanted in ["Orders by state", "Faults", "Ledger", "Answer times", "Stock of SIM-", "1 violation"]
        {
            assert!(page.contains(wanted), "{wanted}");
        }
        let order = order.expect("eight customers order something");
        assert!(page.contains(&format!("id=\"{order}\"")));
        for banned in ["<script", "http://", "https://", "src=", "url(", "NaN"] {
            assert!(!page.contains(banned), "{banned}");
        }
    }
}
