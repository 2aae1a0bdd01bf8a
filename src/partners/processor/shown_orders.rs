use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::{Money, Totals, money_words};

use super::Payable;

/// More customers than type a card at once, and more lines than they buy together: 100,000 are some 15 MB.
const ORDERS_MAX: usize = 10_000;
const LINES_MAX: usize = 100_000;

/// What is paid for at each checkout, as the card page shows it. In memory alone, and bounded: where it is gone the page shows the
/// amount, which stands in its address, signed.
#[derive(Default)]
pub struct ShownOrders {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    by_checkout: HashMap<String, (Arc<ShownOrder>, u64)>,
    lines: usize,
}

/// An order as people read it.
#[derive(Debug, PartialEq, Eq)]
pub struct ShownOrder {
    pub lines: Vec<ShownLine>,
    pub shipping: String,
    /// Only where there is any.
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
            tax: (tax.amount != 0).then(|| money_words::said(tax)),
            total: money_words::said(total),
            amount: total,
        })
    }
}

impl ShownOrders {
    /// `until`: Unix time in seconds.
    pub fn keep(&self, payable: &Payable<'_>, now_s: u64, until: u64) {
        let Some(order) = ShownOrder::of(payable) else { return };
        let mut kept = self.lock();
        kept.remove(payable.checkout);
        if !kept.has_room_for(&order) {
            kept.forget_old(now_s);
        }
        if kept.has_room_for(&order) {
            kept.lines += order.lines.len();
            kept.by_checkout.insert(payable.checkout.to_owned(), (Arc::new(order), until));
        }
    }

    /// What is paid for at this checkout, if it costs what the signed address says.
    pub fn of(&self, checkout: &str, amount: Money) -> Option<Arc<ShownOrder>> {
        let kept = self.lock();
        let (order, _) = kept.by_checkout.get(checkout)?;
        (order.amount == amount).then(|| order.clone())
    }

    /// A panic leaves the map whole, so a poisoned lock is good.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn has_room_for(&self, order: &ShownOrder) -> bool {
        self.by_checkout.len() < ORDERS_MAX && self.lines + order.lines.len() <= LINES_MAX
    }

    fn remove(&mut self, checkout: &str) {
        if let Some((order, _)) = self.by_checkout.remove(checkout) {
            self.lines -= order.lines.len();
        }
    }

    fn forget_old(&mut self, now_s: u64) {
        self.by_checkout.retain(|_, (_, until)| *until > now_s);
        self.lines = self.by_checkout.values().map(|(order, _)| order.lines.len()).sum();
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
        let order = orders.of("one", Money::new(1098, Currency::GBP)).unwrap();
        let line = ShownLine { quantity: 1, title: "Emma".to_owned(), amount: "£7.99".to_owned() };
        assert_eq!(order.lines, [line]);
        assert_eq!((order.shipping.as_str(), order.total.as_str(), &order.tax), ("£2.99", "£10.98", &None));
        assert_eq!(orders.of("one", Money::new(1097, Currency::GBP)), None, "another amount was signed");
        assert_eq!(orders.of("two", Money::new(1098, Currency::GBP)), None);
    }

    #[test]
    fn no_more_orders_and_lines_are_kept_than_fit_and_old_ones_make_room() {
        let orders = ShownOrders::default();
        for n in 0..LINES_MAX / 100 {
            keep(&orders, &n.to_string(), 100, 0);
        }
        let amount = Money::new(1098, Currency::GBP);
        keep(&orders, "one more", 1, 0);
        assert!(orders.of("one more", amount).is_none() && orders.of("0", amount).is_some());
        keep(&orders, "0", 100, 0);
        assert!(orders.of("0", amount).is_some(), "it takes its own place");
        keep(&orders, "later", 1, 10);
        assert!(orders.of("later", amount).is_some() && orders.of("0", amount).is_none());
        for n in 0..ORDERS_MAX {
            keep(&orders, &n.to_string(), 1, 10);
        }
        assert_eq!(orders.lock().by_checkout.len(), ORDERS_MAX);
        assert_eq!(orders.lock().lines, ORDERS_MAX);
    }
}
