use smallvec::SmallVec;

use super::quoted::sums;
use super::{Quote, TaxSum, Taxed};

/// What a part of an order comes to: one shipment, one refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// By class and rate. Whose tax it is, the quote says.
    pub goods: Vec<TaxSum>,
    pub delivery: Vec<TaxSum>,
}

impl Share {
    /// What she pays for it, in minor units: net and tax.
    pub fn total(&self) -> i64 {
        self.goods().saturating_add(self.delivery())
    }

    pub fn goods(&self) -> i64 {
        total(&self.goods)
    }

    pub fn delivery(&self) -> i64 {
        total(&self.delivery)
    }
}

fn total(sums: &[TaxSum]) -> i64 {
    sums.iter().map(|sum| sum.net + sum.tax).sum()
}

impl Quote {
    /// What `units` of each line come to, with their part of the delivery, where `before` of each were in earlier parts. The shares of
    /// parts that follow one another and leave no unit out come to the quote, to the minor unit: each is what has come together with it
    /// less what had come before, and of both the fractions are dropped alike.
    ///
    /// Both are in the order of the lines; what is beyond a line's units counts for nothing.
    pub fn share(&self, before: &[u32], units: &[u32]) -> Share {
        let after: SmallVec<[u32; 8]> =
            before.iter().zip(units).map(|(before, units)| before.saturating_add(*units)).collect();
        let goods = |done: &[u32]| -> SmallVec<[Taxed; 8]> {
            self.lines.iter().zip(done).map(|(line, done)| part(line.price, *done, line.units)).collect()
        };
        let (from, to) = (goods(before), goods(&after));
        let parts: SmallVec<[Taxed; 8]> =
            from.iter().zip(&to).map(|(from, to)| between(*from, *to)).collect();
        let (from, to) = (self.delivered(&from, before), self.delivered(&to, &after));
        let delivery: SmallVec<[Taxed; 8]> =
            from.iter().zip(&to).map(|(from, to)| between(*from, *to)).collect();
        Share {
            goods: sums(parts.iter(), self.tax_included),
            delivery: sums(delivery.iter(), self.tax_included),
        }
    }

    /// The delivery of a part of the goods, in proportion to what these cost; where they cost nothing, to how many they are.
    fn delivered(&self, goods: &[Taxed], done: &[u32]) -> SmallVec<[Taxed; 8]> {
        let amounts = |parts: &mut dyn Iterator<Item = i64>| parts.map(i128::from).sum::<i128>();
        let all = amounts(&mut self.lines.iter().map(|line| line.price.amount));
        let (of, all) = match all {
            0 => {
                let units = self.lines.iter().zip(done).map(|(line, done)| i128::from(line.units.min(*done)));
                (units.sum(), self.lines.iter().map(|line| i128::from(line.units)).sum())
            }
            all => (amounts(&mut goods.iter().map(|part| part.amount)), all),
        };
        self.delivery.parts.iter().map(|whole| scaled(*whole, of, all)).collect()
    }
}

/// The first `done` of so many units.
fn part(whole: Taxed, done: u32, units: u32) -> Taxed {
    scaled(whole, i128::from(done.min(units)), i128::from(units))
}

fn scaled(whole: Taxed, of: i128, all: i128) -> Taxed {
    // not more than the whole
    let scale = |amount: i64| if all == 0 { amount } else { (i128::from(amount) * of / all) as i64 };
    Taxed { amount: scale(whole.amount), tax: scale(whole.tax), ..whole }
}

fn between(from: Taxed, to: Taxed) -> Taxed {
    Taxed { amount: to.amount - from.amount, tax: to.tax - from.tax, ..to }
}
