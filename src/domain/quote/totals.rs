use serde::{Deserialize, Serialize};

use crate::domain::{Money, limits};

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
