//! The clock of trade, compared with the system's, and shown by the shop's.

use jiff::tz::TimeZone;

use crate::domain::Timestamp;
use crate::settings::ShopKind;

/// How far a shop may be ahead: clocks are set right by less.
const TRADE_AHEAD_MS_MAX: u64 = 10 * 60_000;
const HOUR_MS: u64 = 3_600_000;

/// What to say where a shop's last moment is ahead of the clock, as after a start under a wrong one. A demo's always is.
pub fn trade_ahead(last: Timestamp, now: Timestamp, kind: ShopKind) -> Option<String> {
    let ahead_ms = last.ms_since(now);
    if kind.is_demo() || ahead_ms <= TRADE_AHEAD_MS_MAX {
        return None;
    }
    let hours = ahead_ms.div_ceil(HOUR_MS);
    Some(format!(
        "the trade's last moment is {last} and the system's clock says {now}: the trade is ahead by up to {hours} hours. Dates go on from \
         there, since nothing runs backwards, until the clock has caught up. If the clock is wrong now, set it and start again; if it was \
         wrong before, go on with these dates, or restore journal and trees from one backup of before"
    ))
}

/// So many characters has what `on_the_wall` shows.
pub const ON_THE_WALL: usize = 26;

/// A moment in RFC 3339 as the clock on the shop's wall showed it, with what that is ahead of UTC: `2026-11-23 11:51:26 +13:00`.
pub fn on_the_wall(moment: &str, zone: &TimeZone) -> String {
    match moment.parse::<jiff::Timestamp>() {
        Ok(at) => at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %:z").to_string(),
        // a daemon of another build wrote it otherwise
        Err(_) => moment.to_owned(),
    }
}

/// As [`on_the_wall`].
pub fn shown(moment: Timestamp, zone: &TimeZone) -> String {
    on_the_wall(&moment.to_string(), zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_show_the_shops_own_time_with_its_offset() {
        for (zone, shown) in [
            ("UTC", "2026-11-22 22:51:26 +00:00"),
            ("Pacific/Auckland", "2026-11-23 11:51:26 +13:00"),
            ("America/St_Johns", "2026-11-22 19:21:26 -03:30"),
        ] {
            let zone = TimeZone::get(zone).unwrap();
            assert_eq!(on_the_wall("2026-11-22T22:51:26.890Z", &zone), shown);
            assert_eq!(shown.len(), ON_THE_WALL);
        }
        assert_eq!(on_the_wall("yesterday", &TimeZone::UTC), "yesterday");
    }

    #[test]
    fn a_shop_whose_trade_is_far_ahead_of_the_clock_is_told_so_and_a_demo_is_not() {
        let now = Timestamp(1_800_000_000_000);
        let ahead = |ms, kind| trade_ahead(now.plus_ms(ms), now, kind);
        assert_eq!(trade_ahead(Timestamp(0), now, ShopKind::Shop), None);
        assert_eq!(ahead(TRADE_AHEAD_MS_MAX, ShopKind::Shop), None);
        assert!(
            ahead(36 * HOUR_MS, ShopKind::Shop).is_some_and(|said| said.contains("ahead by up to 36 hours"))
        );
        assert_eq!(ahead(36 * HOUR_MS, ShopKind::Demo), None);
    }
}
