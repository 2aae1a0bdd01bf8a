//! The trade's time and the real one, neither of which goes back.

use std::time::SystemTime;

use tokio::time::Instant;

use crate::time::Timestamp;

/// The one clock of all cells: real time, and the trade's time, which a demo lets run faster.
/// Neither goes back: not when the system's clock does, not over a restart, not on a change of speed.
/// It follows tokio's clock, so it stands still and jumps with virtual time.
#[derive(Clone, Copy)]
pub struct Clock {
    started: Instant,
    real_at_start: Timestamp,
    trade_at_start: Timestamp,
    speed: u32,
}

impl Clock {
    /// `system`: what the system's clock says now. `last_real` and `last_trade`: the latest that the journal
    /// holds. `speed`: trade seconds in a real one, at least 1.
    pub fn start(system: Timestamp, last_real: Timestamp, last_trade: Timestamp, speed: u32) -> Clock {
        Clock {
            started: Instant::now(),
            real_at_start: system.max(last_real),
            trade_at_start: system.max(last_trade),
            speed: speed.max(1),
        }
    }

    /// The real time.
    pub fn real(&self) -> Timestamp {
        self.now().1
    }

    /// The trade's time.
    pub fn trade(&self) -> Timestamp {
        self.now().0
    }

    /// The trade's time and the real one, at one look at the clock.
    pub fn now(&self) -> (Timestamp, Timestamp) {
        let elapsed_ms = self.elapsed_ms();
        let trade_ms = elapsed_ms.saturating_mul(u64::from(self.speed));
        (self.trade_at_start.plus_ms(trade_ms), self.real_at_start.plus_ms(elapsed_ms))
    }

    /// When, on tokio's clock, the real time is `moment`. Rounded up: never before it.
    pub fn instant_of_real(&self, moment: Timestamp) -> Instant {
        self.instant_after(moment.ms_since(self.real_at_start))
    }

    /// When, on tokio's clock, the trade's time is `moment`. Rounded up: never before it.
    pub fn instant_of_trade(&self, moment: Timestamp) -> Instant {
        self.instant_after(moment.ms_since(self.trade_at_start).div_ceil(u64::from(self.speed)))
    }

    fn instant_after(&self, ms: u64) -> Instant {
        // a century ahead is as good as never, and cannot overflow
        const CENTURY_MS: u64 = 36_525 * 86_400_000;
        self.started + std::time::Duration::from_millis(ms.min(CENTURY_MS))
    }

    fn elapsed_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }
}

/// A clock beyond it, the first day of the year 9000, is wrong.
const SYSTEM_TIME_MAX: Timestamp = Timestamp(221_845_392_000_000);

/// A clock that cannot be right. What it says would stand in the journal for good, since no time goes back.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system's clock is {0}: set it, then start again")]
pub struct BadClock(&'static str);

/// What the system's clock says: read once, at the start.
///
/// # Errors
/// It cannot be right: before 1970 or beyond the year 8999.
pub fn system_time() -> Result<Timestamp, BadClock> {
    time_of(SystemTime::now())
}

fn time_of(system: SystemTime) -> Result<Timestamp, BadClock> {
    let elapsed =
        system.duration_since(SystemTime::UNIX_EPOCH).map_err(|_| BadClock("before the year 1970"))?;
    match Timestamp(elapsed.as_millis() as u64) {
        time if time < SYSTEM_TIME_MAX => Ok(time),
        _ => Err(BadClock("beyond the year 8999")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn trade_time_runs_at_its_speed_and_real_time_does_not() {
        let clock = Clock::start(Timestamp(1_000), Timestamp(0), Timestamp(0), 3_600);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(clock.real(), Timestamp(3_000));
        assert_eq!(clock.trade(), Timestamp(1_000 + 2 * 3_600_000));
        let due = clock.instant_of_trade(Timestamp(1_000 + 3 * 3_600_000 + 1));
        assert_eq!(due, Instant::now() + Duration::from_millis(1_001));
    }

    #[tokio::test(start_paused = true)]
    async fn no_time_goes_back_over_a_restart() {
        let clock = Clock::start(Timestamp(1_000), Timestamp(5_000), Timestamp(9_000), 1);
        assert_eq!(clock.real(), Timestamp(5_000));
        assert_eq!(clock.trade(), Timestamp(9_000));
    }

    #[test]
    fn a_clock_that_cannot_be_right_is_refused() {
        let epoch = SystemTime::UNIX_EPOCH;
        let at = |seconds| time_of(epoch + Duration::from_secs(seconds));
        assert_eq!(at(0), Ok(Timestamp(0)));
        assert_eq!(at(221_845_391_999), Ok(Timestamp(221_845_391_999_000)));
        assert_eq!(at(221_845_392_000), Err(BadClock("beyond the year 8999")));
        assert_eq!(time_of(epoch - Duration::from_secs(1)), Err(BadClock("before the year 1970")));
    }
}
