//! The cases that an operator looks at, newest first.

use serde::{Deserialize, Serialize};

use crate::actors::back_office::{CaseRecord, Closed};
use crate::actors::order_manager::Order;
use crate::domain::{CaseId, Timestamp};

use super::Failure;
use super::rows::{Ended, Rows};

/// What is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wanted {
    /// Also those that are closed.
    pub all: bool,
    pub limit: usize,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Found {
    /// Newest first.
    pub cases: Vec<CaseRow>,
    /// Those that are not shown.
    pub more: usize,
    /// `false`: there was no time to look through all of them.
    pub is_whole: bool,
}

/// A case, as the operator's list shows it.
#[derive(Debug, Serialize, Deserialize)]
pub struct CaseRow {
    pub case: String,
    pub kind: String,
    pub order: Option<String>,
    /// Of the order, without spaces.
    pub number: Option<String>,
    /// RFC 3339, as every moment here: by the trade's clock.
    pub opened_at: String,
    pub age_s: u64,
    /// How often it came up.
    pub times: u32,
    pub text: String,
    pub closed: Option<ClosedRow>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct ClosedRow {
    pub at: String,
    pub by: String,
    pub why: String,
}

/// `now`: by the trade's clock.
pub fn find(rows: &Rows, wanted: &Wanted, now: Timestamp) -> Result<Found, Failure> {
    let mut found: Vec<(Timestamp, CaseId, CaseRecord)> = vec![];
    let ended = rows.each::<CaseRecord>(&[], None, &mut |id, case| {
        if wanted.all || case.closed.is_none() {
            found.push((case.opened_at, id, case));
        }
    })?;
    found.sort_by_key(|(opened_at, id, _)| std::cmp::Reverse((*opened_at, *id)));
    let more = found.len().saturating_sub(wanted.limit);
    let shown = found.into_iter().take(wanted.limit);
    let cases = shown.map(|(_, id, case)| row(rows, id, case, now)).collect::<Result<_, _>>()?;
    Ok(Found { cases, more, is_whole: ended == Ended::Whole })
}

/// One of them, closed or not.
pub fn show(rows: &Rows, case: CaseId, now: Timestamp) -> Result<CaseRow, Failure> {
    let found = rows.get::<CaseRecord>(&case)?;
    let found = found.ok_or_else(|| {
        Failure(format!("there is no case {case}: `doorstep cases list --all` shows all that there are"))
    })?;
    row(rows, case, found, now)
}

pub fn row(rows: &Rows, id: CaseId, case: CaseRecord, now: Timestamp) -> Result<CaseRow, Failure> {
    let order = case.order.map(|order| rows.get::<Order>(&order)).transpose()?.flatten();
    let closed = |Closed { at, by, why }| ClosedRow { at: at.to_string(), by, why };
    Ok(CaseRow {
        case: id.to_string(),
        kind: case.kind.name().to_owned(),
        order: case.order.map(|order| order.to_string()),
        number: order.map(|order| order.terms.number.digits()),
        opened_at: case.opened_at.to_string(),
        age_s: now.ms_since(case.opened_at) / 1_000,
        times: case.times,
        text: case.text,
        closed: case.closed.map(closed),
    })
}
