//! Whether two runs were the same, and where they first were not.

use crate::journal::Position;

use super::finished_run::FinishedRun;
use super::history::SentRequest;

/// The first turn, and the first request, in which two runs of the same world differ.
pub fn first_difference(one: &FinishedRun, other: &FinishedRun) -> String {
    let turns =
        |run: &FinishedRun| run.records.iter().map(|(position, record)| turn(*position, record)).collect();
    let requests = |run: &FinishedRun| run.history.requests.iter().map(request).collect();
    let differ = |what: &str, one: Vec<String>, other: Vec<String>| {
        let at = one.iter().zip(&other).position(|(one, other)| one != other);
        let at = at.or((one.len() != other.len()).then(|| one.len().min(other.len())));
        let line =
            |lines: &Vec<String>, at: usize| lines.get(at).cloned().unwrap_or_else(|| "nothing".to_owned());
        at.map(|at| format!("{what} {at}: {} | {}", line(&one, at), line(&other, at)))
    };
    let differences =
        [differ("turn", turns(one), turns(other)), differ("request", requests(one), requests(other))];
    differences.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn turn(position: Position, record: &crate::runtime::Record<crate::actors::Shop>) -> String {
    let mut bytes = vec![];
    record.encode(&mut bytes);
    let digest = xxhash_rust::xxh3::xxh3_64(&bytes);
    format!(
        "#{} at {} ({}) by {} on {:?}: {digest:016x}",
        position.0, record.moment.at, record.moment.real.0, record.by, record.cause
    )
}

/// A request and all that came of it, in one line.
pub fn request(sent: &SentRequest) -> String {
    let told = sent.answer.as_ref().map(|answer| (answer.at, answer.status, answer.text.as_str()));
    format!("{} {} {} {told:?}", sent.at, sent.method, sent.uri)
}
