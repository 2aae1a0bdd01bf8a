//! What is said of an import: which column was taken for what, and what became of every row.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::missing::Missing;
use crate::actors::stock_keeper::{Adjusted, Imported, ImportedCount};
use crate::cli::failure::Failure;
use crate::cli::shortages::{self, ShortRow};
use crate::domain::Sku;
use crate::domain::catalogue::{EMPTY_ROW, LeftOut, Rejected, Row, Table};

/// Rows that are shown one by one, in each list; the rest is counted.
const LINES_SHOWN_MAX: usize = 50;
/// As many of them are kept for JSON.
const LINES_KEPT_MAX: usize = 10_000;

#[derive(Serialize)]
pub(super) struct Told {
    table: Table,
    good_rows: usize,
    /// `None`: nothing was written.
    taken: Option<Taken>,
    /// What would be done, where nothing was written.
    would: ImportedCount,
    /// What the file does not have, where that was asked for.
    missing: Option<Missing>,
    rejected: Lines,
    warnings: Lines,
    /// Taken off sale before, and sold again since the file has it.
    put_back: Skus,
    /// Whose units are others than before, or would be.
    adjusted: AdjustedSkus,
    /// Of these fewer were counted than are promised to orders.
    short: Vec<ShortRow>,
    /// How many rows for each reason.
    left_out: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
pub(super) struct Taken {
    #[serde(flatten)]
    pub count: ImportedCount,
    /// Taken off sale since the file does not have it; `None`: that was not wanted.
    pub delisted: Option<usize>,
    /// The file's counts were those of new products alone.
    pub keep_stock: bool,
}

#[derive(Default, Serialize)]
struct Skus {
    count: usize,
    /// The first of them.
    skus: Vec<Sku>,
}

#[derive(Default, Serialize)]
struct AdjustedSkus {
    count: usize,
    /// The first of them.
    skus: Vec<Adjusted>,
}

#[derive(Default, Serialize)]
struct Lines {
    count: usize,
    /// The first of them.
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    line: u64,
    sku: Option<String>,
    why: String,
}

impl Told {
    pub fn new(table: Table) -> Told {
        Told {
            table,
            good_rows: 0,
            taken: None,
            would: ImportedCount::default(),
            missing: None,
            rejected: Lines::default(),
            warnings: Lines::default(),
            put_back: Skus::default(),
            adjusted: AdjustedSkus::default(),
            short: vec![],
            left_out: BTreeMap::new(),
        }
    }

    pub fn table(&self) -> &Table {
        &self.table
    }

    pub fn takes(&mut self, row: &Row) {
        self.good_rows += 1;
        for warning in &row.warnings {
            self.warnings.add(row.line, Some(row.product.sku.to_string()), warning.clone());
        }
    }

    pub fn rejects(&mut self, rejected: Rejected) {
        self.rejected.add(rejected.line, rejected.sku.map(|sku| sku.to_string()), rejected.why);
    }

    pub fn leaves_out(&mut self, left_out: &LeftOut) {
        *self.left_out.entry(left_out.why).or_default() += 1;
    }

    pub fn were_taken(&mut self, taken: Taken) {
        self.taken = Some(taken);
    }

    /// Of some rows, where nothing is written.
    pub fn would_do(&mut self, would: Imported) {
        self.would.add(would.count);
        self.were_put_back(&would.put_back);
        self.were_adjusted(would.adjusted);
    }

    pub fn miss(&mut self, missing: Missing) {
        self.missing = Some(missing);
    }

    pub fn missing(&self) -> Option<&Missing> {
        self.missing.as_ref()
    }

    /// No product stands in the file, not even one that is wrong.
    pub fn is_of_nothing(&self) -> bool {
        self.good_rows + self.rejected.count == 0 && self.left_out.keys().all(|why| *why == EMPTY_ROW)
    }

    pub fn were_put_back(&mut self, skus: &[Sku]) {
        self.put_back.count += skus.len();
        let room = LINES_KEPT_MAX - self.put_back.skus.len();
        self.put_back.skus.extend(skus.iter().take(room).cloned());
    }

    pub fn were_adjusted(&mut self, adjusted: Vec<Adjusted>) {
        self.adjusted.count += adjusted.len();
        let room = LINES_KEPT_MAX - self.adjusted.skus.len();
        self.adjusted.skus.extend(adjusted.into_iter().take(room));
    }

    pub fn are_short(&mut self, short: Vec<ShortRow>) {
        self.short = short;
    }

