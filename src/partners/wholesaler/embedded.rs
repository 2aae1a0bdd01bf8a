//! Simulated wholesalers.
//!
//! - Pure: range, lead time, cost and limit come from the SKU alone, dates from the request's time.
//! - One of them lists everything, so any SKU can be had; it is the slowest and the dearest.
//! - An order placed within `QUOTE_HOLDS_HOURS` of its quote comes no later and no shorter than quoted.

use jiff::tz::TimeZone;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{
    Acknowledgement, Quote, QuoteAnswer, QuoteRequest, ShipNotice, ShipNoticeRequest, SupplyOrder,
    Wholesaler, WholesalerId,
};
use crate::domain::{Currency, Date, Money, Sku, Timestamp};
use crate::partners::{Answered, PendingAnswer, at_once};

/// The hour of its day, by our clock, at which a delivery is at our dock.
const ARRIVAL_HOUR: u64 = 9;
/// For so long a quoted day stands, also over midnight.
const QUOTE_HOLDS_HOURS: u64 = 4;
/// What a title costs in the trade, before a wholesaler's own terms.
const TRADE_COST_PENCE: Span = Span { min: 45, max: 75 };

const EVERYTHING: u64 = 100;

const WHOLESALERS: [Simulated; 4] = [
    Simulated {
        id: WholesalerId(1),
        name: "Everybook Wholesale",
        lists_percent: EVERYTHING,
        lead_days: Span { min: 6, max: 7 },
        cost_percent: 120,
        offer_units: Span { min: 10_000, max: 10_000 },
        zone: TimeZone::UTC,
    },
    Simulated {
        id: WholesalerId(2),
        name: "Kingfisher Trade Supply",
        lists_percent: 70,
        lead_days: Span { min: 2, max: 4 },
        cost_percent: 100,
        offer_units: Span { min: 200, max: 2_000 },
        zone: TimeZone::UTC,
    },
    Simulated {
        id: WholesalerId(3),
        name: "Quire & Daughters",
        lists_percent: 50,
        lead_days: Span { min: 1, max: 2 },
        cost_percent: 110,
        offer_units: Span { min: 20, max: 400 },
        zone: TimeZone::UTC,
    },
    Simulated {
        id: WholesalerId(4),
        name: "Tallow Lane Remainders",
        lists_percent: 30,
        lead_days: Span { min: 3, max: 6 },
        cost_percent: 80,
        offer_units: Span { min: 5, max: 60 },
        zone: TimeZone::UTC,
    },
];

/// The wholesalers that a fresh shop deals with, by id. `zone`: where its dock is.
pub fn embedded(zone: &TimeZone) -> Vec<Box<dyn Wholesaler>> {
    let there = |one| Box::new(Simulated { zone: zone.clone(), ..one }) as Box<dyn Wholesaler>;
    WHOLESALERS.into_iter().map(there).collect()
}

struct Simulated {
    id: WholesalerId,
    name: &'static str,
    /// Of a hundred SKUs it lists so many.
    lists_percent: u64,
    lead_days: Span,
    /// Of the trade cost.
    cost_percent: u64,
    /// The most it sends of one SKU in one order.
    offer_units: Span,
    /// Whose days it names.
    zone: TimeZone,
}

/// From `min` to `max`, both within.
#[derive(Clone, Copy)]
struct Span {
    min: u64,
    max: u64,
}

impl Span {
    fn pick(self, hash: u64) -> u64 {
        self.min + hash % (self.max - self.min + 1)
    }
}

/// What is drawn from a SKU; the numbers are part of the answers and never change.
#[derive(Clone, Copy)]
enum Draw {
    TradeCost = 1,
    Listed = 2,
    LeadDays = 3,
    OfferUnits = 4,
}

impl Simulated {
    fn draw(&self, what: Draw, sku: &Sku) -> u64 {
        let seed = u64::from(self.id.0) << 8 | what as u64;
        xxh3_64_with_seed(sku.as_str().as_bytes(), seed)
    }

    fn lists(&self, sku: &Sku) -> bool {
        self.draw(Draw::Listed, sku) % EVERYTHING < self.lists_percent
    }

    /// How many of `wanted` it can send.
    fn available(&self, sku: &Sku, wanted: u32) -> u32 {
        if !self.lists(sku) {
            return 0;
        }
        let limit = self.offer_units.pick(self.draw(Draw::OfferUnits, sku));
        wanted.min(u32::try_from(limit).unwrap_or(u32::MAX))
    }

    fn unit_cost(&self, sku: &Sku) -> Money {
        let trade = TRADE_COST_PENCE.pick(xxh3_64_with_seed(sku.as_str().as_bytes(), Draw::TradeCost as u64));
        Money::new((trade * self.cost_percent / 100) as i64, Currency::GBP)
    }

