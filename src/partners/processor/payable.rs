use crate::domain::{Money, OrderLine, Totals};

/// What a shop asks its customer to pay.
pub struct Payable<'a> {
    /// The shop's id of the checkout.
    pub checkout: &'a str,
    /// Where she goes back to: an absolute URL without a query.
    pub back: &'a str,
    /// What she pays for, to be shown to her.
    pub lines: &'a [OrderLine],
    pub totals: Totals,
}

impl Payable<'_> {
    pub fn amount(&self) -> Money {
        self.totals.total
    }
}