    pub fn has_rejected(&self) -> bool {
        self.rejected.count > 0
    }

    pub fn as_json(&self) -> Result<String, Failure> {
        serde_json::to_string(self).map_err(|error| Failure(error.to_string()))
    }

    /// What is wrong with rows, by their lines.
    pub fn complain(&self, file: &Path) {
        self.rejected.complain(file, "rows that were not listed");
        self.warnings.complain(file, "rows that were listed otherwise than the file has them");
    }
}

impl Told {
    /// Products of which more than a count is to be known.
    fn list(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let would = if self.taken.is_some() { "" } else { "would be " };
        let put_back = self.put_back.skus.iter().take(LINES_SHOWN_MAX).map(Sku::to_string).collect();
        listed(f, &format!("{would}put back on sale"), self.put_back.count, put_back)?;
        let adjusted = self.adjusted.skus.iter().take(LINES_SHOWN_MAX);
        let adjusted =
            adjusted.map(|Adjusted { sku, before, then }| format!("{sku} {before} → {then}")).collect();
        listed(f, &format!("{would}adjusted, units in the house"), self.adjusted.count, adjusted)
    }
}

impl Lines {
    fn add(&mut self, line: u64, sku: Option<String>, why: String) {
        self.count += 1;
        if self.lines.len() < LINES_KEPT_MAX {
            self.lines.push(Line { line, sku, why });
        }
    }

    fn complain(&self, file: &Path, rest: &str) {
        for Line { line, why, .. } in self.lines.iter().take(LINES_SHOWN_MAX) {
            eprintln!("{}:{line}: {why}", file.display());
        }
        let hidden = self.count.saturating_sub(LINES_SHOWN_MAX);
        if hidden > 0 {
            eprintln!("… and {hidden} more {rest}");
        }
    }
}

/// As many as a screen holds, and how many more there are.
fn listed(f: &mut fmt::Formatter<'_>, what: &str, count: usize, shown: Vec<String>) -> fmt::Result {
    if count == 0 {
        return Ok(());
    }
    let hidden = count.saturating_sub(shown.len());
    let more = if hidden > 0 { format!(" and {hidden} more") } else { String::new() };
    writeln!(f, "{what}: {}{more}", shown.join(", "))
}

/// The counts: every record of the file is in one of them.
impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (why, count) in &self.left_out {
            writeln!(f, "left out: {count}, {why}")?;
        }
        if let (None, Some(missing)) = (&self.taken, &self.missing) {
            writeln!(f, "{missing}")?;
        }
        self.list(f)?;
        for short in self.short.iter().take(LINES_SHOWN_MAX) {
            writeln!(f, "{}", shortages::said(short))?;
        }
        let hidden = self.short.len().saturating_sub(LINES_SHOWN_MAX);
        if hidden > 0 {
            writeln!(f, "… and {hidden} more that are short: `doorstep cases list` shows all")?;
        }
        let (rejected, left_out) = (self.rejected.count, self.left_out.values().sum::<usize>());
        let good = self.good_rows;
        match &self.taken {
            Some(Taken { count: ImportedCount { new, changed, adjusted }, delisted, keep_stock }) => {
                write!(
                    f,
                    "{good} rows taken: {new} new, {changed} changed, {adjusted} adjusted; {rejected} rejected, {left_out} left out"
                )?;
                if let (Some(delisted), Some(missing)) = (delisted, &self.missing) {
                    write!(f, "; {delisted} of {} taken off sale", missing.on_sale)?;
                }
                if *keep_stock {
                    let known = good.saturating_sub(*new);
                    return write!(
                        f,
                        "\n--keep-stock: the stock of {known} that the shop had already is as it was"
                    );
                }
                if *adjusted > 0 {
                    write!(
                        f,
                        "\nadjusted: the stock of {adjusted} is now what the file says: copies that were sold and sent since it was \
                         written are for sale again, there or not; --keep-stock leaves known stock alone"
                    )?;
                }
                Ok(())
            }
            None => {
                let ImportedCount { new, changed, adjusted } = self.would;
                write!(
                    f,
                    "nothing was written: {good} rows could be listed: {new} new, {changed} changed, {adjusted} adjusted; {rejected} \
                     rejected, {left_out} left out"
                )?;
                if adjusted > 0 {
                    let keep = "a file's stock is a count: copies that were sold and sent since it was written would be for sale again, \
                                there or not; --keep-stock leaves known stock alone";
                    write!(f, "\nadjusted: {keep}")?;
                }
                Ok(())
            }
        }
    }
}
