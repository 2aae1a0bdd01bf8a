//! What the types of the settings cannot say.

use crate::access::{Origins, Rate};
use crate::domain::limits::TOTAL_MINOR_MAX;
use crate::partners::mail::check_sender;
use crate::runtime::CELLS_MAX;

use super::{BadSettings, ProcessorChoice, Settings, ShopKind};

/// Of a year: longer than anything here lasts.
const HOURS_MAX: u64 = 365 * 24;
const ANOTHER_CARD_MINUTES_MAX: u64 = 24 * 60;

impl Settings {
    /// What a directory of this kind may not be opened with.
    pub fn check_for(&self, kind: ShopKind) -> Result<(), BadSettings> {
        if kind.is_demo() {
            return Ok(());
        }
        if self.trade.speed > 1 {
            let why = "a shop's time is that of the clock on the wall: 1, or leave it out";
            return Err(BadSettings::value("trade.speed", self.trade.speed, why));
        }
        if self.payment.processor == ProcessorChoice::Embedded {
            let why = "it believes every card, so it is a demo's alone: leave it out";
            return Err(BadSettings::value("payment.processor", "embedded", why));
        }
        if self.shop.name.is_empty() {
            let why = "customers read it on every page: set it in shop.toml in the data directory, or DOORSTEP_SHOP__NAME";
            return Err(BadSettings::value("shop.name", "\"\"", why));
        }
        if self.shop.shipping.said().is_none() && self.delivery.zones.is_empty() {
            let why = "what delivery costs an order is the shop's to say: set it in shop.toml in the data directory, in minor units (299 is \
                       2.99 where the currency has two decimals; 0: delivery is free), or DOORSTEP_SHOP__SHIPPING; or by zones, under [delivery]";
            return Err(BadSettings::value("shop.shipping", "\"\"", why));
        }
        Ok(())
    }

    pub(super) fn check(&self) -> Result<(), BadSettings> {
        let zero = |key, value: u64| match value {
            0 => Err(BadSettings::value(key, 0, "at least 1 is expected")),
            _ => Ok(()),
        };
        zero("http.workers", self.http.workers as u64)?;
        zero("http.connections_max", self.http.connections_max as u64)?;
        zero("http.idle_ms_max", self.http.idle_ms_max)?;
        zero("http.head_ms_max", self.http.head_ms_max)?;
        zero("http.body_ms_max", self.http.body_ms_max)?;
        zero("http.write_ms_max", self.http.write_ms_max)?;
        zero("http.write_bytes_per_s_min", self.http.write_bytes_per_s_min)?;
        zero("payment.hold_days", u64::from(self.payment.hold_days))?;
        zero("payment.answer_deadline_ms", self.payment.answer_deadline_ms)?;
        zero("stock.quote_deadline_ms", self.stock.quote_deadline_ms)?;
        zero("partners.call_deadline_ms", self.partners.call_deadline_ms)?;
        zero("partners.retry_first_ms", self.partners.retry_first_ms)?;
        zero("storage.checkpoint_every_ms", self.storage.checkpoint_every_ms)?;
        zero("runtime.await_max_ms", self.runtime.await_max_ms)?;
        zero("runtime.spin_max_ms", self.runtime.spin_max_ms)?;
        self.check_ranges()?;
        self.shop.check()?;
        for (table, url) in [("http", &self.http.public_url), ("processor", &self.processor.public_url)] {
            Origins::check(table, url)?;
        }
        if !self.mail.from.is_empty() {
            check_sender(&self.mail.from)
                .map_err(|bad| BadSettings::value("mail.from", &self.mail.from, bad.to_string()))?;
        }
        if self.runtime.cells > CELLS_MAX {
            let why = "at most 16 threads of actors, or 0: half as many as there are cores";
            return Err(BadSettings::value("runtime.cells", self.runtime.cells, why));
        }
        if let Some(minor) = self.shop.shipping.said().filter(|minor| *minor > TOTAL_MINOR_MAX) {
            return Err(BadSettings::value(
                "shop.shipping",
                minor,
                "minor units: it is more than an order may cost",
            ));
        }
        self.prices(ShopKind::Shop)?;
        if self.partners.retry_max_ms < self.partners.retry_first_ms {
            let why = "at least partners.retry_first_ms, or repetitions would come ever faster";
            return Err(BadSettings::value("partners.retry_max_ms", self.partners.retry_max_ms, why));
        }
        if self.payment.fee_basis_points > 10_000 {
            let why = "hundredths of a per cent, at most 10000";
            return Err(BadSettings::value("payment.fee_basis_points", self.payment.fee_basis_points, why));
        }
        Ok(())
    }

    /// Beyond them a product or a date would be none.
    fn check_ranges(&self) -> Result<(), BadSettings> {
        let most = |key, value: u64, most: u64, why| match value <= most {
            true => Ok(()),
            false => Err(BadSettings::value(key, value, why)),
        };
        most("stock.quote_fresh_hours", self.stock.quote_fresh_hours, HOURS_MAX, "hours, at most a year")?;
        most(
            "warehouse.packing_minutes",
            self.warehouse.packing_minutes,
            60 * HOURS_MAX,
            "minutes, at most a year",
        )?;
        most(
            "payment.another_card_minutes",
            u64::from(self.payment.another_card_minutes),
            ANOTHER_CARD_MINUTES_MAX,
            "minutes, at most a day: what is kept for her is sold to nobody else",
        )?;
        for (key, days) in [
            ("warehouse.delivery_days", self.warehouse.delivery_days),
            ("payment.hold_days", self.payment.hold_days),
            ("payment.settlement_days", self.payment.settlement_days),
        ] {
            most(key, u64::from(days), HOURS_MAX / 24, "days, at most a year")?;
        }
        for (key, ms) in [
            ("sessions.passivate_after_ms", self.sessions.passivate_after_ms),
            ("stock.quote_deadline_ms", self.stock.quote_deadline_ms),
            ("payment.answer_deadline_ms", self.payment.answer_deadline_ms),
            ("partners.call_deadline_ms", self.partners.call_deadline_ms),
            ("partners.retry_max_ms", self.partners.retry_max_ms),
        ] {
            most(key, ms, HOURS_MAX * 3_600_000, "milliseconds, at most a year")?;
        }
        let is_unbounded = |rate: &&Rate| self.rates.of(**rate).window_s == 0;
        match Rate::ALL.iter().find(is_unbounded) {
            None => Ok(()),
            Some(rate) => {
                let value = format!("{} with window_s = 0", rate.name());
                Err(BadSettings::value("rates", value, "at least 1 second is expected"))
            }
        }
    }
}
