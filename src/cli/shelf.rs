//! One product as `doorstep stock` shows it: its units, what is short, and who counted it last.

use serde::{Deserialize, Serialize};

use crate::actors::stock_keeper::{Adjustment, Adjustments, Listed};
use crate::domain::Sku;

use super::Failure;
use super::product_list::{self, ProductRow};
use super::rows::Rows;
use super::shortages::{self, ShortRow};

#[derive(Debug, Serialize, Deserialize)]
pub struct ShelfRow {
    #[serde(flatten)]
    pub product: ProductRow,
    /// `None`: as many are in the house as are promised.
    pub shortage: Option<ShortRow>,
    /// The case that this count has closed, since it made good what was short.
    pub closed_case: Option<String>,
    /// The last counts, newest first.
    pub adjustments: Vec<AdjustmentRow>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct AdjustmentRow {
    /// RFC 3339.
    pub at: String,
    pub by: i64,
    /// In the house after it.
    pub on_hand: u64,
    pub reason: String,
    pub who: String,
}

pub fn find(rows: &Rows, sku: &Sku) -> Result<ShelfRow, Failure> {
    let Some(product) = product_list::one(rows, sku)? else { return Err(not_listed(rows, sku)?) };
    let shortage = shortages::find(rows, std::slice::from_ref(sku))?.pop();
    let kept = rows.get::<Adjustments>(sku)?.unwrap_or_default();
    let row = |Adjustment { by, on_hand, reason, who, at }: &Adjustment| AdjustmentRow {
        at: at.to_string(),
        by: *by,
        on_hand: *on_hand,
        reason: reason.clone(),
        who: who.clone(),
    };
    let adjustments = kept.newest_first().map(row).collect();
    Ok(ShelfRow { product, shortage, closed_case: None, adjustments })
}

fn not_listed(rows: &Rows, sku: &Sku) -> Result<Failure, Failure> {
    let alike = alike(rows, std::slice::from_ref(sku))?.pop();
    let alike = alike.map_or(String::new(), |(_, alike)| format!("did you mean {alike}? "));
    Ok(Failure(format!(
        "the shop lists no {sku}: {alike}`doorstep products --all` shows all products that there are"
    )))
}

/// For each of these of which one is listed in other capitals: that one. Nothing is read where none is asked for.
pub fn alike(rows: &Rows, typed: &[Sku]) -> Result<Vec<(Sku, Sku)>, Failure> {
    let mut alike = vec![];
    if !typed.is_empty() {
        rows.each::<Listed>(&[], None, &mut |listed, _| {
            let is_like = |typed: &&Sku| listed.as_str().eq_ignore_ascii_case(typed.as_str());
            alike.extend(typed.iter().filter(is_like).map(|typed| (typed.clone(), listed.clone())));
        })?;
    }
    Ok(alike)
}
