use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::domain::quote::{DeliveryTable, PriceTables, TaxTable, vat_rates};
use crate::domain::{CART_KEPT_DAYS, CountryCode, Currency, Date, EmailAddress, SessionId, Timestamp};
use crate::partners::carrier::embedded_zones;
use crate::partners::wholesaler::WholesalerId;

/// No setting: the cookie says it too, and a browser is told once.
pub const CART_KEPT_MS: u64 = CART_KEPT_DAYS as u64 * 86_400_000;

/// As `delivery.unknown_grams` ships.
const UNKNOWN_GRAMS: u32 = 500;

/// What decisions read of the settings. The key in `config/default.toml` stands beside each.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// `shop.currency`: the one currency of the catalogue.
    pub currency: Currency,
    /// `shop.time_zone`: whose calendar days are promised.
    pub time_zone: TimeZone,
    /// `tax`, `delivery`, `shop.shipping`: what prices depend on beside the catalogue.
    pub prices: Arc<PriceTables>,
    /// Where goods go as long as nobody has said where: the first country that the shop sends to.
    pub home: CountryCode,
    /// `sessions.passivate_after_ms`, real time.
    pub session_idle_ms: u64,
    /// Real time: how long after it was begun a cart ends. A simulated world may let carts end sooner.
    pub cart_kept_ms: u64,
    /// The embedded ones, as yet: all of them are asked for a quote, in parallel.
    pub wholesalers: Vec<WholesalerId>,
    /// `stock.quote_deadline_ms`, real time: who has not quoted by then is left out.
    pub quote_deadline_ms: u64,
    /// `stock.quote_fresh_hours`, trade time: how long the best quote for a SKU is used again.
    pub quote_fresh_ms: u64,
    /// `stock.supply_attempts_max`: after so many questions without an answer the operator is told of a purchase
    /// order. It is asked for ever, with the same key, from then on each `retry_max_ms`.
    pub supply_attempts_max: u32,
    /// `payment.answer_deadline_ms`, real time: then the outcome is unknown.
    pub payment_deadline_ms: u64,
    /// `payment.asks_max`: how often an unknown outcome is asked for by the same key before it is reversed.
    pub payment_asks_max: u32,
    /// `payment.another_card_minutes`, real time: how long an order from a browser waits for another card once one is declined. 0: it
    /// is declined at once.
    pub another_card_ms: u64,
    /// `payment.hold_days`, trade time: how long the issuer holds the money. A promise beyond it is
    /// verified now and authorised when the goods are in.
    pub hold_days: u32,
    /// `credit.card_max`, `credit.customer_max`, `credit.all_max`, in minor units: how much may be ordered in for orders
    /// whose card was only verified, by card, by customer (her e-mail address, and where it goes), and in all.
    pub credit_card_max: i64,
    pub credit_customer_max: i64,
    pub credit_all_max: i64,
    /// `credit.held_card_max`, `credit.held_customer_max`, `credit.held_all_max`: how much may be ordered in for orders whose
    /// money is held, with what stands on words and what was given back.
    pub credit_held_card_max: i64,
    pub credit_held_customer_max: i64,
    pub credit_held_all_max: i64,
    /// `payment.settlement_days`, trade time: captured on T, paid out on T + this many days.
    pub settlement_days: u32,
    /// `payment.fee_basis_points`: the acquirer's fee, in hundredths of a per cent, rounded down.
    pub fee_basis_points: u32,
    /// `warehouse.packing_minutes`, trade time, from the order to the packed parcel.
    pub packing_ms: u64,
    /// `warehouse.carrier_attempts_max`: after so many questions in a row without an answer the operator is told of a parcel. The
    /// carrier is asked for ever.
    pub carrier_attempts_max: u32,
    /// `partners.retry_first_ms` and `partners.retry_max_ms`, real time: back-off between tries, doubled each time.
    pub retry_first_ms: u64,
    pub retry_max_ms: u64,
    /// `mail.attempts_max`: then a letter is parked with its reason.
    pub mail_attempts_max: u32,
    /// `partners.call_deadline_ms`, real time.
    pub call_deadline_ms: u64,
    /// Whether test cards are good, by their tokens: in a demo alone.
    pub test_cards: bool,
    /// `payment.processor`: without one no order is taken.
    pub takes_payment: bool,
    /// Whether somebody packs of himself after `packing_ms`: the demo's crew.
    pub has_crew: bool,
    /// `shop.email`: where the shop itself reads of new orders and cases; `None` where no post is set up, or none is wanted.
    pub mailbox: Option<EmailAddress>,
}

impl Rules {
    /// How long to wait before try number `attempt` (1 is the first repetition), in real milliseconds.
    pub fn retry_ms(&self, attempt: u32) -> u64 {
        let doubled = self.retry_first_ms.saturating_mul(1 << attempt.saturating_sub(1).min(20));
        doubled.min(self.retry_max_ms)
    }

    /// The shop's day at that moment.
    pub fn day_of(&self, at: Timestamp) -> Date {
        at.day_in(&self.time_zone)
    }

    /// Whether what is not here can be ordered in.
    pub fn orders_in(&self) -> bool {
        !self.wholesalers.is_empty()
    }

    /// Whether a cart has ended. `now`: on the real clock, which its id was made by too.
    pub fn is_over(&self, cart: SessionId, now: Timestamp) -> bool {
        now.ms_since(cart.begun_at()) >= self.cart_kept_ms
    }
}

/// As `config/default.toml` ships them, of a demo: for tests, and for simulated worlds.
impl Default for Rules {
    fn default() -> Rules {
        let currency = Currency::GBP;
        Rules {
            currency,
            time_zone: TimeZone::UTC,
            prices: Arc::new(demo_prices(currency)),
            home: CountryCode::GB,
            session_idle_ms: 15 * 60 * 1000,
            cart_kept_ms: CART_KEPT_MS,
            wholesalers: (1..=4).map(WholesalerId).collect(),
            quote_deadline_ms: 1_500,
            quote_fresh_ms: 4 * 3_600_000,
            supply_attempts_max: 8,
            payment_deadline_ms: 3_000,
            payment_asks_max: 5,
            another_card_ms: 30 * 60 * 1000,
            hold_days: 7,
            credit_card_max: 30_000,
            credit_customer_max: 30_000,
            credit_all_max: 500_000,
            credit_held_card_max: 300_000,
            credit_held_customer_max: 300_000,
            credit_held_all_max: 5_000_000,
            settlement_days: 2,
            fee_basis_points: 150,
            packing_ms: 90 * 60 * 1000,
            carrier_attempts_max: 60,
            retry_first_ms: 500,
            retry_max_ms: 60_000,
            mail_attempts_max: 8,
            call_deadline_ms: 5_000,
            test_cards: true,
            takes_payment: true,
            has_crew: true,
            mailbox: None,
        }
    }
}

fn demo_prices(currency: Currency) -> PriceTables {
    let zones = embedded_zones(299, 2);
    PriceTables {
        currency,
        tax: TaxTable::new(true, vat_rates(CountryCode::GB)),
        delivery: DeliveryTable::new(zones, UNKNOWN_GRAMS).expect("the demo's zones are apart"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_up_to_its_maximum() {
        let rules = Rules::default();
        assert_eq!([1, 2, 3].map(|n| rules.retry_ms(n)), [500, 1_000, 2_000]);
        assert_eq!(rules.retry_ms(u32::MAX), 60_000);
    }
}
