//! The clock of trade, compared with the system's.

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

#[cfg(test)]
mod tests {
    use super::*;

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
