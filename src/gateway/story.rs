use crate::actors::order_manager::{Claim, Message as ToOrders, Reply as OrderReply};
use crate::actors::stock_keeper::{Message as ToStock, Reply as StockReply};
use crate::actors::{Address, Reply};
use crate::domain::{OrderId, Timeline};

use super::{App, Problem};

/// The whole timeline of an order: of the order manager, who looks at the claim, and what the shelves and the bank say
/// besides. The one may be a moment ahead of the other.
pub async fn timeline(app: &App, order: OrderId, claim: Claim) -> Result<Timeline, Problem> {
    let own = match app.read(Address::OrderManager, ToOrders::ShowTimeline { order, claim }).await? {
        Reply::Orders(OrderReply::Timeline(own)) => own,
        Reply::Orders(OrderReply::NoSuchOrder) => return Err(Problem::no_such_order()),
        other => return Err(Problem::unfit(&other)),
    };
    match app.read(Address::StockKeeper, ToStock::ShowTimeline { order }).await? {
        Reply::Stock(StockReply::Timeline(common)) => Ok(own.merged(common).as_told()),
        other => Err(Problem::unfit(&other)),
    }
}
