use crate::actors::order_manager::{self, Claim, NoSuchOrder};
use crate::actors::stock_keeper;
use crate::domain::{OrderId, Timeline};

use super::{App, Problem};

/// The whole timeline of an order. The order manager checks the claim and gives its own entries; those of the stock keeper and
/// the bank are asked for after it, so they may be a moment ahead.
pub async fn order_timeline(app: &App, order: OrderId, claim: Claim) -> Result<Timeline, Problem> {
    let own = app.read(order_manager::ShowTimeline { order, claim }).await?;
    let own = own.map_err(|NoSuchOrder| Problem::no_such_order())?;
    let common = app.read(stock_keeper::ShowTimeline { order }).await?;
    Ok(own.merged(common).as_told())
}
