use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::{Money, Totals, money_words};

use super::Payable;
use super::recent::Recent;

/// More lines than customers who type a card at once buy together, and some 15 MB.
const LINES_MAX: usize = 100_000;
/// As many lines as an order counts for at least: so there are no more than 10,000 orders.
const LINES_MIN: usize = 10;

/// What is paid for at each checkout, as the card page shows it. In memory alone, and bounded: where it is gone the page shows the
/// amount, which stands in its address, signed.
pub struct ShownOrders {
    kept: Mutex<Recent<Arc<ShownOrder>>>,
}

impl Default for ShownOrders {
    fn default() -> ShownOrders {
        ShownOrders { kept: Mutex::new(Recent::with_room_for(LINES_MAX)) }
    }
}

/// An order as people read it.
#[derive(Debug, PartialEq, Eq)]
pub struct ShownOrder {
    pub lines: Vec<ShownLine>,
    pub shipping: String,
    /// Only where there is any, and on top of the rest.
    pub tax: Option<String>,
    pub total: String,
    amount: Money,
}

#[derive(Debug, PartialEq, Eq)]
pub struct ShownLine {
    pub quantity: u32,
    pub title: String,
    pub amount: String,
}

impl ShownOrder {
    /// `None` where a line costs more than 64 bits can hold.
    fn of(payable: &Payable<'_>) -> Option<ShownOrder> {
        let Totals { shipping, tax, total, .. } = payable.totals;
        let lines = payable.lines.iter().map(|line| {
            let amount = line.unit_price.checked_times(line.quantity.units())?;
            let (quantity, title) = (line.quantity.units(), line.title.clone());
            Some(ShownLine { quantity, title, amount: money_words::said(amount) })
        });
        Some(ShownOrder {
            lines: lines.collect::<Option<_>>()?,
            shipping: money_words::said(shipping),
            tax: (tax.amount != 0 && !payable.totals.includes_tax()).then(|| money_words::said(tax)),
            total: money_words::said(total),
            amount: total,
        })
    }
}

impl ShownOrders {
    /// `until`: Unix time in seconds.
    pub fn keep(&self, payable: &Payable<'_>, now_s: u64, until: u64) {
        let Some(order) = ShownOrder::of(payable) else { return };
        let lines = order.lines.len().max(LINES_MIN);
        self.lock().keep(payable.checkout, Arc::new(order), lines, now_s, until);
    }

    /// What is paid for at this checkout, if it costs what the signed address says.
    pub fn of(&self, checkout: &str, amount: Money, now_s: u64) -> Option<Arc<ShownOrder>> {
        let kept = self.lock();
        kept.get(checkout, now_s).filter(|order| order.amount == amount).cloned()
    }

    /// A panic leaves the map whole, so a poisoned lock is good.
    fn lock(&self) -> MutexGuard<'_, Recent<Arc<ShownOrder>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_payable::{emma, payable};
    use super::*;
    use crate::domain::Currency;

    fn keep(orders: &ShownOrders, checkout: &str, copies: usize, now_s: u64) {
        let lines = vec![emma(); copies];
        orders.keep(&Payable { lines: &lines, ..payable(checkout, "x") }, now_s, now_s + 10);
    }

    #[test]
    fn an_order_is_shown_as_on_the_shops_own_pages() {
        let orders = ShownOrders::default();
        orders.keep(&payable("one", "x"), 0, 10);
        let order = orders.of("one", Money::new(1098, Currency::GBP), 0).unwrap();
        let line = ShownLine { quantity: 1, title: "Emma".to_owned(), amount: "£7.99".to_owned() };
        assert_eq!(order.lines, [line]);
        assert_eq!((order.shipping.as_str(), order.total.as_str(), &order.tax), ("£2.99", "£10.98", &None));
        assert_eq!(orders.of("one", Money::new(1097, Currency::GBP), 0), None, "another amount was signed");
        assert_eq!(orders.of("two", Money::new(1098, Currency::GBP), 0), None);
    }

    #[test]
    fn no_more_orders_and_lines_are_kept_than_fit_and_the_oldest_make_room() {
        let amount = Money::new(1098, Currency::GBP);
        for (lines, fit) in [(100, LINES_MAX / 100), (1, LINES_MAX / LINES_MIN)] {
            let orders = ShownOrders::default();
            for n in 0..=fit {
                keep(&orders, &n.to_string(), lines, 0);
            }
            assert!(orders.of("0", amount, 0).is_none() && orders.of("1", amount, 0).is_some());
            assert_eq!(orders.lock().len(), fit);
        }
    }
}
