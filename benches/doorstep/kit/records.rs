use std::sync::OnceLock;
use std::time::Duration;

use doorstep::actors::order_manager::Order;
use doorstep::domain::OrderState;
use doorstep::journal::{Journal, Position};
use doorstep::runtime::kit;

use super::Bookshop;

/// How many records [`records`] gives.
pub const RECORDS: usize = 10_000;

/// Orders that are placed at a time, and how often. An order comes to some twenty records.
const AT_ONCE: u64 = 64;
const TIMES: u64 = 9;
/// From an order to its settlement by the bank, weekends and all.
const LONGEST_LIFE: Duration = Duration::from_secs(14 * 86_400);

impl Bookshop {
    /// Lets trade pass until every order is delivered and paid for.
    pub async fn see_off(&self) {
        tokio::time::sleep(LONGEST_LIFE).await;
        let under_way = self.kit.look(|tables| {
            let orders = tables.of::<Order>().resident();
            orders.filter(|(_, order)| order.state != OrderState::Closed).count()
        });
        assert_eq!(under_way, 0, "orders have not come to their end");
    }
}

/// The first records of a shop whose orders were all closed; made once.
pub fn records() -> &'static [Vec<u8>] {
    static MADE: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    MADE.get_or_init(|| {
        let journal = kit::run(async {
            let shop = Bookshop::open().await;
            for nth in 0..TIMES {
                shop.buy_at_once(nth * AT_ONCE..(nth + 1) * AT_ONCE).await;
            }
            shop.see_off().await;
            shop.kit.settle().await;
            shop.kit.journal.clone()
        });
        let mut records = vec![];
        let visit = &mut |_: Position, bytes: &[u8]| {
            records.push(bytes.to_vec());
            Ok(())
        };
        journal.replay(Position::START, visit).expect("a journal in memory is read back");
        assert!(records.len() >= RECORDS, "{} records", records.len());
        records.truncate(RECORDS);
        records
    })
}
