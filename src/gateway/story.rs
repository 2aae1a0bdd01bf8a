use crate::actors::order_manager::{self, Claim, NoSuchOrder};
use crate::actors::stock_keeper;
use crate::domain::{OrderId, Timeline};

use super::{App, Problem};

/// The whole timeline of an order: of the order manager, who looks at the claim, and what the shelves and the bank say
/// besides. The one may be a moment ahead of the other.
pub async fn timeline(app: &App, order: OrderId, claim: Claim) -> Result<Timeline, Problem> {
    let own = app.read(order_manager::ShowTimeline { order, claim }).await?;
    let own = own.map_err(|NoSuchOrder| Problem::no_such_order())?;
    let common = app.read(stock_keeper::ShowTimeline { order }).await?;
    Ok(own.merged(common).as_told())
}
