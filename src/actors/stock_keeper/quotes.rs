use serde::{Deserialize, Serialize};

use crate::domain::{Date, Money, Timestamp};
use crate::partners::wholesaler::WholesalerId;

use super::DemandId;

/// Wholesalers are being asked about one SKU. One round serves everybody who comes meanwhile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Round {
    pub number: u32,
    /// Who has not answered yet.
    pub asked: Vec<WholesalerId>,
    pub offers: Vec<Offer>,
    /// Who waits for it. At most [`Round::WAITERS_MAX`].
    pub waiters: Vec<DemandId>,
}

impl Round {
    /// Above it nobody joins: a question is answered without a date, an order that it is out of stock.
    pub const WAITERS_MAX: usize = 512;
}

/// What the last round brought: best first, that is the earliest, then the cheapest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quotes {
    pub at: Timestamp,
    pub offers: Vec<Offer>,
}

/// A wholesaler can send so many units by that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub wholesaler: WholesalerId,
    pub quantity: u32,
    pub unit_cost: Money,
    pub ships_on: Date,
}

/// A part of what is needed, from one wholesaler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub wholesaler: WholesalerId,
    pub quantity: u32,
    pub ships_on: Date,
}

impl Quotes {
    pub fn new(at: Timestamp, mut offers: Vec<Offer>) -> Quotes {
        offers.sort_by_key(|offer| (offer.ships_on, offer.unit_cost.amount, offer.wholesaler));
        Quotes { at, offers }
    }

    /// From whom to order `units`: the best offers, as many as it takes, without those of `refused_by`.
    /// `None` where all together cannot send so many.
    pub fn plan(&self, units: u64, refused_by: &[WholesalerId]) -> Option<Vec<Share>> {
        let mut needed = units;
        let mut shares = vec![];
        for offer in self.offers.iter().filter(|offer| !refused_by.contains(&offer.wholesaler)) {
            if needed == 0 {
                break;
            }
            let quantity = u32::try_from(needed).unwrap_or(u32::MAX).min(offer.quantity);
            needed -= u64::from(quantity);
            shares.push(Share { wholesaler: offer.wholesaler, quantity, ships_on: offer.ships_on });
        }
        (needed == 0).then_some(shares)
    }

    /// The day by which the offers cover `units`.
    pub fn covered_on(&self, units: u64) -> Option<Date> {
        self.plan(units, &[])?.last().map(|share| share.ships_on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Currency;

    fn offer(wholesaler: u8, quantity: u32, cost: i64, day: u32) -> Offer {
        let unit_cost = Money::new(cost, Currency::GBP);
        Offer { wholesaler: WholesalerId(wholesaler), quantity, unit_cost, ships_on: Date(day) }
    }

    #[test]
    fn the_earliest_offer_is_best_and_the_cheaper_of_one_day() {
        let quotes = Quotes::new(Timestamp(0), vec![offer(1, 9, 5, 4), offer(2, 9, 9, 3), offer(3, 9, 7, 3)]);
        let best: Vec<u8> = quotes.offers.iter().map(|offer| offer.wholesaler.0).collect();
        assert_eq!(best, [3, 2, 1]);
    }

    #[test]
    fn several_wholesalers_together_cover_what_one_cannot() {
        let quotes = Quotes::new(Timestamp(0), vec![offer(1, 10, 5, 7), offer(2, 3, 9, 2)]);
        assert_eq!(quotes.covered_on(3), Some(Date(2)));
        assert_eq!(quotes.covered_on(4), Some(Date(7)));
        assert_eq!(quotes.covered_on(14), None);
        assert_eq!(quotes.plan(4, &[WholesalerId(1)]), None);
    }
}
