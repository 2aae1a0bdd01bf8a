//! The shop's keeper changes what books cost while others buy, as an import does beside open doors.

use std::rc::Rc;
use std::sync::Arc;

use rand::RngExt;
use rand::rngs::StdRng;

use crate::domain::catalogue::{Catalogue, Product};
use crate::domain::{Money, Sku};
use crate::gateway::LiveCatalogue;

use super::super::network::Network;
use super::DAY_MS;

/// So often in a world.
const CHANGES: u64 = 40;
/// Of what it costs, in percent, it costs so much then.
const PERCENT: std::ops::RangeInclusive<i64> = 70..=140;

/// All through these days of trade.
pub async fn reprices(network: Rc<Network>, catalogue: Arc<LiveCatalogue>, mut rng: StdRng, days: u32) {
    let between_ms = u64::from(days) * DAY_MS / CHANGES;
    for _ in 0..CHANGES {
        network.trade_ms(rng.random_range(0..=2 * between_ms)).await;
        reprice_one(&catalogue, &mut rng);
    }
}

/// Of the first titles, which half of all choices fall on.
fn reprice_one(catalogue: &LiveCatalogue, rng: &mut StdRng) {
    let mut products: Vec<Product> = catalogue.now().iter().cloned().collect();
    let place = rng.random_range(0..products.len());
    let price = &mut products[place].price;
    *price = Money { amount: (price.amount * rng.random_range(PERCENT) / 100).max(1), ..*price };
    let delisted: Vec<Sku> = catalogue.now().delisted().cloned().collect();
    let repriced = Catalogue::build(products).expect("the same products at other prices");
    catalogue.replace(repriced.without(delisted));
}
