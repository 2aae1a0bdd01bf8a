use smallvec::SmallVec;

use super::tax::PlaceRates;
use super::{
    Delivery, DeliveryTable, Destination, Method, Quote, QuotedLine, TaxClass, TaxTable, Taxed, Totals, split,
};
use crate::domain::{Currency, Date, Money, OrderLine};

/// A quote can be bought on its day and so many days more, if no rate changes before.
pub const QUOTE_DAYS: u32 = 1;

/// All that a price depends on beside the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceTables {
    pub currency: Currency,
    pub tax: TaxTable,
    pub delivery: DeliveryTable,
}

/// Why there is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoQuote {
    /// There is nothing to buy.
    Nothing,
    /// Nothing is delivered there.
    NotServed,
    /// There is no such way of delivery there.
    NoSuchMethod,
    /// Nothing that goes there carries so much.
    TooHeavy,
    /// It cannot be added up: it leaves 64 bits, or has two currencies.
    TooMuch,
}

impl PriceTables {
    /// What these lines cost there, delivered by this method, or by the first that carries them where none is named.
    ///
    /// # Errors
    /// [`NoQuote`]
    pub fn quote<'a>(
        &self,
        lines: impl IntoIterator<Item = (&'a OrderLine, TaxClass)>,
        to: &Destination<'_>,
        method: Option<&str>,
        day: Date,
    ) -> Result<Quote, NoQuote> {
        let rates = self.tax.of(to, day);
        let Goods { lines, amount: goods, grams } = self.goods(lines, &rates)?;
        let (method, price) = self.method(to, method, goods, grams)?;
        let parts = self.carried(&lines, price, &rates)?;
        let taxes = lines.iter().map(|line| line.price.tax).chain(parts.iter().map(|part| part.tax));
        let tax = sum(taxes)?;
        let on_top = if self.tax.included { 0 } else { tax };
        let total = sum([goods, price, on_top].into_iter())?;
        let money = |amount| Money::new(amount, self.currency);
        let last = Date(day.0.saturating_add(QUOTE_DAYS));
        Ok(Quote {
            totals: Totals {
                goods: money(goods),
                shipping: money(price),
                tax: money(tax),
                total: money(total),
            },
            tax_included: self.tax.included,
            country: Some(to.country),
            region: rates.region.clone(),
            lines,
            delivery: Delivery {
                method: method.id.clone(),
                title: method.title.clone(),
                days: method.days,
                parts,
            },
            until: rates.next_change().map_or(last, |change| last.min(Date(change.0 - 1))),
        })
    }

    /// The ways in which these lines can go there, each with its price.
    ///
    /// # Errors
    /// [`NoQuote`]
    pub fn methods<'a>(
        &self,
        lines: impl IntoIterator<Item = (&'a OrderLine, TaxClass)>,
        to: &Destination<'_>,
        day: Date,
    ) -> Result<Vec<(&Method, Money)>, NoQuote> {
        let Goods { amount, grams, .. } = self.goods(lines, &self.tax.of(to, day))?;
        let zone = self.delivery.zone(to).ok_or(NoQuote::NotServed)?;
        let carries = |method| {
            let price = Method::price(method, amount, grams)?;
            Some((method, Money::new(price, self.currency)))
        };
        Ok(zone.methods.iter().filter_map(carries).collect())
    }

    fn goods<'a>(
        &self,
        lines: impl IntoIterator<Item = (&'a OrderLine, TaxClass)>,
        rates: &PlaceRates<'_>,
    ) -> Result<Goods, NoQuote> {
        let lines = lines.into_iter();
        let mut goods = Goods { lines: Vec::with_capacity(lines.size_hint().0), amount: 0, grams: 0 };
        for (line, class) in lines {
            if line.unit_price.currency != self.currency {
                return Err(NoQuote::TooMuch);
            }
            let units = line.quantity.units();
            let amount = line.unit_price.checked_times(units).ok_or(NoQuote::TooMuch)?.amount;
            goods.lines.push(QuotedLine { units, price: self.taxed(class, amount, rates)? });
            goods.amount = goods.amount.checked_add(amount).ok_or(NoQuote::TooMuch)?;
            goods.grams += self.delivery.grams(line.weight_grams, units);
        }
        if goods.lines.is_empty() {
            return Err(NoQuote::Nothing);
        }
        Ok(goods)
    }

    fn taxed(&self, class: TaxClass, amount: i64, rates: &PlaceRates<'_>) -> Result<Taxed, NoQuote> {
        let rate = rates.rate(class);
        let tax = if self.tax.included { rate.within(amount) } else { rate.on(amount) };
        Ok(Taxed { class, rate, amount, tax: tax.ok_or(NoQuote::TooMuch)? })
    }

    fn method(
        &self,
        to: &Destination<'_>,
        wanted: Option<&str>,
        goods: i64,
        grams: u64,
    ) -> Result<(&Method, i64), NoQuote> {
        let methods = &self.delivery.zone(to).ok_or(NoQuote::NotServed)?.methods;
        let priced = |method| Some((method, Method::price(method, goods, grams)?));
        match wanted {
            None => methods.iter().find_map(priced).ok_or(NoQuote::TooHeavy),
            Some(id) => {
                let method = methods.iter().find(|method| &*method.id == id).ok_or(NoQuote::NoSuchMethod)?;
                priced(method).ok_or(NoQuote::TooHeavy)
            }
        }
    }

    /// Delivery is taxed as what it carries, in proportion to what that costs.
    fn carried(
        &self,
        lines: &[QuotedLine],
        price: i64,
        rates: &PlaceRates<'_>,
    ) -> Result<SmallVec<[Taxed; 1]>, NoQuote> {
        let mut classes: SmallVec<[(TaxClass, i64); 2]> = SmallVec::new();
        for line in lines {
            match classes.iter_mut().find(|(class, _)| *class == line.price.class) {
                Some((_, amount)) => *amount += line.price.amount,
                None => classes.push((line.price.class, line.price.amount)),
            }
        }
        let weights: SmallVec<[i64; 2]> = classes.iter().map(|(_, amount)| *amount).collect();
        let parts = split(price, &weights);
        let part = |((class, _), amount): (&(TaxClass, i64), i64)| self.taxed(*class, amount, rates);
        classes.iter().zip(parts).map(part).collect()
    }
}

struct Goods {
    lines: Vec<QuotedLine>,
    amount: i64,
    grams: u64,
}

fn sum(mut amounts: impl Iterator<Item = i64>) -> Result<i64, NoQuote> {
    amounts.try_fold(0_i64, i64::checked_add).ok_or(NoQuote::TooMuch)
}
