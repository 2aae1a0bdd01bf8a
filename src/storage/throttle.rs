use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// No rest is longer: after a disk that hung, enough was waited.
const REST_MAX: Duration = Duration::from_millis(20);

/// How long to rest after a stretch of work that took so long, so that it takes half a core at most.
pub(super) fn rest_after(worked: Duration) -> Duration {
    worked.min(REST_MAX)
}

/// Slows checkpoints down, so that they leave processor and disk to requests: the writer rests after each stretch of work for
/// as long as that took, unless it is told to hurry.
pub(super) struct Throttle {
    hurries: Mutex<bool>,
    changed: Condvar,
    rest_max: Duration,
}

impl Default for Throttle {
    /// In a hurry.
    fn default() -> Throttle {
        Throttle { hurries: Mutex::new(true), changed: Condvar::new(), rest_max: REST_MAX }
    }
}

impl Throttle {
    /// Whether it is to hurry from now on. It ends a rest that is under way.
    pub fn hurry(&self, so: bool) {
        let mut hurries = self.hurries.lock().unwrap_or_else(PoisonError::into_inner);
        if *hurries != so {
            *hurries = so;
            self.changed.notify_all();
        }
    }

    /// `worked`: how long the stretch before took.
    pub fn rest(&self, worked: Duration) {
        let rest = worked.min(self.rest_max);
        let hurries = self.hurries.lock().unwrap_or_else(PoisonError::into_inner);
        // that somebody panicked who held it changes nothing about the rest
        let _ = self.changed.wait_timeout_while(hurries, rest, |hurries| !*hurries);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    /// Nobody who runs the tests waits for the end of a rest.
    const HOUR: Duration = Duration::from_secs(3_600);

    fn throttle() -> Throttle {
        Throttle { rest_max: HOUR, ..Throttle::default() }
    }

    #[test]
    fn work_beside_others_takes_half_a_core_and_waits_for_no_disk_that_hung() {
        let ms = Duration::from_millis;
        assert_eq!([ms(3), HOUR].map(rest_after), [ms(3), REST_MAX]);
    }

    #[test]
    fn nobody_rests_in_a_hurry() {
        let throttle = throttle();
        throttle.rest(HOUR);
        throttle.hurry(false);
        throttle.hurry(true);
        throttle.rest(HOUR);
    }

    #[test]
    fn a_hurry_ends_a_rest() {
        let throttle = throttle();
        throttle.hurry(false);
        std::thread::scope(|scope| {
            scope.spawn(|| throttle.rest(HOUR));
            throttle.hurry(true);
        });
    }

    #[test]
    fn a_rest_takes_as_long_as_the_work_within_its_bound() {
        let throttle = Throttle { rest_max: Duration::from_millis(3), ..Throttle::default() };
        throttle.hurry(false);
        for (worked, rests) in
            [(2, 2), (3_600_000, 3)].map(|(a, b)| (Duration::from_millis(a), Duration::from_millis(b)))
        {
            let begun = Instant::now();
            throttle.rest(worked);
            assert!(begun.elapsed() >= rests);
        }
    }
}
