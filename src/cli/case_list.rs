//! The cases that an operator looks at, newest first.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::actors::back_office::{CaseRecord, Closed};
use crate::actors::order_manager::Order;
use crate::domain::{CaseId, Timestamp};

use super::Failure;
use super::rows::{Ended, Rows};
use super::shortages::{self, PromisedTo};

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
    /// Where it is open on what is short of a SKU: the orders that were promised it, as it stands now.
    pub promised_to: Vec<PromisedTo>,
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
    found.truncate(wanted.limit);
    let open = found.iter().filter(|(_, _, case)| case.closed.is_none());
    let mut promised = promised_to(rows, open.map(|(_, id, _)| *id).collect())?;
    let shown = found.into_iter().map(|(_, id, case)| {
        let promised_to = promised.remove(&id).unwrap_or_default();
        Ok::<_, Failure>(CaseRow { promised_to, ..row(rows, id, case, now)? })
    });
    let cases = shown.collect::<Result<_, _>>()?;
    Ok(Found { cases, more, is_whole: ended == Ended::Whole })
}

/// One of them, closed or not.
pub fn show(rows: &Rows, case: CaseId, now: Timestamp) -> Result<CaseRow, Failure> {
    let found = rows.get::<CaseRecord>(&case)?;
    let found = found.ok_or_else(|| {
        Failure(format!("there is no case {case}: `doorstep cases list --all` shows all that there are"))
    })?;
    let open = found.closed.is_none().then_some(case).into_iter().collect();
    let promised_to = promised_to(rows, open)?.remove(&case).unwrap_or_default();
    Ok(CaseRow { promised_to, ..row(rows, case, found, now)? })
}

/// The orders of those among these cases that are on a shortage.
fn promised_to(rows: &Rows, open: BTreeSet<CaseId>) -> Result<BTreeMap<CaseId, Vec<PromisedTo>>, Failure> {
    let mut skus = shortages::skus_of_cases(rows)?;
    skus.retain(|case, _| open.contains(case));
    let mut promised = shortages::promised_to(rows, skus.values().cloned().collect())?;
    Ok(skus.into_iter().filter_map(|(case, sku)| Some((case, promised.remove(&sku)?))).collect())
}

fn row(rows: &Rows, id: CaseId, case: CaseRecord, now: Timestamp) -> Result<CaseRow, Failure> {
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
        promised_to: vec![],
        closed: case.closed.map(closed),
    })
}
