//! Removes carts that are over. To decisions such a cart is gone already; this frees its row.
//!
//! - It is a supervised service, no actor. It sends each cart a message to end, so that the removal is a turn like any other.
//! - Carts are found by a scan of their tree and not by a timer for each: a flood may have begun 14 million within 30 days,
//!   and timers are all in memory. Ids sort by time, so the scan ends at the first that is not over.
//! - It has one question in flight at a time, and reads a bounded number of rows between two pauses. When the shop is overloaded
//!   it goes on after the next pause.

use std::sync::Arc;
use std::time::Duration;

use crate::actors::web_session::{End, Session};
use crate::actors::{Rules, Shop};
use crate::domain::SessionId;
use crate::planted::{self, Bug};
use crate::runtime::{Aggregate as _, Clock, Handle, Refused, ServiceRun, TableKey};
use crate::storage::{self, Trees};

/// From the end of one round to the beginning of the next, in real time: about so long a row may outlast its cart.
pub const ROUND_EVERY: Duration = Duration::from_secs(3_600);
/// Rows looked at in one pass of a round.
const PASS_ROWS_MAX: usize = 200;
/// Between two passes of one round. With [`PASS_ROWS_MAX`] up to 200 rows a second: strangers may begin 20,000 carts an hour.
const PASS_PAUSE: Duration = Duration::from_secs(1);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Its name in the supervision tree, in the group of the gateway.
pub const NAME: &str = "carts";

#[derive(Clone)]
struct Sweeper {
    shop: Handle<Shop>,
    trees: Arc<dyn Trees>,
    clock: Clock,
    rules: Arc<Rules>,
}

/// Starts the service; the supervisor calls it at each restart.
pub fn service(
    shop: Handle<Shop>,
    trees: Arc<dyn Trees>,
    clock: Clock,
    rules: Arc<Rules>,
) -> impl Fn() -> ServiceRun + 'static {
    let sweeper = Sweeper { shop, trees, clock, rules };
    move || -> ServiceRun {
        let sweeper = sweeper.clone();
        Box::pin(async move {
            loop {
                sweeper.round().await;
                tokio::time::sleep(ROUND_EVERY).await;
            }
        })
    }
}

/// What one pass has found.
struct Found {
    over: Vec<SessionId>,
    /// Where the next pass goes on; `None` at the end of the round.
    next: Option<SessionId>,
}

impl Sweeper {
    /// Each cart that is over is told once: its row stays in the tree until the next checkpoint.
    async fn round(&self) {
        let mut from = SessionId::PROGRAMS;
        loop {
            let found = match self.look(from) {
                Ok(found) => found,
                Err(error) => {
                    // the checkpointer meets the same error and stops the shop
                    tracing::error!(%error, "the carts that are over cannot be found");
                    return;
                }
            };
            match (self.end(&found.over).await, found.next) {
                (Err(refused_at), _) => from = refused_at,
                (Ok(()), Some(next)) => from = next,
                (Ok(()), None) => return,
            }
            tokio::time::sleep(PASS_PAUSE).await;
        }
    }

    fn look(&self, from: SessionId) -> Result<Found, storage::Error> {
        let now = self.clock.real();
        let (mut over, mut rows, mut next) = (vec![], 0, None);
        self.trees.scan(Session::TREE, &from.to_bytes(), &mut |key, stored| {
            let cart = <SessionId as TableKey>::from_bytes(key).filter(|cart| self.rules.is_over(*cart, now));
            let Some(cart) = cart else { return false };
            if rows == PASS_ROWS_MAX {
                next = Some(cart);
                return false;
            }
            rows += 1;
            if stored.value.is_some() && !planted::is(Bug::CartsLeftLying) {
                over.push(cart);
            }
            true
        })?;
        Ok(Found { over, next })
    }

    /// Tells each to end.
    ///
    /// # Errors
    /// The first that the shop had no room for.
    async fn end(&self, carts: &[SessionId]) -> Result<(), SessionId> {
        for cart in carts {
            match self.shop.ask_of(*cart, End, ANSWER_WITHIN).await {
                Err(Refused::Overloaded | Refused::Closed) => return Err(*cart),
                // where the outcome is not known, the next round sees
                Ok(_) | Err(Refused::Deadline | Refused::GivenUp) => {}
            }
        }
        Ok(())
    }
}
