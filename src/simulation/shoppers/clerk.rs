//! A clerk, while others buy: gives money back, of orders that were taken a while ago; a part, a part too much, or all that is left.
//!
//! What she asks is no HTTP: the operator's commands reach the order manager beside the gateway. Where no answer comes she asks once
//! more under the same key, as a program does.

use std::time::Duration;

use rand::RngExt;

use crate::actors::order_manager::{Refund, RefundWanted};
use crate::domain::{Currency, Money, OrderId};

use super::shopper::{DAY_MS, Shopper};

const REFUNDS_MAX: u32 = 30;
/// While the shop is down she tries so often.
const TRIES_MAX: u32 = 60;
const BETWEEN_TRIES: Duration = Duration::from_secs(1);
/// In minor units: more than most orders cost, so some of it is refused.
const AMOUNT_MAX: i64 = 3_000;

impl Shopper {
    /// `days`: how long there is somebody to buy. She goes on for as long again, when parcels have left.
    pub async fn clerk(mut self, days: u32) {
        for nth in 0..self.rng.random_range(1..=REFUNDS_MAX) {
            self.thinks(2 * u64::from(days) * DAY_MS / u64::from(REFUNDS_MAX)).await;
            let Some(order) = self.any_order() else { continue };
            let amount = self.chance(0.7).then(|| self.rng.random_range(1..=AMOUNT_MAX));
            let amount = amount.map(|amount| Money::new(amount, Currency::GBP));
            let (reason, by, key) =
                ("not as described".to_owned(), "clerk".to_owned(), format!("refund {nth}"));
            // hasty: both are out before either is answered
            for hasty in 0..self.pick(&[1, 1, 2]) {
                let (reason, by, key) = (reason.clone(), by.clone(), format!("{key}-{hasty}"));
                let wanted = Box::new(RefundWanted { amount, reason, by, key });
                self.gives_back(Refund { order, wanted }).await;
            }
        }
    }

    fn any_order(&mut self) -> Option<OrderId> {
        let told = {
            let history = self.network.history.borrow();
            let told = history.checkouts.iter().filter_map(|checkout| checkout.told.as_ref());
            told.filter_map(|told| told.outcome.order()).collect::<Vec<_>>()
        };
        (!told.is_empty()).then(|| self.pick(&told))
    }

    async fn gives_back(&mut self, refund: Refund) {
        for _ in 0..TRIES_MAX {
            if self.network.asks_order_manager(refund.clone().into()).await.is_some() {
                return;
            }
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
    }
}