    fn arrives_on(&self, sku: &Sku, accepted_at: Timestamp) -> Date {
        accepted_at.day_in(&self.zone).plus_days(self.lead_days.pick(self.draw(Draw::LeadDays, sku)) as u32)
    }

    fn offer(&self, request: QuoteRequest) -> QuoteAnswer {
        let quantity = self.available(&request.sku, request.quantity);
        if quantity == 0 {
            return QuoteAnswer::Nothing;
        }
        let ordered_by = request.asked_at.plus_ms(QUOTE_HOLDS_HOURS * Timestamp::HOUR_MS);
        QuoteAnswer::Offer(Quote {
            wholesaler: self.id,
            quantity,
            unit_cost: self.unit_cost(&request.sku),
            ships_on: self.arrives_on(&request.sku, ordered_by),
            sku: request.sku,
        })
    }

    fn acknowledge(&self, order: &SupplyOrder) -> Result<Acknowledgement, String> {
        let accepted = self.available(&order.sku, order.quantity);
        if accepted == 0 {
            let (name, SupplyOrder { quantity, sku, .. }) = (self.name, order);
            return Err(format!("{name} has no {quantity} units of {sku}: ask another wholesaler"));
        }
        Ok(Acknowledgement { accepted, arrives_on: self.arrives_on(&order.sku, order.ordered_at) })
    }

    fn notice(&self, request: &ShipNoticeRequest) -> Result<ShipNotice, String> {
        let Acknowledgement { accepted, arrives_on } = self.acknowledge(&request.order)?;
        let arrives_at = arrives_on.at(ARRIVAL_HOUR * 60, &self.zone);
        if request.asked_at < arrives_at {
            return Ok(ShipNotice::NotYet { ask_again_at: arrives_at });
        }
        Ok(ShipNotice::Arrived { quantity: accepted })
    }
}

impl Wholesaler for Simulated {
    fn id(&self) -> WholesalerId {
        self.id
    }

    fn name(&self) -> &str {
        self.name
    }

    fn quote(&self, request: QuoteRequest) -> PendingAnswer<QuoteAnswer> {
        at_once(Answered::Known(self.offer(request)))
    }

    fn order(&self, order: SupplyOrder) -> PendingAnswer<Acknowledgement> {
        at_once(Answered::from_result(self.acknowledge(&order)))
    }

