//! What the parts of the shop are given of the settings.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::access;
use crate::actors::{CART_KEPT_MS, Rules};
use crate::domain::EmailAddress;
use crate::http;
use crate::partners::wholesaler;

use super::{ProcessorChoice, Settings, ShopKind};

/// All fifteen steps and the settlement pass in a minute or two.
const DEMO_SPEED: u32 = 3_600;
/// In pence, as the demo's books are priced: what is ordered in on a card that was only verified. 300.00 is some twenty books.
const DEMO_CREDIT: i64 = 30_000;
const DEMO_CREDIT_OF_ALL: i64 = 500_000;
/// And on money that is held.
const DEMO_HELD: i64 = 300_000;
const DEMO_HELD_OF_ALL: i64 = 5_000_000;
const DEMO_MAIL_FROM: &str = "shop@doorstep.example";

impl Settings {
    /// Trade seconds in a real one.
    pub fn speed(&self, kind: ShopKind) -> u32 {
        match self.trade.speed {
            0 if kind.is_demo() => DEMO_SPEED,
            0 => 1,
            set => set,
        }
    }

    /// Whether there is a processor. Without one the shop is open for looking.
    pub fn takes_payment(&self, kind: ShopKind) -> bool {
        match self.payment.processor {
            ProcessorChoice::ByKind => kind.is_demo(),
            ProcessorChoice::None => false,
            ProcessorChoice::Embedded => true,
        }
    }

    /// Where the shop is. The settings take no zone that is not known.
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.shop.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// Whom the mails are from; where that is not set, a demo's in the shop's name.
    pub fn mail_from(&self, shop: &str) -> String {
        if self.mail.from.is_empty() {
            return format!("\"{}\" <{DEMO_MAIL_FROM}>", shop.replace(['\\', '"'], ""));
        }
        self.mail.from.clone()
    }

    /// What the connections of a listener may use, up to `connections_max` of them for each of its workers.
    pub fn connections(&self, connections_max: usize) -> http::Limits {
        http::Limits {
            connections_max,
            address_connections_max: self.http.address_connections_max,
            local_connections_max: self.http.local_connections_max,
            proxies: self.http.trusted_proxies.ranges().to_vec(),
            idle_ms_max: self.http.idle_ms_max,
            head_ms_max: self.http.head_ms_max,
            body_ms_max: self.http.body_ms_max,
            write_ms_max: self.http.write_ms_max,
            write_bytes_per_s_min: self.http.write_bytes_per_s_min,
            wipes_bodies: false,
        }
    }

    /// Who asks a listener, and how often each may.
    pub fn clients(&self) -> access::Clients {
        access::Clients::new(self.rates, self.http.trusted_proxies.clone(), self.http.forwarding_header)
    }

    /// What decisions read. In a shop there is nobody as yet who supplies, packs, or takes a card.
    pub fn rules(&self, kind: ShopKind) -> Rules {
        const MINUTE_MS: u64 = 60_000;
        let suppliers = if kind.is_demo() { wholesaler::embedded(&self.time_zone()) } else { vec![] };
        Rules {
            currency: self.shop.currency,
            time_zone: self.time_zone(),
            prices: Arc::new(self.prices(kind).expect("the tables were checked when they were read")),
            home: self.home(),
            session_idle_ms: self.sessions.passivate_after_ms,
            cart_kept_ms: CART_KEPT_MS,
            wholesalers: suppliers.iter().map(|partner| partner.id()).collect(),
            quote_deadline_ms: self.stock.quote_deadline_ms,
            quote_fresh_ms: self.stock.quote_fresh_hours * 60 * MINUTE_MS,
            supply_attempts_max: self.stock.supply_attempts_max,
            payment_deadline_ms: self.payment.answer_deadline_ms,
            payment_asks_max: self.payment.asks_max,
            another_card_ms: u64::from(self.payment.another_card_minutes) * MINUTE_MS,
            hold_days: self.payment.hold_days,
            credit_card_max: self.credit.card_max.in_a(kind, DEMO_CREDIT),
            credit_customer_max: self.credit.customer_max.in_a(kind, DEMO_CREDIT),
            credit_all_max: self.credit.all_max.in_a(kind, DEMO_CREDIT_OF_ALL),
            credit_held_card_max: self.credit.held_card_max.in_a(kind, DEMO_HELD),
            credit_held_customer_max: self.credit.held_customer_max.in_a(kind, DEMO_HELD),
            credit_held_all_max: self.credit.held_all_max.in_a(kind, DEMO_HELD_OF_ALL),
            settlement_days: self.payment.settlement_days,
            fee_basis_points: self.payment.fee_basis_points,
            packing_ms: self.warehouse.packing_minutes * MINUTE_MS,
            carrier_attempts_max: self.warehouse.carrier_attempts_max,
            retry_first_ms: self.partners.retry_first_ms,
            retry_max_ms: self.partners.retry_max_ms,
            mail_attempts_max: self.mail.attempts_max,
            call_deadline_ms: self.partners.call_deadline_ms,
            test_cards: kind.is_demo(),
            takes_payment: self.takes_payment(kind),
            has_crew: kind.is_demo(),
            mailbox: self.mailbox(kind),
        }
    }

    /// Where the shop itself reads of what comes; none where no post is set up that would bring it.
    fn mailbox(&self, kind: ShopKind) -> Option<EmailAddress> {
        let has_post = kind.is_demo();
        EmailAddress::parse(&self.shop.email).ok().filter(|_| has_post)
    }
}
