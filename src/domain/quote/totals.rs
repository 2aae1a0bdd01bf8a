use serde::{Deserialize, Serialize};

use crate::domain::{Money, OrderLine, limits};

/// What the customer pays, in one currency. Where prices include tax, `total = goods + shipping`, and `tax` is what of it is tax;
/// where they do not, `total = goods + shipping + tax`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub goods: Money,
    pub shipping: Money,
    pub tax: Money,
    pub total: Money,
}

impl Totals {
    /// Adds the lines up. `None` where currencies differ or the sum leaves 64 bits.
    pub fn of(lines: &[OrderLine], shipping: Money, tax: Money) -> Option<Totals> {
        let mut goods = Money::zero(shipping.currency);
        for line in lines {
            goods = goods.checked_add(line.unit_price.checked_times(line.quantity.units())?)?;
        }
        let total = goods.checked_add(shipping)?.checked_add(tax)?;
        Some(Totals { goods, shipping, tax, total })
    }

    /// What a customer pays for these today: the shop's goods bear no tax.
    pub fn charged(lines: &[OrderLine], shipping: Money) -> Option<Totals> {
        Totals::of(lines, shipping, Money::zero(shipping.currency))
    }

    /// Whether the tax is within the prices.
    pub fn includes_tax(&self) -> bool {
        self.goods.checked_add(self.shipping) == Some(self.total)
    }

    /// Whether one payment can carry it.
    pub fn can_be_paid(&self) -> bool {
        self.total.amount <= limits::TOTAL_MINOR_MAX
    }

    /// Whether it is what its parts come to.
    pub fn adds_up(&self) -> bool {
        let shown = self.goods.checked_add(self.shipping);
        shown == Some(self.total) || shown.and_then(|shown| shown.checked_add(self.tax)) == Some(self.total)
    }
}