    fn ship_notice(&self, request: ShipNoticeRequest) -> PendingAnswer<ShipNotice> {
        at_once(Answered::from_result(self.notice(&request)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partners::now;
    use proptest::prelude::*;

    fn offers(sku: &Sku, quantity: u32, asked_at: Timestamp) -> Vec<Quote> {
        let ask = |one: &dyn Wholesaler| {
            now(one.quote(QuoteRequest { sku: sku.clone(), quantity, asked_at })).known().unwrap()
        };
        let answers = embedded(&TimeZone::UTC).into_iter().map(|one| ask(one.as_ref()));
        answers
            .filter_map(|answer| if let QuoteAnswer::Offer(quote) = answer { Some(quote) } else { None })
            .collect()
    }

    fn by_id(id: WholesalerId) -> Box<dyn Wholesaler> {
        embedded(&TimeZone::UTC).into_iter().find(|one| one.id() == id).unwrap()
    }

    fn any_sku() -> impl Strategy<Value = Sku> {
        "[A-Za-z0-9][A-Za-z0-9._/-]{0,63}".prop_map(|text| Sku::parse(&text).unwrap())
    }

    /// Any moment until the year 2096.
    fn any_moment() -> impl Strategy<Value = Timestamp> {
        (0u64..4_000_000_000_000).prop_map(Timestamp)
    }

    proptest! {
        #[test]
        fn any_sku_is_offered_within_eight_days_and_within_what_was_asked(
            sku in any_sku(), quantity in 1u32..20_000, asked_at in any_moment(),
        ) {
            let again = offers(&sku, quantity, asked_at);
            let offers = offers(&sku, quantity, asked_at);
            prop_assert_eq!(&offers, &again);
            prop_assert!(offers.iter().any(|offer| offer.quantity == quantity.min(10_000)));
            for offer in offers {
                prop_assert!((1..=quantity).contains(&offer.quantity));
                prop_assert!(offer.unit_cost.amount > 0);
                let days = offer.ships_on.0.saturating_sub(asked_at.date().0);
                prop_assert!((1..=8).contains(&days), "{} days", days);
            }
        }

        #[test]
        fn an_order_in_time_comes_no_later_and_no_shorter_than_quoted(
            sku in any_sku(), quantity in 1u32..20_000, asked_at in any_moment(),
            later_ms in 0..=QUOTE_HOLDS_HOURS * Timestamp::HOUR_MS,
        ) {
            for quote in offers(&sku, quantity, asked_at) {
                let ordered_at = asked_at.plus_ms(later_ms);
                let order = SupplyOrder { key: "po_1".into(), sku: sku.clone(), quantity: quote.quantity, ordered_at };
                let acknowledged = now(by_id(quote.wholesaler).order(order.clone())).known().unwrap();
                prop_assert_eq!(now(by_id(quote.wholesaler).order(order)).known().unwrap(), acknowledged.clone());
                prop_assert_eq!(acknowledged.accepted, quote.quantity);
                prop_assert!(acknowledged.arrives_on <= quote.ships_on);
            }
        }

        #[test]
        fn goods_are_not_there_until_nine_on_their_day_and_there_ever_after(
            sku in any_sku(), quantity in 1u32..20_000, ordered_at in any_moment(), after_ms in 0..10 * Timestamp::DAY_MS,
        ) {
            for quote in offers(&sku, quantity, ordered_at) {
                let wholesaler = by_id(quote.wholesaler);
                let order = SupplyOrder { key: "po_1".into(), sku: sku.clone(), quantity, ordered_at };
                let acknowledged = now(wholesaler.order(order.clone())).known().unwrap();
                let asked_at = ordered_at.plus_ms(after_ms);
                let nine = acknowledged.arrives_on.start().plus_ms(9 * Timestamp::HOUR_MS);
                let request = ShipNoticeRequest { order, asked_at };
                let notice = now(wholesaler.ship_notice(request.clone())).known().unwrap();
                let there = ShipNotice::Arrived { quantity: acknowledged.accepted };
                if asked_at >= nine {
                    prop_assert_eq!(notice, there);
                    continue;
                }
                let ShipNotice::NotYet { ask_again_at } = notice else { panic!("too early: {notice:?}") };
                prop_assert!(ask_again_at > asked_at);
                let again = ShipNoticeRequest { asked_at: ask_again_at, ..request };
                prop_assert_eq!(now(wholesaler.ship_notice(again)).known().unwrap(), there);
            }
        }
    }

    #[test]
    fn most_titles_have_several_offers_and_the_one_who_lists_all_is_the_slowest_and_dearest() {
        let asked_at = Timestamp(1_795_305_600_000);
        let several = (0..1_000).filter(|n| {
            let offers = offers(&Sku::parse(&format!("BK-{n}")).unwrap(), 3, asked_at);
            let (all, others) = offers.split_first().unwrap();
            assert_eq!(all.wholesaler, WholesalerId(1));
            assert!(others.iter().all(|one| one.unit_cost.amount < all.unit_cost.amount));
            assert!(others.iter().all(|one| one.ships_on <= all.ships_on));
            !others.is_empty()
        });
        let several = several.count();
        assert!((850..950).contains(&several), "{several} of 1,000 titles have several offers");
    }

    #[test]
    fn who_does_not_list_a_title_neither_offers_nor_takes_an_order() {
        let mut titles = (0..100).map(|n| Sku::parse(&format!("BK-{n}")).unwrap());
        let (wholesaler, asked_at) = (by_id(WholesalerId(4)), Timestamp(1_795_305_600_000));
        let nothing = |sku: &Sku| {
            let request = QuoteRequest { sku: sku.clone(), quantity: 1, asked_at };
            now(wholesaler.quote(request)).known().unwrap() == QuoteAnswer::Nothing
        };
        let sku = titles.find(nothing).unwrap();
        let order = SupplyOrder { key: "po_1".into(), sku, quantity: 1, ordered_at: asked_at };
        assert!(matches!(now(wholesaler.order(order.clone())), Answered::Refused(_)));
        let notice = now(wholesaler.ship_notice(ShipNoticeRequest { order, asked_at }));
        assert!(matches!(notice, Answered::Refused(_)));
    }

    #[test]
    fn none_of_a_title_is_no_offer() {
        assert_eq!(offers(&Sku::parse("BK-1").unwrap(), 0, Timestamp(0)), []);
    }

    /// A shop that is updated between two calls with one request must get one answer.
    #[test]
    fn an_answer_is_the_same_in_every_version() {
        let sku = Sku::parse("PG-1342").unwrap();
        let asked_at = Timestamp(1_795_305_600_000); // 2026-11-22T00:00Z
        let shown: Vec<String> = offers(&sku, 5_000, asked_at)
            .iter()
            .map(|one| format!("{} {} {} {}", one.wholesaler.0, one.quantity, one.unit_cost, one.ships_on))
            .collect();
        assert_eq!(shown, ["1 5000 0.80 GBP 2026-11-28", "2 677 0.67 GBP 2026-11-25"]);
    }
}
