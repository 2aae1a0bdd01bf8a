//! What is there of a book, and when the rest can be at a doorstep: for the pages and for the API.

use crate::actors::stock_keeper::{Availability, Check, Earliest};
use crate::domain::{Sku, Units};

use super::{App, Problem};

/// How many of each are for sale.
pub async fn now(app: &App, skus: Vec<Sku>) -> Result<Vec<Availability>, Problem> {
    app.read(Check { skus }).await
}

/// The same, and the earliest day at the doorstep of what is short, to which it takes so many days.
pub async fn with_earliest(app: &App, wanted: Vec<Units>, days: u32) -> Result<Vec<Availability>, Problem> {
    let mut found = app.read(Earliest { wanted }).await?;
    for availability in &mut found {
        availability.earliest = availability.earliest.map(|ships_on| ships_on.plus_days(days));
    }
    Ok(found)
}
