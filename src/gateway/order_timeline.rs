use crate::actors::order_manager::{self, Claim, NoSuchOrder};
use crate::actors::stock_keeper;
use crate::domain::{Happening, OrderId, Timeline, TimelineEntry};
use crate::partners::mail::MailKind;

use super::{App, Problem};

/// The whole timeline of an order, as its customer may read it. The order manager checks the claim and gives its own entries; those of
/// the stock keeper and the bank are asked for after it, so they may be a moment ahead.
pub async fn order_timeline(app: &App, order: OrderId, claim: Claim) -> Result<Timeline, Problem> {
    let own = app.read(order_manager::ShowTimeline { order, claim }).await?;
    let own = own.map_err(|NoSuchOrder| Problem::no_such_order())?;
    let common = app.read(stock_keeper::ShowTimeline { order }).await?;
    let mut told = own.merged(common).as_told();
    told.entries.retain(|entry| !is_the_shops_letter(entry));
    Ok(told)
}

/// What the shop writes to itself is none of hers.
fn is_the_shops_letter(entry: &TimelineEntry) -> bool {
    match &entry.what {
        Happening::Mailed { what } | Happening::MailParked { what, .. } => {
            MailKind::of_slug(what).is_some_and(MailKind::is_to_the_shop)
        }
        _ => false,
    }
}
